"""Nothing locates who lives at a refuge: every route and every query, as everybody, for every purpose."""

from typing import Any, TypeVar
from zlib import crc32

import pytest
from graphql import build_schema, introspection_from_schema

from chassis.clock import today
from e2e.conftest import Carried
from e2e.doors import graphql_queries, rest_doors
from fixtures.soak import SEED, times
from journey.api import Who
from journey.platform import ROOT
from journey.story import Outcome
from sandbox.feeds import SUPPLIES

pytestmark = pytest.mark.timeout(1800)
NOBODY = "01890000-0000-7000-8000-000000000000"
Way = TypeVar("Way")
WATCH_OVER_FLAGS = {"iris", "idris"}
"""The council's officers, who look after what premises are flagged as. Nobody else is told."""
SHARE = times(4, 1)
"""Of so many ways one is tried by each caller for each purpose, on either footing another; in a soak all."""


def share_of(ways: list[Way], carried: Carried, name: str, purpose: str) -> list[Way]:
    begun = (SEED + crc32(f"{name} {purpose}".encode()) + (carried.platform.profile == "production")) % SHARE
    return ways[begun::SHARE]


@pytest.fixture(scope="module")
def hidden(carried: Carried) -> list[str]:
    """The platform's ids of everybody who lives at a refuge."""
    outcome = carried.outcome
    at_refuge = [
        person.id
        for person in outcome.borough.people.values()
        if any(r.premises.kind == "refuge" for r in person.residences)
    ]
    found = outcome.register.known_ids(at_refuge)
    assert len(found) >= 6
    return found


@pytest.fixture(scope="module")
def needles(carried: Carried) -> set[str]:
    """What would tell where a refuge is, as far as no other premises has it too."""
    all_premises = carried.outcome.borough.all_premises
    refuges = [premises for premises in all_premises if premises.kind == "refuge"]
    told: set[str] = set()
    for name in ("uprn", "postcode", "address_line"):
        elsewhere = {str(getattr(premises, name)) for premises in all_premises if premises.kind != "refuge"}
        told |= {str(getattr(premises, name)) for premises in refuges} - elsewhere
    assert len(told) >= 3 * len(refuges) - 2
    return told


@pytest.fixture(scope="module")
def families(carried: Carried, hidden: list[str]) -> list[str]:
    """Every family that one of them belongs to, or did."""
    outcome = carried.outcome
    rows = outcome.api.lookup(outcome.cast["ana"], "families", "/v1/members/lookup", hidden)
    return sorted({held["family"] for row in rows for held in row["families"]})


def everybody(outcome: Outcome) -> list[tuple[str, Who, list[str]]]:
    """All people and clients of the sandbox, each with every purpose that is theirs."""
    found: list[tuple[str, Who, list[str]]] = []
    for name, who in [*outcome.cast.people.items(), *outcome.cast.machines.items()]:
        held = outcome.api.get(who, "identity", "/v1/whoami")
        found.append((name, who, held["purposes"] or [""]))
    return found


def known_ids(outcome: Outcome, hidden: list[str], families: list[str]) -> dict[str, list[str]]:
    """A value for each parameter of a path: of what concerns these people, as far as somebody may list it."""
    api, cast = outcome.api, outcome.cast
    claims = [claim for family in families for claim in api.pages(cast["clare"], "claims", "/v1/claims", family=family)]
    bundles = [claim["evidence"]["bundle"] for claim in claims if claim.get("evidence")]
    batches = [batch["id"] for batch in api.pages(cast["clare"], "claims", "/v1/batches")]
    pushes = [push["id"] for machine in cast.machines.values() for push in api.pages(machine, "families", "/v1/pushes")]
    questions = [row["id"] for row in api.pages(cast["clare"], "claims", "/v1/questions")]
    consents = [
        consent["id"]
        for row in api.lookup(cast["pia"], "consent", "/v1/consents/lookup", hidden)
        for consent in row["consents"]
    ]
    notices = [notice["id"] for notice in api.pages(cast["cora"], "consent", "/v1/notices")]
    agreements = [row["id"] for row in api.pages(cast["iris"], "consent", "/v1/agreements")]
    decisions = [
        row["decision"]
        for person in hidden[:3]
        for row in api.get(cast["iris"], "consent", "/v1/sharing-log", person=person, limit=20)["items"]
    ]
    asked = {"reference": "RR 1", "asked_on": today().isoformat()}
    reports = [
        api.post(cast["iris"], "consent", "/v1/access-reports", asked | {"person": person}, act=f"report {person}")[
            "id"
        ]
        for person in hidden[:3]
    ]
    protections = [
        str(protection) for act in outcome.borough.acts if act.kind == "protection_set" for protection in [NOBODY]
    ]
    return {
        "family_id": families,
        "family": families,
        "person_id": hidden,
        "person": hidden,
        "claim_id": [claim["id"] for claim in claims] or [NOBODY],
        "bundle_id": bundles or [NOBODY],
        "batch_id": batches,
        "push_id": pushes,
        "consent_id": consents or [NOBODY],
        "notice_id": notices,
        "delivery_id": [NOBODY],
        "agreement_id": agreements,
        "decision_id": decisions,
        "report_id": reports,
        "protection_id": protections,
        "objection_id": [NOBODY],
        "restriction_id": [NOBODY],
        "welfare_request_id": [NOBODY],
        "welfare_rule_id": [NOBODY],
        "acting_service_id": [NOBODY],
        "enquiry_id": [NOBODY],
        "question_id": questions or [NOBODY],
        "visit_id": [NOBODY],
        "approval_id": [NOBODY],
        "client_id": [NOBODY],
        "user_id": [cast.ids["leo"]],
        "feed": list(SUPPLIES),
        "purpose": ["identify", "support", "claim", "safeguarding", "welfare_of_child"],
        "name": ["attachments", "results", "coverage"],
        "code": ["programme", "thornbury-council"],
        "agency_code": ["thornbury-council"],
        "uprn": [str(p.uprn) for p in outcome.borough.all_premises if p.kind == "refuge"],
        "service_code": ["programme"],
    }


def test_no_route_tells_anybody_where_a_refuge_is(
    carried: Carried, hidden: list[str], needles: set[str], families: list[str]
) -> None:
    outcome = carried.outcome
    doors = list(rest_doors(outcome.api, known_ids(outcome, hidden, families), hidden, families))
    told: list[str] = []
    answers = 0
    for name, who, purposes in everybody(outcome):
        for purpose in purposes:
            for door in share_of(doors, carried, name, purpose):
                if name in WATCH_OVER_FLAGS and door.path.startswith("/v1/premises"):
                    continue
                text = door.ask(outcome.api, who, purpose)
                answers += 1
                told += [
                    f"{name} {purpose} {door.method} {door.path}: {n}"
                    for n in needles
                    if n in text and n not in door.path  # a refusal repeats the path that was asked
                ]
    assert not told
    assert answers * SHARE > 2000


def test_no_query_tells_anybody_where_a_refuge_is(
    carried: Carried, hidden: list[str], needles: set[str], families: list[str]
) -> None:
    outcome = carried.outcome
    text = (ROOT / "gateway" / "schema.graphql").read_text()
    schema: dict[str, Any] = {**introspection_from_schema(build_schema(text))["__schema"]}
    ids = known_ids(outcome, hidden, families)
    values: dict[str, list[Any]] = {
        "family.id": families,
        "person.id": hidden,
        "claim.id": ids["claim_id"],
        "batch.id": ids["batch_id"],
        "findings.batch": ids["batch_id"],
        "question.id": ids["question_id"],
        "report.name": ids["name"],
        "sharingLog.person": hidden,
        "accessReport.id": ids["report_id"],
        "keptBack.accessReport": ids["report_id"],
        "premises.uprn": ids["uprn"],
        "assuranceVisit.visit": ids["visit_id"],
        "visitedClaims.visit": ids["visit_id"],
        "restriction.restriction": ids["restriction_id"],
        "welfareRequest.welfareRequest": ids["welfare_request_id"],
        "sponsors.agency": ["thornbury-council"],
    }
    queries = list(graphql_queries(schema, values))
    told: list[str] = []
    answered = 0
    for name, who, purposes in everybody(outcome):
        for purpose in purposes:
            for query in share_of(queries, carried, name, purpose):
                if name in WATCH_OVER_FLAGS and "remises" in query:
                    continue
                answer = outcome.api.graphql(who, query, purpose=purpose)
                answered += bool(answer.get("data"))
                told += [f"{name} {purpose} {query[:60]}: {n}" for n in needles if n in str(answer)]
    assert not told
    assert answered * SHARE > 100


def test_only_who_looks_after_protected_families_meets_the_family_at_the_refuge(
    carried: Carried, hidden: list[str]
) -> None:
    outcome = carried.outcome
    protected = {person for act in outcome.borough.acts if act.kind == "protection_set" for person in act.people}
    rows = outcome.api.lookup(
        outcome.cast["ana"], "families", "/v1/members/lookup", outcome.register.known_ids(protected)
    )
    present = {held["family"] for row in rows for held in row["families"] if held["to"] is None}
    assert present
    for name in ("cora", "leo", "lena", "harriet", "noor", "sol"):
        who = outcome.cast[name]
        listed = {family["id"] for family in outcome.api.pages(who, "families", "/v1/families")}
        assert not listed & present, name


def test_the_two_sides_of_a_separation_share_no_family(carried: Carried) -> None:
    outcome = carried.outcome
    for act in outcome.borough.acts:
        if act.kind != "separated":
            continue
        stayed = next(
            family
            for family in outcome.borough.families.values()
            if family.separated_from == act.family and family.id != act.detail
        )
        sides = [
            {
                held["family"]
                for row in outcome.api.lookup(
                    outcome.cast["ana"], "families", "/v1/members/lookup", outcome.register.known_ids(people)
                )
                for held in row["families"]
                if held["to"] is None
            }
            for people in (act.people, stayed.people())
        ]
        assert sides[0] and not sides[0] & sides[1]
