from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from chassis.db import in_batches
from consent.acts.states import BINDING_OBJECTIONS
from consent.models import Consent, Objection, Protection
from consent.problems import ConsentNotFound


def find_consent(session: Session, consent_id: UUID) -> Consent | None:
    return session.get(Consent, consent_id)


def get_consent(session: Session, consent_id: UUID) -> Consent:
    consent = session.get(Consent, consent_id)
    if consent is None:
        raise ConsentNotFound()
    return consent


def withdraw(session: Session, consent: Consent, on: date, at: datetime, by: str) -> bool:
    """Withdraw a consent once, whoever else is trying; False when it was withdrawn already."""
    given = update(Consent).where(Consent.id == consent.id, Consent.withdrawn_on.is_(None)).returning(Consent.id)
    values = {"withdrawn_on": on, "withdrawn_at": at, "withdrawn_by": by, "version": Consent.version + 1}
    done = session.scalar(given.values(**values).execution_options(synchronize_session=False)) is not None
    session.refresh(consent)
    return done


def correct(session: Session, consent: Consent, at: datetime, replaced_by: UUID | None) -> bool:
    """Let a consent count for nothing, once; False when it was corrected already."""
    counting = update(Consent).where(Consent.id == consent.id, Consent.corrected_at.is_(None)).returning(Consent.id)
    values = {"corrected_at": at, "replaced_by": replaced_by, "version": Consent.version + 1}
    done = session.scalar(counting.values(**values).execution_options(synchronize_session=False)) is not None
    session.refresh(consent)
    return done


def list_consents(
    session: Session, people: Collection[UUID], *, agency: str, after: UUID | None, limit: int
) -> list[Consent]:
    """The consents of somebody under any of these ids, oldest first."""
    listed = select(Consent).where(Consent.person.in_(people), Consent.agency == agency)
    listed = listed.order_by(Consent.id).limit(limit)
    return list(session.scalars(listed.where(Consent.id > after) if after else listed))


def list_for(session: Session, people: Sequence[UUID], *, agency: str) -> list[Consent]:
    found: list[Consent] = []
    for batch in in_batches(people):
        theirs = select(Consent).where(Consent.person.in_(batch), Consent.agency == agency).order_by(Consent.id)
        found.extend(session.scalars(theirs))
    return found


def list_objected(session: Session, person: UUID) -> set[str]:
    """The purposes to which a person objected, and which no answer or withdrawal has opened again."""
    theirs = select(Objection.purposes).where(Objection.person == person, Objection.status.in_(BINDING_OBJECTIONS))
    return {purpose for purposes in session.scalars(theirs) for purpose in purposes}


def has_protection(session: Session, person: UUID) -> bool:
    protected = select(Protection.id).where(Protection.person == person, Protection.lifted_on.is_(None)).limit(1)
    return session.scalar(protected) is not None
