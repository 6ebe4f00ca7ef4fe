"""What becomes of drafts when news comes: they fall, they change, they wait; what is paid stands."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from random import Random
from typing import Any
from uuid import UUID

import orjson
import pytest
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from chassis.db import new_id
from chassis.events import Received, envelope
from chassis.listener import listen_once
from chassis.log.base import Entry
from chassis.tables import Outbox
from claims.frameworks import catalogue
from claims.models import Base, Claim, Fact, Family, LedgerEntry
from unit.claims.world import (
    CLARE,
    FAYE,
    FINN,
    OLGA,
    OTTO,
    TERMS,
    A,
    Smiths,
    World,
    hear,
    person,
    pushes_until_attachment,
    recovery,
    smiths,
)

DAY = "2026-01-05"


def recovered(world: World) -> Smiths:
    """A family whose result is drafted."""
    s = world.story
    family = smiths(s)
    s.incident(family.son, "2017-06-01")
    pushes_until_attachment(s)
    s.attach(family.family, A)
    recovery(s, family.son)
    world.settle()
    return family


def check(world: World, claim: str, who: dict[str, str] = CLARE) -> int:
    answer = world.post(f"/v1/claims/{claim}/check", who, {"verdict": "agreed", "reason": "ok", "date": DAY})
    return int(answer.status_code)


def frozen(world: World, checker: dict[str, str] = CLARE) -> str:
    """A batch of all drafts."""
    for claim in world.claims(status="drafted"):
        assert check(world, claim["id"], checker) == 200
    return str(world.freeze(DAY).json()["id"])


def pay(world: World, checker: dict[str, str] = CLARE) -> None:
    batch = frozen(world, checker)
    for claim in world.draw(batch).json()["sample"]:
        finding = {"claim": claim, "verdict": "upheld", "reason": "seen", "date": DAY}
        assert world.post(f"/v1/batches/{batch}/findings", OTTO, finding).status_code == 201
    assert world.post(f"/v1/batches/{batch}/submit", FINN, {"date": DAY}).status_code == 200
    due = world.get(f"/v1/batches/{batch}", FINN)["value"]["pence"]
    payment = {"batch": batch, "date": DAY, "pence": due, "reference": "R"}
    assert world.post("/v1/payments", FAYE, payment).status_code == 201


def statuses(world: World) -> list[str]:
    return [claim["status"] for claim in world.claims()]


def recompute(world: World, moment: str) -> list[dict[str, Any]]:
    answer = world.http.post("/v1/recomputations", headers=CLARE, json={"all": True, "as": moment})
    assert answer.status_code == 200
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def told(world: World) -> list[str]:
    with world.running.runtime.read() as session:
        types = session.scalars(select(Outbox.type).order_by(Outbox.seq))
        told = [kind.removeprefix("org.thinkfamily.claims.").removesuffix(".v1") for kind in types]
    return [kind for kind in told if kind != "head.signed"]  # of the log, whenever it signs one


def test_everything_that_became_true_was_told_once(world: World) -> None:
    recovered(world)
    pay(world)
    assert Counter(told(world)) == {
        "family.eligible": 1, "family.attached": 1, "progress.changed": 1,
        "claim.drafted": 1, "claim.checked": 1, "claim.sampled": 1, "claim.submitted": 1, "claim.paid": 1,
        "sample.committed": 1, "batch.frozen": 1, "sample.drawn": 1, "finding.recorded": 1,
    }  # fmt: skip


def test_a_later_incident_fells_the_draft_and_a_clean_half_year_makes_a_new_one(world: World) -> None:
    family = recovered(world)
    assert check(world, world.claims()[0]["id"]) == 200
    world.story.incident(family.son, "2019-01-10", action="none")
    world.story.push("anti_social_behaviour", "2019-01-01", "2019-03-31")
    world.settle()
    assert statuses(world) == ["dropped"]
    assert world.get(f"/v1/families/{family.family}/progress", CLARE)["result_date"] is None
    for term in (("2019-01-01", "2019-03-31"), ("2019-04-01", "2019-07-31")):
        world.story.term(family.son, *term, 120, 0)
        world.story.push("school_attendance", *term)
    world.story.push("anti_social_behaviour", "2019-04-01", "2019-08-31")
    world.settle()
    assert [(c["status"], c["result_date"]) for c in world.claims()] == [
        ("dropped", "2018-12-31"),
        ("drafted", "2019-07-10"),
    ]


def test_silence_is_not_success_until_the_missing_months_are_covered(world: World) -> None:
    s = world.story
    family = smiths(s)
    s.incident(family.son, "2017-06-01")
    pushes_until_attachment(s)
    s.attach(family.family, A)
    for term in ("autumn17", "spring18", "summer18", "autumn18"):
        s.term(family.son, *TERMS[term], 120, 6)
        s.push("school_attendance", *TERMS[term])
    s.push("anti_social_behaviour", "2018-01-01", "2018-08-31")
    s.push("anti_social_behaviour", "2018-11-01", "2018-12-31")
    world.settle()
    assert world.claims() == []
    needs = world.get(f"/v1/families/{family.family}/progress", CLARE)["needs"]
    verdicts = {n["criterion"]: (n["verdict"], n["reason"]) for n in needs}
    assert verdicts["crime_asb"] == ("not_enough_evidence", "not_covered")
    s.push("anti_social_behaviour", "2018-09-01", "2018-10-31")
    world.settle()
    assert [c["result_date"] for c in world.claims()] == ["2018-12-31"]


def test_a_push_covers_nothing_until_every_fact_of_it_was_seen(world: World) -> None:
    s = world.story
    first = s.push("anti_social_behaviour", "2016-09-01", "2017-08-31", facts=2)
    family = smiths(s)
    late = s.event("families.fact", "fact.recorded", family.son, _suspect(family, first))
    again = s.event("families.fact", "fact.recorded", family.son, _suspect(family, first))
    assert world.get("/v1/reports/coverage", CLARE)["rows"] == []
    with world.running.runtime.write() as session:
        hear(session, late)
    assert world.get("/v1/reports/coverage", CLARE)["rows"] == []
    with world.running.runtime.write() as session:
        hear(session, again)
    assert len(world.get("/v1/reports/coverage", CLARE)["rows"]) == 1


def test_a_push_with_refused_lines_says_what_it_says_and_its_silence_nothing(world: World) -> None:
    s = world.story
    family = smiths(s)
    s.incident(family.son, "2017-06-01")
    pushes_until_attachment(s)
    s.attach(family.family, A)
    for term in ("autumn17", "spring18", "summer18", "autumn18"):
        s.term(family.son, *TERMS[term], 120, 6)
        s.push("school_attendance", *TERMS[term])
    s.push("anti_social_behaviour", "2018-01-01", "2018-12-31", refused=1)
    world.settle()
    progress = world.get(f"/v1/families/{family.family}/progress", CLARE)
    assert (world.claims(), progress["as_at"]) == ([], "2018-12-31")
    verdicts = {need["criterion"]: (need["verdict"], need["reason"]) for need in progress["needs"]}
    assert verdicts["crime_asb"] == ("not_enough_evidence", "not_covered")
    # The line is mended and sent again, for the same days.
    s.push("anti_social_behaviour", "2018-01-01", "2018-12-31")
    world.settle()
    assert statuses(world) == ["drafted"]


def test_a_family_that_moves_takes_nothing_from_what_was_known_of_it_then(world: World) -> None:
    family = recovered(world)
    pay(world)
    world.story.move(family.family, "westbrook", "2019-03-01")
    world.settle()
    [then] = recompute(world, "known_then")
    assert then["equal"] is True
    [now] = recompute(world, "known_now")
    assert now["equal"] is False and statuses(world) == ["paid"]


def test_a_composition_that_is_heard_late_does_not_undo_a_later_one(world: World) -> None:
    """As when it could not be handled at first: the family has fled meanwhile, and nothing may tell from where."""
    s = world.story
    family = new_id()
    early, late = (
        s.event("families.family", "family.composed", family, {"family": family, "on": "2016-09-01", "area": area})
        for area in ("thornbury", None)
    )
    for received in (late, early):
        with s.runtime.write() as session:
            hear(session, received)
    with s.runtime.read() as session:
        held = session.get(Family, family)
    assert held and (held.area, held.composed_sequence) == (None, 2)


def test_a_record_that_was_about_somebody_else_fells_the_draft_that_rested_on_it(world: World) -> None:
    s = world.story
    family, other = smiths(s), smiths(s)
    s.incident(family.son, "2017-06-01")
    pushes_until_attachment(s)
    s.attach(family.family, A)
    facts = [s.term(family.son, *TERMS[term], 120, 6) for term in ("autumn17", "spring18", "summer18", "autumn18")]
    recovery(s)
    world.settle()
    assert statuses(world) == ["drafted"]
    record = new_id()
    for measure, fact in facts[2].items():
        s.fact(other.son, f"sessions.{measure}", *TERMS["summer18"], 120, "attendance", "education", record, fact)
    world.settle()
    assert statuses(world) == ["dropped"]


def _suspect(family: Smiths, push: object) -> dict[str, Any]:
    return {
        "fact": new_id(), "person": family.son, "measure": "asb.role", "from": "2017-05-01", "to": "2017-05-01",
        "value": "witness", "unit": None, "age_at_event": 10, "source": "neighbourhood-policing",
        "category": "anti_social_behaviour", "record": new_id(), "push": push, "supersedes": None,
    }  # fmt: skip


def test_a_withdrawal_fells_the_draft_and_never_the_payment(world: World) -> None:
    first = recovered(world)
    pay(world)
    second = smiths(world.story)
    world.story.incident(second.son, "2017-06-01")
    world.story.attach(second.family, A)
    for term in ("autumn17", "spring18", "summer18", "autumn18"):
        world.story.term(second.son, *TERMS[term], 120, 6)
    world.settle()
    assert sorted(statuses(world)) == ["drafted", "paid"]
    world.consent.denied = {(str(who), "attendance") for who in (first.son, second.son)}
    for who in (first.son, second.son):
        world.story.withdraw(who)
    world.settle()
    assert sorted(statuses(world)) == ["dropped", "paid"]
    with world.running.runtime.read() as session:
        [dropped] = session.scalars(select(Claim).where(Claim.status == "dropped"))
        assert (dropped.ended_because, dropped.ended_by) == ("may_not_be_used", "system")
    # What is shown of the paid claim now rests on nothing that was withdrawn.
    paid = next(claim for claim in world.claims() if claim["status"] == "paid")
    assert paid["evidence"] is paid["type"] is None and paid["verdict"] == "withheld"
    assert [item["equal"] for item in recompute(world, "known_then")] == [True, True]


def test_work_kept_up_pays_by_itself_and_needs_no_consent_of_the_school(world: World) -> None:
    s = world.story
    family = smiths(s)
    s.benefit(family.mother, "jsa", "2017-01-10", "2017-11-30", work=("2017-12-01", None))
    pushes_until_attachment(s)
    s.attach(family.family, A)
    s.push("benefits", "2018-01-01", "2018-12-31")
    world.consent.denied = {(str(family.son), "attendance")}
    world.settle()
    assert [(c["type"], c["status"]) for c in world.claims(FINN)] == [(None, "drafted")]
    with world.running.runtime.read() as session:
        [claim] = session.scalars(select(Claim))
        assert (claim.type, str(claim.result_date)) == ("continuous_employment", "2018-05-31")
    asked = [q for q in world.consent.asked if q["operation"] == "use"]
    assert {item["category"] for q in asked for item in q["items"]} == {"benefits"}
    assert all(q["caller"] is None and q["share"] is False for q in asked)


def test_a_late_correction_changes_what_is_known_now_and_never_what_was_known_then(world: World) -> None:
    family = recovered(world)
    pay(world)
    assert [item["equal"] for item in recompute(world, "known_then")] == [True]
    assert [item["equal"] for item in recompute(world, "known_now")] == [True]
    with world.running.runtime.read() as session:
        wrong = session.scalars(
            select(Fact).where(Fact.measure == "sessions.authorised", Fact.begins == date(2018, 4, 1))
        ).one()
    world.story.fact(
        family.son, wrong.measure, "2018-04-01", "2018-07-31", 40, wrong.category, wrong.source, wrong.record, wrong.id
    )
    world.settle()
    assert statuses(world) == ["paid"]
    assert [item["equal"] for item in recompute(world, "known_then")] == [True]
    [now] = recompute(world, "known_now")
    assert now["equal"] is False
    assert {"path": "/result_date", "frozen": "2018-12-31", "recomputed": None} in now["differences"]


def test_a_claim_whose_plan_is_lost_is_shown_as_differing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    recovered(world)
    pay(world)
    monkeypatch.setattr(catalogue, "plans", tuple)
    [item] = recompute(world, "known_then")
    assert item["equal"] is False
    assert {"path": "/pence", "frozen": 80_000, "recomputed": 0} in item["differences"]


def test_a_claim_of_a_family_that_is_not_known_here_is_shown_as_differing(world: World) -> None:
    family = recovered(world)
    pay(world)
    with world.running.runtime.write() as session:
        session.execute(delete(Family).where(Family.id == family.family))
    [item] = recompute(world, "known_then")
    assert item["equal"] is False


def test_a_wrong_merge_is_undone_and_the_claim_comes_back(world: World) -> None:
    family = recovered(world)
    stranger = world.story.person("2007-05")
    world.story.incident(stranger, "2018-11-11")
    world.story.push("anti_social_behaviour", "2018-12-31", "2018-12-31")
    world.settle()
    assert statuses(world) == ["drafted"]
    world.story.merge(stranger, family.son)
    world.settle()
    assert statuses(world) == ["dropped"]
    world.story.unmerge(stranger, family.son)
    world.settle()
    assert statuses(world) == ["dropped", "drafted"]
    assert [item["equal"] for item in recompute(world, "known_then")] == [True, True]


def test_facts_of_an_id_that_was_merged_away_still_count(world: World) -> None:
    s = world.story
    family = smiths(s)
    same = s.person("2007-05")
    s.incident(same, "2017-06-01")
    pushes_until_attachment(s)
    world.settle()
    assert world.get(f"/v1/families/{family.family}/eligibility", CLARE)["eligible"] is False
    s.merge(family.son, same)
    world.settle()
    found = world.get(f"/v1/families/{family.family}/eligibility", CLARE)
    assert found["eligible"] is True
    asked = [subject for question in world.consent.asked for subject in question["subjects"]]
    assert {"person": str(same), "formerly": [str(family.son)]} in asked


def test_an_ended_fact_holds_no_longer(world: World) -> None:
    s = world.story
    family = smiths(s)
    role, _ = s.incident(family.son, "2017-06-01")
    pushes_until_attachment(s)
    world.settle()
    assert world.get(f"/v1/families/{family.family}/eligibility", CLARE)["eligible"] is True
    s.end(family.son, role)
    world.settle()
    assert world.get(f"/v1/families/{family.family}/eligibility", CLARE)["eligible"] is False


def test_topics_may_arrive_in_any_order_and_twice(world: World) -> None:
    """Each topic keeps its own order; across topics there is none, and the log delivers at least once."""
    family = recovered(world)
    sent = list(world.story.sent)
    before = world.get(f"/v1/families/{family.family}/progress", CLARE)
    for seed in range(3):
        other = _replayed(world, sent, Random(seed))
        assert other == before["needs"]


def _replayed(world: World, sent: list[tuple[str, Received]], rng: Random) -> object:
    with world.running.runtime.write() as session:
        for table in reversed(Base.metadata.sorted_tables):
            session.execute(delete(table))
    queues: dict[str, list[Received]] = {}
    for topic, event in sent:
        queues.setdefault(topic, []).append(event)
    while queues:
        topic = rng.choice(sorted(queues))
        with world.running.runtime.write() as session:
            hear(session, queues[topic].pop(0))
        if not queues[topic]:
            del queues[topic]
    world.settle()
    family = next(event.data["family"] for topic, event in sent if topic == "families.family")
    return world.get(f"/v1/families/{family}/progress", CLARE)["needs"]


def test_without_consent_answering_drafts_wait_and_standings_do_not(world: World) -> None:
    s = world.story
    family = smiths(s)
    s.incident(family.son, "2017-06-01")
    pushes_until_attachment(s)
    s.attach(family.family, A)
    recovery(s, family.son)
    idle = smiths(s)
    world.consent.down = True
    world.settle()
    assert world.get("/v1/evaluations/idle", CLARE) == {"dirty": 1}
    world.consent.down = False
    world.families.refuses = True
    world.settle()
    assert world.get("/v1/evaluations/idle", CLARE) == {"dirty": 1} and world.claims() == []
    world.families.refuses = False
    world.settle()
    assert world.get("/v1/evaluations/idle", CLARE) == {"dirty": 0} and len(world.claims()) == 1
    assert world.get(f"/v1/families/{idle.family}/eligibility", CLARE)["eligible"] is False


def test_what_a_person_dropped_is_not_drafted_again_by_itself(world: World) -> None:
    family = recovered(world)
    [claim] = world.claims()
    dropped = world.post(f"/v1/claims/{claim['id']}/drop", CLARE, {"reason": "no proof", "date": DAY})
    assert dropped.json()["status"] == "dropped"
    world.story.withdraw(family.son)
    world.settle()
    assert statuses(world) == ["dropped"]


def test_a_family_that_declined_is_never_attached(world: World) -> None:
    s = world.story
    family = smiths(s)
    s.incident(family.son, "2017-06-01")
    pushes_until_attachment(s)
    s.support(family.family, "declined", "2017-09-20")
    world.settle()
    assert world.get("/v1/cohort", CLARE)["items"][0]["state"] == "declined"
    s.attach(family.family, A)
    world.settle()
    assert world.get(f"/v1/families/{family.family}/eligibility", CLARE)["attached_on"] is None


# --- two people


def test_of_many_who_check_at_once_one_counts(world: World) -> None:
    recovered(world)
    [claim] = world.claims()
    with ThreadPoolExecutor(12) as crowd:
        answers = sorted(crowd.map(lambda _: check(world, claim["id"]), range(12)))
    assert answers == [200] + [409] * 11


def test_of_many_who_batch_at_once_one_has_the_claim(world: World) -> None:
    recovered(world)
    assert check(world, world.claims()[0]["id"]) == 200
    with ThreadPoolExecutor(8) as crowd:
        made = crowd.map(lambda _: world.freeze(DAY), range(8))
        assert sorted(answer.status_code for answer in made) == [201] + [409] * 7


def test_the_auditor_never_checked_what_is_audited_and_one_failure_holds_the_batch(world: World) -> None:
    recovered(world)
    both = person("bo", "claims_officer", "internal_auditor", "finance_officer")
    [claim] = world.claims()
    assert check(world, claim["id"], both) == 200
    batch = world.freeze(DAY).json()["id"]
    refused = world.draw(batch, both)
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (409, "auditor-not-independent")
    assert world.draw(batch).status_code == 201
    assert world.claims(OTTO)[0]["id"] == claim["id"]
    finding = {"claim": claim["id"], "verdict": "failed", "reason": "no plan", "date": DAY}
    failed = world.post(f"/v1/batches/{batch}/findings", OTTO, finding)
    assert failed.status_code == 201
    assert world.get(f"/v1/batches/{batch}", OTTO)["status"] == "held"
    assert world.post(f"/v1/batches/{batch}/submit", FINN, {"date": DAY}).status_code == 409
    mended = finding | {"verdict": "upheld", "reason": "plan found", "corrects": failed.json()["id"]}
    refused = world.post(f"/v1/batches/{batch}/findings", OTTO, mended)
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (409, "finding-stands")
    assert world.post(f"/v1/batches/{batch}/findings", OLGA, mended).status_code == 201
    said = world.get(f"/v1/batches/{batch}/findings", OLGA)["items"]
    assert [(each["verdict"], each["by"], each["reason"], each["corrects"]) for each in said] == [
        ("failed", "otto", "no plan", None), ("upheld", "olga", "plan found", failed.json()["id"]),
    ]  # fmt: skip
    # Whoever may not see what the claim rests on reads who found what, and not why.
    assert {each["reason"] for each in world.get(f"/v1/batches/{batch}/findings", FINN)["items"]} == {None}
    assert world.post(f"/v1/batches/{batch}/submit", both, {"date": DAY}).status_code == 409
    assert world.post(f"/v1/batches/{batch}/submit", FINN, {"date": DAY}).status_code == 200


def batch_of(world: World, size: int) -> tuple[str, list[str]]:
    """A frozen batch, and its sample as first drawn."""
    s = world.story
    families = [smiths(s) for _ in range(size)]
    for family in families:
        s.incident(family.son, "2017-06-01")
    pushes_until_attachment(s)
    for family in families:
        s.attach(family.family, A)
    recovery(s, *(family.son for family in families))
    world.settle()
    batch = frozen(world)
    return batch, world.draw(batch).json()["drawn"]


def find(world: World, batch: str, claim: str, verdict: str) -> None:
    finding = {"claim": claim, "verdict": verdict, "reason": "seen", "date": DAY}
    assert world.post(f"/v1/batches/{batch}/findings", OTTO, finding).status_code == 201


def submit(world: World, batch: str) -> Any:
    return world.post(f"/v1/batches/{batch}/submit", FINN, {"date": DAY})


def test_a_failed_claim_asks_for_another_drawing_even_when_it_is_dropped(world: World) -> None:
    batch, (failed, other) = batch_of(world, 11)
    find(world, batch, failed, "failed")
    find(world, batch, other, "upheld")
    assert world.post(f"/v1/claims/{failed}/drop", CLARE, {"reason": "no plan", "date": DAY}).status_code == 200
    held = submit(world, batch).json()
    assert (held["type"].rpartition("/")[2], held["sampled"], held["upheld"], held["needed"]) == ("batch-held", 1, 1, 4)
    drawn = world.draw(batch).json()["drawn"]
    assert len(drawn) == 2
    for claim in drawn:
        find(world, batch, claim, "upheld")
    assert world.get(f"/v1/batches/{batch}", FINN)["needed"] == 4
    assert submit(world, batch).status_code == 409
    for claim in world.draw(batch).json()["drawn"]:
        find(world, batch, claim, "upheld")
    assert submit(world, batch).status_code == 200


def test_the_sample_holds_claims_of_each_type(world: World) -> None:
    s = world.story
    worker = smiths(s)
    s.incident(worker.son, "2017-06-01")
    s.benefit(worker.mother, "jsa", "2016-10-01", "2017-11-30", work=("2017-12-01", None))
    plain = [smiths(s) for _ in range(3)]
    for family in plain:
        s.incident(family.son, "2017-06-01")
    pushes_until_attachment(s)
    for family in (worker, *plain):
        s.attach(family.family, A)
    recovery(s, *(family.son for family in plain))
    world.settle()
    types = {claim["id"]: claim["type"] for claim in world.claims()}
    assert Counter(types.values()) == {"continuous_employment": 1, "significant_and_sustained_progress": 3}
    batch = frozen(world)
    for drawing in (1, 2):
        drawn = world.draw(batch).json()["drawn"]
        if drawing == 1:
            assert {types[claim] for claim in drawn} == set(types.values()) and len(drawn) == 2
        else:
            assert [types[claim] for claim in drawn] == ["significant_and_sustained_progress"]


def test_a_batch_waits_for_news_of_its_families(world: World) -> None:
    s = world.story
    family = recovered(world)
    batch = frozen(world)
    [claim] = world.draw(batch).json()["sample"]
    find(world, batch, claim, "upheld")
    s.incident(family.son, "2018-12-20")
    held = submit(world, batch).json()
    assert (held["status"], held["waiting"], held["upheld"], held["needed"]) == (409, 1, 1, 1)
    world.settle()
    assert statuses(world) == ["dropped"] and submit(world, batch).status_code == 409


def test_a_repeated_request_draws_nothing_more(world: World) -> None:
    recovered(world)
    batch = frozen(world)
    first = world.draw(batch, key="the-same-key").json()
    again = world.draw(batch, key="the-same-key").json()
    assert (first["id"], first["sample"]) == (again["id"], again["sample"])
    assert world.draw(batch).status_code == 409


def test_a_machine_checks_nothing(world: World) -> None:
    recovered(world)
    robot = person("robot", "claims_officer", client="robot")
    assert check(world, world.claims()[0]["id"], robot) == 403


def test_the_store_itself_refuses_a_second_result_of_a_family(world: World) -> None:
    recovered(world)
    pay(world)
    with world.running.runtime.read() as session:
        [paid] = session.scalars(select(LedgerEntry))
        [claim] = session.scalars(select(Claim))
    twin = {c.name: getattr(paid, c.name) for c in LedgerEntry.__table__.columns} | {"id": new_id()}
    with pytest.raises(IntegrityError), world.running.runtime.write() as session:
        session.add(LedgerEntry(**twin))
    draft = {c.name: getattr(claim, c.name) for c in Claim.__table__.columns} | {"id": new_id(), "status": "drafted"}
    with pytest.raises(IntegrityError), world.running.runtime.write() as session:
        session.add(Claim(**draft))


def test_fees_stop_at_the_cumulative_target_and_grow_with_what_is_proven_later(world: World) -> None:
    s = world.story
    pushes_until_attachment(s)
    for on in ("2017-10-02", "2017-10-03", "2017-10-04", "2018-05-01"):
        family = smiths(s)
        s.incident(family.son, "2017-07-01")
        s.attach(family.family, on)
    world.settle()
    for year, families, cumulative in (("2017/18", 2, 2), ("2018-19", 3, 5)):
        body = {"families": families, "cumulative": cumulative}
        assert world.http.put(f"/v1/targets/2015/{year}", headers=FINN, json=body).status_code == 200
    stale = world.http.put("/v1/targets/2015/2017/18", headers=FINN, json={"families": 1, "cumulative": 1})
    assert stale.status_code == 428

    def settle(year: str) -> int:
        return int(world.post("/v1/fees", FINN, {"framework": "2015", "year": year, "date": DAY}).status_code)

    assert [settle("2018/19"), settle("2017/18"), settle("2017/18"), settle("2019/20")] == [201, 201, 201, 409]
    items = world.get("/v1/ledger", FINN)["items"]
    assert {i["year"]: i["pence"] for i in items} == {"2017/18": 200_000, "2018/19": 200_000}
    rows = world.get("/v1/reports/attachments", FINN)["rows"]
    assert [(r["year"], r["attached"], r["target_so_far"]) for r in rows] == [("2017/18", 3, 2), ("2018/19", 1, 5)]


def attached(world: World, on: str) -> tuple[UUID, UUID]:
    """Shape: a son, and the fact without which his family was never eligible."""
    family = smiths(world.story)
    suspect, _ = world.story.incident(family.son, "2017-07-01")
    world.story.attach(family.family, on)
    return family.son, suspect


def target(world: World, year: str, cumulative: int) -> None:
    body = {"families": cumulative, "cumulative": cumulative}
    assert world.http.put(f"/v1/targets/2015/{year}", headers=FINN, json=body).status_code == 200


def fees(world: World, year: str) -> dict[str, int]:
    """Settle a year. Shape: year → funded places paid for until now."""
    world.settle()
    asked = {"framework": "2015", "year": year, "date": DAY}
    assert world.post("/v1/fees", FINN, asked).status_code == 201
    paid: Counter[str] = Counter()
    for item in world.get("/v1/ledger", FINN)["items"]:
        paid[item["year"]] += item["funded_places"]
    return dict(paid)


def test_a_place_that_was_paid_for_counts_for_good_whoever_turns_out_not_to_have_been_attached(world: World) -> None:
    pushes_until_attachment(world.story)
    first = [attached(world, "2017-10-02") for _ in range(3)]
    target(world, "2017/18", 3)
    target(world, "2018/19", 4)
    assert fees(world, "2017/18") == {"2017/18": 3}
    for son, suspect in first[:2]:
        world.story.end(son, suspect)
    for _ in range(3):
        attached(world, "2018-05-01")
    assert fees(world, "2018/19") == {"2017/18": 3, "2018/19": 1}


def test_attachments_proven_after_a_later_year_was_settled_are_still_paid_for_and_once(world: World) -> None:
    pushes_until_attachment(world.story)
    target(world, "2017/18", 3)
    target(world, "2018/19", 6)
    attached(world, "2017-10-02")
    assert fees(world, "2017/18") == {"2017/18": 1}
    attached(world, "2018-05-01")
    assert fees(world, "2018/19") == {"2017/18": 1, "2018/19": 1}
    attached(world, "2017-10-03")
    assert fees(world, "2017/18") == {"2017/18": 2, "2018/19": 1}
    attached(world, "2017-10-04")
    assert fees(world, "2018/19") == {"2017/18": 2, "2018/19": 2}
    assert fees(world, "2017/18") == {"2017/18": 2, "2018/19": 2}


def test_claims_hears_through_the_log(world: World) -> None:
    """The same events by way of an embedded log: the listener hands them to the reactions in runs."""
    recovered(world)
    with world.running.runtime.read() as session:
        expected = session.scalar(select(Claim.material))
    sent = world.story.sent
    entries = [
        Entry(
            id=str(e.id),
            topic=topic,
            key=e.key,
            value=orjson.dumps(envelope(id=e.id, topic=topic, type=e.type, key=e.key, sequence=e.sequence, at=e.time,
                                 trace=None, data=e.data)),
        )
        for topic, e in sent
        if topic.startswith("families.")
    ]  # fmt: skip
    with world.running.runtime.write() as session:
        for table in reversed(Base.metadata.sorted_tables):
            session.execute(delete(table))
    log = world.running.runtime.log
    log.prepare(sorted({entry.topic for entry in entries}))
    log.append("families", entries)
    while listen_once(world.running.runtime, world.running.program.reactions):
        pass
    world.settle()
    with world.running.runtime.read() as session:
        assert session.scalar(select(Claim.material)) == expected
