"""Who did what: written beside each change, in its transaction; read by administrators, and by agencies' officers."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from chassis.auth import Caller
from chassis.paging import Page, read_cursor
from identity.audit import repository
from identity.audit.schemas import AuditView
from identity.models import AuditEntry


@dataclass(frozen=True)
class Actor:
    """Who acts: a caller with a token, somebody at the sign-in page, or the platform itself."""

    subject: str
    client: str
    is_person: bool = True

    @classmethod
    def of(cls, caller: Caller) -> "Actor":
        return cls(caller.subject, caller.client, caller.is_person)


PLATFORM = Actor("platform", "platform")
"""The bootstrap at the command line, and what happens by itself."""


def record(
    session: Session, actor: Actor, action: str, kind: str, object_id: object, agency: str | None, **details: Any
) -> None:
    """Note an act. `details` holds codes and names of fields; a person's data is not for here.

    Shape: `agency` is the code of the agency that it concerns, whose officer reads it; none for what is no agency's.
    """
    session.add(
        AuditEntry(
            actor=actor.subject,
            actor_client=actor.client,
            action=action,
            object_kind=kind,
            object_id=str(object_id),
            agency=agency,
            details=details,
        )
    )


def list_audit_entries(
    session: Session,
    caller: Caller,
    kind: str | None,
    object_id: str | None,
    actor: str | None,
    after: str | None,
    limit: int,
) -> Page[AuditView]:
    """Acts, the newest first: all of them to administrators, to others those of the caller's agency.

    Errors: CursorNotValid.
    """
    agency = None if "identity:read" in caller.scopes else caller.agency
    position = read_cursor(after, "audit")
    before = UUID(position[0]) if position else None
    rows = repository.list_entries(session, agency, kind, object_id, actor, before, limit + 1)
    return Page[AuditView].cut(rows, limit, name="audit", position=lambda row: row.id, view=_view)


def _view(entry: AuditEntry) -> AuditView:
    return AuditView(
        id=entry.id,
        at=entry.at,
        actor=entry.actor,
        client=entry.actor_client,
        action=entry.action,
        object_kind=entry.object_kind,
        object=entry.object_id,
        agency=entry.agency,
        details=entry.details,
    )
