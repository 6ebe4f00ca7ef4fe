"""Roles: what people may do, and what for."""

from typing import ClassVar

from vocabulary.purposes import PURPOSES
from vocabulary.scopes import RESERVED, SCOPES
from vocabulary.source import SHARED, Entry, NotAsDeclared, check_entries, expect_known, read_table


class Role(Entry):
    """What people of a role may do, and what for; the first purpose is the usual one."""

    source: ClassVar[str] = "roles"

    name: str
    scopes: tuple[str, ...]
    purposes: tuple[str, ...]


_TABLE = read_table(Role.source)

ROLES_VERSION: str = _TABLE[SHARED]["version"]

ROLES = check_entries(Role, _TABLE)
"""By code."""

for _role in ROLES.values():
    expect_known(_role, "scopes", _role.scopes, SCOPES)
    expect_known(_role, "purposes", _role.purposes, PURPOSES)
    if _reserved := sorted(set(_role.scopes) & RESERVED):
        raise NotAsDeclared(f"roles.toml, {_role.code}: scopes: {', '.join(_reserved)} is reserved to programs")
