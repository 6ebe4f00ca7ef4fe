"""A kind of rule answers everything that is asked of it, and says by examples what it answers."""

import inspect
from collections.abc import Iterator
from dataclasses import is_dataclass
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from claims.rules import registry
from claims.rules.example import NeedExample, ProgressExample
from claims.rules.kind import NeedKind, ProgressKind
from claims.rules.kinds import absence_with_coverage, active_spell
from claims.rules.verdicts import Verdict

from .rules import Rule


def finds_what_a_kind_lacks(file: ModuleType | SimpleNamespace) -> Iterator[str]:
    """Of a file of `claims/rules/kinds`."""
    kind, examples = getattr(file, "KIND", None), getattr(file, "EXAMPLES", ())
    if not inspect.isclass(kind) or not issubclass(kind, NeedKind | ProgressKind):
        yield "KIND is no need's kind and no progress's kind"
        return
    yield from (f"{kind.__name__} does not answer {name}" for name in sorted(getattr(kind, "__abstractmethods__", ())))
    if not is_dataclass(kind) or not kind.__dataclass_params__.frozen:
        yield f"{kind.__name__} is no frozen dataclass"
    shape = NeedExample if issubclass(kind, NeedKind) else ProgressExample
    if any(not isinstance(example, shape) for example in examples):
        yield f"an example is no {shape.__name__}"
        return
    for verdict in Verdict:
        if not any(example.verdict == verdict.value for example in examples):
            yield f"no example is {verdict.value}"
    for answer in ("turning_days",) if shape is NeedExample else ("turning_days", "contrary"):
        if not any(getattr(example, answer) for example in examples):
            yield f"no example says what {answer}"


def changed(like: ModuleType, **other: Any) -> SimpleNamespace:
    """A kind's file in which something is otherwise."""
    return SimpleNamespace(**({"KIND": like.KIND, "EXAMPLES": like.EXAMPLES} | other))


class LacksAnAnswer(active_spell.ActiveSpell):
    """As its base, without one answer."""


LacksAnAnswer.__abstractmethods__ = frozenset({"list_turning_days"})


class CanBeChanged(NeedKind):
    """All answers are there, and nothing keeps a rule from changing under a plan that is in force."""

    read = active_spell.ActiveSpell.read
    show = active_spell.ActiveSpell.show
    list_turning_days = active_spell.ActiveSpell.list_turning_days


NEEDS, PROGRESS = active_spell.EXAMPLES, absence_with_coverage.EXAMPLES

KINDS_ANSWER_EVERYTHING = Rule[Any](
    says="A kind of rule answers everything that is asked of it, and says by examples what it answers",
    finds=finds_what_a_kind_lacks,
    valid={"a need's kind": active_spell, "a progress's kind": absence_with_coverage},
    invalid={
        "no kind": (SimpleNamespace(EXAMPLES=NEEDS), "KIND is no need's kind and no progress's kind"),
        "a kind of something else": (changed(active_spell, KIND=str), "KIND is no need's kind"),
        "an answer is missing": (changed(active_spell, KIND=LacksAnAnswer), "LacksAnAnswer does not answer list_turn"),
        "a class that can be changed": (
            changed(active_spell, KIND=CanBeChanged),
            "CanBeChanged is no frozen dataclass",
        ),
        "no examples": (SimpleNamespace(KIND=active_spell.ActiveSpell), "no example is met"),
        "examples of another sort": (changed(active_spell, EXAMPLES=PROGRESS), "an example is no NeedExample"),
        "no example of silence": (
            changed(active_spell, EXAMPLES=[each for each in NEEDS if each.verdict != "not_enough_evidence"]),
            "no example is not_enough_evidence",
        ),
        "no example of a turning day": (
            changed(active_spell, EXAMPLES=[each for each in NEEDS if not each.turning_days]),
            "no example says what turning_days",
        ),
        "no example of what is contrary": (
            changed(absence_with_coverage, EXAMPLES=[each for each in PROGRESS if not each.contrary]),
            "no example says what contrary",
        ),
    },
)


@pytest.mark.parametrize("kind", registry.list_kinds().values(), ids=list(registry.list_kinds()))
def test_every_kind_answers_everything_and_has_examples_of_it(kind: registry.RuleKind) -> None:
    KINDS_ANSWER_EVERYTHING.check(SimpleNamespace(KIND=kind.rule, EXAMPLES=kind.examples))
