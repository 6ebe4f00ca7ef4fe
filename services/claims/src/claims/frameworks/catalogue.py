"""The financial frameworks and outcomes plans, as their data files say. A new version is a new file."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import orjson

from claims.problems import FrameworkNotFound
from claims.rules.plan import OutcomesPlan, read_plan


@dataclass(frozen=True)
class SharedPeople:
    """Which people two families must share for it to be asked whether they are one: the one family's and the other's.

    Shape: `least` holds pairs (children, adults), of which any is enough; `child` and `adult` are roles. Who is a child
    in one of the two families counts as a child. Source: docs/sources/audit.md#one-result.
    """

    least: tuple[tuple[int, int], ...]
    child: frozenset[str]
    adult: frozenset[str]


@dataclass(frozen=True)
class Framework:
    """What a result and an attachment are worth, and how claims are audited. Units: pence, per cent, days.

    Shape: `looked_at_whole` are the reasons for which a claim is in its batch's sample in any case.
    """

    name: str
    result_pence: int
    fee_pence: int
    sample_percent: int
    sample_least: int
    same_people: SharedPeople
    looked_at_whole: frozenset[str]
    commitment_days: int
    data: dict[str, Any]


@cache
def _read(prefix: str) -> tuple[dict[str, Any], ...]:
    folder = files("claims.frameworks") / "data"
    found = sorted((f for f in folder.iterdir() if f.name.startswith(prefix)), key=lambda f: f.name)
    return tuple(orjson.loads(file.read_bytes()) for file in found)


@cache
def frameworks() -> dict[str, Framework]:
    """Every financial framework, by name."""
    return {
        data["framework"]: Framework(
            data["framework"],
            int(data["result"]["pence"]),
            int(data["attachment_fee"]["pence"]),
            int(data["audit"]["sample_percent"]),
            int(data["audit"]["least"]),
            _read_shared(data["same_people"]),
            frozenset(data["audit"]["looked_at_whole"]),
            int(data["audit"]["commitment_days"]),
            data,
        )
        for data in _read("framework-")
    }


def _read_shared(data: dict[str, Any]) -> SharedPeople:
    least = tuple((int(each["children"]), int(each["adults"])) for each in data["shared"])
    return SharedPeople(least, frozenset(data["child"]), frozenset(data["adult"]))


@cache
def plans() -> tuple[OutcomesPlan, ...]:
    """Every version of every outcomes plan."""
    return tuple(read_plan(data) for data in _read("outcomes-plan-"))


def documents() -> tuple[tuple[dict[str, Any], ...], tuple[dict[str, Any], ...]]:
    """The data files themselves: frameworks, then outcomes plans."""
    return _read("framework-"), _read("outcomes-plan-")


def get_framework(name: str) -> Framework:
    """Errors: FrameworkNotFound."""
    if name not in frameworks():
        raise FrameworkNotFound()
    return frameworks()[name]


def find_plan(name: str, version: int) -> OutcomesPlan | None:
    """The very version that a claim was drafted under; None when this release has lost its file."""
    return next((plan for plan in plans() if (plan.name, plan.version) == (name, version)), None)


@cache
def _latest_first(framework: str) -> tuple[OutcomesPlan, ...]:
    own = [plan for plan in plans() if plan.framework == framework]
    return tuple(sorted(own, key=lambda plan: (plan.begins, plan.version), reverse=True))


def plan_in_force(framework: str, day: date) -> OutcomesPlan:
    """The plan in force on a day, or the first one before there was any."""
    own = _latest_first(framework)
    return next((plan for plan in own if plan.begins <= day and (plan.ends is None or day <= plan.ends)), own[-1])
