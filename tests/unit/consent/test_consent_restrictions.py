"""Restrictions of use (Art 18), and what a ground such as an open enquiry does to decisions and the log."""

from collections.abc import Iterator
from typing import Any

import pytest

from fixtures.stack import Programs
from unit.consent.world import HANA, IRIS, LEO, PETRA, World, caller, day, somebody, term

SCHOOL = [("attendance", "education"), ("identity", "education")]
MASH = caller("childrens-social-care", ["mash_worker"])
ENQUIRY = {"kind": "enquiry", "reference": "0190a000-0000-7000-8000-000000000009"}


@pytest.fixture
def world(programs: Programs) -> Iterator[World]:
    world = World.begin(programs)
    world.agree("education", "programme", term("support", "attendance"), term("support", "identity"))
    yield world


def lift(world: World, restriction: str, who: str = IRIS, **changed: str) -> Any:
    body = {"date": day(), "person_told_on": day(), "reason": "The school looked: it was him"} | changed
    return world.post(f"/v1/restrictions/{restriction}/lift", body, who)


def test_a_restriction_stops_what_it_names_until_it_is_lifted_and_both_stay_in_the_history(world: World) -> None:
    father, formerly = somebody(), somebody()
    world.inform(father)
    named, whole = world.restrict(formerly, "attendance"), world.restrict(father)
    asked = ([(father, [formerly])], [*SCHOOL, ("support", "programme")])
    assert world.reasons(*asked) == ["restricted"] * 3
    lifted = lift(world, whole)
    assert (lifted.status_code, lifted.json()["status"]) == (200, "lifted")
    assert world.reasons(*asked) == ["restricted", "agreed", "own_record"]
    assert lift(world, named).status_code == 200
    assert world.reasons(*asked) == ["agreed", "agreed", "own_record"]
    shown = world.get(f"/v1/restrictions/{named}").json()
    assert (shown["status"], shown["lifted_on"], shown["categories"]) == ("lifted", day(), ["attendance"])
    assert "brother" not in str(shown) and "school" not in str(shown)
    assert [name for name, _ in world.events()][-4:] == ["restriction.set"] * 2 + ["restriction.lifted"] * 2


def test_nobody_lifts_a_restriction_before_the_person_was_told(world: World) -> None:
    restriction = world.restrict(somebody())
    for changed, pointer in (
        ({"person_told_on": "2017-01-01"}, "/body/person_told_on"),
        ({"date": "2017-01-01", "person_told_on": "2017-01-01"}, "/body/date"),
    ):
        refused = lift(world, restriction, **changed)
        assert refused.status_code == 422 and refused.json()["errors"][0]["pointer"] == pointer
    assert world.get(f"/v1/restrictions/{restriction}").json()["status"] == "set"


@pytest.mark.parametrize("who", [PETRA, HANA])
def test_another_agencys_restriction_answers_like_none(world: World, who: str) -> None:
    restriction = world.restrict(somebody())
    for answer in (world.get(f"/v1/restrictions/{restriction}", who), lift(world, restriction, who)):
        none = world.get(f"/v1/restrictions/{somebody()}", who).json()
        assert answer.status_code == 404 and answer.json()["detail"] == none["detail"]
    assert world.post("/v1/restrictions", {}, LEO).status_code == 403


def test_an_enquiry_is_served_and_the_log_says_on_what_ground(world: World) -> None:
    father = somebody()
    world.restrict(father)
    world.post("/v1/objections", {"person": father, "date": day(), "purposes": ["support", "safeguarding"]})
    more: dict[str, Any] = {"purpose": "safeguarding", "asker": MASH}
    assert world.reasons([father], SCHOOL, **more) == ["no_agreement"] * 2
    served = world.decide([father], SCHOOL, **more, ground=ENQUIRY, share=True).json()
    assert [(v["reason"], v["basis"], v["agreement"]) for v in served["verdicts"]] == [
        ("enquiry", "public_task", None)
    ] * 2
    lines = world.get("/v1/sharing-log", person=father).json()["items"]
    assert [(line["ground"], line["ground_reference"]) for line in lines] == [("enquiry", ENQUIRY["reference"])] * 2
    kept = world.get(f"/v1/decisions/{served['decision']}").json()
    assert kept["ground"] == ENQUIRY
    routine = world.decide([somebody()], [("support", "programme")], share=True).json()["decision"]
    assert world.get(f"/v1/decisions/{routine}").json()["ground"] is None


@pytest.mark.parametrize(
    "more",
    [
        {"purpose": "support", "ground": ENQUIRY},
        {"purpose": "safeguarding", "ground": {**ENQUIRY, "kind": "curiosity"}},
        {"purpose": "safeguarding", "ground": ENQUIRY, "operation": "use"},
    ],
)
def test_a_ground_of_another_purpose_or_kind_is_refused(world: World, more: dict[str, Any]) -> None:
    assert world.decide([somebody()], SCHOOL, **more).status_code == 422
