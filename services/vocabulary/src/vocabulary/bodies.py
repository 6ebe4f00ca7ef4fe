"""The bodies between which the law has information about a child go."""

from collections.abc import Collection
from typing import ClassVar

from vocabulary.source import SHARED, Entry, NotAsDeclared, check_entries, expect_known, read_table
from vocabulary.suppliers import SUPPLIERS


class Body(Entry):
    """A kind of body that the law names. Shape: `section` is where; an agency with a service of one of these `sectors`
    is such a body, with all of its services."""

    source: ClassVar[str] = "bodies"

    name: str
    section: str
    sectors: frozenset[str]


_TABLE = read_table(Body.source)

NEVER: frozenset[str] = frozenset(_TABLE[SHARED]["never"])
"""Sectors whose services neither ask nor are asked, for whomever they act."""

BODIES = check_entries(Body, _TABLE)
"""By code."""

for _body in BODIES.values():
    expect_known(_body, "sectors", _body.sectors | NEVER, SUPPLIERS)
    if _body.sectors & NEVER:
        raise NotAsDeclared(f"bodies.toml, {_body.code}: sectors: one of them never takes part")


def is_named(sector: str | None, agency_sectors: Collection[str]) -> bool:
    """Whether a service is of a body that the law names. Shape: its own sector, and those of all its agency's services.

    Example: the housing service of a council is, by the council's social care; a housing association's is not.
    """
    return may_take_part(sector) and any(not body.sectors.isdisjoint(agency_sectors) for body in BODIES.values())


def may_take_part(sector: str | None) -> bool:
    """Whether a service may ask or be asked at all, as such a body or for one. One without a sector is not known."""
    return sector is not None and sector not in NEVER
