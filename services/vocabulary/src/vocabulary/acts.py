"""Acts about a person: who may do which, and in what way somebody must have to do with the person for it."""

from collections.abc import Collection
from typing import ClassVar

from vocabulary.roles import ROLES
from vocabulary.source import SHARED, Entry, check_entries, expect_known, read_entries, read_table
from vocabulary.suppliers import SUPPLIERS


class Way(Entry):
    """In what way somebody has to do with a person."""

    source: ClassVar[str] = "ways"

    name: str


class ActRow(Entry):
    """Allows some acts to whoever has to do with the person in one of these ways; see `acts.toml`."""

    source: ClassVar[str] = "acts"

    acts: frozenset[str]
    ways: frozenset[str]
    roles: frozenset[str] = frozenset()
    sectors: frozenset[str] = frozenset()
    others: bool = False

    def allows(self, act: str, ways: Collection[str], roles: Collection[str], sector: str | None) -> bool:
        """Whether the row allows the act to a caller of these roles and this sector."""
        return (
            act in self.acts
            and not self.ways.isdisjoint(ways)
            and (not self.roles or not self.roles.isdisjoint(roles))
            and (not self.sectors or sector in self.sectors)
        )


WAYS = read_entries(Way)
"""By code."""

_TABLE = read_table(ActRow.source)

ACTS: frozenset[str] = frozenset(_TABLE[SHARED]["acts"])

ACT_ROWS = check_entries(ActRow, _TABLE)
"""By code."""

for _row in ACT_ROWS.values():
    expect_known(_row, "acts", _row.acts, ACTS)
    expect_known(_row, "ways", _row.ways, WAYS)
    expect_known(_row, "roles", _row.roles, ROLES)
    expect_known(_row, "sectors", _row.sectors, SUPPLIERS)


def may_act(act: str, ways: Collection[str], roles: Collection[str], sector: str | None) -> bool:
    """Whether somebody may do this act about a person. Errors: KeyError when there is no such act."""
    return bool(_rows_for(act, ways, roles, sector))


def may_act_on_others(act: str, ways: Collection[str], roles: Collection[str], sector: str | None) -> bool:
    """Whether they may do it with what another agency recorded. Errors: KeyError when there is no such act."""
    return any(row.others for row in _rows_for(act, ways, roles, sector))


def _rows_for(act: str, ways: Collection[str], roles: Collection[str], sector: str | None) -> list[ActRow]:
    if act not in ACTS:
        raise KeyError(act)
    return [row for row in ACT_ROWS.values() if row.allows(act, ways, roles, sector)]
