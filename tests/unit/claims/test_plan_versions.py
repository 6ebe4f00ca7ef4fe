"""A version of an outcomes plan says what it said when it was in force first, or it is found."""

import copy
from typing import Any

import pytest
from sqlalchemy import select, update

from claims.frameworks import catalogue
from claims.log import LOG
from claims.models import OutcomesPlanVersion
from fixtures.stack import Programs
from transparency.checking import walk_log
from unit.claims.world import build


def test_a_version_that_is_changed_in_the_store_or_in_a_later_release_is_found(
    programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = (world := build(programs)).running.runtime
    runtime.state["head_every"] = 0.0
    world.settle()
    assert walk_log(runtime, LOG).faults == []
    with runtime.read() as session:
        versions = session.scalars(select(OutcomesPlanVersion).order_by(OutcomesPlanVersion.version)).all()
    assert [(row.plan, row.version) for row in versions] == [("outcomes-plan-2015", 1), ("outcomes-plan-2015", 2)]
    assert [row.document for row in versions] == list(catalogue.documents()[1])
    kept = versions[1]

    def keep(document: dict[str, Any]) -> None:
        with runtime.write() as session:
            session.execute(
                update(OutcomesPlanVersion).where(OutcomesPlanVersion.id == kept.id).values(document=document)
            )

    cheaper = copy.deepcopy(kept.document)
    cheaper["eligibility"]["least_criteria"] = 1
    keep(cheaper)
    assert _what_is_wrong(runtime) == ["what it stands for was changed"]
    keep(kept.document)
    assert _what_is_wrong(runtime) == []
    # A later release that says something else under the same number; then the store as well.
    frameworks, _ = catalogue.documents()
    monkeypatch.setattr(catalogue, "documents", lambda: (frameworks, (cheaper,)))
    assert _what_is_wrong(runtime) == ["what it stands for was changed"]
    keep(cheaper)
    assert _what_is_wrong(runtime) == ["what it stands for was changed"]
    keep(kept.document)
    # It is a new version where it has a new number, and then the old one may be gone from the release.
    monkeypatch.setattr(catalogue, "documents", lambda: (frameworks, (cheaper | {"version": 3},)))
    runtime.state.pop("plans-kept")
    world.settle()
    assert _what_is_wrong(runtime) == []
    with runtime.read() as session:
        assert sorted(session.scalars(select(OutcomesPlanVersion.version))) == [1, 2, 3]


def _what_is_wrong(runtime: Any) -> list[str]:
    return [fault.partition(": ")[2] for fault in walk_log(runtime, LOG).faults]
