"""Finds the kinds of rules: every file of `claims/rules/kinds` is one, under its own name."""

import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from claims.rules import kinds
from claims.rules.example import NeedExample, ProgressExample
from claims.rules.kind import NeedKind, ProgressKind


@dataclass(frozen=True)
class RuleKind:
    """A kind of rule, and its examples."""

    name: str
    rule: type[NeedKind] | type[ProgressKind]
    examples: tuple[NeedExample | ProgressExample, ...]


@cache
def list_kinds() -> Mapping[str, RuleKind]:
    """Every kind. Shape: name → kind. Errors: AttributeError when a file lacks `KIND` or `EXAMPLES`."""
    found = {}
    for module in pkgutil.iter_modules(kinds.__path__, f"{kinds.__name__}."):
        name, file = module.name.rpartition(".")[2], importlib.import_module(module.name)
        found[name] = RuleKind(name, file.KIND, tuple(file.EXAMPLES))
    return found


def read_need(data: Mapping[str, Any]) -> NeedKind:
    """A need's rule. Errors: KeyError, ValueError when a part is missing, makes no sense, or is of no known kind."""
    kind = _find(data).rule
    if not issubclass(kind, NeedKind):
        raise ValueError(f"{data['kind']} is no kind of need")
    return kind.read(data)


def read_progress(data: Mapping[str, Any], need: NeedKind) -> ProgressKind:
    """A progress rule, beside the need that it answers. Errors: as `read_need`."""
    kind = _find(data).rule
    if not issubclass(kind, ProgressKind):
        raise ValueError(f"{data['kind']} is no kind of progress")
    return kind.read(data, need)


def _find(data: Mapping[str, Any]) -> RuleKind:
    known = list_kinds()
    if data["kind"] not in known:
        raise ValueError(f"There is no kind of rule {data['kind']!r}; there are {', '.join(sorted(known))}")
    return known[data["kind"]]
