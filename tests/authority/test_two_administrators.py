"""One administrator alone gives nobody reach: not as a role, not by a client, a password, a deputy or a sponsor.

The attacker is an administrator. Alone they make an officer of the police and one of the council, who agree with each
other; or they take over somebody who is an officer already.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from authority.town import PASSWORD, Town
from chassis.clock import now
from identity.models import Approval, User
from vocabulary.roles import ROLES, list_with_reach
from vocabulary.scopes import ALONE, SCOPES

OFFICER = "information_governance_officer"
POLICE, COUNCIL = "neighbourhood-policing", "programme"
LEAVE = {"from": "2026-01-01", "reason": "On leave"}


def ask(town: Town, path: str, body: Any, method: str = "POST", **headers: str) -> Any:
    return town.as_one_admin(method, "identity", path, json=body, headers=headers)


def register(town: Town, name: str, *roles: str, service: str = POLICE) -> Any:
    body = {"email": f"{name}@two.example", "name": name.title(), "service": service, "password": PASSWORD}
    answer = ask(town, "/v1/users", body | {"roles": roles})
    assert answer.status_code == 201, answer.text
    town.people[name] = answer.json()["id"]
    return answer.json()


def change(town: Town, kind: str, id: str, body: Any, by: Callable[..., Any] = ask) -> Any:
    path = f"/v1/{kind}/{id}"
    tag = town.as_one_admin("GET", "identity", path).headers["ETag"]
    return by(town, path, body, "PATCH", **{"If-Match": tag})


def roles_of(town: Town, name: str) -> list[str]:
    roles: list[str] = town.as_admin("GET", "identity", f"/v1/users/{town.people[name]}").json()["roles"]
    return roles


def waits(answer: Any) -> str:
    assert answer.is_success and answer.json()["status"] == "waiting", answer.text
    return str(answer.json()["approval"])


def problem(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rpartition("/")[2]


def client(town: Town, id: str, *scopes: str, **more: Any) -> Any:
    body = {"client_id": id, "name": id, "scopes": scopes, "grants": ["client_credentials"]} | more
    answer = ask(town, f"/v1/services/{COUNCIL}/clients", body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_which_roles_and_scopes_one_administrator_gives_is_a_short_list() -> None:
    alone = ["lead_professional", "assurance_visitor"]
    assert [role for role in ROLES if role not in list_with_reach(ROLES)] == alone
    assert {scope for scope in ALONE if not scope.startswith("push:")} == {
        "openid", "profile", "email", "feeds:read", "frameworks:read",
    }  # fmt: skip
    assert {scope for scope in SCOPES if scope.startswith("push:")} <= ALONE


def test_one_administrator_makes_no_officers_of_two_agencies_who_agree_with_each_other(town: Town) -> None:
    for name, service in (("mole-police", POLICE), ("mole-council", COUNCIL)):
        made = register(town, name, OFFICER, service=service)
        assert made["status"] == "waiting" and roles_of(town, name) == []
        own = town.as_one_admin(
            "POST", "identity", f"/v1/approvals/{made['approval']}/confirmation", json={"reason": "I"}
        )
        assert problem(own) == (403, "another-administrator-needed")
        said = town.platform.signed(town.platform.claims("machine", client_id="machine"))
        by_machine = town.send(
            said, "POST", "identity", f"/v1/approvals/{made['approval']}/confirmation", json={"reason": "I"}
        )
        assert problem(by_machine) == (403, "person-needed")
    town.settle()
    terms = {"supplier_service": POLICE, "recipient_service": COUNCIL}
    assert town.post("mole-police", "consent", "/v1/agreements", terms).status_code == 403
    assert town.get("mole-police", "identity", "/v1/audit").status_code == 403


def test_another_administrator_approves_or_refuses_and_it_is_seen_who_did(town: Town) -> None:
    approval = register(town, "tess", "analyst", service=COUNCIL)["approval"]
    shown = town.done(town.as_one_admin("GET", "identity", f"/v1/approvals/{approval}"))
    assert (shown["asked"], shown["held"]["roles"], shown["asked_by"]) == ({"roles": ["analyst"]}, [], "pat")
    assert shown["agency"] == "thornbury-council" and not shown["own_password"]
    assert town.decide(approval).json() == town.decide(approval).json()
    assert roles_of(town, "tess") == ["analyst"]
    later = change(town, "users", town.people["tess"], {"roles": ["analyst", "programme_coordinator"]})
    refused = town.done(town.decide(waits(later), "refusal"))
    assert refused["status"] == "refused" and roles_of(town, "tess") == ["analyst"]
    assert problem(town.decide(later.json()["approval"])) == (409, "approval-not-waiting")
    entries = town.as_one_admin("GET", "identity", "/v1/audit", params={"kind": "approval", "limit": 500}).json()[
        "items"
    ]
    acts = [(one["action"], one["actor"]) for one in entries if one["details"]["about_id"] == town.people["tess"]]
    assert acts[::-1] == [
        ("approval.asked", "pat"), ("approval.approved", "polly"), ("approval.asked", "pat"),
        ("approval.refused", "polly"),
    ]  # fmt: skip
    listed = town.as_one_admin("GET", "identity", "/v1/approvals", params={"status": "refused", "limit": 500}).json()
    assert {one["id"] for one in listed["items"]} >= {refused["id"]}


def test_whoever_tries_to_approve_what_is_their_own_stands_in_the_audit_of_the_agency(town: Town) -> None:
    """They tried one request after the other, and nobody saw it."""
    town.hire("tia", "partner_practitioner", POLICE)
    made = waits(change(town, "users", town.people["tia"], {"password": "velvet turnip orbit"}))
    path, body = f"/v1/approvals/{made}/confirmation", {"reason": "I"}
    assert problem(town.as_one_admin("POST", "identity", path, json=body)) == (403, "another-administrator-needed")
    herself = town.platform.signed(town.platform.claims("polly", sub=town.people["tia"]))
    assert problem(town.send(herself, "POST", "identity", path, json=body)) == (403, "own-account")
    seen = town.done(town.get("petra", "identity", "/v1/audit", params={"object": made}))["items"]
    assert [(one["action"], one["actor"], one["details"].get("why")) for one in seen[::-1]] == [
        ("approval.asked", "pat", None),
        ("change.refused", "pat", "another_administrator_needed"),
        ("change.refused", town.people["tia"], "own_account"),
    ]
    assert {(one["agency"], one["details"]["about_id"]) for one in seen} == {("police", town.people["tia"])}
    town.hire("tor", "partner_practitioner", POLICE)
    named = ask(town, "/v1/deputies", LEAVE | {"officer": town.people["petra"], "deputy": town.people["tor"]})
    assert named.json()["errors"][0]["code"] == "roles_exclude"
    at_tor = town.done(town.get("petra", "identity", "/v1/audit", params={"object": town.people["tor"]}))["items"][0]
    assert (at_tor["action"], at_tor["details"]) == (
        "change.refused", {"why": "roles_exclude", "officer": town.people["petra"]},
    )  # fmt: skip


def test_who_asked_may_take_it_back_and_a_later_request_takes_its_place(town: Town) -> None:
    first = register(town, "tod", "analyst", service=COUNCIL)["approval"]
    second = waits(change(town, "users", town.people["tod"], {"roles": ["claims_officer"]}))
    assert problem(town.decide(first)) == (409, "approval-not-waiting")
    path = f"/v1/approvals/{second}/refusal"
    assert ask(town, path, {"reason": "A slip"}).json()["status"] == "refused"
    assert problem(town.decide(second)) == (409, "approval-not-waiting") and roles_of(town, "tod") == []


def test_what_is_approved_is_what_was_shown_and_lapses(town: Town) -> None:
    register(town, "tim", "lead_professional")
    asked = waits(change(town, "users", town.people["tim"], {"roles": ["lead_professional", "mash_worker"]}))
    assert change(town, "users", town.people["tim"], {"roles": []}).json()["status"] == "active"
    assert problem(town.decide(asked)) == (409, "approval-outdated") and roles_of(town, "tim") == []
    old = waits(change(town, "users", town.people["tim"], {"roles": ["mash_worker"]}))
    with town.platform["identity"].runtime.write() as session:
        session.execute(update(Approval).where(Approval.id == UUID(old)).values(asked_at=now() - timedelta(days=8)))
    assert problem(town.decide(old)) == (409, "approval-not-waiting") and roles_of(town, "tim") == []
    assert town.as_one_admin("GET", "identity", f"/v1/approvals/{old}").json()["status"] == "lapsed"


def test_nobody_takes_over_somebody_who_has_reach(town: Town) -> None:
    """By another password, another area or service, or by giving a leaver their account back."""
    name = town.hire("thea", "programme_coordinator", COUNCIL)
    for body in ({"password": "velvet turnip orbit"}, {"areas": ["thornbury", "westbury"]}):
        if "areas" in body:
            town.as_one_admin("POST", "identity", "/v1/areas", json={"code": "westbury", "name": "Westbury"})
        with town.platform["identity"].runtime.read() as session:
            before = session.get_one(User, UUID(town.people[name])).password_hash
        waits(change(town, "users", town.people[name], body))
        with town.platform["identity"].runtime.read() as session:
            held = session.get_one(User, UUID(town.people[name]))
        assert (held.password_hash, held.areas) == (before, ["thornbury"])
    approval = waits(change(town, "users", town.people[name], {"password": "velvet turnip orbit"}))
    assert "velvet" not in town.as_one_admin("GET", "identity", f"/v1/approvals/{approval}").text
    town.done(town.decide(approval))
    with town.platform["identity"].runtime.read() as session:
        assert session.get_one(User, UUID(town.people[name])).password_hash != before
        assert session.get_one(Approval, UUID(approval)).password_hash is None
    assert change(town, "users", town.people[name], {"status": "disabled"}).json()["status"] == "disabled"
    waits(change(town, "users", town.people[name], {"status": "active"}))
    officer = town.hire("tilda", OFFICER, COUNCIL)
    waits(change(town, "users", town.people[officer], {"service": POLICE}))
    assert change(town, "users", town.people[officer], {"name": "Theo T"}).json()["status"] == "active"


def test_a_password_that_an_administrator_sets_meanwhile_is_not_approved_along(town: Town) -> None:
    asked = register(town, "tara-two", "analyst", service=COUNCIL)["approval"]
    with town.platform["identity"].runtime.write() as session:
        session.get_one(User, UUID(town.people["tara-two"])).own_password = True
    assert town.as_one_admin("GET", "identity", f"/v1/approvals/{asked}").json()["own_password"]
    assert (
        change(town, "users", town.people["tara-two"], {"password": "velvet turnip orbit"}).json()["status"] == "active"
    )
    assert problem(town.decide(asked)) == (409, "approval-not-waiting")


@pytest.mark.parametrize("scopes", [("identity:admin",), ("people:read", "feeds:read"), ("agreements:sign",)])
def test_no_client_gets_scopes_by_one_administrator(town: Town, scopes: tuple[str, ...]) -> None:
    made = client(town, f"two-{scopes[0].replace(':', '-')}", *scopes)
    path = f"/v1/clients/{made['id']}"
    assert set(town.as_admin("GET", "identity", path).json()["scopes"]) == set(scopes) & ALONE
    town.done(town.decide(made["approval"]))
    assert set(town.as_admin("GET", "identity", path).json()["scopes"]) == set(scopes)
    for body in ({"scopes": [*scopes, "families:read"]}, {"purposes": ["support"]}):
        waits(change(town, "clients", made["id"], body))
    # Whoever has its secret does what it may.
    second = ask(town, f"{path}/secrets", None)
    auth = (made["client_id"], second.json()["secret"])
    waits(second)
    form = {"grant_type": "client_credentials"}
    assert town.platform["identity"].client.post("/oauth/token", data=form, auth=auth).status_code == 401
    town.done(town.decide(second.json()["approval"]))
    assert town.platform["identity"].client.post("/oauth/token", data=form, auth=auth).status_code == 200


def test_the_programs_clients_and_the_portals_way_back_want_two(town: Town) -> None:
    listed = town.as_admin("GET", "identity", f"/v1/services/{COUNCIL}/clients", params={"limit": 500}).json()["items"]
    held = {one["client_id"]: one for one in listed}
    waits(ask(town, f"/v1/clients/{held['claims']['id']}/secrets", None))
    uris = [*held["portal"]["redirect_uris"], "https://evil.example/back"]
    waits(change(town, "clients", held["portal"]["id"], {"redirect_uris": uris}))
    again = town.as_admin("GET", "identity", f"/v1/clients/{held['portal']['id']}").json()
    assert again["redirect_uris"] == held["portal"]["redirect_uris"]


def test_deputies_and_sponsors_want_two_since_they_lend_an_officers_name(town: Town) -> None:
    town.hire("tove", "", POLICE)
    body = LEAVE | {"officer": town.people["petra"], "deputy": town.people["tove"]}
    deputy = ask(town, "/v1/deputies", body)
    approval = waits(deputy)
    assert deputy.json()["id"] not in town.as_admin("GET", "identity", "/v1/deputies", params={"limit": 500}).text
    town.done(town.decide(approval))
    assert OFFICER in town.get("tove", "identity", "/v1/whoami").json()["roles"]
    # Her password opens what an officer's does.
    waits(change(town, "users", town.people["tove"], {"password": "velvet turnip orbit"}))
    town.done(town.as_admin("POST", "identity", f"/v1/deputies/{deputy.json()['id']}/end"))
    ask(town, "/v1/agencies", {"code": "two-surgery", "name": "Surgery", "kind": "health"})
    sponsor = ask(town, "/v1/agencies/two-surgery/sponsors", LEAVE | {"sponsor": "thornbury-council"})
    waits(sponsor)
    assert town.as_admin("GET", "identity", "/v1/agencies/two-surgery/sponsors").json()["items"] == []


def test_what_reaches_nobody_and_what_takes_away_needs_one(town: Town) -> None:
    assert register(town, "tilly", "lead_professional")["status"] == "active"
    assert client(town, "two-feeds", "feeds:read", "push:benefits")["status"] == "active"
    town.hire("tara-off", "analyst", COUNCIL, "programme_coordinator")
    assert change(town, "users", town.people["tara-off"], {"roles": ["analyst"]}).json()["status"] == "active"
    assert change(town, "users", town.people["tara-off"], {"areas": []}).json()["status"] == "active"


def test_a_system_asks_for_nothing_that_wants_two(town: Town) -> None:
    """Its administrator would keep its secret, have it ask, and approve."""
    said = town.platform.signed(town.platform.claims("machine", client_id="machine"))
    body = {"email": "m@two.example", "name": "M", "service": POLICE, "roles": [OFFICER], "password": PASSWORD}
    assert problem(town.send(said, "POST", "identity", "/v1/users", json=body)) == (403, "person-needed")


# --- who reads what was done


def test_an_officer_reads_the_audit_of_their_own_agency_in_pages(town: Town) -> None:
    town.hire("tabby", "partner_practitioner", POLICE)
    seen, after = list[dict[str, Any]](), None
    while True:
        params = {"limit": 7} | ({"after": after} if after else {})
        page = town.done(town.get("petra", "identity", "/v1/audit", params=params))
        seen += page["items"]
        after = page["next"]
        if after is None:
            break
    assert {one["agency"] for one in seen} == {"police"}
    assert town.people["tabby"] in {one["object"] for one in seen}
    whole = town.as_admin("GET", "identity", "/v1/audit", params={"limit": 500}).json()["items"]
    assert {one["agency"] for one in whole} > {one["agency"] for one in seen}
    of_another = town.get("petra", "identity", "/v1/audit", params={"object": town.people["leo"]})
    assert of_another.json()["items"] == []
    for name in ("ana", "otto", "sol"):
        assert town.get(name, "identity", "/v1/audit").status_code == 403
    assert town.get("petra", "identity", "/v1/users").status_code == 403


def test_who_moves_between_agencies_is_in_the_audit_of_both(town: Town) -> None:
    name = town.hire("tobias", "lead_professional", "early-help")
    assert change(town, "users", town.people[name], {"service": POLICE}).json()["status"] == "active"
    for officer in ("petra", "iris"):
        entries = town.done(town.get(officer, "identity", "/v1/audit", params={"object": town.people[name]}))["items"]
        assert "user.changed" in {one["action"] for one in entries}, officer
