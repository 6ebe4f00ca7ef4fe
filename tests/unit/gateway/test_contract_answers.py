"""The gateway before programs that are made of their contracts: what it sends they take, what they answer it shows."""

import inspect
import io
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from fixtures.stack import Programs
from gateway.clients.claims import ClaimsClient
from gateway.clients.consent import ConsentClient
from gateway.clients.families import FamiliesClient
from gateway.clients.identity import IdentityClient
from gateway.json_mapping import Component
from gateway.schema import make_schema
from unit.gateway.contract_standin import ContractStandIn
from unit.gateway.openapi import AN_ID, Schema, documents, renamed
from unit.gateway.under_test import Gateway
from unit.gateway.whole_operations import operation

SCHEMA = make_schema()._schema
FIELDS = [(kind, name) for kind in ("Query", "Mutation") for name in SCHEMA.type_map[kind].fields]  # type: ignore[attr-defined]
WIDE = {"max_depth": 40, "max_cost": 10**9, "max_tokens": 10**6}
"""Every field at once is more than anybody may ask for."""

CUT = re.compile(
    r".+\.((facts|consents|notices|links|timeline)|(family|families\.items)\.claims)\.next"
    r"|Query\.(batch|batches\.items)\.(claims|sample)\.next|Query\.(accessReport\.lines|keptBack|me\.sessions|sponsors)\.next"
)


class Behind:
    """A gateway, and the four programs behind it as their contracts are. Shape: `programs` by name."""

    def __init__(self, programs: Programs, contracts: dict[str, Schema]) -> None:
        self.programs = {name: ContractStandIn(document) for name, document in contracts.items()}
        urls = {f"{name}_url": programs.serve(one.app) for name, one in self.programs.items()}
        self.gateway = Gateway(programs, **urls, **WIDE)

    def post(self, kind: str, name: str, *, whole: bool = True) -> Any:
        for one in self.programs.values():
            one.whole = whole
            one.faults.clear()
        document, variables = operation(kind, name, SCHEMA, documents())
        return self.gateway.post(document, variables).json()

    def faults(self) -> list[str]:
        return [f"{name}: {fault}" for name, one in self.programs.items() for fault in one.faults]


@pytest.fixture(scope="module")
def agreed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Behind]:
    programs = Programs(tmp_path_factory.mktemp("var"))
    try:
        yield Behind(programs, documents())
    finally:
        programs.close()


@pytest.fixture
def behind(stateless: Programs) -> Callable[[dict[str, Schema]], Behind]:
    return lambda contracts: Behind(stateless, contracts)


def nulls(value: Any, path: str) -> list[str]:
    """Where an answer holds null; but for the last page of a list that the gateway itself cuts."""
    if isinstance(value, dict):
        assert value, f"{path} is a problem, or holds nothing"
        return [null for name, item in value.items() for null in nulls(item, f"{path}.{name}")]
    if isinstance(value, list):
        assert value, f"{path} is empty"
        return [null for item in value for null in nulls(item, path)]
    return [path] if value is None and not CUT.fullmatch(path) else []


@pytest.mark.parametrize(("kind", "name"), FIELDS, ids=[name for _, name in FIELDS])
def test_no_field_is_null_when_the_programs_answer_all_that_they_can(agreed: Behind, kind: str, name: str) -> None:
    answer = agreed.post(kind, name)
    assert "errors" not in answer, answer["errors"]
    assert agreed.faults() == []
    assert nulls(answer["data"], kind) == []


@pytest.mark.parametrize(("kind", "name"), FIELDS, ids=[name for _, name in FIELDS])
def test_an_answer_that_holds_no_more_than_it_must_is_shown(agreed: Behind, kind: str, name: str) -> None:
    answer = agreed.post(kind, name, whole=False)
    assert "errors" not in answer, answer["errors"]
    assert agreed.faults() == []
    assert all(answer["data"].values())


def test_every_operation_of_a_client_was_called(agreed: Behind) -> None:
    """No method of a client is left that no field of the schema leads to."""
    for kind, name in FIELDS:
        agreed.post(kind, name)
    called = {operation for one in agreed.programs.values() for operation in one.called}
    methods = [
        method
        for client in (IdentityClient, FamiliesClient, ConsentClient, ClaimsClient)
        for method, _ in inspect.getmembers(client, inspect.iscoroutinefunction)
        if not method.startswith("_")
    ]
    assert len(called) == len(methods)


@pytest.mark.parametrize(
    ("where", "member", "kind", "name", "said"),
    [
        (Component("identity", "Whoami"), "name", "Query", "me", "`name` is missing in whoami."),
        (Component("claims", "EligibilityView"), "criteria", "Query", "family", "`Eligibility.criteria` is missing."),
        (Component("claims", "FamilyClaims"), "claims", "Query", "family", "`claims` is missing in a row that was"),
        (Component("families", "PersonFacts"), "facts", "Query", "person", "`facts` is missing in a row that was"),
        (Component("families", "MomentItems"), "items", "Query", "family", "`items` is missing in a list."),
        (Component("families", "FamilyView"), "members", "Query", "families", "`Family.members` is missing."),
        (Component("consent", "SharingView"), "basis", "Query", "sharingLog", "`SharingLogEntry.basis` is missing."),
        (Component("consent", "PersonConsents"), "person", "Query", "person", "`person` is missing in a row that was"),
    ],
    ids=str,
)
def test_a_member_that_was_renamed_does_not_become_null(
    behind: Callable[[dict[str, Schema]], Behind], where: Component, member: str, kind: str, name: str, said: str
) -> None:
    errors = behind(renamed(where, member)).post(kind, name)["errors"]
    problems = [error["extensions"]["problem"] for error in errors]
    assert any((one["status"], one["title"]) == (502, "Upstream answer not valid") for one in problems)
    assert any(one["detail"].startswith(said) for one in problems)


def test_a_change_whose_answer_is_not_as_agreed_may_be_repeated(
    behind: Callable[[dict[str, Schema]], Behind], log: io.StringIO
) -> None:
    before = behind(renamed(Component("claims", "Written"), "status"))
    document, variables = operation("Mutation", "checkClaim", SCHEMA, documents())
    shown = "... on OutcomeNotKnown { httpStatus title detail type }"
    document = document.replace("... on ClaimChanged", f"{shown} ... on ClaimChanged")
    (result,) = before.gateway.ask(document, variables).values()
    assert result.pop("type").endswith("/problems/outcome-not-known")
    detail = "The change may have been made: repeat it with the same idempotency key."
    assert result == {"httpStatus": 503, "title": "Outcome not known", "detail": detail}
    said = log.getvalue()
    assert "`ClaimChanged.status` is missing." in said and '"called": "claims"' in said


@pytest.mark.parametrize(
    "query",
    [
        'families(first: 3, asAt: "2018-03-31") { items { members { person { name } } } }',
        f'family(id: "{AN_ID}", asAt: "2018-03-31") {{ eligibility {{ eligible }} progress {{ route }} }}',
        f'family(id: "{AN_ID}", asAt: "2018-03-31") {{ timeline {{ items {{ on }} }} }}',
        f'person(id: "{AN_ID}", asAt: "2018-03-31") {{ facts {{ items {{ measure }} }} }}',
        f'person(id: "{AN_ID}", asAt: "2018-03-31") {{ consents {{ next }} notices {{ next }} }}',
        'report(name: "results", asAt: "2018-03-31") { name }',
    ],
)
def test_programs_take_the_day_as_at_which_is_asked(agreed: Behind, query: str) -> None:
    for one in agreed.programs.values():
        one.faults.clear()
    agreed.gateway.ask(f"{{ {query} }}")
    assert agreed.faults() == []
