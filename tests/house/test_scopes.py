"""Scopes are walked both ways: each that a route demands is declared, and each that is declared has a route."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from vocabulary.roles import ROLES
from vocabulary.scopes import OPENID, RESERVED, SCOPES

from .houses import PROGRAMS
from .rules import Rule
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


@dataclass(frozen=True)
class Scopes:
    """Shape: `demanded` by the routes of each program; `declared` with the program whose they are."""

    demanded: Mapping[str, set[str]]
    declared: Mapping[str, str]


@dataclass(frozen=True)
class Holders:
    """Shape: `declared` by the vocabulary; `held` by a role or reserved for programs of the platform."""

    declared: Collection[str]
    held: Collection[str]


def finds_one_sided_scopes(scopes: Scopes) -> Iterator[str]:
    for program, demanded in scopes.demanded.items():
        for scope in sorted(demanded - scopes.declared.keys()):
            yield f"{scope} is demanded by {program}, and nobody can be granted it: the vocabulary does not know it"
    for scope, program in scopes.declared.items():
        if scope not in scopes.demanded[program]:
            yield f"{scope} can be granted and opens nothing in {program}"


def finds_scopes_without_a_holder(scopes: Holders) -> Iterator[str]:
    for scope in scopes.declared:
        if scope not in scopes.held and not scope.startswith("push:"):
            yield f"{scope} is held by no role, no partner's client and no program of the platform"


SCOPES_HAVE_TWO_SIDES = Rule(
    says="Each scope that a route demands is declared, and each declared one has a route",
    finds=finds_one_sided_scopes,
    valid={
        "the same scope in two programs": Scopes(
            {"families": {"feeds:read"}, "claims": {"feeds:read"}}, {"feeds:read": "families"}
        )
    },
    invalid={
        "a route that nobody may use": (Scopes({"families": {"push:toys"}}, {}), "push:toys is demanded by families"),
        "a scope that opens nothing": (
            Scopes({"families": set(), "claims": {"toys:read"}}, {"toys:read": "families"}),
            "toys:read can be granted and opens nothing in families",
        ),
    },
)
SCOPES_HAVE_HOLDERS = Rule(
    says="Every scope can be held by somebody: a role, a partner's client, or a program of the platform",
    finds=finds_scopes_without_a_holder,
    valid={"a role's": Holders(["toys:read"], {"toys:read"}), "a partner's": Holders(["push:toys"], set())},
    invalid={"nobody's": (Holders(["toys:read"], set()), "toys:read is held by no role")},
)
# What tells a client who signed in opens nothing alone: the door of `openid` tells as much as its token's scopes do.
PROGRAM_OF = {code: scope.program for code, scope in SCOPES.items() if code == "openid" or not scope.tells}


def test_every_scope_that_a_route_demands_is_declared_and_each_declared_one_has_a_route(tmp_path: Path) -> None:
    SCOPES_HAVE_TWO_SIDES.check(Scopes(demanded_scopes(tmp_path), PROGRAM_OF))


def test_every_scope_can_be_held_by_somebody() -> None:
    SCOPES_HAVE_HOLDERS.check(
        Holders(SCOPES, {scope for role in ROLES.values() for scope in role.scopes} | RESERVED | OPENID)
    )
