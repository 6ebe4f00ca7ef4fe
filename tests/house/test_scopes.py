"""Scopes are walked both ways: each that a route demands is declared, and each that is declared has a route."""

from collections.abc import Collection
from pathlib import Path

from vocabulary.roles import ROLES
from vocabulary.scopes import RESERVED, SCOPES

from .houses import PROGRAMS
from .test_doors import dependencies, routes


def demanded_scopes(folder: Path) -> dict[str, set[str]]:
    """What each program's routes ask for."""
    return {
        name: {
            scope
            for route in routes(name, folder)
            for inner in dependencies(route.dependant)
            if (scope := getattr(inner.call, "scope", None))
        }
        for name in PROGRAMS
    }


def undeclared(demanded: dict[str, set[str]], declared: Collection[str]) -> list[str]:
    """Scopes that a route demands and nobody can be granted, since the vocabulary does not know them."""
    return [f"{program}: {scope}" for program, scopes in demanded.items() for scope in sorted(scopes - set(declared))]


def unused(demanded: dict[str, set[str]], declared: dict[str, str]) -> list[str]:
    """Scopes that can be granted and open nothing in the program whose they are."""
    return [scope for scope, program in declared.items() if scope not in demanded[program]]


PROGRAM_OF = {scope.code: scope.program for scope in SCOPES.values()}


def test_every_scope_that_a_route_demands_is_declared_and_each_declared_one_has_a_route(tmp_path: Path) -> None:
    demanded = demanded_scopes(tmp_path)
    assert undeclared(demanded, PROGRAM_OF) == []
    assert unused(demanded, PROGRAM_OF) == []


def test_a_scope_that_one_side_lacks_is_found() -> None:
    demanded = {"families": {"push:tenancies", "feeds:read"}, "claims": {"claims:read", "feeds:read"}}
    declared = {"feeds:read": "families", "claims:read": "claims", "changes:read": "families"}
    assert undeclared(demanded, declared) == ["families: push:tenancies"]
    assert unused(demanded, declared) == ["changes:read"]


def test_every_scope_can_be_held_by_somebody() -> None:
    """By a role, by a partner's client (what it pushes and what feeds there are), or by a program of the platform."""
    held = {scope for role in ROLES.values() for scope in role.scopes} | RESERVED
    assert [scope for scope in SCOPES if scope not in held and not scope.startswith("push:")] == []
