"""People, as far as a caller may see them."""

from uuid import UUID, uuid4

import httpx

from families.models.premises import Premises
from families.models.protections import ProtectedPerson
from unit.families.borough import MILL, QUAY, Borough, ana, attendance, claim, incident
from unit.families.household import scoped

BENEFITS, POLICE, SCHOOL = "benefits", "anti_social_behaviour", "school_attendance"


def test_a_person_is_shown_with_what_each_source_said(town: Borough) -> None:
    town.push(BENEFITS, claim())
    town.push(POLICE, incident(forename="Rosie"))
    rose = town.person("CL-1")
    answer = town.get(f"/v1/people/{rose}")
    shown = answer.json()
    assert answer.headers["ETag"] and shown["formerly"] == []
    assert (shown["name"], shown["date_of_birth"], shown["sex"]) == ("Rosemary Ash", "1980-02-03", "female")
    assert shown["identifiers"] == [{"scheme": "nino", "value": "MW000123A", "source": "jobcentre"}]
    assert [(a["uprn"], a["source"], a["from"]) for a in shown["addresses"]] == [
        (MILL["uprn"], "neighbourhood-policing", "2016-11-05"),
        (MILL["uprn"], "jobcentre", "2017-08-31"),
    ]
    links = town.get(f"/v1/people/{rose}/links").json()["items"]
    assert {(link["key"], link["how"]) for link in links} == {("CL-1", "new"), ("INC-1|1", "score")}


def test_only_what_is_shared_is_there(town: Borough) -> None:
    town.push(BENEFITS, claim())
    town.push(POLICE, incident(forename="Rosie"))
    rose = town.person("CL-1")
    town.consent.agreements["jobcentre", "programme", "identify"] = frozenset({"benefits"})
    shown = town.get(f"/v1/people/{rose}").json()
    assert shown["name"] == "Rosie Ash" and "identifiers" not in shown
    assert [a["source"] for a in shown["addresses"]] == ["neighbourhood-policing"]
    assert [link["key"] for link in town.get(f"/v1/people/{rose}/links").json()["items"]] == ["INC-1|1"]
    facts = town.get(f"/v1/people/{rose}/facts").json()["items"]
    assert {fact["measure"] for fact in facts} == {"benefit.claim", "asb.role", "asb.action"}
    town.consent.agreements["jobcentre", "programme", "identify"] = frozenset()
    facts = town.get(f"/v1/people/{rose}/facts").json()["items"]
    assert {fact["source"] for fact in facts} == {"neighbourhood-policing"}
    town.consent.down = True
    for path in ("", "/links", "/facts"):
        assert town.get(f"/v1/people/{rose}{path}").status_code == 503


def test_a_measure_that_no_feed_has_is_refused_with_those_that_there_are(town: Borough) -> None:
    town.push(BENEFITS, claim())
    rose = town.person("CL-1")

    def ask(measure: str) -> list[httpx.Response]:
        looked_up = town.post(f"/v1/facts/lookup?measure={measure}", {"ids": [rose]})
        return [town.get(f"/v1/people/{rose}/facts", measure=measure), looked_up]

    for refused in ask("benefit.claims"):
        [fault] = refused.json()["errors"]
        assert (refused.status_code, fault["pointer"], fault["code"]) == (422, "/query/measure", "unknown_measure")
        assert "benefit.claim, benefit.regime, " in fault["fix"]
        assert "benefit.claims" not in refused.text
    one, many = (answer.json()["items"] for answer in ask("benefit.claim"))
    assert {fact["measure"] for fact in [*one, *many[0]["facts"]]} == {"benefit.claim"}
    one, many = (answer.json()["items"] for answer in ask("work.spell"))
    assert (one, [row["facts"] for row in many]) == ([], [[]])


def test_who_is_out_of_reach_answers_like_who_never_was(town: Borough) -> None:
    town.push(BENEFITS, claim())
    rose = town.person("CL-1")
    lou = scoped("lou", "lead_professional", "people:read families:read", "support")
    for path in ("", "/links", "/facts"):
        hers, nobodys = town.get(f"/v1/people/{rose}{path}", lou), town.get(f"/v1/people/{uuid4()}{path}", lou)
        assert hers.status_code == nobodys.status_code == 404
        same = ("type", "title", "status", "detail")
        assert [hers.json()[k] for k in same] == [nobodys.json()[k] for k in same]
    for path in ("/v1/people/lookup", "/v1/facts/lookup"):
        assert town.post(path, {"ids": [rose]}, lou).json() == {"items": []}
    assert town.post("/v1/people/search", {"name": "Rosemary Ash"}, lou).json() == {"items": []}


def test_people_are_found_by_name_nickname_day_and_number(town: Borough) -> None:
    town.push(BENEFITS, claim())
    town.push(SCHOOL, attendance())
    rose = town.person("CL-1")
    for asked in (
        {"name": "Rosemary Ash"},
        {"name": "ash rosie"},
        {"date_of_birth": "1980-02-03"},
        {"identifier": "mw 00 01 23 a"},
        {"name": "Rosie Ash", "date_of_birth": "1980-02-03"},
    ):
        found = town.post("/v1/people/search", asked).json()["items"]
        assert [person["id"] for person in found] == [rose], asked
    assert town.post("/v1/people/search", {"name": "Rosemary Ash", "date_of_birth": "1980-02-04"}).json()["items"] == []
    assert town.post("/v1/people/search", {}).status_code == 422


def test_a_search_finds_nothing_out_that_is_not_shared(town: Borough) -> None:
    town.push(BENEFITS, claim())
    town.consent.agreements["jobcentre", "programme", "identify"] = frozenset({"address"})
    for asked in ({"name": "Rosemary Ash"}, {"date_of_birth": "1980-02-03"}, {"identifier": "MW000123A"}):
        assert town.post("/v1/people/search", asked).json() == {"items": []}


def test_a_search_shares_whom_it_shows_and_nobody_else(town: Borough) -> None:
    town.push(BENEFITS, claim(), claim("CL-2", nino="MW000456A", date_of_birth="1960-02-03"))
    rose, older = town.person("CL-1"), town.person("CL-2")
    town.consent.asked.clear()
    found = town.post("/v1/people/search", {"name": "Rosemary Ash", "date_of_birth": "1980-02-03"}).json()["items"]
    assert [person["id"] for person in found] == [rose] != [older]
    shared = [question for question in town.consent.asked if question["share"]]
    assert {subject["person"] for question in shared for subject in question["subjects"]} == {rose}


def test_a_refuge_is_shown_to_nobody(town: Borough) -> None:
    with town.runtime.write() as session:
        session.add(Premises(uprn=QUAY["uprn"], kind="refuge"))
    town.push(BENEFITS, claim(), claim("CL-2", **QUAY))
    town.push(POLICE, incident(**(QUAY | {"uprn": ""})))
    for key in ("CL-1", "CL-2", "INC-1|1"):
        text = town.get(f"/v1/people/{town.person(key)}").text
        assert not any(value in text for value in QUAY.values()), key


def test_facts_are_looked_up_for_many_by_any_of_their_ids(town: Borough) -> None:
    town.push(BENEFITS, claim(), claim("CL-2", nino="", forename="Gary", sex="male"))
    rose, gary = town.person("CL-1"), town.person("CL-2")
    town.post(f"/v1/people/{rose}/merge", {"other": gary, "reason": "One."})
    items = town.post("/v1/facts/lookup", {"ids": [gary, str(uuid4())]}).json()["items"]
    assert [item["person"] for item in items] == [rose]
    assert {fact["person"] for fact in items[0]["facts"]} == {rose, gary}
    people = town.post("/v1/people/lookup", {"ids": [gary, rose, str(uuid4())]}).json()["items"]
    assert [person["id"] for person in people] == [rose]


def test_the_decision_is_asked_with_every_former_id(town: Borough) -> None:
    town.push(BENEFITS, claim(), claim("CL-2", nino="", forename="Gary", sex="male"))
    rose, gary = town.person("CL-1"), town.person("CL-2")
    town.post(f"/v1/people/{rose}/merge", {"other": gary, "reason": "One."})
    town.consent.protected.add(gary)
    with town.runtime.write() as session:
        session.add(ProtectedPerson(person=UUID(gary)))
    shown = town.get(f"/v1/people/{rose}", ana).json()
    assert "addresses" not in shown and shown["name"]
