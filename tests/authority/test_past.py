"""A view as at a day shows what was so on that day: a claim paid in 2018 stood in a view of 2016."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from authority.earned import SUPPORTED_ON, settle_family, support
from authority.town import Town
from chassis.clock import today

ASKED = """
query Past($id: UUID!, $day: Date) {
  family(id: $id, asAt: $day) {
    claims { items { id } }
    members { role person {
      id name addresses { to }
      facts(first: 100) { items { measure from to } }
      notices { items { date } } consents { items { status withdrawnOn steps { kind } } }
      links { items { key } } sharingLog { next }
    } }
  }
}
"""


@dataclass
class Family:
    town: Town
    id: str

    def ask(self, who: str, day: str | None, purpose: str = "support") -> tuple[dict[str, Any], dict[str, Any]]:
        """Shape: people by role; the problem of each part that is an error, by the part's name."""
        body = {"query": ASKED, "variables": {"id": self.id, "day": day}}
        answer = self.town.done(self.town.post(who, "gateway", "/graphql", body, purpose=purpose))
        people = {member["role"]: member["person"] for member in answer["data"]["family"]["members"]}
        problems = {
            error["path"][-1]: error["extensions"]["problem"]
            for error in answer.get("errors", ())
            if error["extensions"]["problem"]["status"] != 403
        }
        return people, problems


@pytest.fixture(scope="module")
def family(town: Town) -> Family:
    id = settle_family(town, 91_013, "Yesteryear")
    support(town, id)
    rows = town.done(town.get("cora", "families", f"/v1/families/{id}/members", purpose="support"))["items"]
    child = next(row["person"] for row in rows if row["role"] == "child")
    held = town.done(town.post("cora", "consent", "/v1/consents/lookup", {"ids": [child]}, purpose="support"))["items"]
    withdrawal = f"/v1/consents/{held[0]['consents'][0]['id']}/withdrawal"
    town.done(town.post("cora", "consent", withdrawal, {"date": "2018-02-01"}, purpose="support"))
    return Family(town, id)


def test_facts_that_had_not_happened_are_not_there(family: Family) -> None:
    people, _ = family.ask("cora", "2017-03-15")
    child = people["child"]["facts"]["items"]
    assert {fact["to"] for fact in child} == {"2016-12-31"}, "the spring term was not over, and had no totals"
    assert {fact["to"] for fact in family.ask("cora", None)[0]["child"]["facts"]["items"]} > {
        "2016-12-31",
        "2017-04-16",
    }


def test_what_went_on_has_no_end_yet(family: Family) -> None:
    """She was on a benefit until 30 September 2017, and in work from the next day on."""
    then, now = (family.ask("ana", day, "identify")[0]["adult"]["facts"]["items"] for day in ("2017-09-15", None))
    ended = {fact["measure"] for fact in now if fact["to"] == "2017-09-30"}
    assert ended and {fact["to"] for fact in then if fact["measure"] in ended} == {None}
    begun_later = {fact["measure"] for fact in now if fact["from"] == "2017-10-01"}
    assert begun_later and not [fact for fact in then if fact["measure"] in begun_later]


@pytest.mark.parametrize(
    ("day", "told"),
    [
        ("2017-09-03", None),
        (SUPPORTED_ON, ("given", None, ["given"])),
        ("2018-01-31", ("given", None, ["given"])),
        ("2018-02-01", ("withdrawn", "2018-02-01", ["given", "withdrawn"])),
        (None, ("withdrawn", "2018-02-01", ["given", "withdrawn"])),
    ],
)
def test_a_consent_stands_as_it_stood(family: Family, day: str | None, told: tuple[Any, ...] | None) -> None:
    child = family.ask("cora", day)[0]["child"]
    found = [
        (one["status"], one["withdrawnOn"], [s["kind"] for s in one["steps"]]) for one in child["consents"]["items"]
    ]
    assert found == ([told] if told else [])
    assert [one["date"] for one in child["notices"]["items"]] == ([SUPPORTED_ON] if told else [])


def test_people_are_told_by_what_had_been_said_of_them(family: Family) -> None:
    then, now = (family.ask("cora", day)[0]["child"] for day in ("2017-01-15", str(today())))
    assert then["name"] == now["name"] == "Edda Yesteryear"
    assert max(one["to"] for one in then["addresses"]) <= "2017-01-15" < max(one["to"] for one in now["addresses"])


def test_before_there_is_a_family_it_answers_like_one_that_never_was(family: Family) -> None:
    """A view of 2016 told of a family that was composed in 2017, whose timeline began a year before it."""
    town = family.town
    now = town.done(town.get("ana", "families", f"/v1/families/{family.id}", purpose="identify"))
    begun = date.fromisoformat(now["composed_on"])
    never, before = str(uuid4()), str(begun - timedelta(days=1))
    for day, there in ((before, False), (str(begun), True)):
        for path in ("", "/timeline"):
            paths = [f"/v1/families/{id}{path}" for id in (family.id, never)]
            found, missing = (
                town.get("ana", "families", each, purpose="identify", params={"as_at": day}) for each in paths
            )
            assert (found.status_code, missing.status_code) == (200 if there else 404, 404)
            for member in () if there else ("type", "title", "detail"):
                assert found.json()[member] == missing.json()[member]
        asked = [
            town.post(
                "ana", "gateway", "/graphql", {"query": ASKED, "variables": {"id": id, "day": day}}, purpose="identify"
            ).json()
            for id in (family.id, never)
        ]
        assert (asked[0]["data"]["family"] is not None) is there
        assert there or asked[0] == asked[1]


def test_what_is_known_of_today_only_is_refused_with_a_reason(family: Family) -> None:
    _, problems = family.ask("cora", "2016-12-31")
    assert {"claims", "links", "sharingLog"} <= problems.keys()
    for part in ("claims", "links", "sharingLog"):
        assert problems[part]["title"] == "Not known as at that day" and problems[part]["detail"]
    assert "claims" not in family.ask("cora", None)[1]
