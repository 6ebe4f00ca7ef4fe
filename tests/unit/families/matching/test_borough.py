"""The sandbox's borough, whose truth is known: nobody is linked to somebody else, and everybody is found in the end."""

from collections import defaultdict
from typing import Any

from families.models.premises import Premises
from sandbox.borough import Borough as Truth
from unit.families.borough import Borough, pusher

FAMILIES, SEED = 90, 11


def test_no_link_is_wrong_and_after_the_reviews_everybody_is_one_person(town: Borough) -> None:
    borough = Truth.generate(FAMILIES, SEED)
    with town.runtime.write() as session:
        session.add_all(Premises(uprn=str(premises.uprn), kind=premises.kind) for premises in borough.communal_premises)
    asked = 0
    for wave in borough.waves[:4]:
        for file in wave.pushes:
            days: dict[str, Any] = {"covers_from": str(file.covers_from), "covers_to": str(file.covers_to)}
            push = town.send(file.feed, file.csv, **days).json()["id"]
            town.running.work()
            shown = town.seen(push, pusher(file.feed))
            assert (shown["status"], shown["counts"]["held"], shown["counts"]["refused"]) == ("finished", 0, 0)
        asked += _decide_all(town, borough)
    people_of, leaves_of = _look(town, borough)
    assert all(len(people) == 1 for people in people_of.values()), "somebody is still several persons"
    assert all(len(true) == 1 for true in leaves_of.values()), "two people were taken for one"
    assert asked < 0.1 * len(people_of)


def _decide_all(town: Borough, borough: Truth) -> int:
    """Answer every question as the truth has it, as far as it is still open when its turn comes."""
    _, leaves_of = _look(town, borough)
    assert all(len(true) == 1 for true in leaves_of.values()), "a wrong link was made by itself"
    reviews = town.reviews(status="open", kind="same_person", limit="500")
    for review in reviews:
        same = leaves_of[review["left"]["person"]] == leaves_of[review["right"]["person"]]
        assert town.decide(review, "same" if same else "different").status_code in ((200,) if same else (200, 409))
    return len(reviews)


def _look(town: Borough, borough: Truth) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """Shape: persons by true person, true persons by leaf."""
    people_of: dict[str, set[str]] = defaultdict(set)
    leaves_of: dict[str, set[str]] = defaultdict(set)
    after: dict[str, Any] = {}
    while True:
        page = town.get("/v1/links", limit="500", **after).json()
        for link in page["items"]:
            true = borough.truth.record_person(link["feed"], tuple(link["key"].split("|")))
            people_of[true].add(link["person"])
            leaves_of[link["leaf"]].add(true)
        if page["next"] is None:
            return people_of, leaves_of
        after = {"after": page["next"]}
