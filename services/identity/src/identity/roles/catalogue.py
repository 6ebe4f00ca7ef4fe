"""The catalogue of roles: data, read once, checked as it is read."""

import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from chassis.schemas import Schema

SOURCE = Path(__file__).with_name("catalogue.toml")


class Role(Schema):
    """What people of a role may do, and what for."""

    code: str
    name: str
    scopes: list[str]
    purposes: list[str]


class Catalogue(Schema):
    version: str
    roles: dict[str, Role]
    purposes: list[str]
    scopes: frozenset[str]
    reserved: frozenset[str]

    def scopes_of(self, roles: Iterable[str]) -> list[str]:
        """The union of what the roles may do, in order. A role that left the catalogue may do nothing."""
        return sorted({scope for code in roles if (role := self.roles.get(code)) for scope in role.scopes})

    def purposes_of(self, roles: Iterable[str]) -> list[str]:
        """The purposes of the roles, in the roles' own order, each once."""
        found = [purpose for code in roles if (role := self.roles.get(code)) for purpose in role.purposes]
        return list(dict.fromkeys(found))


@cache
def catalogue() -> Catalogue:
    """Errors: ValueError when a role names a purpose that is not known, or a scope that is reserved."""
    data = tomllib.loads(SOURCE.read_text())
    roles = {code: Role(code=code, **role) for code, role in data["roles"].items()}
    reserved, known = frozenset(data["scopes"]["reserved"]), data["purposes"]["known"]
    for role in roles.values():
        if not set(role.purposes) <= set(known) or set(role.scopes) & reserved:
            raise ValueError(f"{SOURCE.name}: {role.code} names an unknown purpose or a reserved scope")
    scopes = {scope for role in roles.values() for scope in role.scopes} | set(data["scopes"]["clients"]) | reserved
    return Catalogue(version=data["version"], roles=roles, purposes=known, scopes=frozenset(scopes), reserved=reserved)
