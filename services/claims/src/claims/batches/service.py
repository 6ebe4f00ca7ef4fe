"""Batches: checked claims are frozen together, a sample of them is audited, and what stands is submitted."""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from chassis.auth import Caller, check_person
from chassis.clock import LONDON
from chassis.db import new_id, now, today
from chassis.etag import etag
from chassis.outbox import emit
from chassis.paging import Page, read_cursor
from chassis.problems import Fault, RequestNotValid
from chassis.runtime import Runtime
from chassis.schemas import Money, Written
from claims import reach
from claims.batches import repository
from claims.batches.repository import FrozenClaim
from claims.batches.schemas import (
    AbandonRequest,
    BatchRequest,
    BatchView,
    DrawnView,
    DrawView,
    FindingRequest,
    FindingView,
    SampleRequest,
    SubmitRequest,
)
from claims.claims import hands
from claims.claims import risks as risk
from claims.claims import service as claims
from claims.claims.drafting import event_for
from claims.claims.same_people import settle_same_people
from claims.events import BatchAbandoned, BatchFrozen, ClaimSampled, ClaimSubmitted, FindingRecorded, SampleDrawn
from claims.frameworks import catalogue
from claims.frameworks.catalogue import Framework
from claims.models import AuditFinding, Batch, BatchClaim, Claim, Draw, SampleCommitment, Sampled
from claims.order_of_acts import refuse_before_act, refuse_before_result
from claims.problems import (
    AuditorNotIndependent,
    BatchHeld,
    BatchNotOpen,
    ClaimNotFound,
    CommitmentNeeded,
    CommitmentNotIndependent,
    FindingStands,
    FreezerNotIndependent,
    NothingToBatch,
    SampleComplete,
    SampleRevealed,
    SubmitterNotIndependent,
)
from claims.sampling import derivation
from claims.sampling import repository as sampling
from claims.sampling.derivation import SampleLine, SampleRules
from claims.sampling.schemas import SampleLineView, SamplingView
from claims.sampling.service import read_line, view_commitment
from vocabulary.late_recording import count_days_late

BATCHES, FINDINGS = "batches", "findings"
OPEN = ("frozen", "sampled", "held")
COUNTED = ("frozen", "submitted", "paid", "to_repay")
OTHER_THAN_AUDIT = (hands.PREPARED, hands.CHECKED, hands.FROZE, hands.SUBMITTED, hands.PAID)


def freeze_batch(session: Session, caller: Caller, request: BatchRequest) -> Written:
    """Freeze all checked claims of a framework together, under the commitment that an auditor made.

    Errors: PersonNeeded, FrameworkNotFound, NothingToBatch, FreezerNotIndependent, CommitmentNeeded,
    CommitmentNotIndependent; RequestNotValid for a day before one of the claims was checked.
    """
    check_person(caller)
    framework = catalogue.get_framework(request.framework)
    # Until the end of the transaction nobody else freezes under this commitment.
    commitment = sampling.find_open(session, framework.name, now())
    checked = repository.list_checked(session, framework.name)
    if not checked:
        raise NothingToBatch()
    theirs = hands.list_hands(session, framework.name, [claim.family for claim in checked])
    theirs.refuse(caller.subject, FreezerNotIndependent, hands.AUDITED, hands.SUBMITTED, hands.PAID)
    refuse_before_result(request.date, (claim.result_date for claim in checked))
    refuse_before_act(request.date, "A claim of the batch was checked", (claim.checked_on for claim in checked))
    if commitment is None:
        raise CommitmentNeeded()
    if commitment.by == caller.subject:
        raise FreezerNotIndependent()
    theirs.refuse(commitment.by, CommitmentNotIndependent, *OTHER_THAN_AUDIT)
    batch = Batch(
        id=new_id(), framework=framework.name, status="frozen", frozen_on=request.date, frozen_by=caller.subject,
        sample_percent=framework.sample_percent, sample_least=framework.sample_least,
        frozen_days_late=count_days_late("freeze", request.date, today()),
    )  # fmt: skip
    session.add(batch)
    session.flush()
    # Two that became the same people since they were drafted: one goes, the other waits for an answer.
    emit(session, *settle_same_people(session, framework, repository.list_families_checked(session, framework.name)))
    frozen = set(repository.freeze_checked(session, framework.name, batch.id))
    if not frozen:
        raise NothingToBatch()
    rows = _describe_lines(session, framework, batch, [claim for claim in checked if claim.id in frozen])
    session.add_all(rows)
    batch.content_hash = derivation.digest_content(_describe_content(batch, rows))
    commitment.batch = batch.id
    session.flush()
    number = repository.number_freezes(session, [batch])[batch.id]
    told = BatchFrozen(
        batch=batch.id, framework=batch.framework, freeze=number, claims=len(rows), commitment=commitment.id,
        content_hash=batch.content_hash,
    )  # fmt: skip
    emit(session, told)
    return Written(id=batch.id, status=batch.status, etag=etag(1))


def _describe_lines(session: Session, framework: Framework, batch: Batch, frozen: Sequence[Claim]) -> list[BatchClaim]:
    """What is kept of each claim for good, and whether it is looked at whole."""
    before = sampling.list_frozen_before(session, [claim.id for claim in frozen])
    judged = hands.list_judged(session, framework.name, [claim.family for claim in frozen])
    strata: dict[str, int] = {}
    rows = []
    for claim in sorted(frozen, key=lambda each: each.id):
        risks = {risk.NOT_KNOWN} if claim.risks is None else set(claim.risks)
        if claim.id in before:
            risks.add(risk.FROZEN_BEFORE)
        if claim.family in judged:
            risks.add(risk.DISCRETION)
        rows.append(
            BatchClaim(
                batch=batch.id,
                claim=claim.id,
                stratum=strata.setdefault(claim.type, len(strata) + 1),
                whole=sorted(risks & framework.looked_at_whole),
                digest=derivation.digest_content(_describe_claim(claim)),
            )
        )
    return rows


def _describe_claim(claim: Claim) -> dict[str, object]:
    """What a claim was when it was frozen."""
    return {
        "claim": str(claim.id), "family": str(claim.family), "plan": claim.plan, "plan_version": claim.plan_version,
        "component": claim.component, "type": claim.type, "result_date": claim.result_date.isoformat(),
        "attached_on": claim.attached_on.isoformat(), "pence": claim.pence, "bundle": str(claim.bundle),
        "hash": claim.hash, "material": claim.material, "risks": claim.risks, "checked_by": claim.checked_by,
    }  # fmt: skip


def _describe_content(batch: Batch, rows: Sequence[BatchClaim]) -> dict[str, object]:
    rules = read_rules(batch)
    assert rules is not None
    lines = [read_line(row) for row in rows]
    return derivation.describe_batch(batch.id, batch.framework, batch.frozen_on, rules, lines)


def read_rules(batch: Batch) -> SampleRules | None:
    """The rules of a batch's sample as they were at the freeze; None for batches of before commitments."""
    if batch.sample_percent is None or batch.sample_least is None:
        return None
    return SampleRules(batch.sample_percent, batch.sample_least)


def abandon_batch(session: Session, caller: Caller, batch_id: UUID, request: AbandonRequest) -> Written:
    """Undo a freeze whose sample nobody knows yet, as when the auditor has lost the nonce.

    Its claims are checked ones again, and are looked at whole in the next batch: nobody gains by drawing again.
    Errors: PersonNeeded, BatchNotFound, BatchNotOpen, SampleRevealed; RequestNotValid for a day before the freeze.
    """
    check_person(caller)
    batch = repository.get_batch(session, caller, batch_id, lock=True)
    if batch.status not in OPEN:
        raise BatchNotOpen(batch_status=batch.status)
    if batch.seed is not None or repository.count_draws(session, batch.id):
        raise SampleRevealed()
    refuse_before_act(request.date, "The batch was frozen", [batch.frozen_on])
    version = repository.move_batch(
        session, batch, OPEN, "abandoned",
        abandoned_on=request.date, abandoned_by=caller.subject, abandoned_because=request.reason,
    )  # fmt: skip
    # What an older release froze has no line of its own yet; it would not be known to have been frozen before.
    repository.keep_lines(session, batch.id)
    repository.thaw_claims(session, batch.id)
    emit(session, BatchAbandoned(batch=batch.id, framework=batch.framework))
    return Written(id=batch.id, status="abandoned", etag=etag(version or batch.version))


def draw_sample(session: Session, caller: Caller, batch_id: UUID, request: SampleRequest) -> DrawnView:
    """Reveal the nonce and draw the sample that follows from it; drawn again, extend it by as much.

    Errors: PersonNeeded, BatchNotFound, BatchNotOpen, AuditorNotIndependent, SampleComplete; RequestNotValid when the
    nonce is missing, or is not the one that was committed to.
    """
    batch = _open_for_audit(session, caller, batch_id)
    commitment = sampling.find_commitments(session, [batch.id]).get(batch.id)
    if commitment is not None:
        _reveal_nonce(batch, commitment, request.nonce)
    before = {sampled.claim for sampled in repository.list_sampled(session, [batch.id])}
    number = repository.count_draws(session, batch.id) + 1
    sample = _find_sample(session, batch, number)
    drawn = sorted(sample - before)
    if not drawn:
        raise SampleComplete()
    short_seed = int(batch.seed[:13], 16) if batch.seed else 0
    row = Draw(id=new_id(), batch=batch.id, number=number, seed=short_seed, by=caller.subject)
    if not repository.add_draw(session, row, drawn):
        raise BatchNotOpen(batch_status=batch.status)
    version = repository.move_batch(session, batch, OPEN, "held" if batch.status == "held" else "sampled")
    live = repository.list_claims(session, batch.id, ("frozen",))
    emit(session, *(event_for(ClaimSampled, claim) for claim in live if claim.id in set(drawn)))
    told = SampleDrawn(
        batch=batch.id, framework=batch.framework, drawing=number, seed=batch.seed, claims=drawn,
        nonce=commitment.nonce if commitment else None,
    )  # fmt: skip
    emit(session, told)
    return DrawnView(
        id=row.id,
        status="sampled",
        etag=etag(version or batch.version),
        seed=batch.seed,
        drawn=drawn,
        sample=sorted({*before, *drawn}),
    )


def _reveal_nonce(batch: Batch, commitment: SampleCommitment, nonce: str | None) -> None:
    """The first drawing brings the nonce; a later one need not, and none may bring another. Errors: RequestNotValid."""
    if nonce is None and commitment.nonce is None:
        fault = Fault(
            pointer="/body/nonce",
            code="nonce_needed",
            detail="The sample follows from the nonce that was committed to before the freeze",
            fix="Send the nonce whose SHA-256 stands with the batch's commitment.",
        )
        raise RequestNotValid(errors=[fault])
    if nonce is not None and derivation.hash_nonce(nonce) != commitment.hash:
        fault = Fault(
            pointer="/body/nonce",
            code="nonce_differs",
            detail="This is not the nonce that was committed to",
            fix="Send the nonce whose SHA-256 stands with the batch's commitment.",
        )
        raise RequestNotValid(errors=[fault])
    if commitment.nonce is None and nonce is not None:
        assert batch.content_hash is not None
        commitment.nonce, commitment.revealed_at = nonce, now()
        batch.seed = derivation.derive_seed(nonce, batch.content_hash)


def _find_sample(session: Session, batch: Batch, drawings: int) -> set[UUID]:
    """The whole sample after so many drawings.

    Of a batch of before commitments somebody chose the seed, so that it is extended to all of its claims at once.
    """
    rules = read_rules(batch)
    if rules is None or batch.seed is None:
        return {claim.id for claim in repository.list_claims(session, batch.id, ("frozen",))}
    lines = [read_line(row) for row in sampling.list_lines(session, [batch.id])[batch.id]]
    return derivation.draw_sample(batch.seed, rules, lines, drawings)


def show_draw(session: Session, draw_id: UUID) -> DrawnView:
    """The answer to a repeated request: the draw as it was made."""
    row = session.get_one(Draw, draw_id)
    sampled = repository.list_sampled(session, [row.batch])
    return DrawnView(
        id=row.id,
        status="sampled",
        seed=session.get_one(Batch, row.batch).seed,
        drawn=[s.claim for s in sampled if s.draw == row.id],
        sample=[s.claim for s in sampled],
    )


def count_needed(
    rules: SampleRules | None,
    lines: Sequence[SampleLine],
    members: Sequence[FrozenClaim],
    sampled: Sequence[Sampled],
) -> int:
    """How many claims must be upheld before the batch goes out: all of its sample, and no fewer than that was to have.

    Each drawing in which a claim failed asks for another, whatever became of that claim. Example: of eleven claims two
    are drawn and one of them fails. Four must be upheld: two of the first drawing and two of the second, or, when the
    failed one is dropped, four of the ten that are left. Of a batch of before commitments all must be.
    """
    live = {member.id for member in members if member.status in COUNTED}
    if rules is None:
        return len(live)
    drawings = 1 + len({each.draw for each in sampled if each.verdict == "failed"})
    sizes = derivation.count_sizes(rules, lines)
    whole = sum(line.whole and line.claim in live for line in lines)
    left: Counter[int] = Counter(line.stratum for line in lines if not line.whole and line.claim in live)
    stratum = {line.claim: line.stratum for line in lines if not line.whole and line.claim in live}
    seen = Counter(stratum[each.claim] for each in sampled if each.claim in stratum)
    return whole + sum(max(seen[each], min(left[each], size * drawings)) for each, size in sizes.items())


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
    told = FindingRecorded(
        batch=batch.id, framework=batch.framework, finding=finding.id, claim=finding.claim, verdict=finding.verdict,
        corrects=finding.corrects,
    )  # fmt: skip
    emit(session, told)
    return Written(id=finding.id, status=request.verdict, etag=etag(version or batch.version))


def submit_batch(session: Session, caller: Caller, batch_id: UUID, request: SubmitRequest) -> Written:
    """Send the batch out, when its sample is large enough, every claim of it was upheld, and no news of its families
    waits: what fells a claim does so until it is submitted, and not after.

    Errors: PersonNeeded, BatchNotFound, BatchNotOpen, BatchHeld, SubmitterNotIndependent; RequestNotValid for a day
    before the freeze or a finding.
    """
    check_person(caller)
    batch = repository.get_batch(session, caller, batch_id, lock=True)
    if batch.status not in OPEN:
        raise BatchNotOpen(batch_status=batch.status)
    theirs = list_hands(session, batch)
    theirs.refuse(
        caller.subject, SubmitterNotIndependent, hands.PREPARED, hands.CHECKED, hands.FROZE, hands.AUDITED, hands.PAID
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
    lines = [read_line(row) for row in sampling.list_lines(session, [batch.id])[batch.id]]
    needed = count_needed(read_rules(batch), lines, members, sample)
    sampled = [each for each in sample if each.claim in live]
    upheld = sum(each.verdict == "upheld" for each in sampled)
    waiting = repository.count_with_news(session, batch.id)
    if not live or upheld < needed or waiting:
        raise BatchHeld(sampled=len(sampled), needed=needed, upheld=upheld, waiting=waiting)
    version = repository.move_batch(
        session, batch, OPEN, "submitted", submitted_on=request.date, submitted_by=caller.subject,
        submitted_days_late=count_days_late("submission", request.date, today()),
    )  # fmt: skip
    if version is None:
        raise BatchNotOpen(batch_status=batch.status)
    moved = repository.move_claims(session, batch.id, "frozen", "submitted")
    emit(session, *(event_for(ClaimSubmitted, claim) for claim in moved))
    return Written(id=batch.id, status="submitted", etag=etag(version))


def list_findings(
    runtime: Runtime, caller: Caller, purpose: str, batch_id: UUID, after: str | None, limit: int
) -> Page[FindingView]:
    """What auditors found in a batch, oldest first: who, when and why.

    Why rests on the claim's evidence: it is left out of what is shown of a claim that is withheld from the caller.
    Errors: BatchNotFound, CursorNotValid, Unavailable.
    """
    position = read_cursor(after, FINDINGS)
    with runtime.read() as session:
        batch = repository.get_batch(session, caller, batch_id)
        rows = repository.list_findings(
            session, batch.id, after=UUID(position[0]) if position else None, limit=limit + 1
        )
        found = repository.list_by_ids(session, {row.claim for row in rows[:limit]})
    shown = claims.list_showable(runtime, caller, purpose, found)
    return Page[FindingView].cut(
        rows, limit, name=FINDINGS, position=lambda row: row.id, view=lambda row: view_finding(row, row.claim in shown)
    )


def view_finding(row: AuditFinding, shown: bool) -> FindingView:
    """A finding; why rests on the claim's evidence, and is left out where that is withheld."""
    return FindingView(
        id=row.id, claim=row.claim, verdict=row.verdict, reason=row.reason if shown else None, by=row.by, date=row.on,
        recorded_at=row.at, corrects=row.corrects,
        days_late=count_days_late("finding", row.on, row.at.astimezone(LONDON).date()),
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
    lines = sampling.list_lines(session, ids)
    commitments = sampling.find_commitments(session, ids)
    before = sampling.list_frozen_before(session, {row.claim for rows in lines.values() for row in rows})
    numbers = repository.number_freezes(session, batches)
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
        frozen = [read_line(row) for row in lines[batch.id]]
        earlier = {other for row in lines[batch.id] for other in before[row.claim] if other < batch.id}
        views.append(
            BatchView(
                id=batch.id,
                framework=batch.framework,
                status=batch.status,
                freeze=numbers[batch.id],
                frozen_on=batch.frozen_on,
                frozen_by=batch.frozen_by,
                frozen_days_late=batch.frozen_days_late,
                frozen_before_in=sorted(earlier),
                submitted_on=batch.submitted_on,
                submitted_days_late=batch.submitted_days_late,
                paid_on=batch.paid_on,
                abandoned_on=batch.abandoned_on,
                abandoned_because=batch.abandoned_because,
                claims=[member.id for member in live] if all_claims else [s.claim for s in sample],
                value=Money(pence=sum(member.pence for member in live)) if reach.sees_money(caller) else None,
                commitment=view_commitment(commitments[batch.id]) if batch.id in commitments else None,
                content_hash=batch.content_hash,
                seed=batch.seed,
                whole=sum(line.whole and line.claim in there for line in frozen),
                sample=[s.claim for s in sample],
                needed=count_needed(read_rules(batch), frozen, members[batch.id], sampled[batch.id]),
                upheld=sum(s.verdict == "upheld" for s in sample),
                draws=[_view_draw(batch, d) for d in draws[batch.id]],
                etag=etag(batch.version),
            )
        )
    return views


def _view_draw(batch: Batch, draw: Draw) -> DrawView:
    # In a batch of before commitments the seed is what somebody chose.
    chosen = draw.seed if read_rules(batch) is None else None
    return DrawView(number=draw.number, by=draw.by, chosen_seed=chosen, at=draw.at)


def show_sampling(session: Session, caller: Caller, batch_id: UUID) -> SamplingView:
    """All from which the batch's sample can be computed again. Errors: BatchNotFound."""
    batch = repository.get_batch(session, caller, batch_id)
    rules, rows = read_rules(batch), sampling.list_lines(session, [batch.id])[batch.id]
    commitment = sampling.find_commitments(session, [batch.id]).get(batch.id)
    return SamplingView(
        batch=batch.id,
        framework=batch.framework,
        frozen_on=batch.frozen_on,
        freeze=repository.number_freezes(session, [batch])[batch.id],
        scheme=derivation.SCHEME if rules else None,
        percent=rules.percent if rules else None,
        least=rules.least if rules else None,
        claims=[SampleLineView.model_validate(read_line(row)) for row in rows],
        content_hash=batch.content_hash,
        commitment=view_commitment(commitment) if commitment else None,
        nonce=commitment.nonce if commitment else None,
        seed=batch.seed,
        drawings=repository.count_draws(session, batch.id),
        sample=[sampled.claim for sampled in repository.list_sampled(session, [batch.id])],
    )


def list_hands(session: Session, batch: Batch) -> hands.Hands:
    """Who had a hand in the batch, or in any claim of its families."""
    theirs = hands.list_hands(session, batch.framework, repository.list_families(session, batch.id))
    theirs.add(hands.FROZE, batch.frozen_by)
    theirs.add(hands.SUBMITTED, batch.submitted_by)
    theirs.add(hands.AUDITED, *repository.list_auditors(session, batch.id))
    return theirs


def _open_for_audit(session: Session, caller: Caller, batch_id: UUID) -> Batch:
    check_person(caller)
    batch = repository.get_batch(session, caller, batch_id, lock=True)
    theirs = list_hands(session, batch)
    theirs.refuse(caller.subject, AuditorNotIndependent, *OTHER_THAN_AUDIT)
    if batch.status not in OPEN:
        raise BatchNotOpen(batch_status=batch.status)
    return batch
