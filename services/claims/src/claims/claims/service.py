"""Claims, as people read, check and drop them."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from chassis.auth import Caller, check_person
from chassis.clock import LONDON
from chassis.etag import etag
from chassis.outbox import emit
from chassis.paging import Page, read_cursor
from chassis.runtime import Runtime
from chassis.schemas import Written
from claims import reach, sharing
from claims.claims import hands, repository
from claims.claims.drafting import OPEN, event_for, mark_those_beside, read_uses
from claims.claims.schemas import (
    CheckRequest,
    CheckView,
    ClaimView,
    DropRequest,
    EvidenceView,
    FamilyClaims,
    GateActView,
)
from claims.events import ClaimChecked, ClaimDropped, ClaimRetracted
from claims.history import repository as history
from claims.history.service import find_root
from claims.models import Check, Claim, ClaimStatus
from claims.order_of_acts import refuse_before_act, refuse_before_result
from claims.problems import CheckerNotIndependent, ClaimNotOpen
from claims.rules.facts import Use
from claims.schemas import WITHHELD
from vocabulary.late_recording import count_days_late

CLAIMS = "claims"
SUBMITTED: tuple[str, ...] = ("submitted",)


def show_claim(runtime: Runtime, caller: Caller, purpose: str, claim_id: UUID) -> ClaimView:
    """One claim within the caller's reach. Errors: ClaimNotFound, Unavailable."""
    with runtime.read() as session:
        claim = repository.get_claim(session, caller, claim_id)
    return view_claims(runtime, caller, purpose, [claim])[0]


def list_claims(
    runtime: Runtime,
    caller: Caller,
    purpose: str,
    *,
    status: ClaimStatus | None,
    family: UUID | None,
    batch: UUID | None,
    after: str | None,
    limit: int,
) -> Page[ClaimView]:
    """Claims within the caller's reach, oldest first. Errors: CursorNotValid, Unavailable."""
    position = read_cursor(after, CLAIMS)
    last = UUID(position[0]) if position else None
    with runtime.read() as session:
        found = repository.list_claims(
            session, caller, status=status, family=family, batch=batch, after=last, limit=limit + 1
        )
    shown = dict(zip([c.id for c in found[:limit]], view_claims(runtime, caller, purpose, found[:limit]), strict=True))
    return Page[ClaimView].cut(found, limit, name=CLAIMS, position=lambda c: c.id, view=lambda c: shown[c.id])


def look_up_claims(runtime: Runtime, caller: Caller, purpose: str, families: Sequence[UUID]) -> list[FamilyClaims]:
    """The claims of families, in the order asked for. Errors: Unavailable."""
    with runtime.read() as session:
        found = repository.list_claims_of(session, caller, families)
    by_family: dict[UUID, list[ClaimView]] = {}
    for claim in view_claims(runtime, caller, purpose, found):
        by_family.setdefault(claim.family, []).append(claim)
    return [FamilyClaims(family=id, claims=by_family[id]) for id in dict.fromkeys(families) if id in by_family]


def view_claims(runtime: Runtime, caller: Caller, purpose: str, claims: Sequence[Claim]) -> list[ClaimView]:
    """Claims as the caller may see them: what was earned by whom rests on records, the bare claim on none.

    Errors: Unavailable.
    """
    permitted = list_showable(runtime, caller, purpose, claims)
    with runtime.read() as session:
        checks = repository.list_checks(session, permitted)
    return [_view(caller, claim, claim.id in permitted, checks.get(claim.id, [])) for claim in claims]


def list_showable(runtime: Runtime, caller: Caller, purpose: str, claims: Sequence[Claim]) -> set[UUID]:
    """Those of which every record beneath them may be shown. Errors: Unavailable."""
    with runtime.read() as session:
        in_full = repository.list_in_full(session, caller, [claim.id for claim in claims])
        wanted = {claim.id: read_uses(claim.uses) for claim in claims if claim.id in in_full}
        people = {use.person for uses in wanted.values() for use in uses}
        moment = history.find_latest_moment(session)
        redirects = history.list_redirects(session, people, moment) if moment else {}
    # A claim keeps the ids of its day; decisions are about whom they stand for now, and all who were merged into them.
    roots = {person: find_root(person, redirects) for person in {*people, *redirects, *redirects.values()}}
    formerly: dict[UUID, tuple[UUID, ...]] = {}
    for person, root in sorted(roots.items()):
        if person != root:
            formerly[root] = (*formerly.get(root, ()), person)
    needed = {
        id: frozenset(Use(roots[use.person], use.category, use.source) for use in uses) for id, uses in wanted.items()
    }
    permitted = sharing.ask_shareable(runtime, caller, purpose, set().union(*needed.values()), formerly)
    return {id for id, uses in needed.items() if uses <= permitted}


def _view(caller: Caller, claim: Claim, shown: bool, checks: Sequence[Check]) -> ClaimView:
    return ClaimView(
        id=claim.id,
        family=claim.family,
        framework=claim.framework,
        plan_version=claim.plan_version,
        component=claim.component,
        type=claim.type if shown else None,
        result_date=claim.result_date if shown else None,
        pence=claim.pence if reach.sees_money(caller) else None,
        status=claim.status,
        batch=claim.batch,
        verdict="shown" if shown else WITHHELD,
        evidence=_view_evidence(claim, checks) if shown else None,
        etag=etag(claim.version),
    )


def _view_evidence(claim: Claim, checks: Sequence[Check]) -> EvidenceView:
    return EvidenceView(
        bundle=claim.bundle,
        hash=claim.hash,
        rule_trace=claim.trace,
        gate=None if claim.gate is None else [GateActView.model_validate(act) for act in claim.gate],
        risks=claim.risks,
        checks=[
            CheckView(
                verdict=check.verdict, by=check.by, date=check.on,
                days_late=count_days_late("check", check.on, check.at.astimezone(LONDON).date()),
            )
            for check in checks
        ],
    )  # fmt: skip


def check_claim(session: Session, caller: Caller, claim_id: UUID, request: CheckRequest) -> Written:
    """A second person's word on a draft: agreed, or sent back, which leaves it a draft.

    Errors: PersonNeeded, ClaimNotFound, ClaimNotOpen, CheckerNotIndependent; RequestNotValid for a day before the
    claim's result or before an earlier word on it.
    """
    claim = _of_person(session, caller, claim_id)
    theirs = hands.list_hands(session, claim.framework, [claim.family])
    theirs.refuse(caller.subject, CheckerNotIndependent, hands.PREPARED, hands.AUDITED, hands.SUBMITTED, hands.PAID)
    refuse_before_result(request.date, [claim.result_date])
    refuse_before_act(request.date, "Somebody checked the claim", [repository.find_last_check(session, claim.id)])
    agreed = request.verdict == "agreed"
    values = {"checked_by": caller.subject, "checked_on": request.date} if agreed else {}
    version = repository.move_claim(session, claim.id, ("drafted",), "checked" if agreed else "drafted", **values)
    if version is None:
        raise ClaimNotOpen(claim_status=claim.status)
    repository.add_check(
        session,
        Check(claim=claim.id, verdict=request.verdict, reason=request.reason, by=caller.subject, on=request.date),
    )
    if agreed:
        emit(session, event_for(ClaimChecked, claim))
    return Written(id=claim.id, status="checked" if agreed else "sent_back", etag=etag(version))


def drop_claim(session: Session, caller: Caller, claim_id: UUID, request: DropRequest) -> Written:
    """Take a claim out: before submission it is dropped, after it retracted. A paid claim stands.

    Errors: PersonNeeded, ClaimNotFound, ClaimNotOpen; RequestNotValid for a day before what was done with it last.
    """
    claim = _of_person(session, caller, claim_id)
    refuse_before_result(request.date, [claim.result_date])
    last = repository.list_days(session, claim)
    refuse_before_act(request.date, "Something was done with the claim", last)
    before: tuple[str, ...]
    after: ClaimStatus
    before, after = (SUBMITTED, "retracted") if claim.status == "submitted" else (OPEN, "dropped")
    ended = {"ended_because": request.reason, "ended_by": caller.subject, "ended_on": request.date}
    version = repository.move_claim(session, claim.id, before, after, **ended)
    if version is None:
        raise ClaimNotOpen(claim_status=claim.status)
    mark_those_beside(session, claim.framework, [claim.family])
    emit(session, event_for(ClaimDropped if after == "dropped" else ClaimRetracted, claim))
    return Written(id=claim.id, status=after, etag=etag(version))


def _of_person(session: Session, caller: Caller, claim_id: UUID) -> Claim:
    check_person(caller)
    return repository.get_claim(session, caller, claim_id)
