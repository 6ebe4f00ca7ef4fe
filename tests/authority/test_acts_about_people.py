"""Acts about a person are for whoever works with them, or answers for their data; strangers answer like nobody.

An attacker here has an account with a role that may do the act, and sends it for people with whom they have nothing to
do: a lead professional for a stranger's child, a health officer for a council resident, a police officer for anybody.
"""

from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from authority.town import Town
from chassis.http import ServiceClient, TokenSource
from fixtures.platform import NOWHERE
from sandbox.identifiers import upn
from unit.families.borough import attendance, incident

NOBODY = "00000000-0000-7000-8000-000000000000"
DAY = "2018-03-01"
SAID = {"date": DAY, "reason": "On her own word"}


@dataclass
class Homes:
    """Two children at two addresses: leo leads Nia's family, and lena leads Otis's. Each is met by one partner more."""

    town: Town
    nia: str
    otis: str
    notice: str

    def consent(self, who: str, person: str, **more: Any) -> httpx.Response:
        body = {
            "person": person, "given_by": "person", "date": DAY, "purposes": ["claim"], "categories": ["attendance"],
            "notice": self.notice, "channel": "in_person",
        } | more  # fmt: skip
        return self.town.post(who, "consent", "/v1/consents", body)

    def deliver(self, who: str, *people: str) -> httpx.Response:
        body = {"date": DAY, "channel": "letter", "persons": list(people)}
        return self.town.post(who, "consent", f"/v1/notices/{self.notice}/deliveries", body)

    def object(self, who: str, person: str) -> httpx.Response:
        body = {"person": person, "date": DAY, "purposes": ["support"]}
        return self.town.post(who, "consent", "/v1/objections", body)

    def protect(self, who: str, person: str) -> httpx.Response:
        body = {"person": person, "kind": "location", "date": DAY, "reason": "On her own word"}
        return self.town.post(who, "consent", "/v1/protections", body)


@pytest.fixture(scope="module")
def homes(town: Town) -> Homes:
    found = []
    for number, (forename, surname) in enumerate((("Nia", "Kiln"), ("Otis", "Kelp"))):
        key = upn(1, 2008, 810 + number)
        home = {"address_line": f"{number + 1} Kiln Row", "postcode": "ZZ99 8AA", "uprn": f"99900000081{number}"}
        said = attendance(upn=key, forename=forename, surname=surname, carer_forename="", carer_surname="",
                          carer_relationship="", carer_same_address="", **home)  # fmt: skip
        town.push("school_attendance", said)
        found.append(town.person(key))
    adult = {"forename": "Petunia", "surname": "Kiln", "date_of_birth": "1979-01-02", "address_line": "1 Kiln Row",
             "postcode": "ZZ99 8AA", "uprn": "999000000810"}  # fmt: skip
    town.push("anti_social_behaviour", incident("INC-KILN", **adult))
    for person, lead, service in zip(found, ("leo", "lena"), ("programme", "early-help"), strict=True):
        family = family_of(town, person)
        named = {"user": town.people[lead], "service": service, "sector": service, "date": DAY}
        town.done(town.post("cora", "families", f"/v1/families/{family}/lead-professional", named, purpose="support"))
    notice = town.done(
        town.post("iris", "consent", "/v1/notices", {
            "code": "kiln", "version": "1", "language": "en", "text": "What we do with your data.",
        })
    )["id"]  # fmt: skip
    return Homes(town, nia=found[0], otis=found[1], notice=notice)


def family_of(town: Town, person: str) -> str:
    rows = town.done(town.post("ana", "families", "/v1/members/lookup", {"ids": [person]}))["items"]
    return str(rows[0]["families"][0]["family"])


def refused_alike(*answers: httpx.Response) -> bool:
    """Whether all were refused with one and the same 404."""
    bodies = [
        {name: value for name, value in answer.json().items() if name not in ("instance", "request_id")}
        for answer in answers
    ]
    return all(answer.status_code == 404 for answer in answers) and all(body == bodies[0] for body in bodies)


def test_a_lead_professional_records_consents_of_their_own_families_alone(homes: Homes) -> None:
    assert refused_alike(homes.consent("leo", homes.otis), homes.consent("leo", NOBODY))
    stranger = {"given_by": "representative", "representative": homes.otis}
    assert refused_alike(homes.consent("leo", homes.nia, **stranger),
                         homes.consent("leo", homes.nia, **(stranger | {"representative": NOBODY})))  # fmt: skip
    assert homes.consent("leo", homes.nia).status_code == 201
    assert homes.consent("cora", homes.otis).status_code == 201  # of her area
    assert homes.consent("ana", homes.otis).status_code == 403  # who only looks


def test_a_strangers_consent_is_neither_withdrawn_nor_corrected_nor_read(homes: Homes) -> None:
    town = homes.town
    theirs = town.done(homes.consent("cora", homes.otis))["id"]
    for act, body in (("withdrawal", {"date": DAY}), ("correction", {"reason": "Wrong"})):
        there, nowhere = (town.post("leo", "consent", f"/v1/consents/{id}/{act}", body) for id in (theirs, NOBODY))
        assert refused_alike(there, nowhere)
    assert refused_alike(*(town.get("leo", "consent", f"/v1/consents/{id}") for id in (theirs, NOBODY)))
    assert town.get("leo", "consent", "/v1/consents", params={"person": homes.otis}).json()["items"] == []
    ids = {"ids": [homes.otis, homes.nia, NOBODY]}
    looked_up = town.done(town.post("leo", "consent", "/v1/consents/lookup", ids))["items"]
    assert {row["person"] for row in looked_up} <= {homes.nia}
    assert town.done(town.get("lena", "consent", f"/v1/consents/{theirs}"))["status"] == "given"
    assert town.done(town.post("lena", "consent", f"/v1/consents/{theirs}/withdrawal", {"date": DAY}))["continues"]


def test_deliveries_are_for_people_within_reach_alone(homes: Homes) -> None:
    town = homes.town
    assert refused_alike(homes.deliver("leo", homes.otis), homes.deliver("leo", NOBODY))
    mixed = homes.deliver("leo", homes.nia, homes.otis)
    assert mixed.status_code == 404 and [fault["pointer"] for fault in mixed.json()["errors"]] == ["/body/persons/1"]
    made = homes.deliver("cora", homes.nia, homes.otis).headers["Location"]
    assert town.done(town.get("leo", "consent", made))["persons"] == [homes.nia]
    looked_up = town.done(town.post("leo", "consent", "/v1/notices/lookup", {"ids": [homes.nia, homes.otis]}))
    assert [row["person"] for row in looked_up["items"]] == [homes.nia]
    back = {"persons": [homes.otis], "reason": "Returned by post"}
    assert town.post("leo", "consent", f"{made}/correction", back).status_code == 404
    assert town.done(town.post("lena", "consent", f"{made}/correction", back))["status"] == "corrected"
    town.settle()


def test_an_officer_objects_for_those_of_whom_their_agency_holds_data(homes: Homes) -> None:
    town = homes.town
    petunia = town.person("INC-KILN")
    assert refused_alike(homes.object("hana", homes.nia), homes.object("hana", NOBODY))
    assert refused_alike(homes.object("petra", homes.nia), homes.object("petra", NOBODY))
    assert homes.object("petra", petunia).status_code == 201
    raised = town.done(homes.object("iris", homes.nia))["id"]
    answered = {"answer": "overridden", **SAID}
    there, nowhere = (town.post("petra", "consent", f"/v1/objections/{id}/answer", answered) for id in (raised, NOBODY))
    assert refused_alike(there, nowhere)
    assert town.done(town.post("iris", "consent", f"/v1/objections/{raised}/withdrawal", SAID))["status"] == "withdrawn"


def test_protections_are_set_by_those_with_a_reason_and_lifted_by_two(homes: Homes) -> None:
    town = homes.town
    petunia = town.person("INC-KILN")
    town.hire("isolde", "information_governance_officer", "programme")
    town.hire("percy", "information_governance_officer", "neighbourhood-policing")
    town.settle()
    assert refused_alike(homes.protect("petra", homes.otis), homes.protect("petra", NOBODY))
    assert refused_alike(homes.protect("hana", homes.otis), homes.protect("hana", NOBODY))
    ours, theirs = (town.done(homes.protect(who, petunia))["id"] for who in ("iris", "petra"))
    for who, protection in (("petra", ours), ("hana", ours), ("hana", theirs)):
        path = "/v1/protections/{}/lift"
        there, nowhere = (town.post(who, "consent", path.format(id), SAID) for id in (protection, NOBODY))
        assert refused_alike(there, nowhere)
    asked = town.done(town.post("petra", "consent", f"/v1/protections/{theirs}/lift", SAID))
    assert asked["status"] == "lift_asked"
    path = f"/v1/protections/{theirs}/lift/confirmation"
    assert town.post("petra", "consent", path, SAID).status_code == 403
    assert town.done(town.get("iris", "consent", f"/v1/protections/{theirs}"))["status"] == "lift_asked"
    assert town.done(town.post("percy", "consent", path, SAID))["status"] == "lifted"
    town.done(town.post("isolde", "consent", f"/v1/protections/{ours}/lift", SAID))
    confirmed = town.post("iris", "consent", f"/v1/protections/{ours}/lift/confirmation", SAID)
    assert town.done(confirmed)["status"] == "lifted"
    town.settle()


def test_a_partner_cannot_ask_families_who_works_with_whom(homes: Homes) -> None:
    town = homes.town
    for who in ("ana", "iris", "cora", "leo"):
        assert town.post(who, "families", "/v1/people/standing", {"ids": [homes.nia]}).status_code == 403


def test_without_families_a_person_can_still_say_no_and_nothing_else_happens(
    homes: Homes, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = homes.town
    own, colleagues, theirs = (
        town.done(homes.consent(who, person))["id"]
        for who, person in (("leo", homes.nia), ("cora", homes.nia), ("lena", homes.otis))
    )
    consent = town.platform["consent"].runtime
    tokens = TokenSource(NOWHERE, "consent", lambda: "secret")
    monkeypatch.setattr("chassis.http.FIRST_PAUSE", 0.001)
    monkeypatch.setitem(consent._clients, "families", ServiceClient(NOWHERE, tokens, timeout=5))
    for answer in (
        homes.consent("leo", homes.nia),
        homes.deliver("leo", homes.nia),
        homes.object("iris", homes.nia),
        homes.protect("iris", homes.nia),
        town.get("leo", "consent", f"/v1/consents/{own}"),
        town.post("leo", "consent", "/v1/consents/lookup", {"ids": [homes.nia]}),
        town.post("leo", "consent", f"/v1/consents/{theirs}/withdrawal", {"date": DAY}),
        town.post("leo", "consent", f"/v1/consents/{NOBODY}/withdrawal", {"date": DAY}),
    ):
        assert answer.status_code == 503, answer.text
        assert "emergency" in town.get("leo", "consent", "/problems/unavailable").text
    for mine in (own, colleagues):
        withdrawn = town.post("leo", "consent", f"/v1/consents/{mine}/withdrawal", {"date": DAY})
        assert town.done(withdrawn)["status"] == "withdrawn"
    monkeypatch.undo()
    held = town.done(town.post("lena", "consent", "/v1/consents/lookup", {"ids": [homes.otis]}))["items"]
    assert {row["status"] for item in held for row in item["consents"] if row["id"] == theirs} == {"given"}
    kept = town.done(town.get("leo", "consent", "/v1/consents", params={"person": homes.nia}))["items"]
    assert [row["status"] for row in kept if row["id"] in (own, colleagues)] == ["withdrawn"] * 2


def test_a_false_delivery_by_another_agency_lets_nobody_read(homes: Homes) -> None:
    town = homes.town
    key = upn(1, 2008, 815)
    said = attendance(upn=key, forename="Una", surname="Keel", carer_forename="", carer_surname="",
                      carer_relationship="", carer_same_address="", address_line="9 Kiln Row", postcode="ZZ99 8AB",
                      uprn="999000000815")  # fmt: skip
    town.push("school_attendance", said)
    met = incident("INC-KEEL", forename="Una", surname="Keel", date_of_birth=said["date_of_birth"], sex=said["sex"],
                   address_line="9 Kiln Row", postcode="ZZ99 8AB", uprn="999000000815")  # fmt: skip
    town.push("anti_social_behaviour", met)
    una = town.person(key)
    family = family_of(town, una)
    named = {"user": town.people["leo"], "service": "programme", "sector": "programme", "date": DAY}
    town.done(town.post("cora", "families", f"/v1/families/{family}/lead-professional", named, purpose="support"))

    def name_shown() -> bool:
        seen = town.done(town.post("leo", "families", "/v1/people/lookup", {"ids": [una]}))["items"]
        return any("name" in person for person in seen)

    assert not name_shown()
    homes.deliver("petra", una)  # out of the police's reach or not, it tells nobody what the council does
    assert not name_shown()
    town.done(homes.deliver("leo", una))
    assert name_shown()
