"""Batches: checked claims are frozen together, a sample of them is audited, and what stands is submitted."""

import hashlib
import secrets
from collections import Counter
from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from chassis.auth import Caller
from chassis.db import new_id
from chassis.etag import etag
from chassis.outbox import emit
from chassis.paging import Page, read_cursor
from chassis.runtime import Runtime
from chassis.schemas import Money, Written
from claims import reach
from claims.batches import repository
from claims.batches.repository import FrozenClaim
from claims.batches.schemas import (
    BatchRequest,
    BatchView,
    DrawnView,
    DrawView,
    FindingRequest,
    FindingsList,
    FindingView,
    SampleRequest,
    SubmitRequest,
)
from claims.claims import hands
from claims.claims import service as claims
from claims.claims.drafting import event_for
from claims.claims.same_people import settle_same_people
from claims.events import ClaimSampled, ClaimSubmitted
from claims.frameworks import catalogue
from claims.models import AuditFinding, Batch, Draw, Sampled
from claims.order_of_acts import refuse_before_act, refuse_before_result
from claims.problems import (
    AuditorNotIndependent,
    BatchHeld,
    BatchNotOpen,
    ClaimNotFound,
    FindingStands,
    FreezerNotIndependent,
    NothingToBatch,
    PersonNeeded,
    SampleComplete,
    SubmitterNotIndependent,
)

BATCHES = "batches"
OPEN = ("frozen", "sampled", "held")
COUNTED = ("frozen", "submitted", "paid")


def freeze_batch(session: Session, caller: Caller, request: BatchRequest) -> Written:
    """Freeze all checked claims of a framework together.

    Errors: PersonNeeded, FrameworkNotFound, NothingToBatch, FreezerNotIndependent; RequestNotValid for a day before
    one of the claims was checked.
    """
    _needs_person(caller)
    framework = catalogue.get_framework(request.framework)
    checked = repository.list_checked(session, framework.name)
    theirs = hands.list_hands(session, framework.name, [claim.family for claim in checked])
    theirs.refuse(caller, FreezerNotIndependent, hands.AUDITED, hands.SUBMITTED, hands.PAID)
    refuse_before_result(request.date, (claim.result_date for claim in checked))
    refuse_before_act(request.date, "A claim of the batch was checked", (claim.checked_on for claim in checked))
    batch = Batch(
        id=new_id(), framework=framework.name, status="frozen", frozen_on=request.date, frozen_by=caller.subject
    )
    session.add(batch)
    session.flush()
    # Two that became the same people since they were drafted: one goes, the other waits for an answer.
    emit(session, *settle_same_people(session, framework, repository.list_families_checked(session, framework.name)))
    if not repository.freeze_checked(session, framework.name, batch.id):
        raise NothingToBatch()
    return Written(id=batch.id, status=batch.status, etag=etag(1))


def draw_sample(session: Session, caller: Caller, batch_id: UUID, request: SampleRequest) -> DrawnView:
    """Draw the sample; drawn again, extend it by as much. The same seed draws the same claims.

    Errors: PersonNeeded, BatchNotFound, BatchNotOpen, AuditorNotIndependent, SampleComplete.
    """
    batch = _open_for_audit(session, caller, batch_id)
    frozen = repository.list_claims(session, batch.id, ("frozen",))
    before = [sampled.claim for sampled in repository.list_sampled(session, [batch.id])]
    rest = [claim for claim in frozen if claim.id not in set(before)]
    if not rest:
        raise SampleComplete()
    seed = secrets.randbits(32) if request.seed is None else request.seed
    drawn = []
    for type, size in count_sample(batch.framework, repository.list_members(session, [batch.id])[batch.id]).items():
        drawn += pick_by_seed([claim.id for claim in rest if claim.type == type], size, seed)
    number = repository.count_draws(session, batch.id) + 1
    row = Draw(id=new_id(), batch=batch.id, number=number, seed=seed, by=caller.subject)
    if not repository.add_draw(session, row, drawn):
        raise BatchNotOpen(batch_status=batch.status)
    version = repository.move_batch(session, batch, OPEN, "held" if batch.status == "held" else "sampled")
    emit(session, *(event_for(ClaimSampled, claim) for claim in rest if claim.id in set(drawn)))
    return DrawnView(
        id=row.id,
        status="sampled",
        etag=etag(version or batch.version),
        seed=seed,
        drawn=sorted(drawn),
        sample=sorted({*before, *drawn}),
    )


def show_draw(session: Session, draw_id: UUID) -> DrawnView:
    """The answer to a repeated request: the draw as it was made."""
    row = session.get_one(Draw, draw_id)
    sampled = repository.list_sampled(session, [row.batch])
    return DrawnView(
        id=row.id,
        status="sampled",
        seed=row.seed,
        drawn=[s.claim for s in sampled if s.draw == row.id],
        sample=[s.claim for s in sampled],
    )


def count_sample(framework: str, members: Sequence[FrozenClaim]) -> dict[str, int]:
    """How many claims of each type the first drawing takes: the framework's share, rounded up, and its least number.

    What counts is the batch as it was frozen: a claim that was dropped since does not make the sample smaller.
    Example: with a tenth and at least one, eleven claims of one type and three of another make two and one.
    Shape: type → number of claims.
    """
    rules = catalogue.get_framework(framework)
    frozen = Counter(member.type for member in members)
    return {
        type: min(number, max(rules.sample_least, -(-number * rules.sample_percent // 100)))
        for type, number in sorted(frozen.items())
    }


def count_needed(framework: str, members: Sequence[FrozenClaim], sampled: Sequence[Sampled]) -> int:
    """How many claims must be upheld before the batch goes out: all of its sample, and no fewer than that was to have.

    Each drawing in which a claim failed asks for another, whatever became of that claim. Example: of eleven claims two
    are drawn and one of them fails. Four must be upheld: two of the first drawing and two of the second, or, when the
    failed one is dropped, four of the ten that are left.
    """
    types = {member.id: member.type for member in members if member.status in COUNTED}
    live = Counter(types.values())
    seen = Counter(types[each.claim] for each in sampled if each.claim in types)
    drawings = 1 + len({each.draw for each in sampled if each.verdict == "failed"})
    sizes = count_sample(framework, members)
    return sum(max(seen[type], min(live[type], size * drawings)) for type, size in sizes.items())


def pick_by_seed(ids: Iterable[UUID], size: int, seed: int) -> list[UUID]:
    """Draw without favour, and so that anybody can draw again: by the digest of seed and id, lowest first."""
    return sorted(ids, key=lambda id: hashlib.sha256(f"{seed}:{id}".encode()).digest())[:size]


def record_finding(session: Session, caller: Caller, batch_id: UUID, request: FindingRequest) -> Written:
    """Say whether a sampled claim stands. One that does not holds the whole batch.

    A finding is final. Another auditor may correct it, who has found nothing on the claim before, and says which
    finding that is: whoever overrules somebody has read what they found.
    Errors: PersonNeeded, BatchNotFound, BatchNotOpen, AuditorNotIndependent, ClaimNotFound, FindingStands;
    RequestNotValid for a day before the freeze or before the finding that it corrects.
    """
    batch = _open_for_audit(session, caller, batch_id)
    sampled = repository.find_sampled(session, batch.id, request.claim)
    if sampled is None:
        raise ClaimNotFound()
    before = repository.list_findings(session, batch.id, request.claim)
    standing = before[-1].id if before else None
    if request.corrects != standing or caller.subject in {finding.by for finding in before}:
        raise FindingStands(finding=str(standing) if standing else None)
    refuse_before_act(request.date, "The batch was frozen", [batch.frozen_on])
    refuse_before_act(request.date, "Somebody found on this claim", (finding.on for finding in before))
    finding = AuditFinding(
        id=new_id(),
        batch=batch.id,
        claim=request.claim,
        verdict=request.verdict,
        reason=request.reason,
        by=caller.subject,
        on=request.date,
        corrects=standing,
    )
    session.add(finding)
    sampled.verdict = request.verdict
    session.flush()
    live = {claim.id for claim in repository.list_claims(session, batch.id, ("frozen",))}
    failed = [s for s in repository.list_sampled(session, [batch.id]) if s.verdict == "failed" and s.claim in live]
    version = repository.move_batch(session, batch, OPEN, "held" if failed else "sampled")
    return Written(id=finding.id, status=request.verdict, etag=etag(version or batch.version))


def submit_batch(session: Session, caller: Caller, batch_id: UUID, request: SubmitRequest) -> Written:
    """Send the batch out, when its sample is large enough, every claim of it was upheld, and no news of its families
    waits: what fells a claim does so until it is submitted, and not after.

    Errors: PersonNeeded, BatchNotFound, BatchNotOpen, BatchHeld, SubmitterNotIndependent; RequestNotValid for a day
    before the freeze or a finding.
    """
    _needs_person(caller)
    batch = repository.get_batch(session, caller, batch_id, lock=True)
    if batch.status not in OPEN:
        raise BatchNotOpen(batch_status=batch.status)
    theirs = list_hands(session, batch)
    theirs.refuse(
        caller, SubmitterNotIndependent, hands.PREPARED, hands.CHECKED, hands.FROZE, hands.AUDITED, hands.PAID
    )
    refuse_before_act(request.date, "The batch was frozen", [batch.frozen_on])
    found = repository.list_findings(session, batch.id)
    refuse_before_act(request.date, "A claim of its sample was found on", (finding.on for finding in found))
    framework = catalogue.get_framework(batch.framework)
    families = {claim.family for claim in repository.list_claims(session, batch.id, ("frozen",))}
    emit(session, *settle_same_people(session, framework, families))
    members = repository.list_members(session, [batch.id])[batch.id]
    live = {member.id for member in members if member.status == "frozen"}
    sample = repository.list_sampled(session, [batch.id])
    needed = count_needed(batch.framework, members, sample)
    sampled = [each for each in sample if each.claim in live]
    upheld = sum(each.verdict == "upheld" for each in sampled)
    waiting = repository.count_with_news(session, batch.id)
    if not live or upheld < needed or waiting:
        raise BatchHeld(sampled=len(sampled), needed=needed, upheld=upheld, waiting=waiting)
    version = repository.move_batch(
        session, batch, OPEN, "submitted", submitted_on=request.date, submitted_by=caller.subject
    )
    if version is None:
        raise BatchNotOpen(batch_status=batch.status)
    moved = repository.move_claims(session, batch.id, "frozen", "submitted")
    emit(session, *(event_for(ClaimSubmitted, claim) for claim in moved))
    return Written(id=batch.id, status="submitted", etag=etag(version))


def list_findings(runtime: Runtime, caller: Caller, purpose: str, batch_id: UUID) -> FindingsList:
    """What auditors found in a batch, oldest first: who, when and why.

    Why rests on the claim's evidence: it is left out of what is shown of a claim that is withheld from the caller.
    Errors: BatchNotFound, Unavailable.
    """
    with runtime.read() as session:
        batch = repository.get_batch(session, caller, batch_id)
        rows = repository.list_findings(session, batch.id)
        found = repository.list_by_ids(session, {row.claim for row in rows})
    shown = claims.list_showable(runtime, caller, purpose, found)
    return FindingsList(
        next=None,
        items=[
            FindingView(
                id=row.id, claim=row.claim, verdict=row.verdict, reason=row.reason if row.claim in shown else None,
                by=row.by, date=row.on, recorded_at=row.at, corrects=row.corrects,
            )
            for row in rows
        ]
    )  # fmt: skip


def show_batch(session: Session, caller: Caller, batch_id: UUID) -> BatchView:
    """Errors: BatchNotFound."""
    return _views(session, caller, [repository.get_batch(session, caller, batch_id)])[0]


def list_batches(session: Session, caller: Caller, after: str | None, limit: int) -> Page[BatchView]:
    """Batches, oldest first. Errors: CursorNotValid."""
    position = read_cursor(after, BATCHES)
    rows = repository.list_batches(session, caller, UUID(position[0]) if position else None, limit + 1)
    views = {view.id: view for view in _views(session, caller, rows)}
    return Page[BatchView].cut(rows, limit, name=BATCHES, position=lambda b: b.id, view=lambda b: views[b.id])


def _views(session: Session, caller: Caller, batches: Sequence[Batch]) -> list[BatchView]:
    ids = [batch.id for batch in batches]
    members = repository.list_members(session, ids)
    sampled: dict[UUID, list[Sampled]] = {id: [] for id in ids}
    for each in repository.list_sampled(session, ids):
        sampled[each.batch].append(each)
    draws: dict[UUID, list[Draw]] = {id: [] for id in ids}
    for drawing in repository.list_draws(session, ids):
        draws[drawing.batch].append(drawing)
    # An auditor meets the claims of the sample alone.
    all_claims = bool(caller.roles - {"internal_auditor"})
    views = []
    for batch in batches:
        live = [member for member in members[batch.id] if member.status in COUNTED]
        there = {member.id for member in live}
        sample = [s for s in sampled[batch.id] if s.claim in there]
        views.append(
            BatchView(
                id=batch.id,
                framework=batch.framework,
                status=batch.status,
                frozen_on=batch.frozen_on,
                submitted_on=batch.submitted_on,
                paid_on=batch.paid_on,
                claims=[member.id for member in live] if all_claims else [s.claim for s in sample],
                value=Money(pence=sum(member.pence for member in live)) if reach.sees_money(caller) else None,
                sample=[s.claim for s in sample],
                needed=count_needed(batch.framework, members[batch.id], sampled[batch.id]),
                upheld=sum(s.verdict == "upheld" for s in sample),
                draws=[DrawView(number=d.number, seed=d.seed, at=d.at) for d in draws[batch.id]],
                etag=etag(batch.version),
            )
        )
    return views


def list_hands(session: Session, batch: Batch) -> hands.Hands:
    """Who had a hand in the batch, or in any claim of its families."""
    theirs = hands.list_hands(session, batch.framework, repository.list_families(session, batch.id))
    theirs.add(hands.FROZE, batch.frozen_by)
    theirs.add(hands.SUBMITTED, batch.submitted_by)
    theirs.add(hands.AUDITED, *repository.list_auditors(session, batch.id))
    return theirs


def _open_for_audit(session: Session, caller: Caller, batch_id: UUID) -> Batch:
    _needs_person(caller)
    batch = repository.get_batch(session, caller, batch_id, lock=True)
    theirs = list_hands(session, batch)
    theirs.refuse(
        caller, AuditorNotIndependent, hands.PREPARED, hands.CHECKED, hands.FROZE, hands.SUBMITTED, hands.PAID
    )
    if batch.status not in OPEN:
        raise BatchNotOpen(batch_status=batch.status)
    return batch


def _needs_person(caller: Caller) -> None:
    if not caller.is_person:
        raise PersonNeeded()
