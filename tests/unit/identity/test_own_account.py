"""What people do with their own account, and which passwords nobody may choose."""

import secrets
from typing import Any

import httpx
import pytest
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from identity.tokens import wrong_proofs

from .conftest import PASSWORD, Identity, claims_of
from .test_client_keys import a_system
from .test_token_doors import watching

NEW = "velvet turnip orbit 7"


def put(identity: Identity, token: str, current: str, new: str, key: str = "") -> httpx.Response:
    headers = identity.bearer(token) | ({"Idempotency-Key": key} if key else {})
    return identity.http.put("/v1/me/password", json={"current": current, "new": new}, headers=headers)


def signed_in(identity: Identity, name: str, password: str = PASSWORD) -> dict[str, Any]:
    return identity.browser().sign_in(f"{name}@thornbury.example", password)


def sessions_of(identity: Identity, token: str) -> list[dict[str, Any]]:
    answer = identity.http.get("/v1/me/sessions", headers=identity.bearer(token))
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def test_whoever_knows_their_password_changes_it_and_their_other_sessions_end(identity: Identity) -> None:
    user = identity.user("ada", ["analyst"])
    here, elsewhere = signed_in(identity, "ada"), signed_in(identity, "ada")
    key = secrets.token_hex(8)
    changed = put(identity, here["access_token"], PASSWORD, NEW, key)
    assert (changed.status_code, changed.json()["status"]) == (200, "changed")
    assert put(identity, here["access_token"], PASSWORD, NEW, key).json() == changed.json()  # the answer was lost
    assert [one["current"] for one in sessions_of(identity, here["access_token"])] == [True]
    assert identity.browser().refresh(elsewhere["refresh_token"]).status_code == 400
    assert identity.browser().refresh(here["refresh_token"]).status_code == 200
    assert identity.browser().fill_in("ada@thornbury.example", PASSWORD).status_code == 422
    signed_in(identity, "ada", NEW)
    acts = [entry["action"] for entry in identity.get("/v1/audit", object=user)["items"]]
    assert acts == ["sign_in.failed", "password.changed", "user.changed", "user.registered"]


def test_whoever_found_a_token_guesses_a_few_times_and_then_waits(identity: Identity) -> None:
    user = identity.user("abe", ["analyst"])
    token = signed_in(identity, "abe")["access_token"]
    answers = [put(identity, token, f"guess number {n}", NEW) for n in range(10)]
    statuses = [answer.status_code for answer in answers]
    assert statuses == sorted(statuses) and set(statuses) == {422, 429}
    assert answers[0].json()["errors"][0]["pointer"] == "/body/current"
    assert int(answers[-1].headers["Retry-After"]) > 0 and put(identity, token, PASSWORD, NEW).status_code == 429
    assert "guess number" not in "".join(answer.text for answer in answers)
    entries = identity.get("/v1/audit", object=user)["items"]
    assert [entry["action"] for entry in entries].count("password.refused") == statuses.count(422)
    signed_in(identity, "abe")  # the sign-in page counts for itself: a thief of a token locks nobody out


def test_people_see_and_end_their_own_sessions_and_nobody_elses(identity: Identity) -> None:
    identity.user("una", ["analyst"])
    identity.user("ugo", ["analyst"])
    una, second, ugo = (signed_in(identity, name)["access_token"] for name in ("una", "una", "ugo"))
    mine = claims_of(una)["sid"]
    held = sessions_of(identity, una)
    assert {one["id"]: one["current"] for one in held} == {mine: True, claims_of(second)["sid"]: False}

    def end(token: str, session: str) -> httpx.Response:
        return identity.http.delete(f"/v1/me/sessions/{session}", headers=identity.bearer(token))

    foreign, unknown = end(ugo, mine), end(ugo, "0190a000-0000-7000-8000-000000000009")
    assert foreign.status_code == unknown.status_code == 404
    assert foreign.json()["detail"] == unknown.json()["detail"]
    assert end(una, claims_of(second)["sid"]).json()["status"] == "ended"
    assert [one["id"] for one in sessions_of(identity, una)] == [mine]
    entry = identity.get("/v1/audit", object=claims_of(second)["sid"])["items"][0]  # the newest
    assert (entry["actor"], entry["details"]["reason"]) == (claims_of(una)["sub"], "ended_by_person")


def test_a_system_has_no_account_of_its_own(identity: Identity) -> None:
    token = identity.token(*("selfless", identity.machine("selfless")[1])).json()["access_token"]
    for method, path in (("PUT", "password"), ("GET", "sessions"), ("DELETE", "sessions/" + "0" * 32)):
        body = {"current": PASSWORD, "new": NEW} if method == "PUT" else None
        answer = identity.http.request(method, f"/v1/me/{path}", json=body, headers=identity.bearer(token))
        assert (answer.status_code, answer.json()["type"].split("/")[-1]) == (403, "person-needed"), path
        assert identity.http.request(method, f"/v1/me/{path}", json=body).status_code == 401


WEAK = [
    "password1234", "Password12345!", "aaaaaaaaaaaa", "qwertyuiop12", "trustno1trustno1", "iloveyou2017", "x" * 20,
    "4" * 200, "willa.wexler@thornbury.example", "Willa Wexler 1", "wexler-willa", "programme2026", "thinkfamily1",
]  # fmt: skip


@pytest.mark.parametrize("weak", WEAK)
def test_a_password_that_leaked_or_is_soon_guessed_is_taken_from_nobody(identity: Identity, weak: str) -> None:
    known = "willa.wexler@thornbury.example"
    body = {"email": known, "name": "Willa Wexler", "service": "programme", "roles": ["analyst"]}
    held = [user["id"] for user in identity.get("/v1/users", limit=500)["items"] if user["email"] == known]
    user = held[0] if held else identity.make("/v1/users", body | {"password": PASSWORD})["id"]
    token = signed_in(identity, "willa.wexler")["access_token"]
    for refused, pointer in (
        (identity.post("/v1/users", body | {"password": weak}), "/body/password"),
        (identity.patch(f"/v1/users/{user}", {"password": weak}), "/body/password"),
        (put(identity, token, PASSWORD, weak), "/body/new"),
    ):
        assert refused.status_code == 422, refused.text
        [fault] = refused.json()["errors"]
        assert (fault["pointer"], fault["code"]) == (pointer, "password_weak")
        assert weak not in refused.text


def test_a_strong_password_is_taken_though_it_names_somebody(identity: Identity) -> None:
    user = identity.user("wendy", ["analyst"])
    assert identity.patch(f"/v1/users/{user}", {"password": "wendy velvet turnip orbit"}).status_code == 200
    signed_in(identity, "wendy", "wendy velvet turnip orbit")


def test_failed_sign_ins_stand_in_the_audit_and_an_address_that_nobody_has_not_in_clear(identity: Identity) -> None:
    user = identity.user("faith", ["analyst"])
    for email in ("faith@thornbury.example", "stranger@elsewhere.example", "Stranger@elsewhere.example"):
        assert identity.browser().fill_in(email, "not the password").status_code == 422
    at_faith, *_ = identity.get("/v1/audit", object=user)["items"]
    assert (at_faith["action"], at_faith["actor"], at_faith["client"]) == ("sign_in.failed", "nobody", "portal")
    answer = identity.http.get("/v1/audit", params={"kind": "address"}, headers=identity.admin)
    first, second = answer.json()["items"]
    assert first["object"] == second["object"] and first["action"] == "sign_in.failed"
    assert "stranger" not in answer.text.casefold() and "elsewhere" not in answer.text


def test_wrong_proofs_of_a_client_stand_in_the_audit_once_a_while_and_cost_its_door_no_write(
    identity: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever tried the secrets of a client left no trace but a line in the program's log."""
    identity.machine("p-one")
    disabled, secret = identity.machine("p-off")
    late, _ = identity.machine("p-late")
    for client in (disabled, late):
        assert identity.patch(f"/v1/clients/{client}", {"status": "disabled"}).status_code == 200
    identity.running.runtime.flush()
    monkeypatch.setattr(wrong_proofs, "MOST_STRANGERS", 3)
    system = a_system(identity, "p-key")

    def ask(client: str, door: str = "token", word: str = "a guess") -> int:
        form = {"grant_type": "client_credentials", "token": "x"}
        return identity.http.post(f"/oauth/{door}", data=form, auth=(client, word)).status_code

    with watching(identity) as watch:
        assert [ask("p-one", door) for door in ("introspect", "revoke", "token", "token")] == [401] * 4
        assert [ask("p-off", word=secret), ask("p-none"), ask("P%00 '"), ask("p-late")] == [401] * 4
        assert [system.ask(system.assertion(exp=0)).status_code for _ in range(2)] == [401] * 2
    assert not [each for each in watch.statements if not each.startswith("SELECT")]
    identity.running.runtime.flush()
    answer = identity.http.get("/v1/audit", params={"kind": "client", "limit": 500}, headers=identity.admin)
    refused = [entry for entry in answer.json()["items"] if entry["action"] == "proof.refused"]
    assert {(each["object"], each["details"]["count"]) for each in refused} == {
        ("p-one", 4),
        ("p-off", 1),
        ("p-key", 2),
    }
    assert all(each["actor"] == each["client"] == each["object"] for each in refused) and len(refused) == 3
    assert {each["agency"] for each in refused} == {"thornbury-council"}
    assert "a guess" not in answer.text and secret not in answer.text


def test_whoever_tries_to_give_roles_that_exclude_each_other_stands_in_the_audit(identity: Identity) -> None:
    user = identity.user("flo", ["claims_officer"])
    new = {"email": "finn@thornbury.example", "name": "Finn", "service": "programme"}
    both = ["claims_officer", "finance_officer"]
    assert identity.post("/v1/users", new | {"roles": both}).status_code == 422
    assert identity.patch(f"/v1/users/{user}", {"roles": [*both, "finn"]}).status_code == 422
    assert identity.patch(f"/v1/users/{user}", {"roles": ["finn"]}).status_code == 422  # a slip, and no attempt
    at_user = [each for each in identity.get("/v1/audit", object=user)["items"] if each["action"] == "change.refused"]
    at_service = identity.get("/v1/audit", kind="service", object="programme")["items"][0]
    assert [at_service["action"], *(each["action"] for each in at_user)] == ["change.refused"] * 2
    for each in (at_service, *at_user):
        assert (each["actor"], each["agency"]) == (
            claims_of(identity.admin["Authorization"])["sub"],
            "thornbury-council",
        )
        assert (each["details"]["why"], each["details"]["roles"]) == ("roles_exclude", both)
    assert "finn" not in f"{at_user}{at_service}".casefold()


def test_a_refusal_stays_what_it_is_though_its_entry_is_lost(
    identity: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = identity.user("fay", ["claims_officer"])
    identity.machine("p-away")

    def away() -> None:
        raise OperationalError("INSERT", {}, Exception("away"))

    monkeypatch.setattr(identity.running.runtime, "write", away)
    with capture_logs() as said:
        both = identity.patch(f"/v1/users/{user}", {"roles": ["claims_officer", "finance_officer"]})
        assert (both.status_code, both.json()["errors"][0]["code"]) == (422, "roles_exclude")
        assert identity.token("p-away", "a guess").status_code == 401
        identity.running.runtime.flush()
        assert identity.token("p-away", "a guess").status_code == 401
    lost = [line for line in said if "missing in the audit" in line["event"]]
    assert [line["error"] for line in lost] == ["OperationalError"] * 2 and "fay" not in str(lost)
    monkeypatch.undo()
    identity.running.runtime.flush()
    [entry] = [one for one in identity.get("/v1/audit", object="p-away")["items"] if one["action"] == "proof.refused"]
    assert entry["details"] == {"count": 1}
