"""Versions of outcomes plans as they were in force first, kept and logged, so that no later release changes one unseen.

A plan is a file of the release, and what a claim is worth follows from it. A file that is changed under its old number
would change the money of claims that were drafted under it.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from chassis.runtime import Runtime
from claims.frameworks import catalogue
from claims.models import OutcomesPlanVersion
from transparency.log import TableSource, read_columns

_kept = OutcomesPlanVersion.__table__
KIND = "outcomes_plan_version"


def read_kept(row: Any) -> dict[str, Any]:
    """What is kept of a version; with the release's own file of that version where it says something else.

    So the leaf fits neither where the row was changed, nor where the file was.
    """
    entry = read_columns(row)
    files = {(data["plan"], int(data["version"])): data for data in catalogue.documents()[1]}
    in_use = files.get((row.plan, row.version))
    return entry if in_use is None or in_use == row.document else entry | {"in_use": in_use}


SOURCE = TableSource(KIND, _kept, read_kept)


class PlanKeeper:
    """Keeps each version of a plan that this release brings and that was never seen here, once, at the start."""

    name = "plan-keeper"

    def step(self, runtime: Runtime) -> bool:
        if not runtime.state.get("plans-kept"):
            with runtime.write() as session:
                keep_versions(session)
            runtime.state["plans-kept"] = True
        return False

    def pending(self, runtime: Runtime) -> int:
        return 0  # nobody waits for it


def keep_versions(session: Session) -> list[UUID]:
    """Keep the versions that are not kept yet. Shape: their rows' ids."""
    there = {(row.plan, row.version) for row in session.execute(select(_kept.c.plan, _kept.c.version))}
    new = [
        OutcomesPlanVersion(plan=data["plan"], version=int(data["version"]), document=data)
        for data in catalogue.documents()[1]
        if (data["plan"], int(data["version"])) not in there
    ]
    session.add_all(new)
    session.flush()
    return [row.id for row in new]
