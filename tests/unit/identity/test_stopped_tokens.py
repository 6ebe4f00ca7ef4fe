"""What is stopped is stopped at every process: identity's replicas, those of a service, and the gateway.

Processes poll when the test says so, and not by the clock: what one round brings is what a second brings.
"""

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest
import time_machine

from chassis.cli import load
from chassis.clock import now
from chassis.keys import JwksOverHttp
from chassis.revocations import PATH, Revocation, RevocationList, RevocationPage
from chassis.runtime import make_runtime
from fixtures.footing import Footing
from fixtures.stack import Programs, serve
from identity.app import program
from identity.bootstrap import end_all_tokens
from identity.models import RevocationEntry
from identity.sign_in.worker import Sweeper

from .conftest import PASSWORD, Identity, claims_of, start_identity

OFFICER = "information_governance_officer"
DOORS = {"identity": "/v1/whoami", "families": "/v1/bars", "consent": "/v1/notices", "gateway": "/graphql"}


@dataclass
class Processes:
    """Everything that checks tokens. Shape: `others` are the address of a process and its door; `lists` what it has
    heard is over."""

    programs: Programs
    identity: Identity
    others: list[tuple[str, str]]
    lists: list[RevocationList]

    def hear(self) -> None:
        """One round: what half a second and a fifth do."""
        for one in self.lists:
            one.hear_news()

    def answers(self, token: str) -> set[int]:
        """How the processes answer to a token."""
        found = set()
        for url, path in self.others:
            body = {"query": "{ me { service } }"} if path == "/graphql" else None
            method, headers = "POST" if body else "GET", {"Authorization": f"Bearer {token}"}
            status = httpx.request(method, f"{url}{path}", headers=headers, timeout=60, json=body).status_code
            found.add(200 if status == 403 else status)  # who may not do this is known all the same
        return found

    def introspected(self, token: str) -> bool:
        secret = self.identity.own_secret("families")
        answer = self.identity.http.post("/oauth/introspect", data={"token": token}, auth=("families", secret))
        active: bool = answer.json()["active"]
        return active

    def check_over(self, token: str) -> None:
        """The store says so at once, and every process after one round."""
        assert not self.introspected(token)
        self.hear()
        assert self.answers(token) == {401}

    def check_good(self, *tokens: str) -> None:
        self.hear()
        assert [self.answers(token) for token in tokens] == [{200}] * len(tokens)


@pytest.fixture(scope="module")
def processes(tmp_path_factory: pytest.TempPathFactory, footing: Footing) -> Iterator[Processes]:
    programs = Programs(tmp_path_factory.mktemp("stopped"), footing)
    ends: list[Callable[[], None]] = []
    try:
        identity = start_identity(programs)
        url = identity.running.url
        # Over the store of the first one: what is ended here must be heard there.
        replica = make_runtime(identity.running.runtime.settings, keys=JwksOverHttp("http://127.0.0.1:9/"))
        replica_url, stop = serve(program.build(replica))
        replica.revocations.hear_news()
        ends += [stop, lambda: replica.engine.dispose()]
        # Each replica of a service asks another of identity's.
        one = programs.start(load("families"), keys=None, identity_url=url)
        two = programs.start(load("consent"), keys=None, identity_url=replica_url)
        gateway = programs.start(load("gateway"), keys=None, identity_url=url)
        running = [identity.running, one, two, gateway]
        yield Processes(
            programs,
            identity,
            [(replica_url, DOORS["identity"]), *((each.url, DOORS[each.program.name]) for each in running)],
            [replica.revocations, *(each.runtime.revocations for each in running)],
        )
    finally:
        for end in ends:
            end()
        programs.close()


def signed_in(processes: Processes, name: str, roles: list[str], **other: Any) -> tuple[str, dict[str, Any]]:
    """Somebody new: their id, and their tokens, which every process has met."""
    user = processes.identity.user(name, roles, **other)
    tokens = processes.identity.browser().sign_in(f"{name}@thornbury.example", PASSWORD)
    processes.check_good(tokens["access_token"])
    return user, tokens


def machine(processes: Processes, client: str) -> tuple[str, str, Callable[[], str]]:
    """A client: its id, a token that every process has met, and how it gets another."""
    id, secret = processes.identity.machine(client)

    def another() -> str:
        token: str = processes.identity.token(client, secret).json()["access_token"]
        return token

    token = another()
    processes.check_good(token)
    return id, token, another


def test_a_revoked_token_is_over_and_its_clients_others_are_not(processes: Processes) -> None:
    _, token, another = machine(processes, "st-revoked")
    other = another()
    form = {"token": token}
    secret = processes.identity.machine("st-elsewhere")[1]
    processes.identity.http.post("/oauth/revoke", data=form, auth=("st-elsewhere", secret))
    processes.check_good(token)  # somebody else's client ends nothing
    secret = processes.identity.machine("st-own")[1]
    own = processes.identity.token("st-own", secret).json()["access_token"]
    assert processes.identity.http.post("/oauth/revoke", data={"token": own}, auth=("st-own", secret)).is_success
    processes.check_over(own)
    processes.check_good(token, other)


def test_who_signs_out_is_out_there_and_nowhere_else(processes: Processes) -> None:
    _, tokens = signed_in(processes, "st-out", ["analyst"])
    elsewhere = processes.identity.browser().sign_in("st-out@thornbury.example", PASSWORD)["access_token"]
    form = {"token": tokens["refresh_token"], "client_id": "portal"}
    assert processes.identity.http.post("/oauth/revoke", data=form).is_success
    processes.check_over(tokens["access_token"])
    processes.check_good(elsewhere)


def test_a_closed_account_is_closed_everywhere(processes: Processes) -> None:
    user, tokens = signed_in(processes, "st-closed", ["analyst"])
    assert processes.identity.patch(f"/v1/users/{user}", {"status": "disabled"}).is_success
    processes.check_over(tokens["access_token"])


def test_a_disabled_client_is_shut_out_and_let_in_again_at_once(processes: Processes) -> None:
    id, token, another = machine(processes, "st-disabled")
    assert processes.identity.patch(f"/v1/clients/{id}", {"status": "disabled"}).is_success
    processes.check_over(token)
    assert processes.identity.patch(f"/v1/clients/{id}", {"status": "active"}).is_success
    processes.check_good(another())
    assert processes.answers(token) == {401}


def test_what_a_client_may_no_longer_do_its_tokens_say_no_longer(processes: Processes) -> None:
    id, token, another = machine(processes, "st-narrowed")
    assert processes.identity.patch(f"/v1/clients/{id}", {"scopes": ["feeds:read"]}).is_success
    processes.check_over(token)
    fresh = another()
    processes.check_good(fresh)
    wider = {"scopes": ["feeds:read", "people:read"], "name": "Wider"}
    assert processes.identity.patch(f"/v1/clients/{id}", wider).is_success
    processes.check_good(fresh)  # what a client is given takes nothing away


def test_who_loses_a_role_or_an_area_goes_on_without_it(processes: Processes) -> None:
    identity = processes.identity
    user, tokens = signed_in(processes, "st-roles", ["analyst", "programme_coordinator"], areas=["east", "west"])
    browser = identity.browser()
    for change, member in (({"roles": ["programme_coordinator"]}, "roles"), ({"areas": ["west"]}, "areas")):
        assert identity.patch(f"/v1/users/{user}", change).is_success
        processes.check_over(tokens["access_token"])
        tokens = browser.refresh(tokens["refresh_token"]).json()
        assert claims_of(tokens["access_token"])[member] == change[member]
        processes.check_good(tokens["access_token"])  # in the same second
    assert identity.patch(f"/v1/users/{user}", {"roles": ["programme_coordinator", "analyst"]}).is_success
    processes.check_good(tokens["access_token"])
    identity.make("/v1/agencies/thornbury-council/services", {"code": "st-help", "name": "H", "sector": "early-help"})
    assert identity.patch(f"/v1/users/{user}", {"service": "st-help", "roles": []}).is_success
    processes.check_over(tokens["access_token"])


def test_a_deputy_ends_with_the_naming_and_with_what_the_officer_was(processes: Processes) -> None:
    identity = processes.identity
    officer = identity.user("st-officer", [OFFICER])
    deputy = identity.user("st-deputy", ["head_of_service"])
    for act in ("end", "demote"):
        body = {"officer": officer, "deputy": deputy, "from": "2026-01-01", "reason": "Leave"}
        named = identity.make("/v1/deputies", body)["id"]
        token = identity.browser().sign_in("st-deputy@thornbury.example", PASSWORD)["access_token"]
        assert claims_of(token)["deputy_for"] == officer
        processes.check_good(token)
        if act == "end":
            assert identity.post(f"/v1/deputies/{named}/end", None).is_success
        else:
            assert identity.patch(f"/v1/users/{officer}", {"roles": []}).is_success
        processes.check_over(token)


def test_what_is_told_names_nobody_and_lasts_as_long_as_a_token(processes: Processes) -> None:
    identity = processes.identity
    user, tokens = signed_in(processes, "st-named", ["analyst"])
    assert identity.patch(f"/v1/users/{user}", {"status": "disabled"}).is_success
    processes.hear()
    answer = identity.http.get(PATH)  # by whoever likes
    page = answer.json()
    assert page["items"] and set(page["items"][-1]) == {"mark", "before", "until"}
    for name in (user, claims_of(tokens["access_token"])["sid"], "portal", "st-named", "thornbury"):
        assert name not in answer.text
    assert identity.http.get(PATH, params={"after": page["cursor"]}).json()["items"] == []
    for unknown in ("other.7", "x", "é", f"{page['cursor']}9", page["cursor"].replace(".", ".-")):
        assert identity.http.get(PATH, params={"after": unknown}).json()["items"] == page["items"]
    life = identity.running.runtime.settings.longest_token_life
    with time_machine.travel(now() + timedelta(seconds=life + 61)):
        processes.hear()
        assert identity.http.get(PATH).json()["items"] == []
        Sweeper().sweep(identity.running.runtime)
        with identity.running.runtime.read() as session:
            assert session.query(RevocationEntry).count() == 0


def test_without_news_for_too_long_nobody_is_believed_and_the_process_is_not_ready(processes: Processes) -> None:
    """Not by the clock: this one tolerates next to nothing, and has heard once."""
    late = processes.programs.start(
        load("claims"), keys=None, identity_url=processes.identity.running.url, revocations_tolerated=1e-9
    )
    _, token, _ = machine(processes, "st-late")
    answer = late.client.get("/v1/claims", headers=processes.identity.bearer(token))
    assert (answer.status_code, answer.json()["type"].split("/")[-1]) == (503, "unavailable")
    assert late.client.get("/v1/claims").status_code == 401
    assert late.client.get("/health/ready").status_code == 503
    assert late.client.get("/health/live").status_code == 200


def test_a_withdrawn_key_takes_all_tokens_with_it_and_the_next_one_is_good(processes: Processes) -> None:
    identity = processes.identity
    _, token, another = machine(processes, "st-key")
    assert identity.post("/v1/keys", {"withdraw": True}).status_code == 201
    processes.check_over(token)
    identity.admin = identity.bearer(sign_in_admin(identity))
    processes.check_good(another(), identity.admin["Authorization"].split()[1])


def test_after_a_store_was_put_back_all_that_was_given_out_is_over(processes: Processes) -> None:
    identity = processes.identity
    _, token, another = machine(processes, "st-all")
    end_all_tokens(identity.running.runtime)
    processes.check_over(token)
    with time_machine.travel(now() + timedelta(seconds=3)):
        processes.check_good(another())


def sign_in_admin(identity: Identity) -> str:
    password = json.loads((identity.running.runtime.settings.var / "secrets" / "admin.json").read_text())["password"]
    token: str = identity.browser().sign_in("admin@thornbury.example", password)["access_token"]
    return token


class Source:
    """A source that breaks when it is told to."""

    def __init__(self) -> None:
        self.broken, self.asked, self.twice = False, list[str](), threading.Event()

    def fetch(self, cursor: str) -> RevocationPage:
        self.asked.append(cursor)
        if len(self.asked) > 2:
            self.twice.set()
        if self.broken:
            raise ConnectionError
        more = cursor == ""
        return RevocationPage("a.1" if more else "a.2", [Revocation(f"m{cursor}", 10.0, 2e10)], more=more)


def test_the_list_is_taken_whole_and_kept_when_its_source_breaks(monkeypatch: pytest.MonkeyPatch) -> None:
    source = Source()
    held = RevocationList(source, every=1, tolerated=30)
    assert not held.is_current()
    held.hear_news()
    assert source.asked == ["", "a.1"]
    assert [held.stops([mark], at) for mark, at in (("m", 9), ("ma.1", 9), ("m", 10), ("other", 9))] == [
        True, True, False, False,
    ]  # fmt: skip
    source.broken, began = True, time.monotonic()
    with pytest.raises(ConnectionError):
        held.hear_news()
    for later, current in ((29, True), (31, False)):
        monkeypatch.setattr(time, "monotonic", lambda later=later: began + later)
        assert held.is_current() is current
    assert held.stops(["m"], 9)


def test_the_thread_goes_on_whatever_breaks() -> None:
    source = Source()
    source.broken = True
    held = RevocationList(source, every=0.001, tolerated=30)
    held.start_polling()
    assert source.twice.wait(30)
    held.stop_polling()
    assert not held.is_current()
