from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from chassis.db import in_batches
from consent.models import Consent, Objection, Protection
from consent.problems import ConsentNotFound


def get_consent(session: Session, consent_id: UUID, *, agency: str) -> Consent:
    consent = session.get(Consent, consent_id)
    if consent is None or consent.agency != agency:
        raise ConsentNotFound()
    return consent


def withdraw(session: Session, consent: Consent, on: date, at: datetime, by: str) -> bool:
    """Withdraw a consent once, whoever else is trying; False when it was withdrawn already."""
    given = update(Consent).where(Consent.id == consent.id, Consent.withdrawn_on.is_(None)).returning(Consent.id)
    values = {"withdrawn_on": on, "withdrawn_at": at, "withdrawn_by": by, "version": Consent.version + 1}
    done = session.scalar(given.values(**values).execution_options(synchronize_session=False)) is not None
    session.refresh(consent)
    return done


def list_consents(session: Session, person: UUID, *, agency: str, after: UUID | None, limit: int) -> list[Consent]:
    listed = select(Consent).where(Consent.person == person, Consent.agency == agency).order_by(Consent.id).limit(limit)
    return list(session.scalars(listed.where(Consent.id > after) if after else listed))


def list_for(session: Session, people: Sequence[UUID], *, agency: str) -> list[Consent]:
    found: list[Consent] = []
    for batch in in_batches(people):
        theirs = select(Consent).where(Consent.person.in_(batch), Consent.agency == agency).order_by(Consent.id)
        found.extend(session.scalars(theirs))
    return found


def list_objected(session: Session, person: UUID) -> set[str]:
    """The purposes to which a person objected."""
    objections = session.scalars(select(Objection.purposes).where(Objection.person == person))
    return {purpose for purposes in objections for purpose in purposes}


def has_protection(session: Session, person: UUID) -> bool:
    protected = select(Protection.id).where(Protection.person == person, Protection.lifted_on.is_(None)).limit(1)
    return session.scalar(protected) is not None
