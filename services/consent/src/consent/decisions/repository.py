"""What a decision reads and what it keeps. Thousands are asked for a minute, so statements are built once, on tables:
to build one costs several times what it costs to run it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, insert, or_, select
from sqlalchemy.orm import Session

from chassis.bulk_insert import write_rows
from chassis.db import in_batches
from consent.acts.states import BINDING_OBJECTIONS
from consent.agreements.repository import list_terms
from consent.decisions.entries import DecisionSource, make_entries
from consent.decisions.situation import ConsentRow, Situation
from consent.models import (
    Consent,
    Decision,
    Delivered,
    Delivery,
    Notice,
    Objection,
    Protection,
    Restriction,
    SharedAs,
    Sharing,
)
from consent.problems import DecisionNotFound
from directory import repository as directory
from transparency.leaves import append_leaves
from vocabulary.categories import CATEGORIES

protection, delivered, delivery = Protection.__table__, Delivered.__table__, Delivery.__table__
notice = Notice.__table__
objection, consent, restriction = Objection.__table__, Consent.__table__, Restriction.__table__
PEOPLE = bindparam("people", expanding=True, type_=Uuid())

PROTECTED = select(protection.c.person).where(protection.c.person.in_(PEOPLE), protection.c.lifted_on.is_(None))
INFORMED = (
    select(delivered.c.person, delivery.c.agency)
    .join_from(delivered, delivery)
    .join(notice, notice.c.id == delivery.c.notice)
    .where(delivered.c.person.in_(PEOPLE), delivered.c.corrected_at.is_(None), delivery.c.date <= bindparam("today"))
    # Handing out what somebody else published informs nobody of what one does oneself. Older notices tell no agency.
    .where(or_(notice.c.agency.is_(None), notice.c.agency == delivery.c.agency))
    .distinct()
)
OBJECTED = select(objection.c.person, objection.c.purposes).where(
    objection.c.person.in_(PEOPLE), objection.c.status.in_(BINDING_OBJECTIONS)
)
RESTRICTED = select(restriction.c.person, restriction.c.categories).where(
    restriction.c.person.in_(PEOPLE), restriction.c.lifted_on.is_(None)
)
CONSENTED = select(*(consent.c[name] for name in ConsentRow._fields)).where(consent.c.person.in_(PEOPLE))


def read_situation(
    session: Session,
    *,
    recipient: str,
    purpose: str,
    ids: Sequence[UUID],
    today: date,
    answered: Mapping[UUID, frozenset[tuple[str, str]]] | None = None,
) -> Situation:
    """Everything that bears on these people and this recipient: each table once, in batches of ids.

    Shape: `answered` says what the answer on which the request rests lets go, of whom.
    """
    consents: dict[UUID, list[ConsentRow]] = defaultdict(list)
    objections: dict[UUID, set[str]] = defaultdict(set)
    restrictions: dict[UUID, set[str]] = defaultdict(set)
    protected: set[UUID] = set()
    informed: dict[UUID, set[str]] = defaultdict(set)
    for batch in in_batches(ids):
        people = {"people": batch}
        protected.update(session.scalars(PROTECTED, people))
        for person, agency in session.execute(INFORMED, {**people, "today": today}):
            informed[person].add(agency)
        for person, purposes in session.execute(OBJECTED, people):
            objections[person].update(purposes)
        for person, categories in session.execute(RESTRICTED, people):
            restrictions[person].update(categories or CATEGORIES)
        for row in session.execute(CONSENTED, people):
            consents[row.person].append(ConsentRow(*row))
    return Situation(
        terms=list_terms(session, recipient=recipient, purpose=purpose),
        protected=frozenset(protected),
        restrictions={person: frozenset(categories) for person, categories in restrictions.items()},
        informed={person: frozenset(agencies) for person, agencies in informed.items()},
        objections={person: frozenset(purposes) for person, purposes in objections.items()},
        consents=dict(consents),
        sectors=directory.find_sectors(session),
        answered=dict(answered or {}),
    )


DECISION, SHARING, SHARED_AS = (
    insert(model.__table__)  # type: ignore[arg-type]
    for model in (Decision, Sharing, SharedAs)
)


def record_decision(
    session: Session, decision: dict[str, Any], sharings: list[dict[str, Any]], shared_as: list[dict[str, Any]]
) -> None:
    """Keep a decision, its lines of the sharing log and a leaf a person: four statements, however many lines."""
    for statement, rows in ((DECISION, [decision]), (SHARING, sharings), (SHARED_AS, shared_as)):
        if rows:
            write_rows(session, statement, rows)
    append_leaves(session, DecisionSource.kind, make_entries(decision, sharings, shared_as))


def get_decision(session: Session, decision_id: UUID) -> Decision:
    decision = session.get(Decision, decision_id)
    if decision is None:
        raise DecisionNotFound()
    return decision


def find_seen_refusals(session: Session, decision: Decision, agency: str) -> set[tuple[str, str]]:
    """The (source, category) of the decision's refusals that officers of an agency may know of.

    Where an agreement between source and recipient covers the purpose and category, both owners may, as they were then;
    where none does, the owner of the source alone: the recipient would learn that there is a record.
    """
    asked = {tuple(reversed(item.split(" "))) for items in decision.refusals.values() for item in items}
    terms = list_terms(session, recipient=decision.service, purpose=decision.purpose)
    agreed = {(term.supplier, term.category) for term in terms if term.begins <= decision.at.date()}
    owners = {
        service: directory.owner_at(session, service, decision.at)
        for service in {decision.service, *(source for source, _ in asked)}
    }
    return {
        (source, category)
        for source, category in asked
        if agency == owners[source]
        or ((source, category) in agreed and agency in (owners[decision.service], decision.agency))
    }
