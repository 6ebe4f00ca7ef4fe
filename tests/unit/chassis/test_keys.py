"""A program that never reached identity can judge no token: it says so, and takes no traffic."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from fastapi import FastAPI, Response
from joserfc.jwk import ECKey

from chassis import keys
from chassis.keys import JwksOverHttp
from chassis.problems import PROBLEM_JSON, Unavailable
from chassis.revocations import mark_of
from fixtures.stack import Programs
from fixtures.tokens import KEY, as_, token

from .toys.app import program

STRANGERS = ECKey.generate_key("P-256", {"kid": "strangers", "alg": "ES256", "use": "sig"}, auto_kid=False)
MALFORMED = ("x", "a.b.c", "..", token().rpartition(".")[0], token(typ="JWT"), f"{token()}.x")


@dataclass
class Identity:
    """identity's door of keys. Shape: `status` other than 200 is what it answers while it is away."""

    status: int = 503
    keys: list[Any] = field(default_factory=lambda: [KEY.as_dict(private=False)])
    asked: int = 0

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.get("/oauth/jwks")
        def show_jwks(response: Response) -> dict[str, Any]:
            self.asked += 1
            response.status_code = self.status
            return {"keys": self.keys} if self.status == 200 else {}

        return app


def test_a_token_that_nobody_can_judge_is_answered_503_and_one_that_is_none_401(
    programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each valid token was answered 401, and the program called itself ready."""
    identity = Identity()
    source = JwksOverHttp(f"{programs.serve(identity.app())}/oauth/jwks", pause=0)
    monkeypatch.setattr(keys, "SHORTEST_PAUSE", 0)
    toys = programs.start(program, keys=source).client
    good, strange = token("ana", scopes=["toys:read"]), token("ana", scopes=["toys:read"], key=STRANGERS)

    def ask(*tokens: str) -> set[int]:
        return {toys.get("/v1/toys", headers=as_(each)).status_code for each in tokens}

    for identity.status, identity.keys in ((503, []), (200, [])):
        answer = toys.get("/v1/toys", headers=as_(good))
        assert (answer.status_code, answer.headers["Content-Type"]) == (503, PROBLEM_JSON)
        assert int(answer.headers["Retry-After"]) > 0 and answer.json()["type"].endswith("/unavailable")
        assert ask(strange) == {503} and ask(*MALFORMED) == {401}
        assert toys.get("/v1/toys").status_code == 401
        assert (toys.get("/health/ready").status_code, toys.get("/health/live").status_code) == (503, 200)

    identity.keys = [KEY.as_dict(private=False)]
    assert toys.get("/health/ready").status_code == 200
    assert ask(good) == {200} and ask(strange, *MALFORMED) == {401}
    # Away later on: what is known holds, and of a key that may be new nobody can tell.
    identity.status = 503
    assert ask(good) == {200} and ask(strange) == {503} and ask(*MALFORMED) == {401}
    assert toys.get("/health/ready").status_code == 200


def test_keys_that_are_not_there_are_asked_for_now_and_then(
    programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever sends tokens to a program without keys sends nothing to identity by it."""
    identity = Identity()
    source = JwksOverHttp(f"{programs.serve(identity.app())}/oauth/jwks")
    monkeypatch.setattr(keys, "SHORTEST_PAUSE", 3600)
    toys = programs.start(program, keys=source).client
    for _ in range(5):
        assert toys.get("/v1/toys", headers=as_(token())).status_code == 503
        assert toys.get("/health/ready").status_code == 503
    assert identity.asked == 1


def test_what_checks_no_tokens_is_ready_without_keys(programs: Programs) -> None:
    identity = Identity()
    running = programs.start(program, keys=JwksOverHttp(f"{programs.serve(identity.app())}/oauth/jwks"))
    running.runtime.state["serves"] = False  # a relay or a listener in a process of its own
    assert running.client.get("/health/ready").status_code == 200
    assert identity.asked == 0


def test_the_successor_of_a_withdrawn_key_is_asked_for_at_once(programs: Programs) -> None:
    """A forged token had asked a moment before, so tokens of the new key were refused for five seconds."""
    kid, next_kid = str(KEY.kid), str(STRANGERS.kid)
    identity = Identity(status=200)
    source = JwksOverHttp(f"{programs.serve(identity.app())}/oauth/jwks", pause=3600)
    assert source.fetch(kid) and source.fetch("forged") is None and identity.asked == 1
    source.note_ended([mark_of("session", "s"), mark_of("key", "another's")])
    assert source.fetch(next_kid) is None and identity.asked == 1

    source.note_ended([mark_of("key", kid)])
    with pytest.raises(Unavailable):  # the replica that was asked has not heard of the withdrawal yet
        source.fetch(next_kid)
    assert identity.asked == 2
    identity.keys = [STRANGERS.as_dict(private=False)]
    source.note_ended([mark_of("key", kid)])
    assert source.fetch(next_kid) and identity.asked == 3
    assert source.fetch("forged") is None and identity.asked == 3
