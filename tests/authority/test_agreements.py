"""Agreements are made by those who own the data: two people, each an officer of the agency whose service it is."""

from typing import Any

import pytest

from authority.town import Town
from consent.agreements.wrongly_signed import list_wrongly_signed
from fixtures.agreements import draft, term
from sandbox.identifiers import upn
from unit.families.borough import attendance

BORROWED = draft("education", "school-nursing", term("support", "address"))
"""What the health trust's officer would like to read: addresses of the council's schools."""
SIGN = {"date": "2016-04-01"}


def refusal(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["title"]


def title_of(town: Town, who: str, agreement: str, verb: str = "sign", **more: Any) -> tuple[int, str]:
    body = SIGN | ({} if verb == "sign" else {"reason": "As agreed"}) | more
    return refusal(town.post(who, "consent", f"/v1/agreements/{agreement}/{verb}", body))


def state(town: Town, who: str, agreement: str) -> str:
    return str(town.done(town.get(who, "consent", f"/v1/agreements/{agreement}"))["status"])


def test_nobody_names_the_agencies_of_an_agreement(town: Town) -> None:
    """The issue's own input: both sides said to be the health trust's, and one signature."""
    said = BORROWED | {"supplier_agency": "health-trust", "recipient_agency": "health-trust"}
    answer = town.post("hana", "consent", "/v1/agreements", said)
    assert answer.status_code == 422
    assert {fault["pointer"] for fault in answer.json()["errors"]} == {
        "/body/supplier_agency", "/body/recipient_agency",
    }  # fmt: skip


def test_one_partys_signature_opens_nothing_and_its_owner_sees_what_was_drafted(town: Town) -> None:
    tim = upn(1, 2008, 901)
    town.push("school_attendance", attendance(upn=tim, forename="Tim", surname="Borrowed", postcode="ZZ99 7QQ"))
    made = town.done(town.post("hana", "consent", "/v1/agreements", BORROWED))["id"]
    shown = town.done(town.get("hana", "consent", f"/v1/agreements/{made}"))
    assert (shown["supplier_agency"], shown["recipient_agency"]) == ("thornbury-council", "health-trust")
    assert town.post("hana", "consent", f"/v1/agreements/{made}/sign", SIGN).json()["status"] == "draft"
    for side in ("supplier", "recipient"):
        again = town.post("hana", "consent", f"/v1/agreements/{made}/sign", SIGN | {"side": side})
        assert again.status_code == (200 if side == "recipient" else 403)
        assert state(town, "hana", made) == "draft"
    covered = town.done(town.get("noor", "consent", "/v1/coverage?purpose=support"))["covers"]
    assert "address" not in covered
    # Whose schools they are sees it, and may give it up; the police never hear of it.
    assert state(town, "iris", made) == "draft"
    assert town.get("petra", "consent", f"/v1/agreements/{made}").status_code == 404
    assert title_of(town, "petra", made) == (404, "Agreement not found")
    assert made in {one["id"] for one in town.done(town.get("iris", "consent", "/v1/agreements?limit=100"))["items"]}
    ended = town.post("iris", "consent", f"/v1/agreements/{made}/end", SIGN | {"reason": "Never agreed"})
    assert ended.json()["status"] == "ended"


def test_a_service_that_nobody_has_is_refused_with_where_to_look(town: Town) -> None:
    for side in ("supplier", "recipient"):
        answer = town.post("hana", "consent", "/v1/agreements", BORROWED | {side: "school-nurses"})
        [fault] = answer.json()["errors"]
        assert (answer.status_code, fault["pointer"]) == (422, f"/body/{side}")
        assert "GET /v1/services" in fault["fix"] and "school-nurses" not in answer.text


def test_nobody_drafts_or_signs_for_two_others(town: Town) -> None:
    between_others = draft("jobcentre", "early-help", term("identify", "identity"))
    assert refusal(town.post("petra", "consent", "/v1/agreements", between_others)) == (403, "Not a party")
    made = town.done(town.post("jonas", "consent", "/v1/agreements", between_others))["id"]
    assert title_of(town, "petra", made) == (404, "Agreement not found")


def test_one_person_never_signs_both_sides_of_an_agreement_within_one_agency(town: Town) -> None:
    made = town.done(
        town.post("iris", "consent", "/v1/agreements", draft("education", "housing", term("identify", "identity")))
    )["id"]
    assert town.post("iris", "consent", f"/v1/agreements/{made}/sign", SIGN).json()["status"] == "draft"
    assert title_of(town, "iris", made) == (409, "Signed the other side")
    assert title_of(town, "iris", made, side="recipient") == (409, "Signed the other side")
    assert state(town, "iris", made) == "draft"
    assert town.post("idris", "consent", f"/v1/agreements/{made}/sign", SIGN).json()["status"] == "in_force"


def test_a_machine_and_a_role_without_the_right_sign_nothing(town: Town) -> None:
    made = town.done(town.post("hana", "consent", "/v1/agreements", BORROWED))["id"]
    scopes = ["agreements:read", "agreements:write", "agreements:sign"]
    asked = {"client_id": "signing-machine", "name": "Signs", "scopes": scopes, "grants": ["client_credentials"]}
    client = town.done(town.as_admin("POST", "identity", "/v1/services/education/clients", json=asked))
    town.clients["signing-machine"] = "signing-machine", client["secret"]
    assert title_of(town, "signing-machine", made) == (403, "Not an officer")
    assert title_of(town, "leo", made)[0] == 403
    assert state(town, "iris", made) == "draft"


def test_only_who_suspended_lets_go_and_either_party_ends(town: Town) -> None:
    made = town.done(
        town.post(
            "hana", "consent", "/v1/agreements", draft("school-nursing", "programme", term("identify", "identity"))
        )
    )["id"]
    for who in ("hana", "iris"):
        town.done(town.post(who, "consent", f"/v1/agreements/{made}/sign", SIGN))
    stop = SIGN | {"reason": "A breach"}
    town.done(town.post("hana", "consent", f"/v1/agreements/{made}/suspend", stop))
    assert title_of(town, "iris", made, "resume") == (409, "Held by the other party")
    assert title_of(town, "petra", made, "resume") == (404, "Agreement not found")
    assert town.post("iris", "consent", f"/v1/agreements/{made}/end", stop).json()["status"] == "ended"
    assert title_of(town, "hana", made, "resume") == (409, "Agreement over")


def test_an_agreement_signed_by_one_side_only_shares_nothing(town: Town) -> None:
    """The sandbox's story: the police signed, housing never did."""
    [made] = [
        one
        for one in town.done(town.get("petra", "consent", "/v1/agreements?service=housing&limit=100"))["items"]
        if one["supplier"] == "neighbourhood-policing"
    ]
    assert (made["status"], [one["side"] for one in made["signatures"]]) == ("draft", ["supplier"])
    covered = town.done(town.get("harriet", "consent", "/v1/coverage?purpose=support"))["covers"]
    assert "anti_social_behaviour" not in covered
    assert title_of(town, "petra", made["id"], side="recipient") == (403, "Not a party")


@pytest.mark.parametrize("condition", ["article_9", "schedule_1"])
def test_special_data_is_not_agreed_without_its_condition(town: Town, condition: str) -> None:
    body = draft("programme", "school-nursing", term("support", "support") | {condition: None})
    answer = town.post("hana", "consent", "/v1/agreements", body)
    assert answer.status_code == 422
    assert f"/body/terms/0/{condition}" in {fault["pointer"] for fault in answer.json()["errors"]}


def test_an_imported_agreement_binds_nobody_by_its_paper(town: Town) -> None:
    paper = {
        "reference": "Signed in 2016", "sha256": "0" * 64,
        "supplier_signed_on": "2016-01-02", "recipient_signed_on": "2016-01-02",
    }  # fmt: skip
    made = town.done(town.post("hana", "consent", "/v1/agreements", BORROWED | {"paper": paper}))
    assert made["status"] == "draft"
    assert town.post("hana", "consent", f"/v1/agreements/{made['id']}/sign", SIGN).json()["status"] == "draft"
    assert town.post("hana", "consent", f"/v1/agreements/{made['id']}/sign", SIGN).json()["status"] == "draft"


def test_nothing_that_stands_in_the_town_was_signed_wrongly(town: Town) -> None:
    with town.platform["consent"].runtime.read() as session:
        assert list_wrongly_signed(session) == []


def named(town: Town, path: str, body: dict[str, Any]) -> str:
    """What the administrator registers with identity; its id, once everybody has heard of it."""
    made = str(town.done(town.as_admin("POST", "identity", path, json=body))["id"])
    town.settle()
    return made


def test_a_deputy_signs_in_the_officers_place_while_named_and_it_shows(town: Town) -> None:
    town.hire("dan", "", "neighbourhood-policing")  # who works on cases decides nothing about sharing, nor as a deputy
    made = town.done(
        town.post(
            "petra",
            "consent",
            "/v1/agreements",
            draft("neighbourhood-policing", "education", term("identify", "identity")),
        )
    )["id"]
    assert title_of(town, "dan", made)[0] == 403
    body = {"officer": town.people["petra"], "deputy": town.people["dan"], "from": "2026-01-01", "reason": "On leave"}
    for wrong, pointer in (
        ({"officer": town.people["leo"]}, "/body/officer"),  # who signs for nobody lends nothing
        ({"officer": town.people["iris"]}, "/body/deputy"),  # nobody deputises in another agency
        ({"deputy": town.people["petra"]}, "/body"),
    ):
        refused = town.as_admin("POST", "identity", "/v1/deputies", json=body | wrong)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer)
    deputy = named(town, "/v1/deputies", body)
    assert town.post("dan", "consent", f"/v1/agreements/{made}/sign", SIGN).json()["status"] == "draft"
    [signature] = town.done(town.get("petra", "consent", f"/v1/agreements/{made}"))["signatures"]
    assert (signature["by"], signature["deputy_for"]) == (town.people["dan"], town.people["petra"])
    town.done(town.as_admin("POST", "identity", f"/v1/deputies/{deputy}/end"))
    assert title_of(town, "dan", made, "end")[0] == 403
    later = body | {"from": "2040-01-01"}
    named(town, "/v1/deputies", later)
    assert title_of(town, "dan", made, "end")[0] == 403


def test_a_sponsor_signs_for_an_agency_without_an_officer_and_on_no_other_side(town: Town) -> None:
    named(town, "/v1/agencies", {"code": "mill-lane", "name": "Mill Lane Surgery", "kind": "health"})
    named(town, "/v1/agencies/mill-lane/services", {"code": "mill-lane-surgery", "name": "Surgery", "sector": "health"})
    body = draft("mill-lane-surgery", "programme", term("identify", "identity"))
    made = town.done(town.post("iris", "consent", "/v1/agreements", body))["id"]
    own = town.done(town.post("iris", "consent", "/v1/agreements", body | {"recipient": "education"}))["id"]
    theirs = draft("mill-lane-surgery", "school-nursing", term("identify", "identity"))
    assert title_of(town, "hana", made) == (404, "Agreement not found")
    path = "/v1/agencies/mill-lane/sponsors"
    asked = {"sponsor": "health-trust", "from": "2026-01-01", "reason": "The practice has no officer"}
    assert town.as_admin("POST", "identity", path, json=asked | {"sponsor": "mill-lane"}).status_code == 422
    of_council = town.as_admin("POST", "identity", "/v1/agencies/thornbury-council/sponsors", json=asked)
    assert refusal(of_council) == (409, "Agency has an officer")
    sponsor = named(town, path, asked)
    named(town, path, asked | {"sponsor": "thornbury-council"})
    # The council may not sign for the surgery what the surgery agrees with the council.
    assert title_of(town, "iris", made, side="supplier") == (409, "Sponsor of the other side")
    assert town.post("iris", "consent", f"/v1/agreements/{made}/sign", SIGN | {"side": "recipient"}).status_code == 200
    assert title_of(town, "idris", made, side="supplier") == (409, "Sponsor of the other side")
    signed = town.post("hana", "consent", f"/v1/agreements/{made}/sign", SIGN)
    assert signed.json()["status"] == "in_force"
    shown = town.done(town.get("iris", "consent", f"/v1/agreements/{made}"))["signatures"]
    assert [(one["side"], one["agency"], one["sponsor"]) for one in shown] == [
        ("supplier", "mill-lane", "health-trust"), ("recipient", "thornbury-council", None),
    ]  # fmt: skip
    nursing = town.done(town.post("hana", "consent", "/v1/agreements", theirs))["id"]
    assert title_of(town, "hana", nursing, side="supplier") == (409, "Sponsor of the other side")
    # Once it ended, or the surgery has an officer, nobody signs for it but its own.
    town.done(town.as_admin("POST", "identity", f"{path}/{sponsor}/end"))
    town.settle()
    assert title_of(town, "hana", own) == (404, "Agreement not found")
    assert state(town, "iris", made) == "in_force"
    named(town, path, asked)
    town.hire("sue", "information_governance_officer", "mill-lane-surgery")
    town.settle()
    assert title_of(town, "hana", own) == (404, "Agreement not found")
    assert town.post("sue", "consent", f"/v1/agreements/{own}/sign", SIGN).status_code == 200
