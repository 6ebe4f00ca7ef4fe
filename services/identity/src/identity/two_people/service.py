"""What one administrator asks for and another approves: whatever lets somebody, or a system, see or decide more.

One who could do that alone would make officers of two agencies, who then agree with each other.
"""

from typing import Any, Literal, TypeVar
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from chassis.problems import PersonNeeded, Stale
from chassis.schemas import Written
from identity.audit.service import PLATFORM, Actor, record
from identity.models import Approval
from identity.two_people import repository
from identity.two_people.schemas import MayWait

Kind = Literal["user", "client", "credential", "deputy", "sponsor"]
WAITING = "waiting"
AnyMayWait = TypeVar("AnyMayWait", bound=MayWait)


def acts_alone(actor: Actor) -> bool:
    """Whoever runs the platform's commands holds its store in their hands: it makes the first administrators."""
    return actor == PLATFORM


def ask_for_approval(
    session: Session,
    actor: Actor,
    kind: Kind,
    object_id: UUID,
    agency: str,
    asked: dict[str, Any],
    held: dict[str, Any] | None = None,
    password_hash: str | None = None,
) -> Approval:
    """Have something wait for another administrator. It takes the place of what waits for the same object.

    A system asks for nothing: whoever keeps its secret would approve what they asked for themselves.
    Errors: PersonNeeded; Stale when somebody else asks at the same moment.
    """
    if not actor.is_person:
        raise PersonNeeded()
    replace_waiting(session, actor, kind, object_id, agency)
    row = Approval(
        kind=kind,
        object_id=object_id,
        agency=agency,
        asked=asked,
        held=held or {},
        password_hash=password_hash,
        asked_by=actor.subject,
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        raise Stale() from None
    shown = show_asked(row.asked)
    details = {"about": kind, "about_id": str(object_id), "asked": shown}
    record(session, actor, "approval.asked", "approval", row.id, agency, **details)
    return row


def replace_waiting(session: Session, actor: Actor, kind: Kind, object_id: UUID, agency: str) -> None:
    """What waits for this object is void, since another change of it was made or asked for."""
    if replaced := repository.end_waiting(session, kind, object_id):
        details = {"about": kind, "about_id": str(object_id)}
        record(session, actor, "approval.replaced", "approval", replaced, agency, **details)


def show_asked(asked: dict[str, Any]) -> dict[str, Any]:
    """What is asked for, without what a secret or a key is."""
    return {name: value for name, value in asked.items() if name not in ("digest", "public")}


def answer_with(answer: type[AnyMayWait], session: Session, kind: Kind, written: Written, **more: Any) -> AnyMayWait:
    """The answer to a write, with the approval that it waits for now."""
    waits = repository.find_waiting(session, kind, written.id) if written.status == WAITING else None
    return answer(**written.model_dump(), approval=waits.id if waits else None, **more)
