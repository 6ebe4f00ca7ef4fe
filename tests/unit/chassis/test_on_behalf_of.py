"""A program asks another for somebody by forwarding their token; the other one believes nothing else."""

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Any

import pytest
from fastapi import Depends, FastAPI
from structlog.testing import capture_logs

from chassis.app import build_app
from chassis.auth import Caller, OnBehalfOf, Verifier, require
from chassis.http import RemoteProblem, ServiceClient
from chassis.problems import NotSignedIn
from chassis.runtime import make_runtime
from chassis.settings import ServiceSettings
from fixtures.stack import LONG_LIVED, Programs
from fixtures.tokens import AUDIENCE, ISSUER, TRUSTED, token

PROGRAM = token("shop", client="shop", scopes=["toys:ask"])
Ask = Annotated[Caller, Depends(require("toys:ask"))]


class OwnToken:
    def token(self, fresh: bool = False) -> str:
        return PROGRAM


@pytest.fixture
def shop(programs: Programs, tmp_path: Any) -> Iterator[ServiceClient]:
    """The way of the program `shop` to another one, which tells for whom it was asked."""
    settings = ServiceSettings(
        var=tmp_path, issuer=ISSUER, audience=AUDIENCE, longest_token_life=LONG_LIVED["longest_token_life"]
    )
    app: FastAPI = build_app("Toys", make_runtime(settings, stores_data=False, keys=TRUSTED))

    @app.get("/v1/toys")
    @app.post("/v1/toys")
    def tell(program: Ask, caller: OnBehalfOf) -> dict[str, str]:
        return {"program": program.client, "subject": caller.subject, "service": caller.service}

    client = ServiceClient(programs.serve(app), OwnToken(), timeout=10)  # type: ignore[arg-type]
    yield client
    client.close()


def verified(text: str) -> Caller:
    return asyncio.run(Verifier(TRUSTED, ISSUER, AUDIENCE, longest_life=24 * 3600).caller(text))


def test_the_other_program_hears_of_the_caller_by_their_own_token(shop: ServiceClient) -> None:
    leo = verified(token("leo", service="housing"))
    told = {"program": "shop", "subject": "leo", "service": "housing"}
    assert shop.get("/v1/toys", on_behalf_of=leo) == told
    assert shop.post("/v1/toys", {}, on_behalf_of=leo) == told


def test_a_token_that_expired_on_the_way_signs_the_caller_out_and_does_not_blame_the_program(
    shop: ServiceClient,
) -> None:
    leo = verified(token("leo"))
    with pytest.raises(NotSignedIn):
        shop.get("/v1/toys", on_behalf_of=replace(leo, token=token("leo", lives=-60)))


def test_without_a_forwarded_token_a_program_is_nobody(shop: ServiceClient) -> None:
    with pytest.raises(RemoteProblem) as refused:
        shop.get("/v1/toys")
    assert refused.value.body["type"].rpartition("/")[2] == "caller-not-verified"


def test_a_programs_own_token_is_not_somebody_elses(shop: ServiceClient) -> None:
    with pytest.raises(NotSignedIn):
        shop.get("/v1/toys", on_behalf_of=verified(PROGRAM))


def test_no_log_line_and_no_problem_holds_a_forwarded_token(
    shop: ServiceClient, caplog: pytest.LogCaptureFixture
) -> None:
    leo = verified(token("leo"))
    stale = token("leo", lives=-60)
    with caplog.at_level(logging.DEBUG), capture_logs() as lines:
        shop.get("/v1/toys", on_behalf_of=leo)
        with pytest.raises(RemoteProblem) as refused:
            shop._call("GET", "/v1/toys", safe=True, token=None, headers={"Caller-Token": stale})
    said = f"{lines} {caplog.text} {refused.value.body} {refused.value!r} {leo!r}"
    assert "/v1/toys" in str(lines) and "httpx" in caplog.text
    for secret in (leo.token, stale):
        assert secret not in said
