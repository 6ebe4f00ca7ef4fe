"""What is done with a family, and how it is frozen as evidence."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, date, datetime
from threading import Barrier, BrokenBarrierError
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, select, update

from chassis.clock import today
from chassis.events import Received
from families.log import LOG
from families.models.chassis import Outbox
from families.models.evidence import EvidenceBundle
from families.models.facts import Fact
from families.models.support import Assessment, SupportPlan
from families.reactions import reactions
from families.support import repository
from families.support.worker import EmptyActs
from fixtures.footing import ON_PRODUCTION
from transparency.checking import walk_log
from unit.families.families.test_reading_families import outbox
from unit.families.household import SCHOOL, Street, ana, carl, claims, clare, cora, hob, leo, otto

LEAD = {"date": "2017-09-10", "user": "leo", "service": "programme"}


def days(act: dict[str, Any]) -> int:
    """How late an act of years ago is recorded now."""
    return (today() - date.fromisoformat(act["date"])).days


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
        "user": "leo", "date": "2017-09-10", "sector": "programme", "service": "programme", "days_late": days(LEAD),
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
    recorded = {"recorded_on": today().isoformat(), "recorded_by": "cora"}
    assert told[0] == {"family": family, "date": "2017-09-05", "days_late": days({"date": "2017-09-05"}), **recorded}
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


@pytest.mark.parametrize(
    "path", ["lead-professional", "assessments", "plans", "team", "agreement-to-be-supported", "late-acts/confirmation"]
)
def test_nobody_acts_on_a_family_out_of_reach(street: Street, path: str) -> None:
    street.ashes()
    family = street.families()[0]["id"]
    bodies: dict[str, Any] = {
        "lead-professional": LEAD,
        "assessments": {"date": "2017-10-01", "kind": "early_help", "needs": ["work"]},
        "plans": {"date": "2017-10-01", "goals": [{"need": "work", "goal": "A job"}]},
        "late-acts/confirmation": {"date": "2017-10-01", "reason": "Seen the file"},
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


# --- what an act must say, and how late it was recorded


def refused(answer: Any) -> tuple[int, list[tuple[str, str]]]:
    assert all(error["fix"] for error in answer.json()["errors"])
    return answer.status_code, [(error["pointer"], error["code"]) for error in answer.json()["errors"]]


def lead_of(street: Street, family: str) -> Any:
    return street.get(f"/v1/families/{family}").json()["lead_professional"]


def test_an_assessment_names_a_need_or_says_why_it_found_none(street: Street) -> None:
    street.ashes()
    path = f"/v1/families/{street.families()[0]['id']}/assessments"
    body = {"date": today().isoformat(), "kind": "early_help"}
    nothing: dict[str, Any] = {"needs": []}
    both = {"needs": ["work"], "none_found_because": "Nothing was found"}
    for wrong in (nothing, both):
        assert refused(street.post(path, body | wrong)) == (422, [("/body/needs", "needs_or_reason")])
    for blank in ("", "  "):
        assert street.post(path, body | {"needs": [], "none_found_because": blank}).status_code == 422
    assert street.post(path, body | {"needs": [], "none_found_because": "All is well now"}).status_code == 201
    assert street.post(path, body | {"needs": ["work"]}).status_code == 201


def test_a_plan_has_a_goal_and_may_come_before_its_assessment(street: Street) -> None:
    street.ashes()
    path = f"/v1/families/{street.families()[0]['id']}/plans"
    body = {"date": today().isoformat()}
    empty = street.post(path, body | {"goals": []})
    assert empty.status_code == 422 and empty.json()["errors"][0]["pointer"] == "/body/goals"
    safety = {"goals": [{"need": "crime_asb", "goal": "Nobody is hurt"}]}
    assert street.post(path, body | safety).status_code == 201
    assert street.post(path, body | safety | {"assessment": str(uuid4())}).status_code == 404


def test_a_lead_without_an_account_is_named_and_answered_for_by_a_service(street: Street) -> None:
    street.ashes()
    family = street.families()[0]["id"]
    path, on = f"/v1/families/{family}/lead-professional", {"date": today().isoformat()}
    teacher = on | {"name": "Tess Tutor", "service": "education"}
    for wrong in (on | {"service": "education"}, teacher | {"user": "leo"}):
        assert refused(street.post(path, wrong)) == (422, [("/body/user", "user_or_name")])
    assert refused(street.post(path, teacher | {"service": "nowhere"})) == (422, [("/body/service", "unknown_service")])
    assert refused(street.post(path, teacher | {"sector": "council"})) == (422, [("/body/sector", "not_its_sector")])
    assert street.post(path, teacher | {"sector": "education"}).status_code == 201
    assert lead_of(street, family) == {
        "name": "Tess Tutor", "date": on["date"], "sector": "education", "service": "education",
    }  # fmt: skip
    # Nobody leads by an account any more; and no event holds a name.
    assert street.get(f"/v1/families/{family}", leo).status_code == 404
    assert "Tess" not in str(told(street))
    # A name is shown as what is known of support is, and not otherwise.
    member = street.get(f"/v1/families/{family}/members").json()["items"][0]["person"]
    street.consent.denied.add((member, "support"))
    assert "lead_professional" not in street.get(f"/v1/families/{family}").json()


def test_an_assessments_sector_is_that_of_the_service_as_the_directory_has_it(street: Street) -> None:
    street.ashes()
    family = attach(street)
    sectors = {act["sector"] for act in told(street) if "sector" in act}
    assert sectors == {"programme"} and family


def told(street: Street) -> list[dict[str, Any]]:
    with street.runtime.read() as session:
        acts = select(Outbox).where(Outbox.topic == "families.support").order_by(Outbox.seq)
        return [row.data for row in session.scalars(acts)]


def test_what_is_recorded_late_is_marked_and_confirmed_by_somebody_else(street: Street) -> None:
    street.ashes()
    family = street.families()[0]["id"]
    path = f"/v1/families/{family}"
    today_ = {"date": today().isoformat()}
    reason = today_ | {"reason": "Seen the paper file"}
    assert street.post(f"{path}/lead-professional", LEAD | today_).status_code == 201
    assert lead_of(street, family).get("days_late") is None
    nothing = street.post(f"{path}/late-acts/confirmation", reason)
    assert (nothing.status_code, nothing.json()["type"].rpartition("/")[2]) == (409, "nothing-to-confirm")
    attach(street)  # in 2017: cora wrote down two acts of it, and leo two
    assert [act["days_late"] > 2000 for act in told(street)] == [False, True, True, True, True]
    shown = street.get(path, leo).json()["support"]
    assert shown["plan"]["days_late"] == days(shown["plan"]) and "days_late" in shown["assessment"]
    # Who leads the family, and who recorded an act, does not confirm it.
    for who in (leo,):
        own = street.post(f"{path}/late-acts/confirmation", reason, who)
        assert (own.status_code, own.json()["type"].rpartition("/")[2]) == (409, "confirmer-not-independent")
    early = street.post(f"{path}/late-acts/confirmation", reason | {"date": "2017-10-19"})
    assert refused(early) == (422, [("/body/date", "date_out_of_order")])
    assert street.post(f"{path}/late-acts/confirmation", reason).status_code == 201
    assert [(act["part"], act["date"], act["confirmed_by"]) for act in told(street)[5:]] == [
        ("assessment", "2017-10-01", "cora"), ("plan", "2017-10-20", "cora"),
    ]  # fmt: skip
    own = street.post(f"{path}/late-acts/confirmation", reason)
    assert (own.status_code, own.json()["type"].rpartition("/")[2]) == (409, "confirmer-not-independent")
    mia = UUID(street.get(f"{path}/members").json()["items"][0]["person"])
    bundle = freeze(street, family, [mia], []).json()["id"]
    content = street.get(f"/v1/evidence-bundles/{bundle}", clare).json()["content"]
    [plan], [assessment] = content["support"]["plans"], content["support"]["assessments"]
    assert (plan["recorded_by"], plan["days_late"] > 2000, plan["confirmed_by"]) == ("leo", True, "cora")
    assert plan["recorded_on"] == today().isoformat() and assessment["confirmed_by"] == "cora"


def test_a_councils_own_days_take_the_place_of_the_vocabularys(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    street.ashes()
    own = street.runtime.settings.model_copy(update={"late_after_days": 36_500})
    monkeypatch.setattr(street.runtime, "settings", own)
    attach(street)
    assert {act["days_late"] for act in told(street)} == {0}


def test_acts_without_content_of_before_are_told_of_once(street: Street) -> None:
    street.ashes()
    family = attach(street)
    worker = EmptyActs()
    assert worker.pending(street.runtime) == 0 and worker.step(street.runtime) is False
    with street.runtime.write() as session:
        session.scalars(select(Assessment)).one().needs = []
        session.scalars(select(SupportPlan)).one().goals = []
    assert worker.pending(street.runtime) == 2 and worker.step(street.runtime) is True
    assert told(street)[-2:] == [
        {"family": family, "part": "assessment", "date": "2017-10-01"},
        {"family": family, "part": "plan", "date": "2017-10-20"},
    ]
    assert worker.pending(street.runtime) == 0 and worker.step(street.runtime) is False


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


def test_a_bundle_that_is_changed_or_taken_out_of_the_store_is_found(street: Street) -> None:
    street.runtime.state["head_every"] = 0.0
    mia, *_ = street.ashes()
    frozen = freeze(street, attach(street), [mia], [fact(street, mia)]).json()["id"]
    street.running.work()
    assert walk_log(street.runtime, LOG).faults == []
    with street.runtime.write() as session:
        bundle = session.scalars(select(EvidenceBundle)).one()
        assert str(bundle.id) == frozen
        before = bundle.content
        bundle.content = before.replace('"value":9', '"value":1')
        assert bundle.content != before
    (edited,) = walk_log(street.runtime, LOG).faults
    assert "was changed" in edited
    with street.runtime.write() as session:
        session.execute(update(EvidenceBundle).values(content=before))
    assert walk_log(street.runtime, LOG).faults == []
    with street.runtime.write() as session:
        session.execute(delete(EvidenceBundle))
    (gone,) = walk_log(street.runtime, LOG).faults
    assert "is gone" in gone


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


# --- who writes about one family at once


@ON_PRODUCTION  # on files one transaction writes at a time
def test_of_two_who_confirm_at_once_the_second_sees_what_the_first_confirmed(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    street.ashes()
    family = attach(street)
    listing, both = repository.list_late_acts, Barrier(2)

    def list_when_the_other_does(*asked: Any) -> Any:
        found = listing(*asked)
        with suppress(BrokenBarrierError):  # the second never comes here while the first holds the family
            both.wait(1)
        return found

    monkeypatch.setattr(repository, "list_late_acts", list_when_the_other_does)
    body = {"date": today().isoformat(), "reason": "Seen the paper file"}
    with ThreadPoolExecutor(2) as threads:
        asked = [threads.submit(street.post, f"/v1/families/{family}/late-acts/confirmation", body) for _ in range(2)]
        assert sorted(each.result().status_code for each in asked) == [201, 409]


@ON_PRODUCTION
def test_acts_of_one_family_that_are_recorded_at_once_are_each_counted(street: Street) -> None:
    street.ashes()
    family = attach(street)
    before = len(told(street))
    step = {"date": "2017-11-01", "step": "stepped_up", "note": ""}
    with ThreadPoolExecutor(4) as threads:
        asked = [threads.submit(street.post, f"/v1/families/{family}/steps", step) for _ in range(8)]
        assert {each.result().status_code for each in asked} == {201}
    with street.runtime.read() as session:
        acts = select(Outbox.sequence).where(Outbox.topic == "families.support").order_by(Outbox.seq)
        assert list(session.scalars(acts)) == list(range(1, before + 9))
