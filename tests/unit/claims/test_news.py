"""News of claims between submission and payment, and after it: told to people, as the plan's data say."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import select

from claims.frameworks import catalogue
from claims.models import Fact
from unit.claims.test_drafts import recovered, statuses, told
from unit.claims.test_payments import batch_of_drafts, code, pay, repay, results
from unit.claims.test_same_people import answer, confirm, questions
from unit.claims.world import CLARE, A, Smiths, World, pushes_until_attachment, smiths


def employed(world: World) -> Smiths:
    """A family whose mother has kept a job: the result is drafted."""
    s = world.story
    family = smiths(s)
    s.benefit(family.mother, "jsa", "2017-01-10", "2017-11-30", work=("2017-12-01", None))
    pushes_until_attachment(s)
    s.attach(family.family, A)
    s.push("benefits", "2018-01-01", "2018-12-31")
    world.settle()
    return family


def correct(world: World, who: UUID, measure: str, to: str | None, value: object, begins: str | None = None) -> None:
    """The record of a fact turns out to state something else."""
    with world.running.runtime.read() as session:
        query = select(Fact).where(Fact.measure == measure, Fact.person == who, Fact.superseded_at.is_(None))
        if begins:
            query = query.where(Fact.begins == date.fromisoformat(begins))
        wrong = session.scalars(query).one()
    since = wrong.begins.isoformat()
    world.story.fact(who, measure, since, to, value, wrong.category, wrong.source, wrong.record, wrong.id)
    world.settle()


def three_weeks(world: World, family: Smiths) -> None:
    correct(world, family.mother, "work.spell", "2017-12-21", 1)


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """A plan whose data say something else of news."""

    def change(**effects: dict[str, str]) -> None:
        plans = tuple(replace(plan, news={**plan.news, **effects}) for plan in catalogue.plans())
        monkeypatch.setattr(catalogue, "plans", lambda: plans)
        catalogue._latest_first.cache_clear()

    return change


def test_a_job_corrected_to_three_weeks_holds_the_submitted_claim(world: World) -> None:
    family = employed(world)
    batch, [claim] = batch_of_drafts(world)
    assert questions(world) == []
    three_weeks(world, family)
    assert statuses(world) == ["submitted"]
    [question] = questions(world)
    assert (question["kind"], question["effect"], question["status"]) == ("news", "hold", "open")
    assert question["claims"] == [{"claim": claim["id"], "family": str(family.family), "status": "submitted"}]
    said = {each["path"]: (each["frozen"], each["recomputed"]) for each in question["differences"]}
    assert said["/news"] == (None, "correction") and said["/type"] == ("continuous_employment", None)
    held = pay(world, batch, 80_000)
    assert code(held) == (409, "payment-held") and held.json()["held"] == [claim["id"]]
    assert answer(world, question["id"], "same_family").status_code == 422
    assert answer(world, question["id"], "falls").json()["status"] == "answered"
    world.settle()
    assert statuses(world) == ["retracted"] and told(world).count("claim.retracted") == 1
    assert results(world) == 0


def test_a_held_claim_that_two_let_stand_is_paid(world: World) -> None:
    family = employed(world)
    batch, _ = batch_of_drafts(world)
    three_weeks(world, family)
    [question] = questions(world)
    proposed = answer(world, question["id"], "stands").json()
    assert proposed["status"] == "proposed" and code(pay(world, batch, 80_000)) == (409, "payment-held")
    assert code(confirm(world, question["id"], proposed["id"], CLARE)) == (409, "second-person-needed")
    assert confirm(world, question["id"], proposed["id"]).status_code == 200
    world.settle()
    assert pay(world, batch, 80_000).status_code == 201
    # The same news is not asked about again; other news is.
    world.story.push("benefits", "2019-01-01", "2019-01-31")
    world.settle()
    assert len(questions(world)) == 1
    correct(world, family.mother, "work.spell", None, 1)
    assert statuses(world) == ["paid"]


def test_what_is_put_right_again_asks_nothing_any_more(world: World) -> None:
    family = employed(world)
    batch, _ = batch_of_drafts(world)
    three_weeks(world, family)
    correct(world, family.mother, "work.spell", None, 1)
    assert [question["status"] for question in questions(world)] == ["closed"]
    assert pay(world, batch, 80_000).status_code == 201


def test_a_relapse_after_submission_flags_the_claim_and_holds_nothing(world: World) -> None:
    family = recovered(world)
    batch, _ = batch_of_drafts(world)
    world.story.incident(family.son, "2019-01-10")
    world.story.push("anti_social_behaviour", "2019-01-01", "2019-03-31")
    world.settle()
    [question] = questions(world)
    assert (question["effect"], question["status"]) == ("flag", "open")
    assert {each["path"]: each["recomputed"] for each in question["differences"]}["/news"] == "later"
    assert pay(world, batch, 80_000).status_code == 201
    assert answer(world, question["id"], "stands").json()["status"] == "answered"


def test_an_incident_of_the_days_that_were_known_that_is_told_late_is_a_correction(world: World) -> None:
    family = recovered(world)
    batch_of_drafts(world)
    world.story.incident(family.son, "2018-11-10")
    world.settle()
    assert [question["effect"] for question in questions(world)] == ["hold"]


def test_a_paid_claim_is_listed_with_what_differs_and_stands(world: World) -> None:
    family = employed(world)
    batch, _ = batch_of_drafts(world)
    assert pay(world, batch, 80_000).status_code == 201
    three_weeks(world, family)
    [question] = questions(world)
    assert (question["effect"], question["status"], statuses(world)) == ("stands", "noted", ["paid"])
    # A person may find otherwise, and two may find back.
    assert answer(world, question["id"], "falls").json()["status"] == "answered"
    assert statuses(world) == ["to_repay"]
    proposed = answer(world, question["id"], "stands").json()
    assert (proposed["status"], statuses(world)) == ("proposed", ["to_repay"])
    assert confirm(world, question["id"], proposed["id"]).status_code == 200
    assert statuses(world) == ["paid"]


def test_a_plan_may_say_that_it_is_retracted_or_repaid_at_once(world: World, say: Callable[..., None]) -> None:
    say(correction={"submitted": "retract", "paid": "repay"})
    family = employed(world)
    batch, _ = batch_of_drafts(world)
    three_weeks(world, family)
    assert (statuses(world), [q["status"] for q in questions(world)]) == (["retracted"], ["answered"])
    correct(world, family.mother, "work.spell", None, 1)
    assert statuses(world) == ["retracted", "drafted"]
    batch, [claim] = batch_of_drafts(world)
    assert pay(world, batch, 80_000).status_code == 201
    three_weeks(world, family)
    assert statuses(world) == ["retracted", "to_repay"]
    assert repay(world, claim["id"]).status_code == 201 and results(world) == 0
    assert code(answer(world, questions(world)[-1]["id"], "stands")) == (409, "claim-not-open")


def test_a_consent_withdrawn_after_submission_is_no_news(world: World) -> None:
    family = recovered(world)
    batch, _ = batch_of_drafts(world)
    world.consent.denied = {(str(family.son), "attendance")}
    world.story.withdraw(family.son)
    world.settle()
    assert questions(world) == [] and pay(world, batch, 80_000).status_code == 201


def test_a_contrary_fact_that_may_not_be_used_is_no_news(world: World) -> None:
    family = recovered(world)
    batch_of_drafts(world)
    world.consent.denied = {(str(family.son), "anti_social_behaviour")}
    world.story.incident(family.son, "2019-01-10")
    world.story.push("anti_social_behaviour", "2019-01-01", "2019-03-31")
    world.settle()
    assert questions(world) == []


def test_without_consent_answering_news_waits_and_so_does_the_payment(world: World) -> None:
    family = recovered(world)
    batch, _ = batch_of_drafts(world)
    world.consent.down = True
    world.story.incident(family.son, "2018-11-10")
    world.settle()
    assert pay(world, batch, 80_000).json()["waiting"] == 1
    world.consent.down = False
    world.settle()
    assert [question["effect"] for question in questions(world)] == ["hold"]
