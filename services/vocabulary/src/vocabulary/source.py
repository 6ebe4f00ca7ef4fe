"""Reading the data files: strict, once, and with an error that names the file and the entry."""

import tomllib
from collections.abc import Collection, Mapping
from importlib.resources import files
from types import MappingProxyType
from typing import Any, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

SHARED = "_"
"""In a data file the table of this name holds what is said of all entries together."""


class NotAsDeclared(ValueError):
    """A data file of the vocabulary is wrong; the message names the file, the entry and what is wrong with it."""


class Entry(BaseModel):
    """One entry of a data file. Shape: `code` is its key there."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    source: ClassVar[str]
    """The data file's name without `.toml`."""

    code: str


AnyEntry = TypeVar("AnyEntry", bound=Entry)


def read_table(name: str) -> dict[str, Any]:
    """A data file as it stands."""
    return tomllib.loads(files(__package__).joinpath(f"data/{name}.toml").read_text("utf-8"))


def read_entries(kind: type[AnyEntry]) -> Mapping[str, AnyEntry]:
    """The entries of a kind's data file, by code, in the file's order. Errors: NotAsDeclared."""
    return check_entries(kind, read_table(kind.source))


def check_entries(kind: type[AnyEntry], table: Mapping[str, Any]) -> Mapping[str, AnyEntry]:
    """What a table declares. Errors: NotAsDeclared for a member that is missing, unknown, or not of its type."""
    found: dict[str, AnyEntry] = {}
    for code, members in table.items():
        if code == SHARED:
            continue
        try:
            found[code] = kind.model_validate({"code": code, **members})
        except ValidationError as wrong:
            faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in wrong.errors())
            raise NotAsDeclared(f"{kind.source}.toml, {code}: {faults}") from None
    return MappingProxyType(found)


def expect_known(entry: Entry, member: str, codes: Collection[str], known: Collection[str]) -> None:
    """Every code that an entry refers to must be declared. Errors: NotAsDeclared.

    Example: a feed of the category `lending` is refused as `feeds.toml, loans: category: lending is not declared`.
    """
    unknown = sorted(set(codes) - set(known))
    if unknown:
        raise NotAsDeclared(f"{entry.source}.toml, {entry.code}: {member}: {', '.join(unknown)} is not declared")
