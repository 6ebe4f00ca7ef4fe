"""Nobody finds whom they may not: not by having known them once, and not by taking a refuge's flag away.

An attacker here is a colleague with an account: the coordinator of the area from which a mother fled, the lead
professional of the family that she left, an officer of another agency.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest

from authority.town import Town
from sandbox.identifiers import nino, upn
from unit.families.borough import attendance, claim

SAME = ("type", "title", "status", "detail")


def answered(answer: httpx.Response) -> tuple[int, Any]:
    """What an answer says, without what names the request."""
    body = answer.json()
    return answer.status_code, {key: body.get(key) for key in SAME} if answer.status_code >= 400 else body


@dataclass
class Flight:
    """Zelda, Zack and their mother Zora lived with Zed; the three fled. `left` is the family that stayed behind."""

    town: Town
    left: str
    people: list[str]
    zed: str
    memberships: list[str]

    def ask(self, who: str, path: str, ids: list[str], purpose: str = "", **params: str) -> list[dict[str, Any]]:
        answer = self.town.post(who, "families", path, {"ids": ids}, purpose=purpose, params=params)
        items: list[dict[str, Any]] = self.town.done(answer)["items"]
        return items


HOME = {"address_line": "1 Zenith Way", "postcode": "ZZ99 4ZZ", "uprn": "999000090001"}
AWAY = {"address_line": "2 Zodiac Row", "postcode": "ZZ99 4ZY", "uprn": "999000090002"}
MOTHER = {
    "carer_forename": "Zora",
    "carer_surname": "Zane",
    "carer_relationship": "mother",
    "carer_same_address": "yes",
}
BORN = {"Zelda": "2008-05-17", "Zack": "2010-05-17"}
AUTUMN = {"covers_from": "2016-09-01", "covers_to": "2016-12-31"}
SPRING = {"covers_from": "2017-01-01", "covers_to": "2017-03-31"}
SUMMER = {"covers_from": "2017-04-01", "covers_to": "2017-07-31"}


def at_school(forename: str, term: str, where: dict[str, str]) -> dict[str, str]:
    born = BORN[forename]
    who = {"upn": upn(31, int(born[:4]), 901), "forename": forename, "surname": "Zane", "date_of_birth": born}
    return attendance(term=term, **(who | MOTHER | where))


@pytest.fixture(scope="module")
def flight(town: Town) -> Iterator[Flight]:
    zora = {"forename": "Zora", "surname": "Zane", "date_of_birth": "1980-02-03"}
    zed = {"forename": "Zed", "surname": "Zane", "date_of_birth": "1979-02-03", "sex": "male"}
    town.push("benefits", claim("CL-ZORA", nino=nino(900001), **(zora | HOME)),
              claim("CL-ZED", nino=nino(900002), **(zed | HOME)), **AUTUMN)  # fmt: skip
    town.push("school_attendance", *(at_school(name, "autumn", HOME) for name in BORN))
    people = [*(town.person(upn(31, int(born[:4]), 901)) for born in BORN.values()), town.person("CL-ZORA")]
    [left] = town.done(town.post("ana", "families", "/v1/members/lookup", {"ids": [people[0]]}))["items"][0]["families"]
    rows = town.done(town.get("cora", "families", f"/v1/families/{left['family']}/members", purpose="identify"))
    memberships = [row["id"] for row in rows["items"] if row["person"] in people]
    assert len(memberships) == 3
    lead = {"date": "2017-01-10", "user": town.people["leo"], "service": "programme", "sector": "council"}
    town.done(town.post("cora", "families", f"/v1/families/{left['family']}/lead-professional", lead))
    for person in people:
        body = {"person": person, "kind": "location", "date": "2017-02-12", "reason": "On her solicitor's word."}
        town.done(town.post("iris", "consent", "/v1/protections", body))
    town.settle()
    for term, covers in (("spring", SPRING), ("summer", SUMMER)):
        town.push("school_attendance", *(at_school(name, term, AWAY) for name in BORN), **covers)
    yield Flight(town, left["family"], people, town.person("CL-ZED"), memberships)


ASKERS = [("cora", "identify"), ("cora", "support"), ("leo", "support")]


@pytest.mark.parametrize(("who", "purpose"), ASKERS)
def test_who_reached_a_family_once_reads_nothing_of_whoever_fled_it(flight: Flight, who: str, purpose: str) -> None:
    nobody = [str(uuid4()) for _ in flight.people]
    for path in ("/v1/facts/lookup", "/v1/people/lookup", "/v1/members/lookup"):
        hers = flight.ask(who, path, flight.people, purpose)
        assert hers == flight.ask(who, path, nobody, purpose) == [], path


@pytest.mark.parametrize(("who", "purpose"), ASKERS)
def test_no_view_of_the_family_that_stayed_names_whoever_fled(flight: Flight, who: str, purpose: str) -> None:
    told = [
        flight.town.get(who, "families", f"/v1/families/{flight.left}{path}", purpose=purpose, params=params)
        for path in ("", "/members", "/timeline")
        for params in ({}, {"as_at": "2016-12-31"}, {"as_at": "2017-06-30"})
    ]
    told.append(flight.town.get(who, "families", "/v1/families", purpose=purpose, params={"as_at": "2016-12-31"}))
    assert {answer.status_code for answer in told} == {200}
    assert flight.zed in told[0].text
    for person in [*flight.people, *flight.memberships]:
        assert not [answer.url for answer in told if person in answer.text]


def test_who_fled_cannot_be_brought_back_into_reach_by_an_act(flight: Flight) -> None:
    town, family = flight.town, f"/v1/families/{flight.left}"
    for person, membership in zip(flight.people, flight.memberships, strict=True):
        joining = {"person": person, "role": "child", "from": "2017-06-01"}
        acts = [
            (town.post("cora", "families", f"{family}/members", joining), {"person": str(uuid4())} | joining),
            (town.post("cora", "families", f"{family}/agreement-to-be-supported",
                       {"date": "2017-06-01", "agreed": True, "by": person}), None),
        ]  # fmt: skip
        assert [answer.status_code for answer, _ in acts] == [404, 404]
        nobody = town.post("cora", "families", f"{family}/members", joining | {"person": str(uuid4())})
        assert answered(acts[0][0]) == answered(nobody)
        ended = [
            town.call("cora", "PATCH", "families", f"{family}/members/{which}", json={"to": "2017-06-01"},
                      headers={"If-Match": '"v1"'})
            for which in (membership, str(uuid4()))
        ]  # fmt: skip
        assert answered(ended[0]) == answered(ended[1])
        assert ended[0].status_code == 404


def test_who_stayed_is_reached_as_before_and_the_analyst_meets_all(flight: Flight) -> None:
    assert [row["person"] for row in flight.ask("cora", "/v1/facts/lookup", [flight.zed], "identify")] == [flight.zed]
    facts = {row["person"]: row["facts"] for row in flight.ask("ana", "/v1/facts/lookup", flight.people[:2])}
    assert {len({fact["from"] for fact in rows}) for rows in facts.values()} == {3}
