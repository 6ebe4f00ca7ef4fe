"""Every door has a lock that its signature shows, and what is behind it needs no database to open it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, Depends, FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from chassis.app import api_routes
from chassis.auth import Caller, SignedIn, require, signed_in
from chassis.contracts import application
from chassis.db import ReadSession, read_session, write_session

from .houses import PROGRAMS, program
from .rules import Rule

OWN_ACCOUNT = ("/v1/me/password", "/v1/me/sessions", "/v1/me/sessions/{session_id}")
WITHOUT_SCOPE = frozenset({"/v1/whoami", "/v1/areas", "/v1/coverage", "/oauth/userinfo", "/graphql", *OWN_ACCOUNT})
"""Need a token but no scope: they tell callers about themselves or which areas there are, or hand the token on."""


@dataclass(frozen=True)
class Doors:
    """A program's routes. Shape: `opened` paths need no token, `without_scope` any token."""

    routes: list[APIRoute]
    opened: frozenset[str] = frozenset()
    without_scope: frozenset[str] = field(default=WITHOUT_SCOPE)


def dependencies(dependant: Dependant) -> Iterator[Dependant]:
    for inner in dependant.dependencies:
        yield inner
        yield from dependencies(inner)


def calls(route: APIRoute) -> list[Any]:
    return [inner.call for inner in dependencies(route.dependant)]


def finds_unlocked_doors(doors: Doors) -> Iterator[str]:
    if not doors.routes:
        yield "There is no route at all"
    for route in doors.routes:
        locked = any(getattr(call, "scope", None) for call in calls(route))
        if route.path in doors.without_scope:
            locked = locked or signed_in in calls(route)
        if not locked and route.path not in doors.opened:
            yield f"{sorted(route.methods or ())} {route.path} demands no scope"


def finds_wrongly_listed_doors(doors: Doors) -> Iterator[str]:
    paths = {route.path: route for route in doors.routes} | {"/openapi.json": None}
    for path in sorted(doors.opened):
        route = paths.get(path)
        if path not in paths:
            yield f"{path} is listed as open but does not exist"
        elif route is not None and signed_in in calls(route):
            yield f"{path} is listed as open but asks for a token"


def finds_stores_behind_locks(doors: Doors) -> Iterator[str]:
    for route in doors.routes:
        for inner in dependencies(route.dependant):
            if any(below.call in (read_session, write_session) for below in inner.dependencies):
                yield f"{route.path}: {getattr(inner.call, '__name__', inner.call)} touches the database"


def toys(*opened: str, **routes: Any) -> Doors:
    """Routes by name, each with the function that answers: `lend=…` is `GET /v1/lend`."""
    app, router = FastAPI(), APIRouter()
    for name, answers in routes.items():
        router.get(f"/v1/{name}")(answers)
    app.include_router(router)
    return Doors(api_routes(app), frozenset(opened))


async def free() -> None: ...


async def for_anybody_signed_in(caller: SignedIn) -> None: ...


async def with_a_scope(caller: Annotated[Caller, Depends(require("toys:read"))]) -> None: ...


async def looked_up(session: ReadSession) -> str:
    return ""


async def behind_a_look_up(toy: Annotated[str, Depends(looked_up)]) -> None: ...


EVERY_DOOR_IS_LOCKED = Rule(
    says="Every route demands a scope but the listed open ones",
    finds=finds_unlocked_doors,
    valid={
        "a scope": toys(lend=with_a_scope),
        "an open one that is listed": toys("/v1/lend", lend=free),
        "one about the caller, for any token": toys(whoami=for_anybody_signed_in),
    },
    invalid={
        "nothing": (toys(lend=free), "['GET'] /v1/lend demands no scope"),
        "a token, but no scope": (toys(lend=for_anybody_signed_in), "/v1/lend demands no scope"),
        "one about the caller, without a token": (toys(whoami=free), "/v1/whoami demands no scope"),
        "no routes, so that nothing was looked at": (toys(), "no route at all"),
    },
)
OPEN_DOORS_ARE_OPEN = Rule(
    says="What is listed as open is there and asks for no token",
    finds=finds_wrongly_listed_doors,
    valid={"an open one": toys("/v1/lend", "/openapi.json", lend=free), "none": toys(lend=with_a_scope)},
    invalid={
        "one that is gone": (toys("/v1/lend", give=free), "/v1/lend is listed as open but does not exist"),
        "one that asks": (toys("/v1/lend", lend=with_a_scope), "/v1/lend is listed as open but asks for a token"),
    },
)
LOCKS_NEED_NO_STORE = Rule(
    says="No dependency touches the database: whoever is refused costs no connection",
    finds=finds_stores_behind_locks,
    valid={"the route's own session": toys(lend=looked_up), "no session": toys(lend=with_a_scope)},
    invalid={"a look-up before the route": (toys(lend=behind_a_look_up), "/v1/lend: looked_up touches the database")},
)


def routes(name: str, folder: Path) -> list[APIRoute]:
    return api_routes(application(program(name), folder))


def doors(name: str, folder: Path) -> Doors:
    return Doors(routes(name, folder), program(name).all_open_routes)


@pytest.mark.parametrize("name", PROGRAMS)
def test_every_route_demands_a_scope_but_the_listed_open_ones(name: str, tmp_path: Path) -> None:
    EVERY_DOOR_IS_LOCKED.check(doors(name, tmp_path))


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_is_listed_as_open_is_there_and_asks_for_no_token(name: str, tmp_path: Path) -> None:
    OPEN_DOORS_ARE_OPEN.check(doors(name, tmp_path))


@pytest.mark.parametrize("name", PROGRAMS)
def test_no_dependency_touches_the_database(name: str, tmp_path: Path) -> None:
    LOCKS_NEED_NO_STORE.check(doors(name, tmp_path))
