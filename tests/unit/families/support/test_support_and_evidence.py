"""What is done with a family, and how it is frozen as evidence."""

import hashlib
import json
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from chassis.events import Received
from families.models.facts import Fact
from families.reactions import reactions
from unit.families.families.test_reading_families import outbox
from unit.families.household import SCHOOL, Street, ana, carl, claims, clare, cora, hob, leo, otto

LEAD = {"date": "2017-09-10", "user": "leo", "service": "programme", "sector": "council"}


def attach(street: Street) -> str:
    family: str = street.families()[0]["id"]
    path = f"/v1/families/{family}"
    agreed = street.post(f"{path}/agreement-to-be-supported", {"date": "2017-09-05", "agreed": True, "by": None})
    assert agreed.status_code == 201 and agreed.json()["status"] == "agreed"
    assert street.post(f"{path}/lead-professional", LEAD).status_code == 201
    body = {"date": "2017-10-01", "kind": "early_help", "needs": ["attendance"], "note": "Mia is often late."}
    assessment = street.post(f"{path}/assessments", body, leo).json()["id"]
    goals = [{"need": "attendance", "goal": "In school each day"}]
    plan = street.post(f"{path}/plans", {"date": "2017-10-20", "assessment": assessment, "goals": goals}, leo)
    assert plan.status_code == 201
    return family


def test_the_four_parts_of_the_gate_are_recorded_told_and_read(street: Street) -> None:
    street.ashes()
    family = attach(street)
    assert outbox(street)[4:] == [
        "agreement-to-be-supported.given", "lead-professional.named", "assessment.completed", "plan.agreed",
    ]  # fmt: skip
    shown = street.get(f"/v1/families/{family}", leo).json()
    assert shown["support"]["agreed_on"] == "2017-09-05" and shown["support"]["plan"]["date"] == "2017-10-20"
    assert shown["lead_professional"] == {
        "user": "leo", "date": "2017-09-10", "sector": "council", "service": "programme",
    }  # fmt: skip
    early = street.get(f"/v1/families/{family}", as_at="2017-09-30").json()
    assert set(early["support"]) == {"agreed_on"}
    looked = street.post("/v1/support/lookup", {"ids": [family, str(uuid4())]}, leo).json()["items"]
    assert [item["family"] for item in looked] == [family]


def test_the_event_carries_dates_and_no_words(street: Street) -> None:
    from sqlalchemy import select

    from families.models.chassis import Outbox

    street.ashes()
    family = attach(street)
    with street.runtime.read() as session:
        acts = select(Outbox).where(Outbox.topic == "families.support").order_by(Outbox.seq)
        told = [row.data for row in session.scalars(acts)]
    assert told[0] == {"family": family, "date": "2017-09-05"}
    assert told[1]["lead"] == "leo" and told[2]["needs"] == ["attendance"]
    assert "often late" not in str(told) and "each day" not in str(told)


def test_a_repeated_act_counts_once(street: Street) -> None:
    street.ashes()
    family = street.families()[0]["id"]
    path = f"/v1/families/{family}/lead-professional"
    first, again = street.post(path, LEAD, key="lead-for-ash"), street.post(path, LEAD, key="lead-for-ash")
    assert first.json() == again.json() and outbox(street).count("lead-professional.named") == 1
    assert street.client.post(path, json=LEAD, headers=cora()).status_code == 400


def test_who_leads_is_who_was_named_last(street: Street) -> None:
    street.ashes()
    family = attach(street)
    assert street.get(f"/v1/families/{family}", leo).status_code == 200
    street.post(f"/v1/families/{family}/lead-professional", LEAD | {"date": "2018-01-01", "user": "lena"})
    assert street.get(f"/v1/families/{family}", leo).status_code == 404


def test_a_family_that_declines_is_shown_to_have_declined(street: Street) -> None:
    street.ashes()
    family = street.families()[0]["id"]
    path = f"/v1/families/{family}/agreement-to-be-supported"
    street.post(path, {"date": "2017-09-05", "agreed": True})
    street.post(path, {"date": "2017-11-05", "agreed": False})
    assert street.get(f"/v1/families/{family}").json()["support"] == {"declined_on": "2017-11-05"}
    assert outbox(street)[-1] == "declined"


@pytest.mark.parametrize("path", ["lead-professional", "assessments", "plans", "team", "agreement-to-be-supported"])
def test_nobody_acts_on_a_family_out_of_reach(street: Street, path: str) -> None:
    street.ashes()
    family = street.families()[0]["id"]
    bodies: dict[str, Any] = {
        "lead-professional": LEAD,
        "assessments": {"date": "2017-10-01", "kind": "early_help", "needs": []},
        "plans": {"date": "2017-10-01", "assessment": str(uuid4()), "goals": []},
        "team": {"service": "housing", "from": "2017-10-01"},
        "agreement-to-be-supported": {"date": "2017-10-01", "agreed": True},
    }
    there = street.post(f"/v1/families/{family}/{path}", bodies[path], carl)
    nowhere = street.post(f"/v1/families/{uuid4()}/{path}", bodies[path], carl)
    assert there.status_code == nowhere.status_code == 404
    assert there.json()["detail"] == nowhere.json()["detail"]
    assert street.post(f"/v1/families/{family}/{path}", bodies[path], ana).status_code == 403


def test_a_day_to_come_is_refused(street: Street) -> None:
    street.ashes()
    family = street.families()[0]["id"]
    body = LEAD | {"date": "2999-01-01"}
    assert street.post(f"/v1/families/{family}/lead-professional", body).status_code == 422


def fact(street: Street, leaf: UUID, value: int = 9) -> UUID:
    record = street.record(leaf, SCHOOL)
    with street.runtime.write() as session:
        session.add(
            Fact(
                person=leaf, record_id=record, measure="sessions.unauthorised", from_on=date(2017, 1, 1),
                to_on=date(2017, 3, 31), value=value, unit="sessions", age_at_event=None, source="education",
                category="attendance", push=street.push, supersedes=None, superseded_at=None,
            )
        )  # fmt: skip
    return record


def freeze(street: Street, family: str, persons: list[UUID], records: list[UUID], key: str = "") -> Any:
    body = {"as_at": "2018-12-31", "persons": [str(p) for p in persons], "records": [str(r) for r in records]}
    return street.post(f"/v1/families/{family}/evidence-bundles", body, claims, key=key)


def sample(street: Street, bundle: str) -> None:
    kind = "org.thinkfamily.claims.claim.sampled.v1"
    data = {"claim": str(uuid4()), "family": str(uuid4()), "bundle": bundle}
    reaction = reactions.to(kind)
    assert reaction is not None
    with street.runtime.write() as session:
        reaction(session, [Received(uuid4(), kind, "claim.sampled", "c", 1, datetime.now(UTC), data)])


def test_a_bundle_is_frozen_whole_and_its_hash_can_be_checked(street: Street) -> None:
    mia, _, rose = street.ashes()
    family = attach(street)
    record = fact(street, mia)
    frozen = freeze(street, family, [mia, rose], [record], key="bundle-for-ash")
    assert frozen.status_code == 201 and len(frozen.json()["hash"]) == 64
    assert freeze(street, family, [mia, rose], [record], key="bundle-for-ash").json() == frozen.json()
    street.consent.agreements["education", "programme", "claim"] = frozenset({"attendance"})
    sample(street, frozen.json()["id"])
    shown = street.get(f"/v1/evidence-bundles/{frozen.json()['id']}", otto).json()
    assert shown["whole"] is True and [f["value"] for f in shown["content"]["facts"]] == [9]
    canonical = json.dumps(shown["content"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert hashlib.sha256(canonical.encode()).hexdigest() == shown["hash"] == frozen.json()["hash"]
    assert "Ash" not in str(shown["content"]["members"])


def test_an_auditor_reads_sampled_bundles_and_no_others(street: Street) -> None:
    mia, *_ = street.ashes()
    family = attach(street)
    bundle = freeze(street, family, [mia], [fact(street, mia)]).json()["id"]
    assert street.get(f"/v1/evidence-bundles/{bundle}", otto).status_code == 404
    assert street.get(f"/v1/evidence-bundles/{bundle}", clare).status_code == 200
    sample(street, bundle)
    assert street.get(f"/v1/evidence-bundles/{bundle}", otto).status_code == 200
    assert street.get(f"/v1/evidence-bundles/{uuid4()}", otto).status_code == 404
    # Whoever holds the scope and is neither: an audit opens nothing to them.
    assert street.get(f"/v1/evidence-bundles/{bundle}", hob).status_code == 404


def test_what_is_withdrawn_after_freezing_is_shown_no_more(street: Street) -> None:
    mia, *_ = street.ashes()
    family = attach(street)
    bundle = freeze(street, family, [mia], [fact(street, mia)]).json()["id"]
    sample(street, bundle)
    street.consent.denied.add((str(mia), "attendance"))
    shown = street.get(f"/v1/evidence-bundles/{bundle}", otto).json()
    assert shown["whole"] is False and shown["content"]["facts"] == []
    assert "sessions" not in str(shown["content"])


def test_a_stranger_is_no_evidence(street: Street) -> None:
    street.ashes()
    family = attach(street)
    stranger = street.person("Ivy Oak", 1983)
    assert freeze(street, family, [stranger], []).status_code == 422
    assert freeze(street, str(uuid4()), [stranger], []).status_code == 404
