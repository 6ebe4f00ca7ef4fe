"""What an analyst decided about two ids can be taken back, by the right person, and both stay in the history."""

from typing import Any

import pytest
from sqlalchemy import select, update

from families.models.matching import KeptApart, MatchReview, MergeAct, ParentElsewhere, ReviewAct
from unit.families.borough import MAYA_UPN, Borough, ana, attendance, claim, incident
from unit.families.household import leo, scoped

BENEFITS, POLICE, SCHOOL = "benefits", "anti_social_behaviour", "school_attendance"
TYPO = {"forename": "Rosenary"}
abe = scoped("abe", "analyst", "people:read matching:review", "identify")


def asked(town: Borough) -> dict[str, Any]:
    town.push(BENEFITS, claim())
    town.push(POLICE, incident(**TYPO))
    [review] = town.reviews()
    return review


def reopen(town: Borough, review: dict[str, Any], who: Any = ana) -> Any:
    return town.post(f"/v1/match-reviews/{review['id']}/reopening", {"reason": "The dates do not fit."}, who)


def history(town: Borough) -> list[tuple[str, str, str]]:
    [review] = town.reviews()
    return [(act["act"], act["verdict"], act["by"]) for act in review["history"]]


@pytest.fixture
def different(town: Borough) -> dict[str, Any]:
    review = asked(town)
    town.decide(review, "different")
    return review


def test_that_two_are_two_is_taken_back_by_another_analyst_and_decided_anew(
    town: Borough, different: dict[str, Any]
) -> None:
    refused = reopen(town, different)
    assert refused.status_code == 409 and refused.json()["type"].endswith("second-person-needed")
    assert reopen(town, different, abe).json()["status"] == "open"
    assert town.decide(different, "same").status_code == 200
    assert len({link["person"] for link in town.links()}) == 1
    assert history(town) == [
        ("decided", "different", "ana"), ("reopened", "different", "abe"), ("decided", "same", "ana"),
    ]  # fmt: skip


def test_a_link_is_taken_back_by_anybody_who_reviews_and_may_be_asked_about_again(town: Borough) -> None:
    review = asked(town)
    town.decide(review, "same")
    done = reopen(town, review)
    assert done.status_code == 200 and done.json().keys() >= {"shared_meanwhile", "shared_with"}
    assert len({link["person"] for link in town.links()}) == 2
    assert town.told("families.person")[-1]["name"] == "person.unmerged"
    with town.runtime.read() as session:
        assert session.scalars(select(KeptApart)).all() == []
        assert [act.kind for act in session.scalars(select(MergeAct).order_by(MergeAct.at))] == ["merge", "unmerge"]
    assert [one["id"] for one in town.reviews(status="open")] == [review["id"]]
    assert town.decide(review, "different").status_code == 200
    assert history(town)[-1] == ("decided", "different", "ana")


def test_a_decision_of_before_histories_were_kept_begins_one(town: Borough, different: dict[str, Any]) -> None:
    with town.runtime.write() as session:
        session.execute(ReviewAct.__table__.delete())  # type: ignore[attr-defined]
    assert reopen(town, different, abe).status_code == 200
    assert history(town) == [("decided", "different", "ana"), ("reopened", "different", "abe")]


def test_only_what_is_decided_is_reopened_and_by_analysts_alone(town: Borough) -> None:
    review = asked(town)
    assert reopen(town, review).status_code == 409
    assert reopen(town, {"id": MAYA_UPN}).status_code == 422
    assert reopen(town, {"id": "01890000-0000-7000-8000-000000000000"}).status_code == 404
    lou = scoped("lou", "lead_professional", "people:read matching:review", "support")
    town.decide(review, "different")
    assert reopen(town, review, lou).status_code == 404
    assert reopen(town, review, leo).status_code == 403


def test_who_became_one_by_way_of_others_is_taken_apart_by_unmerging(town: Borough) -> None:
    review = asked(town)
    sides = [review[side]["person"] for side in ("left", "right")]
    town.post(f"/v1/people/{sides[0]}/merge", {"other": sides[1], "reason": "One."})
    assert reopen(town, review).json()["type"].endswith("person-not-merged")
    town.post(f"/v1/people/{sides[0]}/unmerge", {"person": sides[1], "reason": "Two after all."})
    assert reopen(town, review).json()["status"] == "open"


def test_an_unmerge_is_undone_by_another_analyst_than_who_did_it(town: Borough) -> None:
    town.push(BENEFITS, claim(), claim("CL-2", nino="", forename="Gary", sex="male"))
    rose, gary = town.person("CL-1"), town.person("CL-2")
    town.post(f"/v1/people/{rose}/merge", {"other": gary, "reason": "One."})
    town.post(f"/v1/people/{rose}/unmerge", {"person": gary, "reason": "No, two."})
    body = {"other": gary, "reason": "One after all.", "again": True}
    assert town.post(f"/v1/people/{rose}/merge", body | {"again": False}, abe).status_code == 409
    mine = town.post(f"/v1/people/{rose}/merge", body)
    assert mine.json()["type"].endswith("second-person-needed") and town.person("CL-2") == gary
    assert town.post(f"/v1/people/{rose}/merge", body, abe).status_code == 200
    assert town.person("CL-2") == rose
    with town.runtime.read() as session:
        acts = [(act.kind, act.by) for act in session.scalars(select(MergeAct).order_by(MergeAct.at))]
    assert acts == [("merge", "ana"), ("unmerge", "ana"), ("merge", "abe")]


def test_a_review_that_found_two_is_answered_anew_when_somebody_else_merges_them(
    town: Borough, different: dict[str, Any]
) -> None:
    path = f"/v1/people/{different['left']['person']}/merge"
    body = {"other": different["right"]["person"], "reason": "Her passport says so.", "again": True}
    assert town.post(path, body).json()["type"].endswith("second-person-needed")
    assert town.post(path, body, abe).status_code == 200
    assert history(town)[1:] == [("reopened", "different", "abe"), ("decided", "same", "abe")]


def test_a_record_that_was_split_off_wrongly_comes_back(town: Borough) -> None:
    town.push(BENEFITS, claim())
    town.push(POLICE, incident(forename="Rosie"))
    rose = town.person("CL-1")
    [record] = [
        link["record"] for link in town.get(f"/v1/people/{rose}/links").json()["items"] if link["how"] == "score"
    ]
    town.post(f"/v1/people/{rose}/unmerge", {"record": record, "reason": "Not hers."})
    other = town.person("INC-1|1")
    body = {"other": other, "reason": "Hers after all.", "again": True}
    assert town.post(f"/v1/people/{rose}/merge", body).json()["type"].endswith("second-person-needed")
    assert town.post(f"/v1/people/{rose}/merge", body, abe).status_code == 200
    assert town.person("INC-1|1") == rose


def test_a_parent_elsewhere_is_taken_back_and_found_again(town: Borough) -> None:
    town.push(BENEFITS, claim("CL-9", nino="MW000999A", forename="Ned", surname="Elm", sex="male"))
    who = {"carer_forename": "Ned", "carer_surname": "Elm", "carer_relationship": "father", "carer_same_address": "no"}
    town.push(SCHOOL, attendance(**who))
    [review] = town.reviews(kind="non_resident_parent")
    town.decide(review, "yes")
    assert reopen(town, review).json()["status"] == "open"
    with town.runtime.read() as session:
        assert session.scalars(select(ParentElsewhere)).all() == []
    town.decide(review, "no")
    assert reopen(town, review).json()["type"].endswith("second-person-needed")
    with town.runtime.write() as session:
        session.execute(update(MatchReview).values(decided_by="abe"))
    assert reopen(town, review).status_code == 200
