"""Every route stands in the authority matrix, and the page that people read of it is what the matrix says.

Whether the programs answer so is `tests/authority/test_matrix.py`.
"""

import json
from pathlib import Path

import pytest

from authority.matrix.oracle import EVERY, PROGRAMS, read_oracle
from authority.matrix.page import PAGE, render

ROOT = Path(__file__).parents[2]
ORACLE = read_oracle()


def routes_of(program: str) -> dict[str, bool]:
    """Each route of a program, and whether it asks for a token."""
    document = json.loads((ROOT / "services" / program / "contract" / "openapi.json").read_text())
    return {
        f"{method.upper()} {path}": bool(operation.get("security"))
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    }


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_route_stands_in_the_matrix_and_nothing_else_does(program: str) -> None:
    routes, said = routes_of(program), {act.route for act in ORACLE.acts if act.program == program}
    lacking = [route for route in routes if not ORACLE.list_acts(program, route)]
    assert lacking == [], f"Say in tests/authority/matrix/{program}.toml who may do this, and run `make authority`"
    assert said - routes.keys() == set(), "No program has these routes any more"


@pytest.mark.parametrize("program", PROGRAMS)
def test_what_the_matrix_calls_open_is_what_asks_for_no_token(program: str) -> None:
    wrong = [
        act.name
        for route, locked in routes_of(program).items()
        for act in ORACLE.list_acts(program, route)
        if act.kind.open is locked
    ]
    assert wrong == []


def test_every_role_does_something_and_everybody_is_somewhere() -> None:
    roles = {who.role for who in ORACLE.who.values() if who.role}
    doing = {role for kind in ORACLE.kinds.values() for role in kind.roles}
    assert doing <= roles, "Nobody of the table has these roles, so that nobody tries what they do"
    assert {act.program for act in ORACLE.acts} == {*PROGRAMS, EVERY}
    used = {act.kind.name for act in ORACLE.acts}
    assert used == set(ORACLE.kinds)


def test_every_role_of_the_vocabulary_is_tried() -> None:
    from vocabulary.roles import ROLES

    assert set(ROLES) == {who.role for who in ORACLE.who.values() if who.role}


def test_the_page_is_what_the_matrix_says() -> None:
    assert PAGE.read_text() == render(ORACLE), "Run `make authority`"
