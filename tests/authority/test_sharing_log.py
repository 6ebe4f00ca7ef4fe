"""The sharing log says what was shown, and refusals tell nobody who has a record.

An officer of a partner reads the log and the decisions to find out which agencies know a family. Nobody's log holds a
line about a record that there is not.
"""

import os
import signal
import sys
import time
from subprocess import DEVNULL, Popen
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from authority.town import Town
from chassis.time_budget import TimeBudget
from fixtures.platform import headers_of
from fixtures.stack import free_address, serve
from sandbox.identifiers import upn
from unit.families.borough import attendance

SEEN_BY = ("ana", "identify")


@pytest.fixture(scope="module")
def lily(town: Town) -> str:
    """A girl of whom the school alone has a record."""
    number = upn(1, 2008, 940)
    town.push("school_attendance", attendance(upn=number, forename="Lily", surname="Ledger"))
    return town.person(number)


def lines(town: Town, who: str, person: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = town.done(town.get(who, "consent", "/v1/sharing-log", params={"person": person}))[
        "items"
    ]
    return found


def test_the_log_holds_a_line_a_record_that_was_shown_and_none_that_there_is_not(town: Town, lily: str) -> None:
    assert town.get("ana", "families", f"/v1/people/{lily}").status_code == 200
    logged = {(line["category"], line["source"]) for line in lines(town, "iris", lily)}
    assert logged == {("identity", "education"), ("address", "education")}
    before = len(lines(town, "iris", lily))
    assert town.get("ana", "families", f"/v1/people/{lily}/facts").status_code == 200
    after = lines(town, "iris", lily)[before:]
    assert {(line["category"], line["source"]) for line in after} == {("attendance", "education")}


def test_a_search_leaves_no_line_about_whom_it_does_not_show(town: Town, lily: str) -> None:
    before = len(lines(town, "iris", lily))
    wrong_day = {"name": "Lily Ledger", "date_of_birth": "1999-01-01"}
    assert town.done(town.post("ana", "families", "/v1/people/search", wrong_day))["items"] == []
    assert len(lines(town, "iris", lily)) == before
    assert town.done(town.post("ana", "families", "/v1/people/search", {"name": "Lily Ledger"}))["items"]
    assert len(lines(town, "iris", lily)) > before


def test_an_officer_of_another_agency_learns_from_no_decision_who_has_a_record(town: Town, lily: str) -> None:
    town.get("ana", "families", f"/v1/people/{lily}")
    decision = lines(town, "iris", lily)[-1]["decision"]
    nobody = "/v1/decisions/01938b5c-7d3e-7cc1-8000-0123456789ab"
    for who in ("petra", "jonas", "hana"):
        theirs, nobodys = town.get(who, "consent", f"/v1/decisions/{decision}"), town.get(who, "consent", nobody)
        assert theirs.status_code == nobodys.status_code == 404
        same = ("type", "title", "status", "detail")
        assert [theirs.json().get(name) for name in same] == [nobodys.json().get(name) for name in same]
    own = town.done(town.get("iris", "consent", f"/v1/decisions/{decision}"))
    assert "identity" in own["covers"]
    assert town.get("ana", "consent", f"/v1/decisions/{decision}").status_code == 403


def heard(town: Town) -> None:
    """Families tells consent which answers have left. What one waits for is done before it answers another."""
    families = town.platform["families"]
    families.client.get("/health/live")
    families.runtime.flush()


def test_the_log_tells_what_was_sent_from_what_was_only_decided(town: Town, lily: str) -> None:
    before = {line["id"] for line in lines(town, "iris", lily)}
    assert town.get("ana", "families", f"/v1/people/{lily}").status_code == 200
    new = [line for line in lines(town, "iris", lily) if line["id"] not in before]
    heard(town)
    for line in lines(town, "iris", lily):
        if line["id"] in {one["id"] for one in new}:
            assert line["at"] <= line["sent"]
    # A program that asks by itself shows nothing to anybody: what it asked for stays "not confirmed".
    families = headers_of(platform_token(town))
    question = {
        "purpose": "identify", "operation": "read", "share": True,
        "subjects": [{"person": lily}], "items": [{"category": "identity", "source": "education"}],
    }  # fmt: skip
    asked = families | {"Caller-Token": town.token("ana")}
    decision = town.platform["consent"].client.post("/v1/decisions", json=question, headers=asked).json()["decision"]
    heard(town)
    (line,) = [line for line in lines(town, "iris", lily) if line["decision"] == decision]
    assert line["sent"] is None
    # Nobody but families can say that it was sent.
    body = {"items": [{"decision": decision, "at": line["at"]}]}
    for who in ("iris", "ana", "petra"):
        assert town.post(who, "consent", "/v1/sent-marks", body).status_code == 403
    claims = headers_of(platform_token(town, "claims"))
    answer = town.platform["consent"].client.post("/v1/sent-marks", json=body, headers=claims)
    assert answer.json() == {"marked": 0}
    (line,) = [line for line in lines(town, "iris", lily) if line["decision"] == decision]
    assert line["sent"] is None


def platform_token(town: Town, program: str = "families") -> str:
    """What a program calls others with."""
    return str(town.platform[program].runtime._own_tokens().token(TimeBudget(20)))


@pytest.mark.parametrize("footing", ["embedded"], indirect=True)
def test_what_was_decided_for_a_program_that_is_killed_before_it_answers_is_not_confirmed(
    town: Town, lily: str
) -> None:
    """Another families, a process of its own on the same store, is killed as soon as consent has decided for it."""
    running = town.platform["families"]
    decided: list[str] = []

    async def consent(request: Request) -> Response:
        answer = town.platform["consent"].client.request(
            request.method, request.url.path, content=await request.body(), headers=dict(request.headers)
        )
        if request.url.path == "/v1/decisions":
            decided.append(answer.json()["decision"])
            os.kill(process.pid, signal.SIGKILL)
        return Response(answer.content, answer.status_code, media_type="application/json")

    url, stop = serve(Starlette(routes=[Route("/{rest:path}", consent, methods=["POST"])]))
    settings = running.runtime.settings
    address = free_address()
    environment = os.environ | {
        "FAMILIES_VAR": str(settings.var),
        "FAMILIES_PORT": address.rpartition(":")[2],
        "FAMILIES_CONSENT_URL": url,
        "FAMILIES_IDENTITY_URL": settings.identity_url,
        "FAMILIES_ISSUER": settings.issuer,
        "FAMILIES_AUDIENCE": settings.audience,
        # The town's identity hears what is over when a test says so, and not by the clock.
        "FAMILIES_REVOCATIONS_TOLERATED": str(settings.revocations_tolerated),
    }
    command = [sys.executable, "-m", "chassis.cli", "families", "serve"]
    with Popen(command, env=environment, stdout=DEVNULL, stderr=DEVNULL) as process:
        try:
            await_live(address, process)
            bearer = headers_of(town.token("ana")) | {"Purpose": "identify"}
            with pytest.raises(httpx.TransportError):
                httpx.get(f"{address}/v1/people/{lily}", headers=bearer, timeout=60)
            assert process.wait(20) == -signal.SIGKILL
        finally:
            process.kill()
            stop()
    heard(town)
    killed = [line for line in lines(town, "iris", lily) if line["decision"] in decided]
    assert killed and {line["sent"] for line in killed} == {None}
    assert town.get("ana", "families", f"/v1/people/{lily}").status_code == 200
    heard(town)
    assert lines(town, "iris", lily)[-1]["sent"] is not None


def await_live(address: str, process: Popen[bytes]) -> None:
    ends = time.monotonic() + 60
    while True:
        assert process.poll() is None and time.monotonic() < ends
        try:
            if httpx.get(f"{address}/health/ready").status_code == 200:
                return
            time.sleep(0.05)
        except httpx.TransportError:
            time.sleep(0.05)
