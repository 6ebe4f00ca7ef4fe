"""A mark says that what was decided has left; only the program that asked can set it, once, and it stays."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from sqlalchemy import delete, update

from chassis.clock import now
from consent.log import LOG
from consent.models import SentMark
from consent.sent_marks import repository
from fixtures.footing import ON_PRODUCTION
from fixtures.stack import Programs
from transparency.checking import walk_log
from unit.consent.world import CLAIMS, FAMILIES, LEO, NOBODY, World, people, term


@pytest.fixture
def world(programs: Programs) -> World:
    return World.begin(programs)


@pytest.fixture
def decided(world: World) -> tuple[str, str]:
    """A decision of families, by which something was shared, and the person."""
    world.agree("education", "programme", term("support", "attendance"))
    (person,) = people(1)
    world.inform(person)
    answer = world.decide([person], [("attendance", "education")], share=True)
    return answer.json()["decision"], person


def mark(world: World, decision: str, at: datetime | None = None, program: str = FAMILIES) -> int:
    body = {"items": [{"decision": decision, "at": (at or now()).isoformat()}]}
    answer = world.post("/v1/sent-marks", body, program)
    assert answer.status_code == 200, answer.text
    marked: int = answer.json()["marked"]
    return marked


def line(world: World, person: str) -> dict[str, Any]:
    (found,) = world.get("/v1/sharing-log", person=person).json()["items"]
    told: dict[str, Any] = found
    return told


def test_what_has_no_mark_is_not_confirmed_and_the_first_mark_stands(world: World, decided: tuple[str, str]) -> None:
    decision, person = decided
    assert line(world, person)["sent"] is None
    assert mark(world, decision) == 1
    sent = line(world, person)["sent"]
    assert sent is not None and sent >= line(world, person)["at"]
    assert mark(world, decision, now() + timedelta(seconds=1)) == 0
    assert line(world, person)["sent"] == sent


def test_only_the_program_that_asked_may_mark_and_no_other_learns_of_it(world: World, decided: tuple[str, str]) -> None:
    decision, person = decided
    assert mark(world, decision, program=CLAIMS) == 0 == mark(world, NOBODY, program=CLAIMS)
    assert line(world, person)["sent"] is None
    body = {"items": [{"decision": decision, "at": now().isoformat()}]}
    assert world.post("/v1/sent-marks", body, LEO).status_code == 403
    assert world.post("/v1/sent-marks", body).status_code == 403  # not the officer either
    assert mark(world, decision) == 1


@pytest.mark.parametrize("away", [timedelta(days=-400), timedelta(days=400)])
def test_a_clock_that_is_wrong_puts_no_mark_before_the_decision_nor_after_it_was_heard(
    world: World, decided: tuple[str, str], away: timedelta
) -> None:
    decision, person = decided
    before = now()
    assert mark(world, decision, before + away) == 1
    told = line(world, person)
    assert told["at"] <= told["sent"] <= now().astimezone(UTC).isoformat().replace("+00:00", "Z")


def test_a_mark_that_is_changed_or_taken_out_is_found(world: World, decided: tuple[str, str]) -> None:
    decision, _ = decided
    runtime = world.running.runtime
    runtime.state["head_every"] = 0.0
    mark(world, decision)
    world.running.work()
    assert walk_log(runtime, LOG).faults == []
    with runtime.write() as session:
        session.execute(update(SentMark).values(at=datetime(2001, 1, 1, tzinfo=UTC)))
    assert len(walk_log(runtime, LOG).faults) == 1
    with runtime.write() as session:
        session.execute(delete(SentMark))
    assert len(walk_log(runtime, LOG).faults) == 1


@ON_PRODUCTION  # on files one transaction writes at a time
def test_of_two_marks_at_once_one_stands_and_the_other_is_asked_to_try_again(
    world: World, decided: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    decision, _ = decided
    finding, both = repository.find_unmarked, Barrier(2)

    def find_when_the_other_does(*asked: Any) -> Any:
        found = finding(*asked)
        with suppress(BrokenBarrierError):
            both.wait(60)
        return found

    monkeypatch.setattr(repository, "find_unmarked", find_when_the_other_does)
    body = {"items": [{"decision": decision, "at": now().isoformat()}]}
    with ThreadPoolExecutor(2) as threads:
        asked = [threads.submit(world.post, "/v1/sent-marks", body, FAMILIES) for _ in range(2)]
        answers = [each.result() for each in asked]
    assert sorted(answer.status_code for answer in answers) == [200, 503]
    assert [answer.headers["Retry-After"] for answer in answers if answer.status_code == 503] != []
    monkeypatch.undo()
    assert mark(world, decision) == 0, "whoever tries again is told that it is marked"
