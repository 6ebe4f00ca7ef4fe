"""The administrator registers agencies, services, clients and people; the audit says who did."""

import secrets

import pytest
from sqlalchemy import delete, select

from chassis.tables import Outbox, OutboxKey
from identity.directory import tell_untold
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
    assert (first.status_code, again.json()) == (201, first.json() | {"password": None, "approval": None})
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
    assert shown.json()["email"] == "pia@thornbury.example" and not {"password", "password_hash"} & set(shown.json())
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
    acts = [(item["action"], item["actor"], item["details"].get("fields")) for item in items]
    asks, approves = (claims_of(one["Authorization"])["sub"] for one in (identity.admin, identity.second))
    assert acts == [
        ("user.changed", approves, ["password"]),
        ("user.changed", asks, ["name"]),
        ("user.changed", approves, ["roles"]),
        ("user.registered", asks, None),
    ]
    assert {item["agency"] for item in items} == {"thornbury-council"}
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
    refused = identity.http.get("/v1/users", params={"service": "nowhere"}, headers=identity.admin)
    assert refused.status_code == 422
    assert [(fault["pointer"], fault["code"]) for fault in refused.json()["errors"]] == [
        ("/query/service", "not_known")
    ]


def test_the_catalogue_of_roles_is_the_agreed_one(identity: Identity) -> None:
    roles = {role["code"]: role for role in identity.get("/v1/roles")["items"]}
    assert len(roles) == 14
    assert roles["mash_worker"]["purposes"] == ["safeguarding", "welfare_of_child"]
    assert roles["platform_administrator"]["scopes"] == ["identity:read", "identity:admin", "audit:read"]
    # Who reads families must not administer accounts, and the auditor must not check or submit.
    assert not {"families:read", "claims:read"} & set(roles["platform_administrator"]["scopes"])
    assert not {"claims:check", "claims:submit"} & set(roles["internal_auditor"]["scopes"])
    assert not [role for role in roles.values() if set(role["scopes"]) & RESERVED]


def told(identity: Identity) -> list[dict[str, object]]:
    """What identity told the directories of the other programs, in order."""
    with identity.running.runtime.read() as session:
        rows = session.scalars(select(Outbox).where(Outbox.topic == "identity.directory").order_by(Outbox.seq))
        return [{"name": row.type.split(".", 3)[3].removesuffix(".v1"), **row.data} for row in rows]


def test_an_area_is_registered_once_and_shown_to_whoever_is_signed_in(identity: Identity) -> None:
    made = identity.post("/v1/areas", {"code": "elm", "name": "Elm"})
    assert (made.status_code, made.headers["Location"]) == (201, "/v1/areas")
    again = identity.post("/v1/areas", {"code": "elm", "name": "Elm again"})
    assert (again.status_code, again.json()["type"].rpartition("/")[2]) == (409, "area-exists")
    identity.post("/v1/areas", {"code": "ash", "name": "Ash"})
    _, secret = identity.machine()
    machine = identity.bearer(identity.token("education-attendance", secret).json()["access_token"])
    shown = identity.http.get("/v1/areas", headers=machine)
    assert shown.json() == {"items": [{"code": "ash", "name": "Ash"}, {"code": "elm", "name": "Elm"}], "next": None}
    assert identity.http.get("/v1/areas").status_code == 401
    assert identity.http.post("/v1/areas", json={"code": "oak", "name": "Oak"}, headers=machine).status_code == 403


def test_nobody_is_of_an_area_that_is_not_there(identity: Identity) -> None:
    identity.make("/v1/areas", {"code": "thornbury", "name": "Thornbury"})
    body = {
        "email": "w@thornbury.example",
        "name": "W",
        "service": "programme",
        "roles": [],
        "areas": ["thornbury", "thornbery"],
    }
    refused = identity.post("/v1/users", body)
    assert refused.status_code == 422
    (fault,) = refused.json()["errors"]
    assert (fault["pointer"], fault["code"]) == ("/body/areas/1", "not_known") and "/v1/areas" in fault["fix"]
    user = identity.user("w", [])
    assert identity.patch(f"/v1/users/{user}", {"areas": ["thornbery"]}).status_code == 422


def test_a_service_is_of_a_sector_that_the_vocabulary_knows(identity: Identity) -> None:
    body = {"code": "bakery", "name": "Bakery", "sector": "baking"}
    refused = identity.post("/v1/agencies/thornbury-council/services", body)
    assert refused.status_code == 422
    (fault,) = refused.json()["errors"]
    assert fault["pointer"] == "/body/sector" and "housing" in fault["detail"] and "baking" not in refused.text


def test_the_other_programs_are_told_who_is_who(identity: Identity) -> None:
    identity.make("/v1/agencies", {"code": "borders", "name": "Borders", "kind": "police"})
    identity.make("/v1/agencies/borders/services", {"code": "patrol", "name": "Patrol", "sector": "police"})
    begun = len(told(identity))
    user = identity.user("lou", ["lead_professional"], service="patrol", areas=["elm"])
    assert identity.patch(f"/v1/users/{user}", {"status": "disabled"}).status_code == 200
    lou = {"user": user, "service": "patrol", "agency": "borders", "roles": ["lead_professional"], "areas": ["elm"]}
    everything = told(identity)
    assert everything[begun:] == [
        {"name": "user.registered", **lou, "status": "active"},
        {"name": "user.changed", **lou, "status": "disabled"},
    ]
    assert {"name": "area.registered", "area": "elm"} in everything
    [patrol] = [event for event in everything if event.get("service") == "patrol" and "user" not in event]
    assert patrol.pop("since")
    assert patrol == {"name": "service.registered", "service": "patrol", "agency": "borders", "sector": "police"}
    assert "lou@" not in str(everything) and "Lou" not in str(everything)


def test_who_was_there_before_there_was_a_directory_is_told_of_once(identity: Identity) -> None:
    def last_words() -> list[dict[str, object]]:
        found: dict[str, dict[str, object]] = {}
        for event in told(identity):
            said = {name: value for name, value in event.items() if name != "name"}
            found[str(said.get("user") or said.get("service") or said.get("area"))] = said
        return sorted(found.values(), key=str)

    runtime, before = identity.running.runtime, last_words()
    with runtime.write() as session:
        session.execute(delete(Outbox).where(Outbox.topic == "identity.directory"))
        session.execute(delete(OutboxKey).where(OutboxKey.topic == "identity.directory"))
    with runtime.write() as session:
        assert tell_untold(session) == len(before)
    assert last_words() == before
    with runtime.write() as session:
        assert tell_untold(session) == 0
