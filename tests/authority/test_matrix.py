"""The authority matrix: every act, by everybody, as the tables of `matrix/` say it, and no otherwise.

The tables are the oracle. They were written from the pages and are read by people (`docs/authority.md`); nothing of
them is taken from the code. Whoever is in no row is refused: 403 where their role does no such thing at all, otherwise
the 404 of what does not exist, byte for byte, or a list without the thing.
"""

import io
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from authority.matrix.asking import ELSEWHERE_DONE, Asking
from authority.matrix.oracle import EVERY, PROGRAMS, Act, Who, read_oracle
from authority.matrix.things import furnish
from authority.town import found_town
from fixtures.footing import Footing
from fixtures.platform import Platform, logging_to
from fixtures.soak import SEED, SOAK
from fixtures.stack import Programs

ORACLE = read_oracle()
LET_IN = {200, 201, 202, 204, 409, 412, 422}
"""What is answered to whoever may, also where the state of the thing stands in the way."""
TAKES_A_PERSON = {"another-person-needed", "own-access", "own-bar", "own-rule", "own-welfare-request"}
"""What is answered to whoever may do such a thing here, though not to what they did themselves: 403 as well."""
LACKING = {"not-allowed", "purpose-not-allowed", "person-needed", "caller-not-verified", "insufficient_scope"}
"""How a 403 says that somebody does no such thing at all."""
ONE_OF = 1 if SOAK else 8
"""On the footing of production so many cells are passed over for one that is tried: the others differ in nothing."""


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory, footing: Footing) -> Iterator[Asking]:
    """A town of its own: what everybody does to it who may would disturb the tests of this folder."""
    programs, log = Programs(tmp_path_factory.mktemp("matrix"), footing), io.StringIO()
    try:
        with logging_to(log):
            asking = Asking(furnish(found_town(Platform(programs, log)), ORACLE))
        yield asking
    finally:
        programs.close()


@pytest.fixture(autouse=True)
def log_of_the_matrix(asking: Asking) -> Iterator[None]:
    with logging_to(asking.matrix.town.platform.log):
        yield


def cells(asking: Asking, program: str) -> Iterator[tuple[Act, Who]]:
    """The acts of a program by everybody who is tried: of those who lack the scope, one of each role."""
    number = SEED
    for act in (one for one in ORACLE.acts if one.program == program):
        number += 1
        seen = set[str]()
        everybody = list(ORACLE.who.values())
        turned = everybody[number % len(everybody) :] + everybody[: number % len(everybody)]
        for who in everybody if SOAK else turned:
            like = who.role if who.role and not who.misplaced else who.name
            if act.judge(who) == "lacks the scope" and like in seen:
                continue
            if who.misplaced and program == "identity":  # which has signed the token itself, and writes no such role
                continue
            seen.add(like)
            number += 1
            if asking.matrix.town.platform.footing.name == "production" and number % ONE_OF:
                continue
            yield act, who


def told(answer: httpx.Response) -> tuple[int, Any, list[tuple[str, str]]]:
    """All that an answer tells, but for what differs in any two."""
    body = {name: value for name, value in answer.json().items() if name not in ("request_id", "instance")}
    headers = [(name, value) for name, value in answer.headers.items() if name not in ("x-request-id", "date")]
    return answer.status_code, body, sorted(headers)


def problem_of(answer: httpx.Response) -> str:
    """Which problem it is, or which error, as OAuth's own doors say it."""
    body = answer.json() if answer.status_code >= 400 else {}
    return str(body.get("error") or body.get("type", "").rpartition("/")[2])


@pytest.mark.parametrize("program", PROGRAMS)
def test_whoever_is_in_no_row_is_refused(asking: Asking, program: str) -> None:
    wrong, tried = [], 0
    for act, who in cells(asking, program):
        if act.judge(who) in ("lacks the scope", "like nothing", "somehow refused"):
            tried += 1
            if fault := find_refusals_fault(asking, act, who):
                wrong.append(f"{act.name}, by {who.name}: {fault}")
    assert tried
    assert not wrong, "\n".join([f"{len(wrong)} of {tried} answers are wrong (seed {SEED}):", *wrong])


def find_refusals_fault(asking: Asking, act: Act, who: Who) -> str:
    """What is wrong with the answer to somebody who must be refused; nothing, if it is right."""
    verdict, answer = act.judge(who), asking.ask(act, who)
    said = f"{answer.status_code} {answer.text[:300]}"
    if verdict == "somehow refused" and answer.status_code == 403:
        return ""
    if verdict == "lacks the scope":
        lacking = problem_of(answer) in LACKING
        return "" if answer.status_code == 403 and lacking else f"does no such thing at all, and is answered {said}"
    if act.shows and answer.status_code == 200:
        return "" if asking.matrix.things[act.shows] not in answer.text else f"is shown it: {said}"
    if act.refused and problem_of(answer) == act.refused:
        return ""
    if answer.status_code != 404:
        return f"must be answered like what does not exist, and is answered {said}"
    nothing = asking.ask(act, who, nobody=True)
    return "" if told(answer) == told(nothing) else f"{answer.text} is not {nothing.text}"


@pytest.mark.parametrize("program", PROGRAMS)
def test_whoever_is_in_a_row_is_let_in(asking: Asking, program: str) -> None:
    wrong, done = [], dict[str, list[int]]()
    for act, who in cells(asking, program):
        if act.judge(who) != "may":
            continue
        answer = asking.ask(act, who)
        done.setdefault(act.name, []).append(answer.status_code)
        if answer.status_code not in LET_IN and problem_of(answer) not in TAKES_A_PERSON:
            wrong.append(f"{act.name}, by {who.name}: may, and is answered {answer.status_code} {answer.text[:300]}")
        elif act.shows and asking.matrix.things[act.shows] not in answer.text:
            wrong.append(f"{act.name}, by {who.name}: may, and is not shown it: {answer.text[:300]}")
    assert done
    if asking.matrix.town.platform.footing.name != "production":
        nobody = [name for name, came in done.items() if not any(status < 300 for status in came)]
        wrong += [f"{name}: nobody did it: {done[name]}" for name in nobody if name not in ELSEWHERE_DONE]
    assert not wrong, "\n".join([f"{len(wrong)} answers are wrong (seed {SEED}):", *wrong])


def test_what_is_open_asks_for_no_token(asking: Asking) -> None:
    """Signing in is held by identity's own tests, which know what each of its doors wants to be shown."""
    answered = {}
    for act in (one for one in ORACLE.acts if one.kind.name == "open"):
        for program in PROGRAMS if act.program == EVERY else (act.program,):
            if (program, act.route) in asking.doors:
                asked = asking.make_request(act, program)
                answer = asking.matrix.town.platform[program].client.request(asked.method, asked.url)
                answered[program, act.route] = answer.status_code
    assert answered and {name: status for name, status in answered.items() if status != 200} == {}
