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
SPRING = {"covers_from": "2017-01-01", "covers_to": "2017-04-16"}
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
    lead = {"date": "2017-01-10", "user": town.people["leo"], "service": "programme"}
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


# --- refuges


HAVEN = {"address_line": "7 Yarrow Court", "postcode": "ZZ99 4YY", "uprn": "999000090007"}
SAID = {"reason": "On the manager's word.", "date": "2016-09-01"}
PATH = f"/v1/premises/{HAVEN['uprn']}"


@dataclass
class Refuge:
    """Yasmin and her daughter Yara live at a refuge that the police flagged. `ines` is a second officer here."""

    town: Town
    people: list[str]

    def told(self) -> list[str]:
        """What the analyst, the coordinator and the search can be made to tell of where they are."""
        ids = {"ids": self.people}
        answers = [
            *(self.town.get("ana", "families", f"/v1/people/{person}") for person in self.people),
            *(self.town.get("ana", "families", f"/v1/people/{person}/links") for person in self.people),
            self.town.post("ana", "families", "/v1/people/search", {"name": "Yara Young"}),
            *(self.town.post(who, "families", path, ids, purpose="identify")
              for who in ("ana", "cora") for path in ("/v1/people/lookup", "/v1/members/lookup")),
            self.town.get("cora", "families", "/v1/families", purpose="identify"),
        ]  # fmt: skip
        texts = [answer.text for answer in answers]
        assert all(person in "".join(texts) for person in self.people)
        needles = [HAVEN["address_line"], HAVEN["postcode"], HAVEN["uprn"]]
        cora = "".join(answer.text for answer in answers if answer.request.url.path == "/v1/families")
        return [n for n in needles if any(n in text for text in texts)] + [p for p in self.people if p in cora]

    def flags(self) -> Any:
        return self.town.done(self.town.get("iris", "families", PATH))["flags"]


@pytest.fixture(scope="module")
def refuge(town: Town) -> Refuge:
    town.hire("ines", "information_governance_officer", "housing")
    town.hire("paul", "information_governance_officer", "neighbourhood-policing")
    town.done(town.put("petra", "families", PATH, {"kind": "refuge", **SAID}))
    who = {"forename": "Yara", "surname": "Young", "date_of_birth": "2008-05-17", "carer_forename": "Yasmin",
           "carer_surname": "Young", "carer_relationship": "mother", "carer_same_address": "yes"}  # fmt: skip
    mother = {"forename": "Yasmin", "surname": "Young", "date_of_birth": "1980-02-03"}
    yara = upn(32, 2008, 901)
    town.push("benefits", claim("CL-YASMIN", nino=nino(900003), **(mother | HAVEN)), **AUTUMN)
    town.push("school_attendance", attendance(upn=yara, **(who | HAVEN)))
    return Refuge(town, [town.person(yara), town.person("CL-YASMIN")])


LOWER = {"kind": "ordinary", **SAID}
CONFIRM = {"verdict": "confirmed", **SAID}


def test_no_one_person_takes_the_flag_of_a_refuge_away(refuge: Refuge) -> None:
    town, before = refuge.town, refuge.flags()
    assert refuge.told() == []
    assert town.put("petra", "families", PATH, {"kind": "hmo", **SAID}).status_code == 409
    assert town.put("petra", "families", PATH, {"kind": "ordinary", **SAID}).status_code == 422
    asked = town.done(town.post("petra", "families", f"{PATH}/lowerings", LOWER))["id"]
    assert town.post("paul", "families", f"{PATH}/lowerings", LOWER).status_code == 409
    decision = f"{PATH}/lowerings/{asked}/decision"
    assert town.post("petra", "families", decision, CONFIRM).status_code == 409
    town.settle()
    assert refuge.told() == []
    [flag] = refuge.flags()
    assert flag.pop("waiting")["id"] == asked and [flag] == [{k: v for k, v in before[0].items() if k != "waiting"}]
    town.done(town.post("petra", "families", decision, CONFIRM | {"verdict": "refused"}))
    assert refuge.flags() == before
    assert town.post("paul", "families", decision, CONFIRM).status_code == 409


def test_who_neither_flagged_it_nor_is_the_councils_officer_learns_and_changes_nothing(refuge: Refuge) -> None:
    town = refuge.town
    nowhere = "/v1/premises/999000090999"
    asked = town.done(town.post("iris", "families", f"{PATH}/lowerings", LOWER | {"flag": refuge.flags()[0]["id"]}))
    for who in ("hana", "jonas"):
        for method, path, body in (
            ("GET", "", None),
            ("POST", "/lowerings", LOWER),
            ("POST", f"/lowerings/{asked['id']}/decision", CONFIRM),
        ):
            here = town.call(who, method, "families", PATH + path, json=body)
            there = town.call(who, method, "families", nowhere + path, json=body)
            assert answered(here) == answered(there) and here.status_code == 404, (who, method, path)
        listed = town.get(who, "families", "/v1/premises").text
        assert HAVEN["uprn"] not in listed
    assert town.put("jonas", "families", PATH, {"kind": "refuge", **SAID}).status_code == 404
    for who in ("ana", "cora", "leo", "clare"):
        assert town.get(who, "families", PATH).status_code == 403
        assert town.get(who, "families", "/v1/premises").status_code == 403
        assert town.put(who, "families", PATH, {"kind": "hmo", **SAID}).status_code == 403
    town.done(
        town.post("iris", "families", f"{PATH}/lowerings/{asked['id']}/decision", CONFIRM | {"verdict": "refused"})
    )


def test_another_agencys_flag_is_its_own_and_tells_nothing_of_what_others_said(refuge: Refuge) -> None:
    town = refuge.town
    here = town.put("hana", "families", PATH, {"kind": "hmo", **SAID})
    there = town.put("hana", "families", "/v1/premises/999000090998", {"kind": "hmo", **SAID})
    assert answered(here) == answered(there) and here.status_code == 200
    seen = town.done(town.get("hana", "families", PATH))
    assert [(flag["kind"], flag["agency"]) for flag in seen["flags"]] == [("hmo", "health-trust")]
    town.hire("hank", "information_governance_officer", "school-nursing")
    asked = town.done(town.post("hana", "families", f"{PATH}/lowerings", LOWER))["id"]
    town.done(town.post("hank", "families", f"{PATH}/lowerings/{asked}/decision", CONFIRM))
    town.settle()
    assert refuge.told() == []
    assert [flag["agency"] for flag in refuge.flags()] == ["police"]


def test_two_people_who_may_lower_protection_and_the_history_tells_it(refuge: Refuge) -> None:
    """The last of this module: from here on it is no refuge."""
    town = refuge.town
    asked = town.done(town.post("petra", "families", f"{PATH}/lowerings", LOWER))["id"]
    town.done(town.post("ines", "families", f"{PATH}/lowerings/{asked}/decision", CONFIRM))
    town.settle()
    assert len(refuge.told()) == 5
    seen = town.done(town.get("paul", "families", PATH))
    assert seen["flags"] == []
    acts = [(act["act"], act["kind"], act["by"]) for act in seen["history"]]
    who = town.people
    assert acts[0] == ("flagged", "refuge", who["petra"])
    assert acts[-2:] == [
        ("lowering_asked", "ordinary", who["petra"]),
        ("lowering_confirmed", "ordinary", who["ines"]),
    ]
    assert {act["reason"] for act in seen["history"]} == {SAID["reason"]}
    town.done(town.put("petra", "families", PATH, {"kind": "refuge", **SAID}))
    families = town.get("cora", "families", "/v1/families", purpose="identify").text
    assert not [person for person in refuge.people if person in families], "hidden before anything is composed"
