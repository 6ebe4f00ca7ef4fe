from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from chassis.db import in_batches
from consent.agreements.repository import list_terms
from consent.decisions.situation import ConsentRow, Situation
from consent.models import Consent, Decision, Delivered, Delivery, Objection, Seal, SharedAs, Sharing
from consent.problems import DecisionNotFound


def read_situation(session: Session, *, recipient: str, purpose: str, ids: Sequence[UUID], today: date) -> Situation:
    """Everything that bears on these people and this recipient: each table once, in batches of ids."""
    consents: dict[UUID, list[ConsentRow]] = defaultdict(list)
    objections: dict[UUID, set[str]] = defaultdict(set)
    sealed: set[UUID] = set()
    informed: set[UUID] = set()
    for batch in in_batches(ids):
        sealed.update(session.scalars(select(Seal.person).where(Seal.person.in_(batch), Seal.lifted_on.is_(None))))
        told = select(Delivered.person).join_from(Delivered, Delivery).where(Delivered.person.in_(batch))
        informed.update(session.scalars(told.where(Delivery.date <= today).distinct()))
        for person, purposes in session.execute(
            select(Objection.person, Objection.purposes).where(Objection.person.in_(batch))
        ):
            objections[person].update(purposes)
        for row in session.execute(_consents().where(Consent.person.in_(batch))):
            consents[row.person].append(ConsentRow(*row))
    return Situation(
        terms=list_terms(session, recipient=recipient, purpose=purpose),
        sealed=frozenset(sealed),
        informed=frozenset(informed),
        objections={person: frozenset(purposes) for person, purposes in objections.items()},
        consents=dict(consents),
    )


def _consents() -> Any:
    return select(
        Consent.person,
        Consent.purposes,
        Consent.categories,
        Consent.recipients,
        Consent.date,
        Consent.recorded_at,
        Consent.withdrawn_on,
        Consent.withdrawn_at,
    )


def record_decision(
    session: Session, decision: Decision, sharings: list[dict[str, Any]], shared_as: list[dict[str, Any]]
) -> None:
    """Keep a decision and its lines of the sharing log: three statements, however many lines."""
    session.add(decision)
    session.flush()
    for model, rows in ((Sharing, sharings), (SharedAs, shared_as)):
        if rows:
            session.execute(insert(model.__table__), rows)  # type: ignore[arg-type]


def get_decision(session: Session, decision_id: UUID, *, agency: str) -> Decision:
    decision = session.get(Decision, decision_id)
    if decision is None or decision.agency != agency:
        raise DecisionNotFound()
    return decision
