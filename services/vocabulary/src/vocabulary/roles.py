"""Roles: what people may do, and what for."""

from collections.abc import Iterable
from typing import ClassVar

from vocabulary.purposes import PURPOSES
from vocabulary.scopes import RESERVED, SCOPES
from vocabulary.source import SHARED, Entry, NotAsDeclared, check_entries, expect_known, read_table
from vocabulary.suppliers import SUPPLIERS


class Role(Entry):
    """What people of a role may do, and what for; the first purpose is the usual one.

    Shape: `sectors` are those of the services whose people may hold it.
    """

    source: ClassVar[str] = "roles"

    name: str
    sectors: frozenset[str]
    scopes: tuple[str, ...]
    purposes: tuple[str, ...]


_TABLE = read_table(Role.source)

ROLES_VERSION: str = _TABLE[SHARED]["version"]

ROLES = check_entries(Role, _TABLE)
"""By code."""

for _role in ROLES.values():
    expect_known(_role, "sectors", _role.sectors, SUPPLIERS)
    expect_known(_role, "scopes", _role.scopes, SCOPES)
    expect_known(_role, "purposes", _role.purposes, PURPOSES)
    if _reserved := sorted(set(_role.scopes) & RESERVED):
        raise NotAsDeclared(f"roles.toml, {_role.code}: scopes: {', '.join(_reserved)} is reserved to programs")


def may_hold(role: str, sector: str | None) -> bool:
    """Whether somebody of a service of this sector may hold the role. One that left the vocabulary is nobody's."""
    return role in ROLES and sector in ROLES[role].sectors


def list_rights(roles: Iterable[str]) -> frozenset[str]:
    """The scopes of these roles together."""
    return frozenset(scope for role in roles if role in ROLES for scope in ROLES[role].scopes)
