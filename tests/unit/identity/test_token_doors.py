"""What a token waits for: one statement of its own, and nobody else's work."""

import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import event, text

from fixtures.footing import ON_PRODUCTION, Footing

from .conftest import Identity
from .test_client_keys import a_system

PATIENCE = 20.0
"""Seconds: how long a test waits for what must come, before it fails. Nothing is measured by it."""


@dataclass
class Watch:
    """The statements of one program's store. Shape: with `held`, the next one waits until it is let go."""

    statements: list[str] = field(default_factory=list)
    held: threading.Event | None = None
    stands: threading.Event = field(default_factory=threading.Event)

    def note(self, connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith("BEGIN"):
            self.statements.append(" ".join(statement.split()))
        held, self.held = self.held, None
        if held is not None:
            self.stands.set()
            assert held.wait(PATIENCE)


@contextmanager
def watching(identity: Identity) -> Iterator[Watch]:
    engine, watch = identity.running.runtime.engine, Watch()
    event.listen(engine, "before_cursor_execute", watch.note)
    try:
        yield watch
    finally:
        event.remove(engine, "before_cursor_execute", watch.note)


@ON_PRODUCTION
def test_a_token_for_a_machine_waits_for_no_writer(identity: Identity) -> None:
    system = a_system(identity, "d-lock")
    _, secret = identity.machine("d-lock-too")
    with identity.running.runtime.write() as session:
        session.execute(text("SELECT 1"))  # with which the writers' lock is taken
        token = system.ask(system.assertion())
        assert token.status_code == 200, token.text
        assert identity.token("d-lock-too", secret).status_code == 200
        looked = system.ask(system.assertion(), "introspect", token=token.json()["access_token"])
        assert looked.json()["active"]
        refused = system.ask(system.assertion(), scope="families:read")
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_scope")


def test_a_client_is_read_once_and_its_token_takes_one_statement(identity: Identity, footing: Footing) -> None:
    system = a_system(identity, "d-once")
    _, secret = identity.machine("d-once-too")
    for _ in range(2):
        assert system.ask(system.assertion()).status_code == 200
        assert identity.token("d-once-too", secret).status_code == 200
    with watching(identity) as watch:
        assert system.ask(system.assertion()).status_code == 200
    inserts = [each for each in watch.statements if each.startswith("INSERT INTO used_assertion")]
    looks = [each for each in watch.statements if each.startswith("SELECT client.id, client.version FROM client")]
    # On files the look and the INSERT are two statements of one transaction.
    assert watch.statements == (inserts if footing.name == "production" else [*looks, *inserts])
    assert len(inserts) == 1
    with watching(identity) as watch:
        assert identity.token("d-once-too", secret).status_code == 200
    assert len(watch.statements) == 1 and watch.statements[0].startswith("SELECT client.id, client.version FROM client")


def test_those_who_come_while_a_statement_is_on_its_way_share_the_next(
    identity: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    system = a_system(identity, "d-many")
    assert system.ask(system.assertion()).status_code == 200
    came = threading.Semaphore(0)

    class Noted(deque[Any]):
        def append(self, item: Any) -> None:
            super().append(item)
            came.release()

    door = identity.running.runtime.state["token_door"]
    monkeypatch.setattr(door.admission._proving._confirming, "_waiting", Noted())
    shown = [system.assertion() for _ in range(6)]
    shown += shown[-1:] * 3  # one of them is shown four times at once
    with watching(identity) as watch, ThreadPoolExecutor(10) as pool:
        held = watch.held = threading.Event()
        first = pool.submit(system.ask, system.assertion())
        assert watch.stands.wait(PATIENCE)
        rest = [pool.submit(system.ask, each) for each in shown]
        all_came = all(came.acquire(timeout=PATIENCE) for _ in [first, *rest])
        held.set()
        assert all_came
        assert first.result().status_code == 200
        got = [each.result().status_code for each in rest]
    inserts = [each for each in watch.statements if each.startswith("INSERT INTO used_assertion")]
    assert (len(inserts), got[:5], sorted(got[5:])) == (2, [200] * 5, [200, 401, 401, 401])


def test_what_a_client_is_remembered_as_is_never_believed_against_the_store(identity: Identity) -> None:
    system = a_system(identity, "d-stale")
    assert system.ask(system.assertion()).status_code == 200
    assert identity.patch(f"/v1/clients/{system.id}", {"scopes": ["feeds:read"]}).status_code == 200
    assert system.ask(system.assertion()).json()["scope"] == "feeds:read"
    (key,) = identity.get(f"/v1/clients/{system.id}/keys")["items"]
    secret = identity.post(f"/v1/clients/{system.id}/secrets", None).json()["secret"]
    assert identity.token("d-stale", secret).status_code == 200
    assert identity.http.delete(f"/v1/clients/{system.id}/keys/{key['id']}", headers=identity.admin).status_code == 200
    assert system.ask(system.assertion()).status_code == 401
    assert identity.token("d-stale", secret).status_code == 200
    assert identity.patch(f"/v1/clients/{system.id}", {"status": "disabled"}).status_code == 200
    assert identity.token("d-stale", secret).status_code == 401
    assert identity.patch(f"/v1/clients/{system.id}", {"status": "active"}).status_code == 200
    assert identity.token("d-stale", secret).status_code == 200
