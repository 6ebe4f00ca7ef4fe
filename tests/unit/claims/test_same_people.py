"""One result for the same people, whatever families they are put into: over HTTP, with named people."""

from typing import Any
from uuid import UUID

from unit.claims.test_drafts import DAY, attached, check, pay, recovered, statuses, target
from unit.claims.world import (
    ANA,
    CLARE,
    CORA,
    FINN,
    LEO,
    OTTO,
    TERMS,
    A,
    World,
    person,
    pushes_until_attachment,
    recovery,
    smiths,
)

CLEO = person("cleo", "claims_officer")
DORA = person("dora", "claims_officer")


def nominated(world: World, *people: tuple[UUID, str], on: str = A) -> UUID:
    """A second family of these people, with its own support."""
    family = world.story.family()
    for who, role in people:
        world.story.join(family, who, role)
    world.story.attach(family, on)
    world.settle()
    return family


def questions(world: World, who: dict[str, str] = CLARE, **params: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = world.get("/v1/questions", who, **params)["items"]
    return items


def answer(world: World, question: str, said: str, who: dict[str, str] = CLARE, **more: Any) -> Any:
    body = {"answer": said, "reason": "seen the birth certificate", "date": DAY} | more
    return world.post(f"/v1/questions/{question}/answers", who, body)


def confirm(world: World, question: str, proposed: str, who: dict[str, str] = CLEO) -> Any:
    body = {"answer": proposed, "reason": "seen it too", "date": DAY}
    return world.post(f"/v1/questions/{question}/confirm", who, body)


def agree(world: World, question: str, said: str, **more: Any) -> None:
    """What two officers answer together."""
    proposed = answer(world, question, said, **more)
    assert (proposed.status_code, proposed.json()["status"]) == (201, "proposed"), proposed.text
    assert confirm(world, question, proposed.json()["id"]).status_code == 200


def funded(world: World) -> int:
    """Settle 2017/18; how many places it was paid for until now."""
    world.settle()
    assert world.post("/v1/fees", FINN, {"framework": "2015", "year": "2017/18", "date": DAY}).status_code == 201
    return sum(item["funded_places"] or 0 for item in world.get("/v1/ledger", FINN)["items"])


def test_the_same_child_and_adult_in_a_nominated_family_are_asked_about_and_not_paid_twice(world: World) -> None:
    family = recovered(world)
    pay(world)
    other = nominated(world, (family.mother, "adult"), (family.son, "child"))
    assert statuses(world) == ["paid"]
    [question] = questions(world)
    assert set(question["families"]) == {str(family.family), str(other)}
    assert (question["kind"], question["status"], question["answer"]) == ("same_people", "open", None)
    assert {each["person"]: each["role"] for each in question["shared"]} == {
        str(family.mother): "adult", str(family.son): "child",
    }  # fmt: skip
    assert [each["status"] for each in question["claims"]] == ["paid"]
    target(world, "2017/18", 9)
    assert funded(world) == 1
    assert answer(world, question["id"], "same_family").json()["status"] == "answered"
    world.settle()
    assert statuses(world) == ["paid"] and world.get("/v1/ledger", FINN)["totals"]["results"]["pence"] == 80_000


def test_adding_a_cousin_makes_no_other_family(world: World) -> None:
    family = recovered(world)
    cousin = world.story.person("2009-01")
    nominated(world, (family.mother, "adult"), (family.son, "child"), (cousin, "child"))
    assert statuses(world) == ["drafted"] and len(questions(world)) == 1


def test_a_child_written_down_as_an_adult_is_still_that_child(world: World) -> None:
    family = recovered(world)
    child = world.story.person("2010-01")
    for term in ("autumn16", "spring17", "summer17"):
        world.story.term(child, *TERMS[term], 120, 30)
    nominated(world, (family.son, "adult"), (child, "child"))
    assert statuses(world) == ["drafted"] and len(questions(world)) == 1


def test_a_grandmother_in_two_families_asks_nothing(world: World) -> None:
    s = world.story
    family = recovered(world)
    gran = s.person("1950-01")
    s.join(family.family, gran, "adult")
    other = smiths(s)
    s.join(other.family, gran, "adult")
    s.incident(other.son, "2017-06-01")
    s.attach(other.family, A)
    for term in ("autumn17", "spring18", "summer18", "autumn18"):
        s.term(other.son, *TERMS[term], 120, 6)
    world.settle()
    assert statuses(world) == ["drafted", "drafted"] and questions(world) == []


def test_two_who_answer_different_let_the_second_result_go_and_one_alone_does_not(world: World) -> None:
    family = recovered(world)
    pay(world)
    nominated(world, (family.mother, "adult"), (family.son, "child"))
    [question] = questions(world)
    proposed = answer(world, question["id"], "different_family")
    assert (proposed.status_code, proposed.json()["status"]) == (201, "proposed")
    world.settle()
    assert statuses(world) == ["paid"]
    own = confirm(world, question["id"], proposed.json()["id"], CLARE)
    assert (own.status_code, own.json()["type"].rpartition("/")[2]) == (409, "second-person-needed")
    # An answer that was corrected meanwhile is not the one that the second person has read.
    again = answer(world, question["id"], "different_family", CLEO)
    late = confirm(world, question["id"], proposed.json()["id"], CLEO)
    assert (late.status_code, late.json()["type"].rpartition("/")[2]) == (409, "question-not-open")
    assert confirm(world, question["id"], again.json()["id"], CLARE).status_code == 200
    world.settle()
    assert sorted(statuses(world)) == ["drafted", "paid"]
    [seen] = questions(world, status="answered")
    assert [(each["by"], each["answer"], each["confirms"] is not None) for each in seen["answers"]] == [
        ("clare", "different_family", False), ("cleo", "different_family", False), ("clare", "different_family", True),
    ]  # fmt: skip
    target(world, "2017/18", 9)
    assert funded(world) == 2


def test_an_answer_is_corrected_later_and_what_was_paid_twice_is_to_be_repaid(world: World) -> None:
    family = recovered(world)
    pay(world)
    nominated(world, (family.mother, "adult"), (family.son, "child"))
    [question] = questions(world)
    agree(world, question["id"], "different_family")
    world.settle()
    # Whoever said that they are two has let the draft go out, and does not check it; an auditor looks at it whole.
    draft = next(claim["id"] for claim in world.claims(status="drafted"))
    for officer in (CLARE, CLEO):
        assert check(world, draft, officer) == 409
    pay(world, DORA)
    assert [batch["whole"] for batch in world.get("/v1/batches", FINN)["items"]] == [0, 1]
    assert statuses(world) == ["paid", "paid"]
    assert answer(world, question["id"], "same_family").status_code == 201
    assert statuses(world) == ["paid", "to_repay"]
    # And back again, which two have to say.
    agree(world, question["id"], "joined_later", joined_on="2020-01-01")
    assert statuses(world) == ["paid", "paid"]
    [seen] = questions(world)
    assert [each["answer"] for each in seen["answers"]] == [
        "different_family", "different_family", "same_family", "joined_later", "joined_later",
    ]  # fmt: skip


def test_two_paid_families_that_turn_out_to_be_one_are_asked_about(world: World) -> None:
    s = world.story
    first, second = smiths(s), smiths(s)
    for family in (first, second):
        s.incident(family.son, "2017-06-01")
    pushes_until_attachment(s)
    for family in (first, second):
        s.attach(family.family, A)
    recovery(s, first.son, second.son)
    world.settle()
    pay(world)
    assert statuses(world) == ["paid", "paid"] and questions(world) == []
    s.merge(second.son, first.son)
    world.settle()
    [question] = questions(world, kind="same_people")
    assert statuses(world) == ["paid", "paid"]
    # A wrong merge that is undone asks nothing any more; found again, it asks again.
    s.unmerge(second.son, first.son)
    world.settle()
    assert [each["status"] for each in questions(world, kind="same_people")] == ["closed"]
    refused = answer(world, question["id"], "same_family")
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (409, "question-not-open")
    s.merge(first.son, second.son)
    world.settle()
    assert [each["status"] for each in questions(world, kind="same_people")] == ["open"]
    assert answer(world, question["id"], "same_family").status_code == 201
    assert statuses(world) == ["paid", "to_repay"]


def test_of_two_drafts_that_become_one_family_the_later_falls_and_comes_back_when_it_was_another(world: World) -> None:
    s = world.story
    first, second = smiths(s), smiths(s)
    for family in (first, second):
        s.incident(family.son, "2017-06-01")
    pushes_until_attachment(s)
    for family in (first, second):
        s.attach(family.family, A)
    recovery(s, first.son, second.son)
    world.settle()
    assert statuses(world) == ["drafted", "drafted"]
    s.join(second.family, first.son, "child", "2018-12-31")
    world.settle()
    assert statuses(world) == ["drafted", "dropped"]
    [question] = questions(world)
    agree(world, question["id"], "different_family")
    world.settle()
    assert sorted(statuses(world)) == ["drafted", "drafted", "dropped"]


def test_a_draft_that_waited_goes_on_when_the_other_falls(world: World) -> None:
    family = recovered(world)
    nominated(world, (family.mother, "adult"), (family.son, "child"))
    [claim] = world.claims()
    dropped = world.post(f"/v1/claims/{claim['id']}/drop", CLARE, {"reason": "not the real family", "date": DAY})
    assert dropped.status_code == 200
    world.settle()
    assert statuses(world) == ["dropped", "drafted"]


def test_a_family_that_splits_inherits_what_was_paid(world: World) -> None:
    family = recovered(world)
    pay(world)
    s = world.story
    left = s.family("2019-01-01")
    s.join(left, family.son, "child", "2019-01-01")
    father = s.person("1980-02")
    s.join(left, father, "adult", "2019-01-01")
    s.incident(family.son, "2019-01-02")
    s.benefit(father, "jsa", "2018-06-01")
    s.attach(left, "2019-01-15")
    world.settle()
    [question] = questions(world)
    assert answer(world, question["id"], "same_family").status_code == 201
    # A third family that shares with the second alone meets what the second inherited.
    half_sister = s.person("2011-01")
    s.join(left, half_sister, "child", "2019-01-01")
    third = s.family("2019-02-01")
    s.join(third, half_sister, "child", "2019-02-01")
    s.incident(half_sister, "2019-01-03")
    s.join(third, aunt := s.person("1982-02"), "adult", "2019-02-01")
    s.benefit(aunt, "jsa", "2018-06-01")
    s.attach(third, "2019-02-15")
    world.settle()
    assert len(questions(world, status="open")) == 1


def test_a_child_taken_out_of_a_paid_family_is_still_whom_it_was_paid_for(world: World) -> None:
    s = world.story
    family = smiths(s)
    twin = s.person("2007-05")
    stay = s.join(family.family, twin, "child")
    for term in ("autumn16", "spring17", "summer17"):
        s.term(twin, *TERMS[term], 120, 30)
    s.incident(family.son, "2017-06-01")
    s.incident(twin, "2017-06-01")
    pushes_until_attachment(s)
    s.attach(family.family, A)
    recovery(s, family.son, twin)
    world.settle()
    pay(world)
    s.leave(family.family, stay, twin, "child", None, removed=True)
    nominated(world, (twin, "child"), (s.person("1980-02"), "adult"))
    assert len(questions(world)) == 1


def test_questions_are_answered_by_claims_officers_and_met_by_nobody_else(world: World) -> None:
    family = recovered(world)
    nominated(world, (family.mother, "adult"), (family.son, "child"))
    [question] = questions(world)
    path = f"/v1/questions/{question['id']}"
    for who in (ANA, CORA, LEO, OTTO, FINN):
        assert questions(world, who) == []
        assert world.http.get(path, headers=who).status_code == 404
        assert answer(world, question["id"], "same_family", who).status_code == 404
    robot = person("robot", "claims_officer", client="robot")
    assert answer(world, question["id"], "same_family", robot).status_code == 403
    assert answer(world, question["id"], "stands").status_code == 422
    assert answer(world, question["id"], "joined_later").status_code == 422
    assert answer(world, question["id"], "same_family", joined_on="2018-01-01").status_code == 422
    world.consent.denied = {(str(family.son), "support")}
    [hidden] = questions(world)
    assert (hidden["verdict"], hidden["shared"]) == ("withheld", None)


def test_an_auditor_reads_what_was_asked_about_a_sampled_claim(world: World) -> None:
    family = recovered(world)
    pay(world)
    nominated(world, (family.mother, "adult"), (family.son, "child"))
    [question] = questions(world, OTTO)
    assert answer(world, question["id"], "same_family", OTTO).status_code == 201  # the test's token has every scope


def test_a_freeze_finds_what_became_one_family_a_moment_before(world: World) -> None:
    s = world.story
    first, second = smiths(s), smiths(s)
    for family in (first, second):
        s.incident(family.son, "2017-06-01")
    pushes_until_attachment(s)
    for family in (first, second):
        s.attach(family.family, A)
    recovery(s, first.son, second.son)
    world.settle()
    for claim in world.claims():
        body = {"verdict": "agreed", "reason": "ok", "date": DAY}
        assert world.post(f"/v1/claims/{claim['id']}/check", CLARE, body).status_code == 200
    s.merge(second.son, first.son)
    assert world.freeze(DAY).status_code == 201
    assert statuses(world) == ["frozen", "dropped"] and len(questions(world)) == 1


def test_fees_of_families_that_no_result_has_yet_are_paid_once_for_the_same_people(world: World) -> None:
    pushes_until_attachment(world.story)
    son, _ = attached(world, "2017-10-02")
    attached(world, "2017-10-03")
    nominated(world, (son, "child"), (world.story.person("1985-01"), "adult"), on="2017-10-04")
    target(world, "2017/18", 9)
    assert funded(world) == 2
    [question] = questions(world)
    agree(world, question["id"], "joined_later", joined_on="2017-10-04")
    assert funded(world) == 2
    agree(world, question["id"], "joined_later", joined_on="2017-10-05")
    assert funded(world) == 3
