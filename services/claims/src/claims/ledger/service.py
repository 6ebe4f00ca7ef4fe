"""The ledger: what was paid for results, and, apart from it, what attachments are funded with."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from chassis.auth import Caller, check_person
from chassis.db import new_id
from chassis.etag import etag
from chassis.outbox import emit
from chassis.paging import Page, read_cursor
from chassis.problems import Fault, RequestNotValid
from chassis.schemas import Money, Written
from claims.claims.same_people import settle_same_people
from claims.frameworks import catalogue
from claims.frameworks.catalogue import Framework
from claims.ledger import repository
from claims.ledger.schemas import FeesRequest, LedgerItem, LedgerView, Totals
from claims.models import FeeSettlement, LedgerEntry
from claims.order_of_acts import refuse_before_act
from claims.problems import BatchNotOpen, TargetNotSet
from claims.rules.calendar import financial_year_begins, financial_year_ends
from claims.same_people.overlaps import read_same_people
from claims.same_people.repository import list_all_attached
from claims.targets import repository as targets

LEDGER = "ledger"
FEE = "attachment_fee"


def settle_fees(session: Session, caller: Caller, request: FeesRequest) -> Written:
    """Settle a financial year's attachment fees; settled again, only what has been proven since is added.

    fee(year) = rate × max(0, min(attached so far, target so far) − paid for in earlier years).
    Errors: PersonNeeded, FrameworkNotFound, TargetNotSet; BatchNotOpen when two settle at the same moment;
    RequestNotValid for a day before the year begins.
    """
    check_person(caller)
    framework = catalogue.get_framework(request.framework)
    refuse_before_act(request.date, "The financial year begins", [financial_year_begins(request.year)])
    # Families that share people are funded once, until a person has answered that they are two.
    emit(session, *settle_same_people(session, framework, list_all_attached(session, framework.name)))
    settlements = repository.list_settlements(session, framework.name)
    new = _count_due(session, framework, request.year, settlements)
    own = [settlement for settlement in settlements if settlement.year == request.year]
    if own and not new:
        return Written(id=own[-1].id, status="settled", etag=etag(own[-1].number))
    settlement = FeeSettlement(
        id=new_id(),
        framework=framework.name,
        year=request.year,
        number=len(own) + 1,
        families=new,
        pence=new * framework.fee_pence,
        on=request.date,
        by=caller.subject,
    )
    entry = None
    if new:
        entry = LedgerEntry(
            id=new_id(),
            kind=FEE,
            framework=framework.name,
            year=request.year,
            pence=settlement.pence,
            on=request.date,
            settlement=settlement.id,
            first_funded_place=sum(settlement.families for settlement in settlements) + 1,
            funded_places=new,
        )
    if not repository.add_settlement(session, settlement, entry):
        raise BatchNotOpen(batch_status="settled")
    return Written(id=settlement.id, status="settled", etag=etag(settlement.number))


def _count_due(session: Session, framework: Framework, year: str, settlements: Sequence[FeeSettlement]) -> int:
    """How many funded places a year has still to be paid for.

    A year may be paid for min(attached so far, target so far), less what all years up to it were paid for. What was
    settled was paid, and counts, even when a family turns out since not to have been attached. An earlier year that
    nobody has settled yet keeps what is its own. No later year's target may be passed by what an earlier one is paid.

    Example: the targets so far are 3 (2017/18) and 4 (2018/19). Two families were attached in 2017/18, which is not
    settled yet, and three in 2018/19. Of the four places two are 2017/18's, so that 2018/19 is paid for two.
    """
    known = {target.year: target.cumulative for target in targets.list_targets(session, framework.name)}
    if year not in known:
        raise TargetNotSet()
    families = read_same_people(session, framework, list_all_attached(session, framework.name))
    paid: Counter[str] = Counter()
    for settlement in settlements:
        paid[settlement.year] += settlement.families
    so_far, left = 0, 0
    for each in sorted(known):
        allowed = min(families.count_funded(financial_year_ends(each)), known[each])
        if each < year:
            so_far += paid[each] if each in paid else max(0, allowed - so_far)
            continue
        so_far += paid[each]
        left = allowed - so_far if each == year else min(left, allowed - so_far)
    return max(0, left)


def show_ledger(
    session: Session, caller: Caller, framework: str | None, as_at: date | None, after: str | None, limit: int
) -> LedgerView:
    """The ledger as at a date, oldest first, with totals of results and, apart, of fees.

    Who meets some families only reads their results, and totals of those.
    Errors: CursorNotValid; RequestNotValid for a framework that is none.
    """
    if framework is not None and framework not in catalogue.frameworks():
        fix = f"Use one of these: {', '.join(sorted(catalogue.frameworks()))}."
        fault = Fault(pointer="/query/framework", code="unknown_framework", detail="No framework is so called", fix=fix)
        raise RequestNotValid(errors=[fault])
    position = read_cursor(after, LEDGER)
    rows = repository.list_entries(
        session, caller, framework, as_at, UUID(position[0]) if position else None, limit + 1
    )
    named = repository.list_nameable(session, caller, [row.claim for row in rows if row.claim])
    page = Page[LedgerItem].cut(rows, limit, name=LEDGER, position=lambda r: r.id, view=lambda r: _show_entry(r, named))
    pence = repository.sum_by_kind(session, caller, framework, as_at)
    fees = pence.pop(FEE, 0)
    return LedgerView(
        items=page.items,
        next=page.next,
        totals=Totals(results=Money(pence=sum(pence.values())), fees=Money(pence=fees)),
    )


def _show_entry(row: LedgerEntry, named: set[UUID]) -> LedgerItem:
    return LedgerItem(
        id=row.id,
        kind=row.kind,
        framework=row.framework,
        year=row.year,
        pence=row.pence,
        date=row.on,
        family=row.family if row.claim in named else None,
        claim=row.claim if row.claim in named else None,
        funded_places=row.funded_places,
        payment=row.payment if row.claim in named else None,
        reverses=row.reverses,
        reason=row.reason if row.claim in named else None,
    )
