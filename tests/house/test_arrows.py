"""Arrows point one way: between programs, between the rooms of a noun, and between nouns."""

from collections.abc import Iterable

import pytest

from .houses import PROGRAMS, SERVICES, modules
from .rules import Rule
from .rules.arrows import (
    Nouns,
    Program,
    finds_arrows_back,
    finds_circles,
    finds_climbing,
    finds_crossings,
    finds_users_of_the_root,
)
from .rules.calls import written

ORDER = {
    "identity": [
        *("audit", "roles", "agencies", "areas", "revocations", "keys", "sessions", "two_people"),
        *("deputies", "sponsors", "clients", "tokens", "users", "approvals", "sign_in", "me", "whoami"),
    ],
    "families": [
        *("feeds", "composition_queue", "people", "protections", "bars", "facts", "matching", "intake"),
        *("composition", "support", "families", "premises", "evidence"),
        *("covers", "enquiries", "emergency_access", "welfare_reach", "standing"),
    ],
    "consent": [
        *("catalogue", "acts", "agreements", "acting_services", "welfare_rules", "welfare_requests"),
        *("decisions", "sent_marks", "notices", "consents", "coverage"),
        *("objections", "protections", "restrictions", "sharing_log", "access_reports"),
    ],
    "claims": [
        *("rules", "frameworks", "history", "same_people", "claims", "eligibility", "progress"),
        *("questions", "targets", "sampling", "batches", "visits", "payments", "ledger", "recomputations", "reports"),
    ],
}
"""The nouns of each program, lowest first: each may import those before it.

families has two chains. In one, a push becomes people and facts: `feeds ← people ← facts ← matching ← intake`; matching
stands on facts, since a record that is split off takes its facts along. In the other, people become families:
`composition ← support ← families ← premises`, and evidence; families stand on support, since a family's page shows it,
and premises on families, whose area is hidden as soon as their home is said to be a refuge.
`composition_queue` stands below both, so that whoever has news for the composition marks people without knowing it. The
second chain stands on the first: premises, once they are a refuge, are forgotten by matching's index.
"""
BACK: dict[str, set[str]] = {
    "identity": set(),
    "families": set(),
    "consent": set(),
    "claims": set(),
}
"""Arrows that still run the other way. The list is exact: it can only become shorter."""
CIRCLES = {
    "gateway": {
        # GraphQL's types name each other: a claim has a family, a family has claims.
        "gateway.schema.claims → gateway.schema.families → gateway.schema.claims",
    },
}


def toys(**modules: str) -> Program:
    """A program beside one called games; `lending__service` is the module toys.lending.service."""
    named = {f"toys.{name.replace('__', '.')}": text for name, text in modules.items()}
    return Program("toys", written(named), frozenset({"games"}))


def nouns(order: list[str], back: Iterable[str] = (), **modules: str) -> Nouns:
    return Nouns("toys", toys(**modules).sources, order, back=frozenset(back))


NO_PROGRAM_IMPORTS_ANOTHER = Rule(
    says="No program imports another",
    finds=finds_crossings,
    valid={"the chassis and itself": toys(app="from chassis.program import Program\nfrom toys import problems")},
    invalid={
        "from another": (toys(app="from games.models import Game"), "toys.app imports games.models"),
        "another as a whole": (toys(app="import games"), "toys.app imports games"),
        "inside of a function": (toys(app="def play():\n    from games import models"), "toys.app imports games"),
    },
)
NO_ROOM_IMPORTS_ONE_ABOVE = Rule(
    says="Arrows point one way: routes → service → repository → models",
    finds=finds_climbing,
    valid={
        "downwards": toys(
            lending__routes="from toys.lending import service", lending__service="from toys import models"
        ),
        "another program's routes by the same name": toys(lending__service="from starlette.routing import routes"),
    },
    invalid={
        "a repository of its service": (
            toys(lending__repository="from toys.lending import service"),
            "toys.lending.repository imports toys.lending.service",
        ),
        "a model in a folder of models": (
            toys(models__lending="from toys.lending.repository import find"),
            "toys.models.lending imports toys.lending.repository",
        ),
    },
)
NOBODY_IMPORTS_THE_ROOT = Rule(
    says="Nobody but a command imports the composition root",
    finds=finds_users_of_the_root,
    valid={"a command": toys(bootstrap="from toys.app import program")},
    invalid={"a service": (toys(lending__service="from toys import app"), "toys.lending.service imports toys.app")},
)
NOUNS_STAND_IN_ORDER = Rule(
    says="Nouns stand on each other in one order, as rooms do",
    finds=finds_arrows_back,
    valid={
        "on the one before": nouns(
            ["shelves", "lending"], lending__service="from toys.shelves import models", shelves__models=""
        ),
        "on models, which all may use": nouns(
            ["lending"], lending__service="from toys.models import toy", models__toy=""
        ),
        "an arrow back that is listed": nouns(
            ["shelves", "lending"],
            {"toys.shelves.service → toys.lending.models"},
            shelves__service="from toys.lending.models import Loan",
            lending__models="",
        ),
    },
    invalid={
        "on the one behind": (
            nouns(["shelves", "lending"], shelves__service="from toys.lending import models", lending__models=""),
            "toys.shelves.service → toys.lending.models runs back",
        ),
        "inside of a function": (
            nouns(
                ["shelves", "lending"],
                shelves__service="def f():\n    from toys.lending.models import Loan",
                lending__models="",
            ),
            "toys.shelves.service → toys.lending.models runs back",
        ),
        "a noun that has no place": (
            nouns(["shelves"], shelves__models="", lending__models=""),
            "lending has no place",
        ),
        "a place for a noun that is gone": (nouns(["shelves", "lending"], shelves__models=""), "lending stands in"),
        "an arrow that is listed and gone": (
            nouns(["shelves"], {"toys.shelves.service → toys.lending.models"}, shelves__service=""),
            "runs back no longer",
        ),
    },
)
NO_CIRCLES = Rule(
    says="No modules import each other, directly or through others",
    finds=finds_circles,
    valid={"a line": toys(a="from toys import b", b="from toys import c", c=""), "itself": toys(a="import toys.a")},
    invalid={
        "two": (toys(a="from toys import b", b="import toys.a"), "toys.a → toys.b → toys.a is a circle"),
        "three": (
            toys(a="from toys.b import x", b="from toys.c import x", c="from toys.a import x"),
            "toys.a → toys.b → toys.c",
        ),
        "inside of a function": (toys(a="from toys import b", b="def f():\n    from toys import a"), "is a circle"),
        "one that is listed and gone": (
            Program("toys", written({"toys.a": ""}), circles=frozenset({"toys.a → toys.b → toys.a"})),
            "is a circle no longer",
        ),
    },
)


@pytest.mark.parametrize("name", [*PROGRAMS, "sandbox", "journey"])
def test_no_program_imports_another(name: str) -> None:
    """The journey is a client like any other; it has the sandbox's truth to compare with."""
    others = frozenset({*PROGRAMS, "sandbox", "journey"} - {name} - ({"sandbox"} if name == "journey" else set()))
    NO_PROGRAM_IMPORTS_ANOTHER.check(Program(name, modules(name), others))


@pytest.mark.parametrize("name", SERVICES)
def test_no_room_imports_one_above_it(name: str) -> None:
    NO_ROOM_IMPORTS_ONE_ABOVE.check(Program(name, modules(name)))


@pytest.mark.parametrize("name", SERVICES)
def test_nobody_imports_the_composition_root(name: str) -> None:
    NOBODY_IMPORTS_THE_ROOT.check(Program(name, modules(name)))


@pytest.mark.parametrize("name", SERVICES)
def test_nouns_stand_on_each_other_in_one_order(name: str) -> None:
    NOUNS_STAND_IN_ORDER.check(Nouns(name, modules(name), ORDER[name], back=frozenset(BACK.get(name, ()))))


@pytest.mark.parametrize("name", ["chassis", *PROGRAMS, "sandbox", "journey"])
def test_no_modules_import_each_other(name: str) -> None:
    NO_CIRCLES.check(Program(name, modules(name), circles=frozenset(CIRCLES.get(name, ()))))
