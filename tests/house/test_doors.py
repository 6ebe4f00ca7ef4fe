"""Every door has a lock that its signature shows, and what is behind it needs no database to open it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from chassis.app import api_routes
from chassis.auth import signed_in
from chassis.contracts import application
from chassis.db import read_session, write_session

from .houses import PROGRAMS, program

WITHOUT_SCOPE = {"/v1/whoami", "/v1/coverage", "/oauth/userinfo", "/graphql"}
"""Need a token but no scope: they tell callers about themselves, or hand the token on."""


def dependencies(dependant: Dependant) -> Iterator[Dependant]:
    for inner in dependant.dependencies:
        yield inner
        yield from dependencies(inner)


def routes(name: str, folder: Path) -> list[APIRoute]:
    return api_routes(application(program(name), folder))


@pytest.mark.parametrize("name", PROGRAMS)
def test_every_route_demands_a_scope_but_the_listed_open_ones(name: str, tmp_path: Path) -> None:
    opened = program(name).all_open_routes
    found = routes(name, tmp_path)
    unlocked = []
    for route in found:
        calls = [inner.call for inner in dependencies(route.dependant)]
        locked = any(getattr(call, "scope", None) for call in calls)
        if route.path in WITHOUT_SCOPE:
            locked = locked or signed_in in calls
        if not locked and route.path not in opened:
            unlocked.append(f"{route.methods} {route.path}")
    assert found and unlocked == []


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_is_listed_as_open_is_there_and_asks_for_no_token(name: str, tmp_path: Path) -> None:
    paths = {route.path: route for route in routes(name, tmp_path)} | {"/openapi.json": None}
    for path in program(name).all_open_routes:
        assert path in paths, f"{path} is listed as open but does not exist"
        route = paths[path]
        assert route is None or signed_in not in [inner.call for inner in dependencies(route.dependant)]


@pytest.mark.parametrize("name", PROGRAMS)
def test_no_dependency_touches_the_database(name: str, tmp_path: Path) -> None:
    touching = [
        f"{route.path}: {getattr(inner.call, '__name__', inner.call)}"
        for route in routes(name, tmp_path)
        for inner in dependencies(route.dependant)
        if any(below.call in (read_session, write_session) for below in inner.dependencies)
    ]
    assert touching == []
