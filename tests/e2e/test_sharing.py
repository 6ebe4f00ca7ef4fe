"""Two services with different agreements ask for one family; a third has none. Through REST and GraphQL alike."""

import json
import re
import uuid
from dataclasses import dataclass
from typing import Any

import pytest

from e2e.conftest import Carried
from journey.api import Who
from journey.seeding import iso
from sandbox.model import CHILD

pytestmark = pytest.mark.timeout(1800)
FAMILY = """
query ($id: UUID!) {
  family(id: $id) {
    id
    members {
      role
      person {
        name dateOfBirth identifiers { value } addresses { postcode }
        facts(first: 100) { items { category source } }
      }
    }
    support { agreedOn plan { id } }
    access { purpose covers }
  }
}
"""


@dataclass
class Shared:
    """A family on whose team housing and the school nurse are, with a child whose carer consented to housing."""

    family: str
    child: str
    people: list[str]
    upn: str
    postcode: str


@pytest.fixture(scope="module")
def shared(carried: Carried) -> Shared:
    borough, register = carried.outcome.borough, carried.outcome.register
    for family in borough.families.values():
        to_housing = [consent for consent in family.consents if consent.recipient == "housing"]
        if not to_housing or not (found := register.family_id(family.id)):
            continue
        person = borough.people[to_housing[0].person]
        if any(residence.premises.communal for residence in person.residences):
            continue  # of a refuge nobody is shown the address
        child = register.person_id(person.id)
        assert child and person.upn
        return Shared(
            found, child, register.known_ids(family.people()), person.upn, person.residences[-1].premises.postcode
        )
    raise AssertionError("the borough holds no family that housing supports")


def facts(carried: Carried, who: Who, shared: Shared) -> set[tuple[str, str]]:
    """Category and source of every fact that somebody is shown of the family, through REST."""
    rows = carried.outcome.api.lookup(who, "families", "/v1/facts/lookup", shared.people)
    return {(fact["category"], fact["source"]) for row in rows for fact in row["facts"]}


def people(carried: Carried, who: Who, shared: Shared) -> list[dict[str, Any]]:
    return carried.outcome.api.lookup(who, "families", "/v1/people/lookup", shared.people)


def asked_by_graphql(carried: Carried, who: Who, family: str) -> dict[str, Any]:
    return carried.outcome.api.graphql(who, FAMILY, {"id": family})


def test_housing_sees_names_addresses_and_what_was_consented_to_and_the_support(
    carried: Carried, shared: Shared
) -> None:
    harriet = carried.outcome.cast["harriet"]
    assert facts(carried, harriet, shared) == {("attendance", "education")}
    shown = people(carried, harriet, shared)
    assert any(person.get("addresses") for person in shown)
    assert {a["source"] for person in shown for a in person.get("addresses") or []} == {"education"}
    view = carried.outcome.api.get(harriet, "families", f"/v1/families/{shared.family}")
    assert view["support"]["plan"]
    # `housing` is what this service supplies itself.
    assert view["access"]["covers"] == ["address", "attendance", "housing", "identity", "support"]


def test_the_school_nurse_sees_attendance_and_no_address_and_no_support(carried: Carried, shared: Shared) -> None:
    noor = carried.outcome.cast["noor"]
    assert facts(carried, noor, shared) == {("attendance", "education")}
    shown = people(carried, noor, shared)
    assert any(person.get("name") for person in shown)
    assert not any(person.get("addresses") for person in shown)
    view = carried.outcome.api.get(noor, "families", f"/v1/families/{shared.family}")
    assert "plan" not in view["support"] and "agreed_on" not in view["support"]
    assert view["access"]["covers"] == ["attendance", "identity"]


def test_graphql_shows_each_the_same_part_as_rest(carried: Carried, shared: Shared) -> None:
    for name, addresses in (("harriet", True), ("noor", False)):
        who = carried.outcome.cast[name]
        answer = asked_by_graphql(carried, who, shared.family)
        assert not answer.get("errors"), answer
        family = answer["data"]["family"]
        seen = {
            (fact["category"], fact["source"])
            for member in family["members"]
            for fact in ((member["person"] or {}).get("facts") or {}).get("items", [])
        }
        assert seen == facts(carried, who, shared)
        assert any((member["person"] or {}).get("addresses") for member in family["members"]) == addresses
        assert bool(family["support"]["plan"]) == (name == "harriet")
        assert (
            family["access"]["covers"]
            == carried.outcome.api.get(who, "families", f"/v1/families/{shared.family}")["access"]["covers"]
        )


def test_neither_sees_what_police_and_the_jobcentre_sent(carried: Carried, shared: Shared) -> None:
    for name in ("harriet", "noor"):
        who = carried.outcome.cast[name]
        answers = [
            carried.outcome.api.get(who, "families", f"/v1/families/{shared.family}"),
            people(carried, who, shared),
            asked_by_graphql(carried, who, shared.family),
        ]
        for word in ("neighbourhood-policing", "jobcentre", "benefit", "asb."):
            assert word not in json.dumps(answers)


def test_a_service_without_an_agreement_is_told_the_same_as_of_a_family_that_never_was(
    carried: Carried, shared: Shared
) -> None:
    sol, nobody = carried.outcome.cast["sol"], str(uuid.UUID(int=uuid.UUID(shared.family).int ^ 1))
    api = carried.outcome.api
    for path in ("/v1/families/{}", "/v1/families/{}/members", "/v1/families/{}/timeline"):
        real, none = (
            api.send(sol, "GET", "families", path.format(family), allow=(404,)) for family in (shared.family, nobody)
        )
        assert real.status_code == none.status_code == 404
        assert without_ids(real.text) == without_ids(none.text)
        assert headers(real.headers) == headers(none.headers)
    for path, ids in (("/v1/families/lookup", [shared.family]), ("/v1/people/lookup", shared.people)):
        assert api.lookup(sol, "families", path, ids) == api.lookup(sol, "families", path, [nobody]) == []
    real_answer, no_answer = (asked_by_graphql(carried, sol, family) for family in (shared.family, nobody))
    assert real_answer["data"]["family"] is None
    assert without_ids(json.dumps(real_answer)) == without_ids(json.dumps(no_answer))


def test_what_is_withheld_gives_the_same_bytes_whether_it_exists_or_not(carried: Carried, shared: Shared) -> None:
    """Housing is shown no facts of a child whose carer did not consent, nor of an adult of whom there are none."""
    harriet = carried.outcome.cast["harriet"]
    rows = carried.outcome.api.lookup(harriet, "families", "/v1/facts/lookup", shared.people)
    by_person = {row["person"]: row["facts"] for row in rows}
    borough, register = carried.outcome.borough, carried.outcome.register
    family = next(f for f in borough.families.values() if register.family_id(f.id) == shared.family)
    consented = {register.person_id(c.person) for c in family.consents if c.recipient == "housing"}
    told_of = {person for person, found in by_person.items() if found}
    assert told_of == consented & set(by_person)
    silent = {json.dumps(row).replace(row["person"], "-") for row in rows if row["person"] not in consented}
    assert len(silent) <= 1
    assert any(m.role == CHILD for m in family.members)


def test_the_sharing_log_shows_each_sharing(carried: Carried, shared: Shared) -> None:
    api, iris = carried.outcome.api, carried.outcome.cast["iris"]

    def sharings() -> dict[str, Any]:
        rows = api.pages(iris, "consent", "/v1/sharing-log", person=shared.child)
        return {row["id"]: row for row in rows}

    before = sharings()
    api.get(carried.outcome.cast["noor"], "families", f"/v1/families/{shared.family}")
    api.send(carried.outcome.cast["sol"], "GET", "families", f"/v1/families/{shared.family}", allow=(404,))
    new = [row for id, row in sharings().items() if id not in before]
    assert {(row["service"], row["category"], row["source"], row["purpose"]) for row in new} == {
        ("school-nursing", "identity", "education", "support")
    }
    assert all(row["agreement"] and row["basis"] == "public_task" for row in new)
    api.lookup(carried.outcome.cast["harriet"], "families", "/v1/facts/lookup", [shared.child])
    newer = [row for id, row in sharings().items() if id not in before and row["service"] == "housing"]
    assert {(row["category"], row["basis"]) for row in newer} == {("attendance", "consent")}


def test_a_suspended_agreement_stops_routine_sharing_and_resumed_it_goes_on(carried: Carried, shared: Shared) -> None:
    api, iris, noor = carried.outcome.api, carried.outcome.cast["iris"], carried.outcome.cast["noor"]
    agreement = next(
        row["id"]
        for row in api.pages(iris, "consent", "/v1/agreements")
        if (row["supplier"], row["recipient"]) == ("education", "school-nursing")
    )
    step = {"date": iso(carried.outcome.borough.waves[-1].pushed_on), "reason": "Under review"}
    api.post(iris, "consent", f"/v1/agreements/{agreement}/suspend", step, act="suspend nursing")
    try:
        stopped = api.send(noor, "GET", "families", f"/v1/families/{shared.family}", allow=(404,))
        assert stopped.status_code == 404
        assert facts(carried, noor, shared) == set()
    finally:
        api.post(iris, "consent", f"/v1/agreements/{agreement}/resume", step, act="resume nursing")
    assert facts(carried, noor, shared) == {("attendance", "education")}


def without_ids(text: str) -> str:
    """An answer without what tells one request from another."""
    text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "-", text)
    return re.sub(r"[0-9a-f]{32}", "-", text)


def headers(found: Any) -> dict[str, str]:
    varying = ("date", "x-request-id", "traceparent", "content-length")
    return {name: value for name, value in found.items() if name.lower() not in varying}
