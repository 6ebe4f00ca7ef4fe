"""Roles: what people may do, and what for."""

from collections.abc import Iterable
from typing import ClassVar

from vocabulary.purposes import PURPOSES
from vocabulary.scopes import RESERVED, SCOPES
from vocabulary.source import SHARED, Entry, NotAsDeclared, check_entries, expect_known, read_table
from vocabulary.suppliers import SUPPLIERS


class Role(Entry):
    """What people of a role may do, and what for; the first purpose is the usual one.

    Shape: `sectors` are those of the services whose people may hold it. One administrator alone gives it if it is
    given `alone`.
    """

    source: ClassVar[str] = "roles"

    name: str
    sectors: frozenset[str]
    alone: bool = False
    scopes: tuple[str, ...]
    purposes: tuple[str, ...]


_TABLE = read_table(Role.source)

ROLES_VERSION: str = _TABLE[SHARED]["version"]

ROLES = check_entries(Role, _TABLE)
"""By code."""

_EXCLUDES: dict[str, list[str]] = _TABLE[SHARED]["excludes"]

EXCLUDING = frozenset(frozenset((role, other)) for role, others in _EXCLUDES.items() for other in others)
"""Pairs of roles that one person may not hold together."""

if _wrong := sorted({role for pair in EXCLUDING for role in pair if role not in ROLES or len(pair) != 2}):
    raise NotAsDeclared(f"roles.toml, excludes: {', '.join(_wrong)} is not declared, or excludes itself")

for _role in ROLES.values():
    expect_known(_role, "sectors", _role.sectors, SUPPLIERS)
    expect_known(_role, "scopes", _role.scopes, SCOPES)
    expect_known(_role, "purposes", _role.purposes, PURPOSES)
    if _reserved := sorted(set(_role.scopes) & RESERVED):
        raise NotAsDeclared(f"roles.toml, {_role.code}: scopes: {', '.join(_reserved)} is reserved to programs")


def may_hold(role: str, sector: str | None) -> bool:
    """Whether somebody of a service of this sector may hold the role. One that left the vocabulary is nobody's."""
    return role in ROLES and sector in ROLES[role].sectors


def list_with_reach(roles: Iterable[str]) -> list[str]:
    """Those of these roles that it takes two administrators to give. One that left the vocabulary gives nothing."""
    return [role for role in roles if role in ROLES and not ROLES[role].alone]


def list_rights(roles: Iterable[str]) -> frozenset[str]:
    """The scopes of these roles together."""
    return frozenset(scope for role in roles if role in ROLES for scope in ROLES[role].scopes)


def find_excluding(role: str, others: Iterable[str]) -> list[str]:
    """Those of the other roles that the holder of this one may not hold beside it, in their order."""
    return [other for other in others if frozenset((role, other)) in EXCLUDING]


def keep_compatible(roles: Iterable[str]) -> list[str]:
    """Roles without those that an earlier one of them excludes. So who was given both once keeps the first.

    Example: `platform_administrator, analyst` gives `platform_administrator`.
    """
    kept: list[str] = []
    for role in roles:
        if not find_excluding(role, kept):
            kept.append(role)
    return kept
