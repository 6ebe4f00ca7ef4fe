from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    SQLColumnExpression,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session, selectinload

from chassis.db import UtcDateTime, today, upsert
from consent.agreements.parties import SIDES, Owners, Side
from consent.agreements.states import BEST_FIRST, WORST_FIRST, state_of
from consent.models import Agreement, AgreementTerm, DirectoryService, DirectoryUser, SettledBasis, Sponsorship
from consent.problems import AgreementNotFound
from directory.repository import Ownership, list_ownerships, owner_of
from vocabulary.roles import ROLES

PAIR = ("supplier", "recipient", "purpose", "category")
LONG_AGO = literal(datetime(1900, 1, 1, tzinfo=UTC), type_=UtcDateTime())


class TermRow(NamedTuple):
    """A term with what tells its agreement's standing; of a district agreement, what its frame leaves of it.

    `informs` is the agency whose notice counts for the recipient's own, as the agreement says; None where none does.
    """

    agreement: UUID
    supplier: str
    recipient: str
    purpose: str
    category: str
    basis: str
    status: str
    begins: date
    ends: date | None
    stops_for_review: date | None = None
    informs: str | None = None


def get_agreement(session: Session, agreement_id: UUID, *, agency: str, change: bool = False) -> Agreement:
    """An agreement that the agency sees, with terms and steps. `change`: nobody else changes it meanwhile."""
    wanted = select(Agreement).where(Agreement.id == agreement_id, _seen_by(session, agency))
    wanted = wanted.options(selectinload(Agreement.terms), selectinload(Agreement.steps))
    agreement = session.scalar(wanted.with_for_update() if change else wanted)
    if agreement is None:
        raise AgreementNotFound()
    return agreement


def find_frame(session: Session, agreement_id: UUID, *, agency: str) -> Agreement | None:
    """A strategic agreement that the agency sees, with its terms."""
    wanted = select(Agreement).where(Agreement.id == agreement_id, Agreement.tier == "strategic")
    wanted = wanted.where(_seen_by(session, agency)).options(selectinload(Agreement.terms))
    return session.scalar(wanted)


def get_frame(session: Session, agreement: Agreement) -> Agreement | None:
    """The strategic agreement under which a district one stands; None for what needs none, or had none before."""
    return session.get(Agreement, agreement.under) if agreement.under else None


def list_agreements(
    session: Session,
    *,
    agency: str,
    service: str | None,
    review_before: date | None = None,
    review_from: date | None = None,
    after: UUID | None,
    limit: int,
) -> list[Agreement]:
    """Those that the agency sees; with `review_…`, those that stand and are to be reviewed in that time."""
    listed = select(Agreement).options(selectinload(Agreement.terms), selectinload(Agreement.steps))
    listed = listed.where(_seen_by(session, agency)).order_by(Agreement.id).limit(limit)
    if service is not None:
        listed = listed.where(or_(Agreement.supplier == service, Agreement.recipient == service))
    if review_before is not None:
        listed = listed.where(Agreement.status.in_(("signed", "suspended")), Agreement.review_by < review_before)
    if review_from is not None:
        listed = listed.where(Agreement.review_by >= review_from)
    return list(session.scalars(listed.where(Agreement.id > after) if after else listed))


def list_living_of(session: Session, services: Sequence[str]) -> list[Agreement]:
    """The agreements of these services that have not ended, drafts among them, with their steps."""
    bound = select(Agreement).where(Agreement.status != "ended").order_by(Agreement.id)
    bound = bound.where(or_(Agreement.supplier.in_(services), Agreement.recipient.in_(services)))
    return list(session.scalars(bound.options(selectinload(Agreement.terms), selectinload(Agreement.steps))))


def list_not_ended(session: Session) -> list[Agreement]:
    """Every agreement that may bind now or later, oldest first, with terms and steps."""
    standing = select(Agreement).where(Agreement.status != "ended").order_by(Agreement.id)
    return list(session.scalars(standing.options(selectinload(Agreement.terms), selectinload(Agreement.steps))))


def owners_of(session: Session, supplier: str, recipient: str) -> Owners:
    """The agencies whose services these are now, as identity told."""
    return {"supplier": owner_of(session, supplier), "recipient": owner_of(session, recipient)}


def was_owned_by(
    session: Session, agency: str, service: SQLColumnExpression[str], at: SQLColumnExpression[datetime]
) -> ColumnElement[bool]:
    """A condition for queries: `service` was the agency's at `at`, two columns of the query.

    Example: an officer reads a line of the sharing log where the source, or the recipient, was their agency's then.
    """
    return or_(
        False, *(and_(service == owned.service, *_within(owned, at, at)) for owned in list_ownerships(session, agency))
    )


def list_sponsored(session: Session, agency: str) -> list[str]:
    """The agencies for which this one signs today: those that have no officer of their own."""
    day = today()
    named = select(Sponsorship.agency).where(
        Sponsorship.sponsor == agency,
        ~Sponsorship.ended,
        Sponsorship.begins <= day,
        or_(Sponsorship.ends.is_(None), Sponsorship.ends >= day),
    )
    return [one for one in dict.fromkeys(session.scalars(named)) if not _has_officer(session, one)]


def _has_officer(session: Session, agency: str) -> bool:
    theirs = select(DirectoryUser.roles).where(DirectoryUser.agency == agency, DirectoryUser.status == "active")
    return any(lets_sign(role) for roles in session.scalars(theirs) for role in roles)


def lets_sign(role: str) -> bool:
    """Whether people of a role sign agreements for their agency: an officer's."""
    return role in ROLES and "agreements:sign" in ROLES[role].scopes


def keep_sponsorships(session: Session, rows: list[dict[str, Any]]) -> None:
    """Keep who signs for whom, as identity told it."""
    upsert(session, Sponsorship, rows, key=["id"])


def end_sponsorships(session: Session, ids: Sequence[UUID]) -> None:
    session.execute(update(Sponsorship).where(Sponsorship.id.in_(ids)).values(ended=True))


def _seen_by(session: Session, agency: str) -> ColumnElement[bool]:
    """One of the two services was the agency's while the agreement lived: its owner of then, and who came after.

    A sponsor sees what the agency sees for which it signs.
    """
    owners = [agency, *list_sponsored(session, agency)]
    begun = func.coalesce(Agreement.drafted_at, LONG_AGO)
    # What ended before December 2026 has no instant of it, and no service had another owner until then.
    over = case((Agreement.status == "ended", func.coalesce(Agreement.ended_at, LONG_AGO)))
    return or_(
        False,
        *(
            and_(service == owned.service, *_within(owned, begun, over))
            for service in (Agreement.supplier, Agreement.recipient)
            for owner in owners
            for owned in list_ownerships(session, owner)
        ),
    )


def _within(
    owned: Ownership, begun: SQLColumnExpression[Any], over: SQLColumnExpression[Any]
) -> list[ColumnElement[bool]]:
    """What happened from `begun` to `over` reaches into an ownership. An empty `over` is not over yet."""
    found: list[ColumnElement[bool]] = []
    if owned.since is not None:
        found.append(or_(over.is_(None), over >= owned.since))
    if owned.until is not None:
        found.append(begun < owned.until)
    return found


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
    loaded = selectinload(Agreement.terms), selectinload(Agreement.steps)
    due = _unannounced(today).options(*loaded).order_by(Agreement.id).limit(1)
    return session.scalar(due.with_for_update(skip_locked=True))


def list_terms(
    session: Session, *, recipient: str | None = None, supplier: str | None = None, purpose: str | None = None
) -> list[TermRow]:
    """The terms of signed agreements, whatever their standing today.

    Shape: of a pair of services that a district agreement governs, its terms alone and not those of its frame.
    """
    asked = {"recipient": recipient, "supplier": supplier, "purpose": purpose}
    wanted = {name: value for name, value in asked.items() if value is not None}
    day = today()
    rows = session.execute(_terms_by(*wanted), wanted)
    return [_term_row(row) for row in rows if row.governed_from is None or row.governed_from > day]


def _term_row(row: Any) -> TermRow:
    """What a district agreement is worth is at most what its frame is; who owns a service now must have signed."""
    status, begins, ends, review = row.status, row.begins, row.ends, row.review
    if row.frame_status is not None:
        status = min(status, row.frame_status, key=WORST_FIRST.index)
        begins = max(begins, row.frame_begins)
        ends = min((day for day in (ends, row.frame_ends) if day), default=None)
        review = min((day for day in (review, row.frame_review) if day), default=None)
    return TermRow._make((*row[:6], status, begins, ends, review, row.informs))


@cache
def _terms_by(*names: str) -> Select[Any]:
    """Built once: each decision asks."""
    term, agreement = AgreementTerm.__table__, Agreement.__table__
    frame, district = agreement.alias("frame"), agreement.alias("district")
    # The first day of a district agreement of the same two services: from then on it says what goes, and not its frame.
    governed_from = select(func.min(district.c.begins)).where(
        district.c.under == agreement.c.id,
        district.c.supplier == agreement.c.supplier,
        district.c.recipient == agreement.c.recipient,
        district.c.status.in_(("signed", "suspended")),
    )
    columns = [
        *(term.c[name] for name in TermRow._fields[:6]),
        *(column.label(name) for name, column in _standing(agreement).items()),
        *(column.label(f"frame_{name}") for name, column in _standing(frame).items()),
        case((agreement.c.notice_given_by == "supplier", agreement.c.supplier_agency)).label("informs"),
        governed_from.correlate(agreement).scalar_subquery().label("governed_from"),
    ]
    joined = term.join(agreement, agreement.c.id == term.c.agreement)
    query = select(*columns).select_from(joined.outerjoin(frame, frame.c.id == agreement.c.under))
    query = query.where(agreement.c.status != "draft", *(term.c[name] == bindparam(name) for name in names))
    return query.order_by(term.c.agreement)


def _standing(one: FromClause) -> dict[str, ColumnElement[Any]]:
    """What tells an agreement's worth on a day."""
    # A service that has another owner now: that one has signed nothing, whether or not anybody has noticed yet.
    moved = and_(one.c.status == "signed", or_(*(_has_new_owner(one, side) for side in SIDES)))
    return {
        "status": case((moved, "suspended"), else_=one.c.status),
        "begins": one.c.begins,
        "ends": one.c.ends,
        "review": case((one.c.control.is_not(None), one.c.review_by)),
    }


def _has_new_owner(one: FromClause, side: Side) -> ColumnElement[bool]:
    owner = DirectoryService.__table__.alias()
    moved = select(owner.c.service).where(owner.c.service == one.c[side], owner.c.agency != one.c[f"{side}_agency"])
    return moved.correlate(one).exists()


def best_first(terms: Iterable[TermRow], today: date) -> list[TermRow]:
    """Those that count more come first; among equals, the older agreement."""
    return sorted(terms, key=lambda term: (BEST_FIRST.index(state_of(term, today)), term.agreement))
