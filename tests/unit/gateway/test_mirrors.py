"""Every type of the schema is held against the OpenAPI of the programs that it mirrors."""

import copy
from enum import StrEnum
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    get_named_type,
)

from gateway.json_mapping import MIRRORED, Component, fields_of, read_object
from gateway.problems import UpstreamAnswerNotValid
from gateway.schema import make_schema
from gateway.schema.choices import (
    AgreementReviewState,
    ClaimStatus,
    CohortState,
    EmergencyAccessStatus,
    EnquiryStatus,
    MatchReviewKind,
    MatchReviewStatus,
    QuestionKind,
    QuestionStatus,
    WelfareRequestStatus,
    WelfareReviewState,
)
from unit.gateway.mirror_checks import check, check_all, is_input, members_of, schema_of, values_of
from unit.gateway.openapi import Maker, documents, renamed, without_null

NOT_MIRRORED = {
    "Query": "the way in",
    "Mutation": "the way in",
    "ClaimFilter": "sent as parameters of a path, which test_contract_answers.py holds against the contract",
    "AccessLinePage": "as ConsentPage",
    "ConsentPage": "a page of a list that the program gives whole",
    "FactPage": "as ConsentPage",
    "IdPage": "as ConsentPage",
    "KeptBackPage": "as ConsentPage",
    "LinkPage": "as ConsentPage",
    "MomentPage": "as ConsentPage",
    "NoticeGivenPage": "as ConsentPage",
    "OwnSessionPage": "as ConsentPage",
    "SponsorPage": "as ConsentPage",
    "QuestionFilter": "as ClaimFilter",
    "CohortFilter": "sent as a parameter of a path",
    "MatchReviewFilter": "sent as parameters of a path",
}
MIRRORS = [(kind, where) for kind, components in MIRRORED.items() for where in components]
MEMBERS = [(kind, where, member) for kind, where in MIRRORS for member in members_of(kind)]
OUTPUTS = [(kind, where) for kind, where in MIRRORS if not is_input(kind)]
COMMITTED = documents()
CHOSEN: dict[type[StrEnum], tuple[str, str, str]] = {
    AgreementReviewState: ("consent", "/v1/agreements", "review"),
    ClaimStatus: ("claims", "/v1/claims", "status"),
    CohortState: ("claims", "/v1/cohort", "state"),
    EmergencyAccessStatus: ("families", "/v1/emergency-access", "status"),
    EnquiryStatus: ("families", "/v1/enquiries", "status"),
    MatchReviewKind: ("families", "/v1/match-reviews", "kind"),
    MatchReviewStatus: ("families", "/v1/match-reviews", "status"),
    QuestionKind: ("claims", "/v1/questions", "kind"),
    QuestionStatus: ("claims", "/v1/questions", "status"),
    WelfareRequestStatus: ("consent", "/v1/welfare-requests", "status"),
    WelfareReviewState: ("consent", "/v1/welfare-requests", "review"),
}
"""The enums of filters, and the parameter of the contract as which each is sent; `MIRRORED` inputs hold the others."""
PRIVATE: dict[str, Any] = {"loaders": None, "family_id": None, "claim_id": None}


def test_every_type_is_as_the_contracts_say() -> None:
    assert check_all(documents()) == []


def test_every_type_of_the_schema_says_what_it_mirrors() -> None:
    unsaid = set()
    for name, kind in make_schema()._schema.type_map.items():
        if not name.startswith("__") and isinstance(
            kind, GraphQLObjectType | GraphQLInputObjectType | GraphQLInterfaceType
        ):
            origin = kind.extensions["strawberry-definition"].origin
            if not any(base in MIRRORED for base in origin.__mro__):
                unsaid.add(name)
    assert unsaid == set(NOT_MIRRORED)


@pytest.mark.parametrize(("chosen", "where"), CHOSEN.items(), ids=[kind.__name__ for kind in CHOSEN])
def test_a_filter_offers_what_the_program_takes(chosen: type[StrEnum], where: tuple[str, str, str]) -> None:
    program, path, name = where
    (schema,) = (
        one["schema"]
        for one in COMMITTED[program]["paths"][path]["get"]["parameters"]
        if (one["in"], one["name"]) == ("query", name)
    )
    assert {one.value for one in chosen} == set(values_of(without_null(schema)[0]))


def test_every_enum_is_held_against_a_contract_and_none_is_answered() -> None:
    """What a newer program answers must not break an answer, so that only what is sent is an enum."""
    kinds = make_schema()._schema.type_map
    enums = {name for name, kind in kinds.items() if isinstance(kind, GraphQLEnumType) and not name.startswith("__")}
    sent = {
        get_named_type(field.type).name
        for kind in kinds.values()
        if isinstance(kind, GraphQLInputObjectType)
        for field in kind.fields.values()
        if kind.extensions["strawberry-definition"].origin in MIRRORED
    }
    assert enums == (enums & sent) | {kind.__name__ for kind in CHOSEN}
    answered = {
        get_named_type(field.type).name
        for name, kind in kinds.items()
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType) and not name.startswith("__")
        for field in kind.fields.values()
    }
    assert not enums & answered


@pytest.mark.parametrize(("kind", "where", "member"), MEMBERS, ids=lambda one: getattr(one, "__name__", str(one)))
def test_a_renamed_member_is_noticed(kind: type[Any], where: Component, member: str) -> None:
    found = check(kind, renamed(where, member))
    assert any(f"`{member}` is no member" in fault for fault in found)


def test_a_removed_component_is_noticed() -> None:
    changed = documents()
    del changed["claims"]["components"]["schemas"]["ClaimView"]
    assert any("there is no such component" in fault for fault in check_all(changed))


@pytest.mark.parametrize(
    ("program", "schema", "member", "became", "said"),
    [
        ("claims", "ClaimView", "pence", {"type": "string"}, "`pence` is string"),
        ("claims", "ClaimView", "status", {"anyOf": [{"type": "string"}, {"type": "null"}]}, "`status` may be null"),
        ("claims", "ClaimView", "type", {"type": "string"}, "`type` is never null"),
        ("claims", "ClaimView", "id", {"type": "string"}, "`id` is string"),
        ("claims", "ClaimView", "status", {"type": "string", "format": "uuid"}, "`status` is uuid, and is shown as"),
        ("claims", "ClaimView", "evidence", {"$ref": "#/components/schemas/Money"}, "`evidence` is Money"),
        ("claims", "BatchView", "claims", {"type": "string"}, "`claims` is no list"),
        ("claims", "NeedView", "figures", {"$ref": "#/components/schemas/Money"}, "`figures` has a form of its own"),
        ("claims", "CheckRequest", "verdict", {"enum": ["agreed", "no"], "type": "string"}, "`verdict` has the values"),
        ("claims", "BatchRequest", "framework", {"enum": ["a", "b"], "type": "string"}, "and any text may be sent"),
        ("claims", "BatchView", "status", {"enum": ["frozen", "lost"], "type": "string"}, "`status` may be lost"),
    ],
)
def test_a_member_of_another_type_is_noticed(
    program: str, schema: str, member: str, became: dict[str, Any], said: str
) -> None:
    changed = documents()
    changed[program]["components"]["schemas"][schema]["properties"][member] = became
    assert any(said in fault for fault in check_all(changed))


def test_a_member_that_is_no_longer_always_there_is_noticed() -> None:
    changed = documents()
    changed["families"]["components"]["schemas"]["FamilyView"]["required"].remove("composed_on")
    assert check_all(changed) == ["Family (families FamilyView): `composed_on` may be absent, but is not marked so"]


def test_a_member_that_a_request_needs_anew_is_noticed() -> None:
    changed = documents()
    request = changed["claims"]["components"]["schemas"]["CheckRequest"]
    request["properties"]["seen_by"] = {"type": "string"}
    request["required"].append("seen_by")
    assert check_all(changed) == ["CheckInput (claims CheckRequest): `seen_by` cannot be sent"]
    optional = documents()
    optional["families"]["components"]["schemas"]["AgreementRequest"]["required"].append("by")
    assert any("`by` is required, but may be left out" in fault for fault in check_all(optional))


@pytest.mark.parametrize(("kind", "where"), OUTPUTS, ids=lambda one: getattr(one, "__name__", str(one)))
@pytest.mark.parametrize("whole", [True, False], ids=["whole", "bare"])
def test_an_answer_as_agreed_is_read_and_one_without_a_member_is_not(
    kind: type[Any], where: Component, whole: bool
) -> None:
    answer = Maker(COMMITTED[where.program], whole).make(schema_of(COMMITTED, where))
    shown = read_object(kind, answer, **PRIVATE)
    for field in fields_of(kind):
        if whole:
            assert getattr(shown, field.name) is not None, field.name
        if field.member is None or field.member not in answer:
            continue
        lacking = copy.deepcopy(answer)
        del lacking[field.member]
        if field.may_be_absent:
            read_object(kind, lacking, **PRIVATE)
        else:
            with pytest.raises(UpstreamAnswerNotValid, match=f"{kind.__name__}.{field.member}` is missing"):
                read_object(kind, lacking, **PRIVATE)


@pytest.mark.parametrize("value", [[], {}, "text", 1.5, True, None])
def test_a_value_of_another_type_is_refused_and_not_repeated(value: object) -> None:
    answer = Maker(COMMITTED["claims"]).make(schema_of(COMMITTED, Component("claims", "ClaimView")))
    claim = next(kind for kind in MIRRORED if kind.__name__ == "Claim")
    for member in ("id", "plan_version", "status", "result_date", "evidence"):
        if (member == "status" and isinstance(value, str)) or (member in ("result_date", "evidence") and value is None):
            continue
        with pytest.raises(UpstreamAnswerNotValid) as refused:
            read_object(claim, answer | {member: value}, **PRIVATE)
        assert member in refused.value.detail or "Evidence" in refused.value.detail
        assert "text" not in refused.value.detail
