from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from chassis.auth import Caller
from chassis.db import in_batches
from consent.models import ActStep


def record_step(session: Session, act: UUID, caller: Caller, kind: str, on: date, reason: str) -> None:
    """Keep what was done to something recorded about a person, by whom and why."""
    step = ActStep(act=act, kind=kind, date=on, agency=caller.agency, service=caller.service, by=caller.subject)
    step.reason = reason
    session.add(step)


def list_steps(session: Session, acts: Iterable[UUID]) -> list[ActStep]:
    """The steps of these, in the order in which they were recorded."""
    found: list[ActStep] = []
    for some in in_batches(acts):
        found.extend(session.scalars(select(ActStep).where(ActStep.act.in_(some)).order_by(ActStep.id)))
    return found
