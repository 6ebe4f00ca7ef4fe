"""Who is who, told to everybody; and the widest reach is the programme's, whoever calls themselves an analyst (§0, A2).

An attacker has a role that their service may not hold: from an identity of an earlier release, or by a token that says
so. Each token here is signed by the platform's own key, so that nothing but the directory stands in their way.
"""

import secrets
from typing import Any
from uuid import UUID

import pytest

from authority.town import Town
from identity.models import User
from sandbox.identifiers import upn
from unit.families.borough import attendance
from vocabulary.roles import ROLES, list_rights

HOME = {"address_line": "4 Role Street", "postcode": "ZZ99 4BR", "uprn": "999000092001"}
WIDE = [code for code, role in ROLES.items() if role.sectors == {"programme"} and role.scopes]
"""The roles that the programme's people alone hold: they see every family, move money, or register others."""


@pytest.fixture(scope="module")
def family(town: Town) -> dict[str, str]:
    """A family of which the school told."""
    ruth = upn(8, 2008, 903)
    town.push("school_attendance", attendance(upn=ruth, **(HOME | {"forename": "Ruth", "surname": "Rolls"})))
    person = town.person(ruth)
    belongs = town.done(town.post("cora", "families", "/v1/members/lookup", {"ids": [person]}))
    return {"id": belongs["items"][0]["families"][0]["family"], "person": person, "upn": ruth}


def as_foreigner(town: Town, role: str, **said: Any) -> str:
    """A token of the health trust's school nurse which says that she has this role, with all that it gives."""
    claims: dict[str, Any] = {
        "roles": [role],
        "scope": " ".join(ROLES[role].scopes),
        "purposes": list(ROLES[role].purposes),
    }
    return town.token("noor", **(claims | said))


def ask(town: Town, bearer: str, method: str, program: str, path: str, body: Any = None, purpose: str = "") -> Any:
    headers = {"Authorization": f"Bearer {bearer}", "Idempotency-Key": secrets.token_hex(8)}
    headers |= {"Purpose": purpose} if purpose else {}
    return town.platform[program].client.request(method, path, json=body, headers=headers)


def change(town: Town, name: str, body: dict[str, Any]) -> Any:
    """Change somebody as the administrator does, as they stand now."""
    path = f"/v1/users/{town.people[name]}"
    tag = town.as_admin("GET", "identity", path).headers["ETag"]
    return town.as_admin("PATCH", "identity", path, json=body, headers={"If-Match": tag})


# --- identity


@pytest.mark.parametrize("role", WIDE)
def test_identity_gives_no_role_of_the_programme_to_anybody_else(town: Town, role: str) -> None:
    body = {
        "email": f"{role}@town.example", "name": "Foreign", "service": "school-nursing", "areas": [],
        "roles": ["partner_practitioner", role],
    }  # fmt: skip
    refused = town.as_admin("POST", "identity", "/v1/users", json=body)
    assert refused.status_code == 422
    # An administrator has no other role besides: that is told as well.
    [fault] = [one for one in refused.json()["errors"] if one["code"] == "not_of_this_sector"]
    assert fault["pointer"] == "/body/roles/1"
    assert "/v1/roles" in fault["fix"]
    changed = change(town, "noor", {"roles": [role]})
    assert changed.status_code == 422 and changed.json()["errors"][0]["pointer"] == "/body/roles/0"


def test_nobody_takes_a_role_along_to_a_service_that_may_not_hold_it(town: Town) -> None:
    town.hire("wanda", "analyst", "programme")
    moved = change(town, "wanda", {"service": "housing"})
    assert (moved.status_code, moved.json()["errors"][0]["pointer"]) == (422, "/body/service")
    with_roles = {"service": "housing", "roles": ["partner_practitioner"]}
    assert change(town, "wanda", with_roles).status_code == 200


def test_identity_shows_in_which_sectors_a_role_may_be_held(town: Town) -> None:
    roles = {role["code"]: role for role in town.as_admin("GET", "identity", "/v1/roles").json()["items"]}
    assert roles["analyst"]["sectors"] == ["programme"]
    assert {"education", "social-care"} <= set(roles["lead_professional"]["sectors"])


def test_a_role_of_an_earlier_release_that_the_service_may_not_hold_is_in_no_token(town: Town) -> None:
    town.hire("zita", "partner_practitioner", "school-nursing")
    with town.platform["identity"].runtime.write() as session:
        session.get_one(User, UUID(town.people["zita"])).roles = ["analyst", "partner_practitioner"]
    said = ask(town, town.token("zita"), "GET", "identity", "/v1/whoami").json()
    assert said["roles"] == ["partner_practitioner"]
    assert said["purposes"] == ["support", "welfare_of_child"]
    assert "families:read" in said["scopes"] and not {"people:read", "claims:read"} & set(said["scopes"])


# --- the programs, where a token says so all the same


DOORS: dict[str, list[tuple[Any, ...]]] = {
    "analyst": [
        ("GET", "families", "/v1/families", None), ("GET", "families", "/v1/families/{id}", None),
        ("GET", "families", "/v1/people/{person}", None), ("GET", "families", "/v1/match-reviews", None),
        ("POST", "families", "/v1/people/search", {"identifier": {"scheme": "upn", "value": "{upn}"}}),
        ("POST", "families", "/v1/facts/lookup", {"ids": ["{person}"]}), ("GET", "families", "/v1/pushes", None),
        ("GET", "claims", "/v1/families/{id}/eligibility", None), ("GET", "claims", "/v1/cohort", None),
        ("GET", "claims", "/v1/claims", None), ("GET", "claims", "/v1/reports/attachments", None),
        ("POST", "claims", "/v1/recomputations", {"mode": "known_now"}),
    ],
    "programme_coordinator": [
        ("GET", "families", "/v1/families", None), ("GET", "families", "/v1/families/{id}", None),
        ("POST", "families", "/v1/members/lookup", {"ids": ["{person}"]}),
        ("GET", "claims", "/v1/cohort", None), ("GET", "claims", "/v1/reports/results", None),
    ],
    "claims_officer": [
        ("GET", "claims", "/v1/claims", None), ("GET", "claims", "/v1/batches", None),
        ("POST", "claims", "/v1/batches", {"framework": "2015", "date": "2018-01-01"}),
    ],
    "finance_officer": [
        ("GET", "claims", "/v1/claims", None), ("GET", "claims", "/v1/ledger", None),
        ("GET", "claims", "/v1/reports/attachments", None),
    ],
    "internal_auditor": [("GET", "claims", "/v1/claims", None), ("GET", "claims", "/v1/batches", None)],
    "head_of_service": [("GET", "claims", "/v1/reports/attachments", None), ("GET", "claims", "/v1/targets", None)],
}  # fmt: skip
TRIED = [(role, *door) for role, doors in DOORS.items() for door in doors]


@pytest.mark.parametrize(("role", "method", "program", "path", "body"), TRIED)
def test_a_role_of_the_programme_opens_nothing_to_somebody_of_another_service(
    town: Town, family: dict[str, str], role: str, method: str, program: str, path: str, body: Any
) -> None:
    answer = ask(town, as_foreigner(town, role), method, program, path.format(**family), body, ROLES[role].purposes[0])
    assert answer.status_code == 403, answer.text
    assert answer.json()["scope"] in list_rights([role])


@pytest.mark.parametrize(
    "said",
    [
        {"service": "programme"},  # the programme's service, and the trust's agency
        {"service": "nowhere"},
        {"agency": "thornbury-council"},  # her own service, said to be the council's
    ],
)
def test_a_service_is_believed_of_its_own_agency_alone(
    town: Town, family: dict[str, str], said: dict[str, str]
) -> None:
    bearer = as_foreigner(town, "analyst", **said)
    for path in ("/v1/families", f"/v1/people/{family['person']}"):
        assert ask(town, bearer, "GET", "families", path, purpose="identify").status_code == 403


def test_who_has_another_role_as_well_keeps_what_that_one_gives(town: Town, family: dict[str, str]) -> None:
    both = {"roles": ["analyst", "partner_practitioner"], "purposes": ["support", "identify"]}
    bearer = as_foreigner(town, "analyst", **both)
    listed = ask(town, bearer, "GET", "families", "/v1/families", purpose="support")
    assert (listed.status_code, listed.json()["items"]) == (200, [])
    hidden = ask(town, bearer, "GET", "families", f"/v1/families/{family['id']}", purpose="support")
    nowhere = ask(town, bearer, "GET", "families", f"/v1/families/{family['person']}", purpose="support")
    assert hidden.status_code == nowhere.status_code == 404
    assert hidden.json()["title"] == nowhere.json()["title"]


def test_the_programmes_own_people_meet_whom_they_should(town: Town, family: dict[str, str]) -> None:
    assert town.get("ana", "families", f"/v1/families/{family['id']}").status_code == 200
    assert town.get("cora", "families", f"/v1/families/{family['id']}").status_code == 200
    for name, path in (("clare", "/v1/claims"), ("finn", "/v1/claims"), ("hilda", "/v1/reports/attachments")):
        assert town.get(name, "claims", path).status_code == 200


# --- consent believes tokens alone


def test_a_program_cannot_ask_as_the_programmes_analyst(town: Town, family: dict[str, str]) -> None:
    """With its own rights and any word of its own, families gets no decision; nor by a token of a made-up role."""
    families = town.platform.signed(
        town.platform.claims("families", client_id="families", scope="consent:decide", roles=[], purposes=[])
    )
    question: dict[str, Any] = {
        "purpose": "identify", "operation": "read", "subjects": [{"person": family["person"]}], "share": True,
        "items": [{"category": "identity", "source": "education"}],
    }  # fmt: skip
    typed = question | {"caller": {"subject": "ana", "client": "portal", "agency": "thornbury-council"}}
    assert ask(town, families, "POST", "consent", "/v1/decisions", typed).status_code == 422
    refused = ask(town, families, "POST", "consent", "/v1/decisions", question)
    assert (refused.status_code, refused.json()["title"]) == (403, "Caller not verified")

    def decided(caller: str) -> list[str]:
        headers = {"Authorization": f"Bearer {families}", "Caller-Token": caller}
        answer = town.platform["consent"].client.post("/v1/decisions", json=question, headers=headers)
        return [verdict["verdict"] for verdict in town.done(answer)["verdicts"]]

    assert decided(as_foreigner(town, "analyst")) == ["deny"]
    assert decided(town.token("ana")) == ["permit"]
