from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, bindparam, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session, selectinload

from chassis.db import upsert
from consent.agreements.states import BEST_FIRST, state_of
from consent.models import Agreement, AgreementTerm, SettledBasis
from consent.problems import AgreementNotFound

PAIR = ("supplier", "recipient", "purpose", "category")


class TermRow(NamedTuple):
    """A term with what tells its agreement's standing."""

    agreement: UUID
    supplier: str
    recipient: str
    purpose: str
    category: str
    basis: str
    status: str
    begins: date
    ends: date | None


def get_agreement(session: Session, agreement_id: UUID, *, agency: str, change: bool = False) -> Agreement:
    """An agreement to which the agency is a party, with terms and steps. `change`: nobody else changes it meanwhile."""
    wanted = select(Agreement).where(Agreement.id == agreement_id)
    wanted = wanted.options(selectinload(Agreement.terms), selectinload(Agreement.steps))
    agreement = session.scalar(wanted.with_for_update() if change else wanted)
    if agreement is None or agency not in (agreement.supplier_agency, agreement.recipient_agency):
        raise AgreementNotFound()
    return agreement


def list_agreements(
    session: Session, *, agency: str, service: str | None, after: UUID | None, limit: int
) -> list[Agreement]:
    listed = select(Agreement).options(selectinload(Agreement.terms)).order_by(Agreement.id).limit(limit)
    listed = listed.where(or_(Agreement.supplier_agency == agency, Agreement.recipient_agency == agency))
    if service is not None:
        listed = listed.where(or_(Agreement.supplier == service, Agreement.recipient == service))
    return list(session.scalars(listed.where(Agreement.id > after) if after else listed))


def list_settled(session: Session, supplier: str, recipient: str) -> dict[tuple[str, str], str]:
    """The basis of each purpose and category that binding agreements of this pair have settled."""
    pair = select(SettledBasis).where(SettledBasis.supplier == supplier, SettledBasis.recipient == recipient)
    return {(row.purpose, row.category): row.basis for row in session.scalars(pair)}


def settle(session: Session, agreement: Agreement) -> None:
    """Let each term rest on its basis. Errors: IntegrityError when another agreement settled it otherwise."""
    rows = [{name: getattr(term, name) for name in (*PAIR, "basis")} for term in agreement.terms]
    upsert(session, SettledBasis, rows, key=PAIR)
    session.execute(
        update(AgreementTerm).where(AgreementTerm.agreement == agreement.id).values(settled=AgreementTerm.basis)
    )


def unsettle(session: Session, agreement: Agreement) -> None:
    """Let go of what no other agreement rests on, so that a new one may choose its basis."""
    session.execute(update(AgreementTerm).where(AgreementTerm.agreement == agreement.id).values(settled=None))
    same = (getattr(AgreementTerm, name) == getattr(SettledBasis, name) for name in PAIR)
    held = exists().where(AgreementTerm.settled.is_not(None), *same)
    mine = SettledBasis.supplier == agreement.supplier, SettledBasis.recipient == agreement.recipient
    session.execute(delete(SettledBasis).where(*mine, ~held).execution_options(synchronize_session=False))


def _unannounced(today: date) -> Select[Agreement]:
    return select(Agreement).where(Agreement.status == "signed", ~Agreement.announced, Agreement.begins <= today)


UNANNOUNCED = select(func.count()).where(
    Agreement.__table__.c.status == "signed",
    ~Agreement.__table__.c.announced,
    Agreement.__table__.c.begins <= bindparam("today"),
)


def count_unannounced(session: Session, today: date) -> int:
    """How many signed agreements have begun without anybody having been told."""
    return session.scalar(UNANNOUNCED, {"today": today}) or 0


def find_unannounced(session: Session, today: date) -> Agreement | None:
    """One of them, for this worker alone."""
    due = _unannounced(today).options(selectinload(Agreement.terms)).order_by(Agreement.id).limit(1)
    return session.scalar(due.with_for_update(skip_locked=True))


def list_terms(
    session: Session, *, recipient: str | None = None, supplier: str | None = None, purpose: str | None = None
) -> list[TermRow]:
    """The terms of signed agreements, whatever their standing today."""
    asked = {"recipient": recipient, "supplier": supplier, "purpose": purpose}
    wanted = {name: value for name, value in asked.items() if value is not None}
    return [TermRow(*row) for row in session.execute(_terms_by(*wanted), wanted)]


@cache
def _terms_by(*names: str) -> Select[Any]:
    """Built once: each decision asks."""
    term, agreement = AgreementTerm.__table__, Agreement.__table__
    columns = [term.c[name] for name in TermRow._fields[:6]]
    query = select(*columns, agreement.c.status, agreement.c.begins, agreement.c.ends).join_from(term, agreement)
    query = query.where(agreement.c.status != "draft", *(term.c[name] == bindparam(name) for name in names))
    return query.order_by(term.c.agreement)


def best_first(terms: Iterable[TermRow], today: date) -> list[TermRow]:
    """Those that count more come first; among equals, the older agreement."""
    return sorted(terms, key=lambda term: (BEST_FIRST.index(state_of(term, today)), term.agreement))
