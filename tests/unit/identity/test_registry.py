"""The administrator registers agencies, services, clients and people; the audit says who did."""

import secrets

import pytest

from vocabulary.scopes import RESERVED

from .conftest import PASSWORD, Identity, claims_of


def test_an_agency_and_its_services_are_registered(identity: Identity) -> None:
    agency = identity.post("/v1/agencies", {"code": "police", "name": "Police", "kind": "police"})
    assert (agency.status_code, agency.headers["Location"]) == (201, "/v1/agencies/police")
    assert agency.json().keys() == {"id", "status", "etag"}
    service = {"code": "neighbourhood-policing", "name": "Neighbourhood policing", "sector": "police"}
    identity.make("/v1/agencies/police/services", service)
    view = identity.get("/v1/agencies/police")
    assert [found["code"] for found in view["services"]] == ["neighbourhood-policing"]
    assert identity.get("/v1/services/neighbourhood-policing")["agency"] == "police"
    assert {found["code"] for found in identity.get("/v1/services")["items"]} == {
        "programme",
        "neighbourhood-policing",
    }
    assert {found["code"] for found in identity.get("/v1/agencies")["items"]} == {"police", "thornbury-council"}
    assert identity.post("/v1/agencies/nowhere/services", service).status_code == 404


def test_a_code_is_given_once(identity: Identity) -> None:
    body = {"code": "health-trust", "name": "Health", "kind": "health"}
    made = identity.make("/v1/agencies", body)
    again = identity.post("/v1/agencies", body)
    assert (again.status_code, again.json()["id"]) == (409, made["id"])
    service = {"code": "school-nursing", "name": "School nursing", "sector": "health"}
    identity.make("/v1/agencies/health-trust/services", service)
    elsewhere = identity.post("/v1/agencies/thornbury-council/services", service)
    assert elsewhere.json()["type"].endswith("/service-exists")
    _, _ = identity.machine("r-once")
    twice = {"client_id": "r-once", "name": "Twice", "scopes": [], "grants": ["client_credentials"]}
    assert identity.post("/v1/services/programme/clients", twice).json()["type"].endswith("/client-exists")


def test_a_repeated_request_registers_nobody_twice_and_shows_no_password_twice(identity: Identity) -> None:
    body = {"email": "olga@thornbury.example", "name": "Olga", "service": "programme", "roles": ["analyst"]}
    key = secrets.token_hex(8)
    first, again = (identity.post("/v1/users", body, key) for _ in range(2))
    assert (first.status_code, again.json()) == (201, first.json() | {"password": None})
    assert len(first.json()["password"]) == 23
    assert identity.browser().sign_in("olga@thornbury.example", first.json()["password"])
    assert identity.post("/v1/users", body | {"name": "Other"}, key).status_code == 422
    same_person = identity.post("/v1/users", body | {"email": "OLGA@thornbury.example"})
    assert (same_person.status_code, same_person.json()["id"]) == (409, first.json()["id"])
    assert "olga" not in same_person.text.lower()


@pytest.mark.parametrize(
    "wrong",
    [
        {"roles": ["king"]},
        {"service": "nowhere"},
        {"email": "no address"},
        {"password": "eleven long"},
        {"password": 123456789012},
        {"areas": ["Thorn Bury"]},
        {"status": "active"},
        {"name": ""},
    ],
)
def test_a_user_that_makes_no_sense_is_refused_without_an_echo(identity: Identity, wrong: dict[str, object]) -> None:
    body = {"email": "w@thornbury.example", "name": "Wrong", "service": "programme", "roles": []} | wrong
    refused = identity.post("/v1/users", body)
    assert refused.status_code == 422 and refused.json()["errors"][0]["pointer"].startswith("/body/")
    (value,) = wrong.values()
    assert not value or str(value) not in refused.text


def test_a_change_names_the_version_that_it_changes(identity: Identity) -> None:
    user = identity.user("pia", ["analyst"])
    path = f"/v1/users/{user}"
    shown = identity.http.get(path, headers=identity.admin)
    assert shown.json()["email"] == "pia@thornbury.example" and "password" not in shown.text
    assert identity.http.patch(path, json={"name": "Pia P"}, headers=identity.admin).status_code == 428
    changed = identity.patch(path, {"name": "Pia P"}, shown.headers["ETag"])
    assert changed.status_code == 200
    assert identity.patch(path, {"name": "Late"}, shown.headers["ETag"]).status_code == 412
    assert identity.get(path)["name"] == "Pia P"


def test_nobody_gives_themselves_a_role(identity: Identity) -> None:
    me = claims_of(identity.admin["Authorization"])["sub"]
    for change in ({"roles": ["platform_administrator", "analyst"]}, {"areas": ["x"]}, {"service": "programme"}):
        refused = identity.patch(f"/v1/users/{me}", change)
        assert (refused.status_code, refused.json()["type"].split("/")[-1]) == (403, "own-account")
    assert identity.patch(f"/v1/users/{me}", {"name": "Pat"}).status_code == 200


def test_only_administrators_read_and_change_who_there_is(identity: Identity) -> None:
    identity.user("ana", ["analyst"])
    ana = identity.bearer(identity.browser().sign_in("ana@thornbury.example", PASSWORD)["access_token"])
    for path in ("/v1/agencies", "/v1/services", "/v1/users", "/v1/roles", "/v1/keys", "/v1/audit"):
        assert identity.http.get(path).status_code == 401
        assert identity.http.get(path, headers=ana).status_code == 403
    body = {"code": "x", "name": "X", "kind": "other"}
    assert identity.http.post("/v1/agencies", json=body, headers=ana).status_code == 403
    assert identity.http.get("/v1/whoami", headers=ana).status_code == 200


def test_the_audit_says_who_did_what_and_holds_nobodys_data(identity: Identity) -> None:
    user = identity.user("uma", ["analyst"])
    identity.patch(f"/v1/users/{user}", {"name": "Uma U", "password": "another long password"})
    items = identity.get("/v1/audit", kind="user", object=user)["items"]
    assert [item["action"] for item in items] == ["user.changed", "user.registered"]
    assert items[0]["actor"] == claims_of(identity.admin["Authorization"])["sub"]
    assert items[0]["details"]["fields"] == ["name", "password"]
    assert "uma" not in str(items).lower() and "another long" not in str(items)


def test_pages_of_the_audit_join_up(identity: Identity) -> None:
    whole = [item["id"] for item in identity.get("/v1/audit", limit=500)["items"]]
    seen: list[str] = []
    after = None
    while True:
        page = identity.get("/v1/audit", limit=4, **({"after": after} if after else {}))
        seen += [item["id"] for item in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert seen == whole == sorted(whole, reverse=True)


def test_users_and_clients_come_in_pages(identity: Identity) -> None:
    for n in range(5):
        identity.machine(f"page-{n}")
    first = identity.get("/v1/services/programme/clients", limit=3)
    rest = identity.get("/v1/services/programme/clients", after=first["next"], limit=500)
    names = [item["client_id"] for item in first["items"] + rest["items"]]
    assert names == sorted(set(names)) and {f"page-{n}" for n in range(5)} <= set(names)
    assert identity.http.get("/v1/users", params={"after": first["next"]}, headers=identity.admin).status_code == 400
    users = identity.get("/v1/users", service="programme", limit=1)
    assert users["items"][0]["agency"] == "thornbury-council" and users["next"]
    assert identity.get("/v1/users", service="nowhere")["items"] == []


def test_the_catalogue_of_roles_is_the_agreed_one(identity: Identity) -> None:
    roles = {role["code"]: role for role in identity.get("/v1/roles")["items"]}
    assert len(roles) == 11
    assert roles["mash_worker"]["purposes"] == ["safeguarding"]
    assert roles["platform_administrator"]["scopes"] == ["identity:read", "identity:admin"]
    # Who reads families must not administer accounts, and the auditor must not check or submit.
    assert not {"families:read", "claims:read"} & set(roles["platform_administrator"]["scopes"])
    assert not {"claims:check", "claims:submit"} & set(roles["internal_auditor"]["scopes"])
    assert not [role for role in roles.values() if set(role["scopes"]) & RESERVED]
