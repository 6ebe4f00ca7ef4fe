"""Samples, settlements, payments and drafts, each figure by hand: on a store of its own, with no program around it."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from chassis.auth import Caller
from chassis.db import make_engine, new_id, now
from chassis.problems import PersonNeeded, RequestNotValid
from claims.batches import service as batches
from claims.batches.repository import FrozenClaim
from claims.batches.schemas import AbandonRequest, BatchRequest, FindingRequest, SampleRequest, SubmitRequest
from claims.claims import drafting
from claims.claims import service as claims
from claims.claims.drafting import ReadyDraft
from claims.claims.schemas import CheckRequest, DropRequest
from claims.frameworks.catalogue import get_framework, plan_in_force
from claims.ledger import service as ledger
from claims.ledger.schemas import FeesRequest
from claims.models import (
    AuditFinding,
    Base,
    Batch,
    Check,
    Claim,
    DirtyFamily,
    Draw,
    FamilyStanding,
    FeeSettlement,
    LedgerEntry,
    Outbox,
    Payment,
    SampleCommitment,
    Sampled,
    Target,
)
from claims.payments import service as payments
from claims.payments.schemas import PaymentRequest
from claims.problems import (
    AuditorNotIndependent,
    BatchHeld,
    BatchNotFound,
    BatchNotOpen,
    CheckerNotIndependent,
    ClaimNotFound,
    ClaimNotOpen,
    FindingStands,
    FreezerNotIndependent,
    NothingToBatch,
    PayerNotIndependent,
    PaymentDiffers,
    SampleComplete,
    SubmitterNotIndependent,
    TargetNotSet,
)
from claims.rules.facts import Use
from claims.rules.verdicts import Eligibility, Finding, Result, Verdict
from claims.sampling import service as sampling
from claims.sampling.derivation import SampleLine, SampleRules
from claims.sampling.schemas import CommitmentRequest

FRAMEWORK, DAY = "2015", date(2018, 6, 1)
PLAN = plan_in_force(FRAMEWORK, DAY)
PROGRESS, WORK = "significant_and_sustained_progress", "continuous_employment"


def caller(subject: str, role: str, is_person: bool = True) -> Caller:
    client = "portal" if is_person else subject
    return Caller(
        subject, client, "council", "programme", frozenset({role}), frozenset(), frozenset(), (), is_person, ""
    )


CLARE, OTTO, OLGA, FINN, FAYE = (
    caller("clare", "claims_officer"),
    caller("otto", "internal_auditor"),
    caller("olga", "internal_auditor"),
    caller("finn", "finance_officer"),
    caller("faye", "finance_officer"),
)
DORA = caller("dora", "claims_officer")
DAY_LONG = timedelta(days=1)
ROBOT = caller("robot", "finance_officer", is_person=False)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    engine = make_engine(f"sqlite:///{tmp_path / 'store.sqlite'}")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        yield session
    engine.dispose()


def claim(type: str = PROGRESS, status: str = "checked", pence: int = 80_000, **other: Any) -> Claim:
    return Claim(
        id=new_id(), family=new_id(), framework=FRAMEWORK, plan=PLAN.name, plan_version=PLAN.version,
        component="result", type=type, result_date=DAY, attached_on=date(2017, 10, 2), pence=pence, status=status,
        known_at=now(), material="m", trace={}, uses=[], denied=[], **({"checked_by": "cher", "risks": []} | other),
    )  # fmt: skip


def commit(session: Session, nonce: str, who: Caller = OTTO) -> None:
    request = CommitmentRequest(framework=FRAMEWORK, hash=hashlib.sha256(bytes.fromhex(nonce)).hexdigest())
    sampling.commit_nonce(session, who, request)


def nonce_for(session: Session) -> str:
    """A nonce that nobody committed to yet, the same in every run."""
    number = len(session.scalars(select(SampleCommitment.id)).all())
    return hashlib.sha256(f"nonce {number}".encode()).hexdigest()


def frozen(session: Session, *claims: Claim) -> UUID:
    session.add_all(claims)
    session.flush()
    commit(session, nonce_for(session))
    return batches.freeze_batch(session, CLARE, BatchRequest(framework=FRAMEWORK, date=DAY)).id


def reveal(session: Session, batch: UUID, who: Caller = OTTO) -> Any:
    """The first drawing, or the next."""
    number = sorted(session.scalars(select(SampleCommitment.id))).index(
        session.scalars(select(SampleCommitment.id).where(SampleCommitment.batch == batch)).one()
    )
    nonce = hashlib.sha256(f"nonce {number}".encode()).hexdigest()
    return batches.draw_sample(session, who, batch, SampleRequest(nonce=nonce))


def drawn(session: Session, batch: UUID) -> list[UUID]:
    drawn: list[UUID] = reveal(session, batch).drawn
    return drawn


def record(session: Session, batch: UUID, claim: UUID, verdict: str, who: Caller = OTTO, corrects: Any = None) -> Any:
    body = {"claim": claim, "verdict": verdict, "reason": "seen", "date": DAY, "corrects": corrects}
    return batches.record_finding(session, who, batch, FindingRequest.model_validate(body))


def submit(session: Session, batch: UUID, who: Caller = FINN) -> str:
    return batches.submit_batch(session, who, batch, SubmitRequest(date=DAY)).status


def events(session: Session) -> list[str]:
    session.flush()
    types = session.scalars(select(Outbox.type).order_by(Outbox.seq))
    return [each.rpartition(".claims.")[2].removesuffix(".v1") for each in types]


# --- samples


RULES = SampleRules(10, 1)


def lines(*parts: tuple[int, int, str]) -> tuple[list[SampleLine], list[FrozenClaim]]:
    """Shape: (stratum, how many, status); the claims as frozen, and as they stand."""
    found: list[SampleLine] = []
    stand: list[FrozenClaim] = []
    for stratum, number, status in parts:
        for _ in range(number):
            found.append(SampleLine(new_id(), stratum, False, ""))
            stand.append(FrozenClaim(found[-1].claim, PROGRESS, status, 80_000))
    return found, stand


@pytest.mark.parametrize(
    ("verdicts", "needed"),
    [
        (["upheld", None], 2),  # the size of the sample
        ([None], 2),  # of which one was not drawn yet
        (["upheld", "upheld", "upheld"], 3),  # all that were drawn, though more than asked for
        (["failed", "upheld"], 4),  # one failed: as many again
        (["failed", "failed"], 4),  # two of one drawing ask for one drawing more
    ],
)
def test_all_of_the_sample_must_stand_and_each_failed_drawing_asks_for_another(
    verdicts: list[str | None], needed: int
) -> None:
    (them, stand), draw = lines((1, 11, "frozen")), new_id()
    sampled = [
        Sampled(claim=line.claim, batch=draw, draw=draw, verdict=verdict)
        for line, verdict in zip(them, verdicts, strict=False)
    ]
    assert batches.count_needed(RULES, them, stand, sampled) == needed
    # What is looked at whole is needed beside the share of the rest.
    whole = [replace(them[-1], whole=True), *them[:-1]]
    assert batches.count_needed(RULES, whole, stand, []) == 1 + 1


def test_two_drawings_in_which_a_claim_failed_ask_for_two_more_and_never_for_more_than_there_are() -> None:
    (them, stand), one, other = lines((1, 11, "frozen"), (1, 9, "paid")), new_id(), new_id()
    failed = [
        Sampled(claim=m.claim, batch=one, draw=d, verdict="failed") for m, d in zip(them, (one, other), strict=False)
    ]
    assert batches.count_needed(RULES, them, stand, failed) == 6  # 2 of 20, three times
    few, left = lines((1, 2, "frozen"), (1, 3, "dropped"))
    gone = [Sampled(claim=few[-1].claim, batch=one, draw=one, verdict="failed"),
            Sampled(claim=few[0].claim, batch=one, draw=other, verdict="failed")]  # fmt: skip
    assert batches.count_needed(RULES, few, left, gone) == 2  # three drawings of one, of which two claims are left


def test_of_a_batch_whose_seed_somebody_chose_all_must_stand() -> None:
    _, stand = lines((1, 11, "frozen"), (2, 3, "dropped"))
    assert batches.count_needed(None, [], stand, []) == 11


# --- batches


def test_only_checked_claims_of_the_framework_are_frozen_and_only_once(session: Session) -> None:
    checked, draft, other = claim(), claim(status="drafted"), claim()
    other.framework = "2012"
    batch = frozen(session, checked, draft, other)
    session.expire_all()
    assert [(c.status, c.batch, c.version) for c in (checked, draft, other)] == [
        ("frozen", batch, 2), ("drafted", None, 1), ("checked", None, 1),
    ]  # fmt: skip
    with pytest.raises(NothingToBatch):
        frozen(session)


def test_a_sample_takes_of_each_type_and_is_extended_by_what_is_left(session: Session) -> None:
    all_claims = [claim() for _ in range(11)] + [claim(type=WORK)]
    batch = frozen(session, *all_claims)
    types = {each.id: each.type for each in all_claims}
    first = drawn(session, batch)
    assert sorted(types[each] for each in first) == [WORK, PROGRESS, PROGRESS]
    again = batches.draw_sample(session, OTTO, batch, SampleRequest())  # the nonce is known by now
    assert [types[each] for each in again.drawn] == [PROGRESS, PROGRESS] and not set(again.drawn) & set(first)
    assert again.status == "sampled" and again.drawn == sorted(again.drawn)
    assert (again.sample, again.seed) == (sorted({*first, *again.drawn}), session.get_one(Batch, batch).seed)
    rows = [(each.number, each.by) for each in session.scalars(select(Draw).order_by(Draw.number))]
    assert rows == [(1, "otto"), (2, "otto")]
    assert events(session).count("claim.sampled") == 5
    seen = batches.show_draw(session, again.id)
    assert (sorted(seen.drawn), sorted(seen.sample), seen.seed) == (again.drawn, again.sample, again.seed)


def test_a_whole_sample_cannot_grow(session: Session) -> None:
    batch = frozen(session, claim())
    assert len(drawn(session, batch)) == 1
    with pytest.raises(SampleComplete):
        drawn(session, batch)


def test_whoever_checked_or_froze_does_not_audit_and_whoever_checked_or_audited_does_not_submit(
    session: Session,
) -> None:
    batch = frozen(session, claim())
    for subject in ("cher", "clare"):
        with pytest.raises(AuditorNotIndependent):
            reveal(session, batch, caller(subject, "internal_auditor"))
    [sampled] = drawn(session, batch)
    record(session, batch, sampled, "upheld", caller("olga", "internal_auditor"))
    for subject in ("cher", "clare", "otto", "olga"):
        with pytest.raises(SubmitterNotIndependent):
            submit(session, batch, caller(subject, "finance_officer"))
    assert submit(session, batch) == "submitted"
    for subject in ("cher", "clare", "otto", "olga", "finn"):
        with pytest.raises(PayerNotIndependent):
            pay(session, batch, 80_000, caller(subject, "finance_officer"))
    pay(session, batch, 80_000)


def test_a_hand_in_a_claim_that_fell_is_a_hand_in_the_next_one_of_the_family(session: Session) -> None:
    """A draft that falls is drafted again under another id; the money is the same."""
    first = claim()
    batch = frozen(session, first)
    [sampled] = drawn(session, batch)
    record(session, batch, sampled, "failed")
    claims.drop_claim(session, CLARE, first.id, DropRequest(reason="no plan", date=DAY))
    second = claim(status="drafted", checked_by=None)
    second.family = first.family
    session.add(second)
    session.flush()
    agreed = CheckRequest(verdict="agreed", reason="r", date=DAY)
    with pytest.raises(CheckerNotIndependent):
        claims.check_claim(session, caller("otto", "claims_officer"), second.id, agreed)
    claims.check_claim(session, caller("dora", "claims_officer"), second.id, agreed)
    with pytest.raises(FreezerNotIndependent):
        batches.freeze_batch(session, caller("otto", "claims_officer"), BatchRequest(framework=FRAMEWORK, date=DAY))
    commit(session, nonce_for(session))
    next_one = batches.freeze_batch(session, DORA, BatchRequest(framework=FRAMEWORK, date=DAY)).id
    for subject in ("cher", "clare", "dora"):
        with pytest.raises(AuditorNotIndependent):
            reveal(session, next_one, caller(subject, "internal_auditor"))
    assert drawn(session, next_one) == [second.id]


def refused(code: str, act: Callable[[], object]) -> None:
    with pytest.raises(RequestNotValid) as wrong:
        act()
    assert [(fault.pointer, fault.code) for fault in wrong.value.errors] == [("/body/date", code)]
    assert wrong.value.errors[0].detail and wrong.value.errors[0].fix


def test_each_act_is_done_on_the_day_of_the_one_before_it_or_later(session: Session) -> None:
    one = claim(status="drafted", checked_by=None)
    session.add(one)
    session.flush()
    days = [date(2018, 6, number) for number in range(1, 8)]

    def check(on: date, verdict: str = "agreed") -> object:
        return claims.check_claim(session, CLARE, one.id, CheckRequest(verdict=verdict, reason="r", date=on))

    commit(session, nonce_for(session))

    def freeze(on: date) -> UUID:
        return batches.freeze_batch(session, CLARE, BatchRequest(framework=FRAMEWORK, date=on)).id

    def find(on: date, verdict: str, who: Caller, corrects: UUID | None = None) -> Any:
        body = {"claim": one.id, "verdict": verdict, "reason": "seen", "date": on, "corrects": corrects}
        return batches.record_finding(session, who, batch, FindingRequest.model_validate(body))

    def send(on: date) -> object:
        return batches.submit_batch(session, FINN, batch, SubmitRequest(date=on))

    for early in (date(1901, 1, 1), DAY - DAY_LONG):
        refused("date_before_result", lambda early=early: check(early))  # type: ignore[misc]
    check(days[1], "sent_back")
    refused("date_out_of_order", lambda: check(days[0]))
    check(days[2])
    refused("date_before_result", lambda: freeze(date(1990, 1, 1)))
    refused("date_out_of_order", lambda: freeze(days[1]))
    batch = freeze(days[3])
    drawn(session, batch)
    refused("date_out_of_order", lambda: find(days[2], "failed", OTTO))
    failed = find(days[4], "failed", OTTO)
    refused("date_out_of_order", lambda: find(days[3], "upheld", OLGA, failed.id))
    refused(
        "date_out_of_order",
        lambda: claims.drop_claim(session, CLARE, one.id, DropRequest(reason="r", date=days[3])),
    )
    find(days[4], "upheld", OLGA, failed.id)
    refused("date_out_of_order", lambda: send(days[3]))
    send(days[5])
    for early in (date(1999, 1, 1), days[4]):
        refused("date_out_of_order", lambda early=early: pay(session, batch, 80_000, on=early))  # type: ignore[misc]
    pay(session, batch, 80_000, on=days[5])


def test_the_day_of_a_result_is_not_told_by_a_refusal(session: Session) -> None:
    one = claim(status="drafted", checked_by=None)
    session.add(one)
    session.flush()
    with pytest.raises(RequestNotValid) as wrong:
        early = CheckRequest(verdict="agreed", reason="r", date=DAY - DAY_LONG)
        claims.check_claim(session, CLARE, one.id, early)
    assert str(DAY) not in str([fault.model_dump() for fault in wrong.value.errors])


def test_a_failed_finding_holds_the_batch_until_the_claim_stands_after_all(session: Session) -> None:
    batch = frozen(session, *(claim() for _ in range(11)))
    one, other = drawn(session, batch)
    row = session.get_one(Batch, batch)

    def status() -> str:
        session.refresh(row)
        return row.status

    assert status() == "sampled"
    failed = record(session, batch, one, "failed")
    assert status() == "held"
    record(session, batch, other, "upheld")
    assert status() == "held"
    more = drawn(session, batch)
    assert status() == "held"
    # Findings are final: who found it has said it, and another auditor names the finding that is corrected.
    for who, corrects in ((OTTO, None), (OTTO, failed.id), (OLGA, None), (OLGA, new_id())):
        with pytest.raises(FindingStands) as stands:
            record(session, batch, one, "upheld", who, corrects)
        assert stands.value.extra == {"finding": str(failed.id)}
    mended = record(session, batch, one, "upheld", OLGA, failed.id)
    assert status() == "sampled"
    with pytest.raises(FindingStands):
        record(session, batch, one, "failed", OTTO, mended.id)
    history = session.scalars(select(AuditFinding).where(AuditFinding.claim == one).order_by(AuditFinding.id))
    assert [(each.verdict, each.by, each.corrects) for each in history] == [
        ("failed", "otto", None), ("upheld", "olga", failed.id),
    ]  # fmt: skip
    with pytest.raises(BatchHeld) as held:
        submit(session, batch)
    assert (held.value.extra["sampled"], held.value.extra["needed"], held.value.extra["upheld"]) == (4, 4, 2)
    for each in more:
        record(session, batch, each, "upheld")
    assert submit(session, batch) == "submitted" and status() == "submitted"
    assert {(c.status, c.version) for c in session.scalars(select(Claim))} == {("submitted", 3)}
    assert events(session).count("claim.submitted") == 11
    for act in (lambda: submit(session, batch), lambda: drawn(session, batch)):
        with pytest.raises(BatchNotOpen):
            act()


def test_a_finding_is_about_a_sampled_claim_of_this_batch(session: Session) -> None:
    batch = frozen(session, *(claim() for _ in range(2)))
    [sampled] = drawn(session, batch)
    [rest] = set(session.scalars(select(Claim.id))) - {sampled}
    with pytest.raises(ClaimNotFound):
        record(session, batch, rest, "upheld")


def test_no_batch_goes_out_unsampled_empty_or_while_news_waits(session: Session) -> None:
    one, other = claim(), claim()
    batch = frozen(session, one, other)
    with pytest.raises(BatchHeld):
        submit(session, batch)
    [sampled] = drawn(session, batch)
    record(session, batch, sampled, "upheld")
    session.add(DirtyFamily(family=other.family, mark=now(), heard_at=now()))
    with pytest.raises(BatchHeld) as held:
        submit(session, batch)
    assert held.value.extra["waiting"] == 1
    session.delete(session.get_one(DirtyFamily, other.family))
    session.add(DirtyFamily(family=new_id(), mark=now(), heard_at=now()))
    assert submit(session, batch) == "submitted"
    alone = claim()
    empty = frozen(session, alone)
    alone.status = "dropped"
    with pytest.raises(BatchHeld):
        submit(session, empty)


def test_one_batch_is_nothing_to_another(session: Session) -> None:
    first = frozen(session, claim())
    [sampled] = drawn(session, first)
    record(session, first, sampled, "upheld")
    theirs = claim(status="drafted", checked_by=None)
    session.add(theirs)
    session.flush()
    olga = caller("olga", "claims_officer")
    claims.check_claim(session, olga, theirs.id, CheckRequest(verdict="agreed", reason="r", date=DAY))
    second = frozen(session)
    [other] = drawn(session, second)
    with pytest.raises(ClaimNotFound):
        record(session, second, sampled, "upheld")
    # Who checked or audited there may submit here; and it sends out nothing of the other.
    session.add(DirtyFamily(family=session.get_one(Claim, other).family, mark=now(), heard_at=now()))
    session.flush()
    assert submit(session, first, caller("olga", "finance_officer")) == "submitted"
    session.expire_all()
    assert [session.get_one(Claim, id).status for id in (sampled, other)] == ["submitted", "frozen"]
    assert [session.get_one(Batch, id).status for id in (first, second)] == ["submitted", "sampled"]
    with pytest.raises(BatchNotOpen):
        pay(session, second, 80_000)
    pay(session, first, 80_000)
    session.expire_all()
    assert [session.get_one(Claim, id).status for id in (sampled, other)] == ["paid", "frozen"]


def test_each_answer_says_the_version_that_the_batch_has_now(session: Session) -> None:
    session.add_all([claim(), claim()])
    session.flush()
    commit(session, nonce_for(session))
    made = batches.freeze_batch(session, CLARE, BatchRequest(framework=FRAMEWORK, date=DAY))

    def now_has(tag: str | None) -> bool:
        session.expire_all()
        return bool(tag) and batches.show_batch(session, FINN, made.id).etag == tag

    assert (made.status, made.etag) == ("frozen", '"v1"') and now_has(made.etag)
    first = reveal(session, made.id)
    assert (first.status, first.etag) == ("sampled", '"v2"') and now_has(first.etag)
    body = {"claim": first.drawn[0], "verdict": "upheld", "reason": "seen", "date": DAY}
    found = batches.record_finding(session, OTTO, made.id, FindingRequest.model_validate(body))
    assert (found.status, found.etag) == ("upheld", '"v3"') and now_has(found.etag)
    assert now_has(batches.submit_batch(session, FINN, made.id, SubmitRequest(date=DAY)).etag)


def test_a_batch_says_what_it_is_worth_and_what_is_lacking_to_those_who_may_see_it(session: Session) -> None:
    all_claims = [claim(pence=70_000), *(claim() for _ in range(10))]
    batch = frozen(session, *all_claims)
    one, other = drawn(session, batch)
    record(session, batch, one, "upheld")
    record(session, batch, other, "failed")
    session.get_one(Claim, other).status = "dropped"
    session.flush()
    seen = batches.show_batch(session, FINN, batch)
    worth = sum(each.pence for each in all_claims if each.id != other)
    assert (seen.value and seen.value.pence, len(seen.claims), seen.sample) == (worth, 10, [one])
    with pytest.raises(BatchHeld) as held:
        submit(session, batch)
    assert (held.value.extra["sampled"], held.value.extra["needed"], held.value.extra["upheld"]) == (1, 4, 1)
    assert (seen.needed, seen.upheld, [(each.number, each.chosen_seed) for each in seen.draws]) == (4, 1, [(1, None)])
    assert batches.show_batch(session, OTTO, batch).claims == [one]  # an auditor meets the sample alone
    later = frozen(session, claim())
    page = batches.list_batches(session, FINN, None, 1)
    assert [each.id for each in page.items] == [batch] and page.next
    assert [each.id for each in batches.list_batches(session, FINN, page.next, 1).items] == [later]
    with pytest.raises(BatchNotFound):
        batches.show_batch(session, caller("leo", "lead_professional"), batch)


# --- payments


def submitted(session: Session, *claims: Claim) -> UUID:
    batch = frozen(session, *claims)
    while session.scalar(select(Claim.id).where(Claim.status == "frozen", Claim.id.not_in(select(Sampled.claim)))):
        drawn(session, batch)
    for each in session.scalars(select(Sampled.claim).where(Sampled.batch == batch)).all():
        record(session, batch, each, "upheld")
    submit(session, batch)
    return batch


def pay(session: Session, batch: UUID, pence: int, who: Caller = FAYE, on: date = DAY) -> Any:
    request = PaymentRequest.model_validate({"batch": batch, "date": on, "pence": pence, "reference": "R1"})
    return payments.record_payment(session, who, request)


def test_a_payment_is_what_the_submitted_claims_come_to_and_one_row_each(session: Session) -> None:
    one, other, retracted = claim(pence=80_000), claim(pence=70_000), claim(pence=10_000)
    batch = submitted(session, one, other, retracted)
    retracted.status = "retracted"
    session.flush()
    for wrong in (149_999, 150_001, 160_000):
        with pytest.raises(PaymentDiffers) as differs:
            pay(session, batch, wrong)
        assert differs.value.extra["due"] == {"pence": 150_000}
    made = pay(session, batch, 150_000, on=date(2019, 4, 1))
    rows = session.execute(
        select(LedgerEntry.kind, LedgerEntry.framework, LedgerEntry.year, LedgerEntry.pence, LedgerEntry.on,
               LedgerEntry.family, LedgerEntry.claim, LedgerEntry.payment)
    )  # fmt: skip
    assert sorted(map(tuple, rows), key=lambda row: -int(str(row[3]))) == [
        ("result", FRAMEWORK, "2019/20", each.pence, date(2019, 4, 1), each.family, each.id, made.id)
        for each in (one, other)
    ]
    payment = session.scalars(select(Payment)).one()
    assert (payment.id, payment.batch, payment.pence, payment.by, payment.reference) == (
        made.id, batch, 150_000, "faye", "R1",
    )  # fmt: skip
    session.expire_all()
    assert [each.status for each in (one, other, retracted)] == ["paid", "paid", "retracted"]
    assert events(session).count("claim.paid") == 2
    row = session.get_one(Batch, batch)
    assert (row.status, row.paid_on) == ("paid", date(2019, 4, 1))
    with pytest.raises(BatchNotOpen):
        pay(session, batch, 150_000)


def test_a_batch_that_did_not_go_out_is_not_paid(session: Session) -> None:
    batch = frozen(session, claim())
    with pytest.raises(BatchNotOpen):
        pay(session, batch, 80_000)


MONEY: dict[str, Callable[[Session, UUID], object]] = {
    "commit": lambda session, _: commit(session, "00" * 32, ROBOT),
    "abandon": lambda session, batch: batches.abandon_batch(
        session, ROBOT, batch, AbandonRequest(reason="r", date=DAY)
    ),
    "freeze": lambda session, _: batches.freeze_batch(session, ROBOT, BatchRequest(framework=FRAMEWORK, date=DAY)),
    "draw": lambda session, batch: reveal(session, batch, ROBOT),
    "finding": lambda session, batch: record(session, batch, new_id(), "upheld", ROBOT),
    "submit": lambda session, batch: submit(session, batch, ROBOT),
    "payment": lambda session, batch: pay(session, batch, 80_000, ROBOT),
    "fees": lambda session, _: settle(session, "2017/18", ROBOT),
}


@pytest.mark.parametrize("act", MONEY)
def test_no_machine_moves_money(session: Session, act: str) -> None:
    batch = frozen(session, claim())
    session.add(claim())
    with pytest.raises(PersonNeeded):
        MONEY[act](session, batch)


# --- fees


def attach(session: Session, *days: str) -> None:
    session.add_all(
        FamilyStanding(
            family=new_id(), framework=FRAMEWORK, plan=PLAN.name, plan_version=1, as_at=DAY, state="attached",
            eligible=True, criteria=[], attached_on=date.fromisoformat(day), missing=[], progress=[],
            evaluated_at=now(),
        )
        for day in days
    )  # fmt: skip
    session.flush()


def aim(session: Session, **cumulative: int) -> None:
    """Shape: `y2017=3`: three families until the end of 2017/18."""
    for name, families in cumulative.items():
        year = int(name[1:])
        label = f"{year}/{(year + 1) % 100:02}"
        session.add(Target(framework=FRAMEWORK, year=label, families=families, cumulative=families, by="finn"))
    session.flush()


def settle(session: Session, year: str, who: Caller = FINN) -> tuple[int, int]:
    """Shape: funded places of the year's settlements, and pence of its ledger rows, until now."""
    request = FeesRequest.model_validate({"framework": FRAMEWORK, "year": year, "date": DAY})
    ledger.settle_fees(session, who, request)
    counted = session.scalars(select(FeeSettlement.families).where(FeeSettlement.year == year))
    rows = session.scalars(select(LedgerEntry).where(LedgerEntry.year == year)).all()
    assert all((row.kind, row.framework, row.pence) == ("attachment_fee", FRAMEWORK, (row.funded_places or 0) * 100_000)
               for row in rows)  # fmt: skip
    return sum(counted), sum(row.pence for row in rows)


def test_a_year_counts_from_the_first_of_april_to_the_last_of_march(session: Session) -> None:
    aim(session, y2016=9, y2017=9)
    attach(session, "2017-03-31", "2017-04-01", "2018-03-31", "2018-04-01")
    assert settle(session, "2016/17") == (1, 100_000)
    assert settle(session, "2017/18") == (2, 200_000)


def test_no_family_is_paid_for_beyond_the_target_and_none_twice(session: Session) -> None:
    aim(session, y2017=2, y2018=5)
    attach(session, "2017-10-02", "2017-10-03", "2017-10-04", "2018-05-01")
    assert settle(session, "2017/18") == (2, 200_000)
    # Four were attached so far and five are allowed; two were paid for. The third of 2017 is paid for in 2018.
    assert settle(session, "2018/19") == (2, 200_000)
    assert settle(session, "2018/19") == (2, 200_000) and settle(session, "2017/18") == (2, 200_000)
    first = [row.first_funded_place for row in session.scalars(select(LedgerEntry).order_by(LedgerEntry.id))]
    assert first == [1, 3]


def test_an_earlier_year_that_waits_keeps_its_funded_places(session: Session) -> None:
    aim(session, y2017=3, y2018=4)
    attach(session, "2017-10-02", "2017-10-03", "2018-05-01", "2018-05-02", "2018-05-03")
    # Of four places, two are those of 2017/18, which nobody has settled yet.
    assert settle(session, "2018/19") == (2, 200_000)
    assert settle(session, "2017/18") == (2, 200_000)


def test_what_is_proven_late_is_added_to_its_year_as_far_as_a_later_one_was_not_paid_for_it(session: Session) -> None:
    aim(session, y2017=5, y2018=6)
    attach(session, "2017-10-02")
    assert settle(session, "2017/18") == (1, 100_000)
    attach(session, "2018-05-01", "2018-05-02", "2018-05-03")
    assert settle(session, "2018/19") == (3, 300_000)
    attach(session, "2017-10-03", "2017-10-04", "2017-10-05")
    # Four are allowed for 2017/18 and one was paid for; of the six until 2018/19 two are left.
    assert settle(session, "2017/18") == (3, 300_000)
    [again] = session.scalars(select(FeeSettlement).where(FeeSettlement.number == 2))
    assert (again.year, again.families, again.pence, again.by) == ("2017/18", 2, 200_000, "finn")


def test_a_year_without_attachments_is_settled_with_nothing_and_no_row(session: Session) -> None:
    aim(session, y2017=5)
    assert settle(session, "2017/18") == (0, 0)
    assert session.scalars(select(LedgerEntry)).all() == []
    attach(session, "2017-10-02")
    assert settle(session, "2017/18") == (1, 100_000)
    with pytest.raises(TargetNotSet):
        settle(session, "2018/19")


def test_a_place_that_was_paid_for_counts_for_good_whoever_turns_out_not_to_have_been_attached(
    session: Session,
) -> None:
    aim(session, y2017=3, y2018=4)
    attach(session, "2017-10-02", "2017-10-03", "2017-10-04")
    assert settle(session, "2017/18") == (3, 300_000)
    for standing in session.scalars(select(FamilyStanding)).all()[:2]:
        session.delete(standing)
    attach(session, "2018-05-01", "2018-05-02", "2018-05-03")
    # Four are attached until 2018/19 and four are allowed; three were paid for.
    assert settle(session, "2018/19") == (1, 100_000)


def test_a_target_below_what_was_paid_takes_nothing_back(session: Session) -> None:
    aim(session, y2017=3)
    attach(session, "2017-10-02", "2017-10-03")
    assert settle(session, "2017/18") == (2, 200_000)
    session.get_one(Target, (FRAMEWORK, "2017/18")).cumulative = 1
    session.flush()
    assert settle(session, "2017/18") == (2, 200_000)


def test_the_ledger_shows_rows_in_order_and_adds_results_and_fees_apart(session: Session) -> None:
    aim(session, y2017=5)
    attach(session, "2017-10-02")
    settle(session, "2017/18")
    paid = claim(pence=70_000)
    pay(session, submitted(session, paid, claim()), 150_000, on=date(2018, 7, 1))
    whole = ledger.show_ledger(session, FINN, None, None, None, 50)
    assert [row.id for row in whole.items] == sorted(row.id for row in whole.items)
    assert sorted((row.kind, row.pence, row.funded_places) for row in whole.items) == [
        ("attachment_fee", 100_000, 1), ("result", 70_000, None), ("result", 80_000, None),
    ]  # fmt: skip
    assert (whole.totals.results.pence, whole.totals.fees.pence, whole.next) == (150_000, 100_000, None)
    [his] = [row for row in whole.items if row.pence == 70_000]
    assert (his.family, his.claim) == (paid.family, paid.id)
    first = ledger.show_ledger(session, FINN, FRAMEWORK, None, None, 2)
    rest = ledger.show_ledger(session, FINN, FRAMEWORK, None, first.next, 2)
    assert [row.id for row in (*first.items, *rest.items)] == [row.id for row in whole.items] and rest.next is None
    before = ledger.show_ledger(session, FINN, None, date(2018, 6, 30), None, 50)
    assert (len(before.items), before.totals.results.pence, before.totals.fees.pence) == (1, 0, 100_000)
    assert len(ledger.show_ledger(session, FINN, None, date(2018, 7, 1), None, 50).items) == 3
    with pytest.raises(RequestNotValid):
        ledger.show_ledger(session, FINN, "2012", None, None, 50)
    # Who may not meet the claim reads neither the row nor its part of the sum.
    cora = ledger.show_ledger(session, caller("cora", "programme_coordinator"), None, None, None, 50)
    assert (cora.items, cora.totals.results.pence, cora.totals.fees.pence) == ([], 0, 0)
    # Whoever looks after the figures reads each, and not whose it is.
    hilda = ledger.show_ledger(session, caller("hilda", "head_of_service"), None, None, None, 50)
    assert [row.pence for row in hilda.items] == [row.pence for row in whole.items]
    assert all(row.family is row.claim is None for row in hilda.items)


# --- checks


def test_a_check_and_a_drop_say_the_version_that_the_claim_has_now_and_who_said_what(session: Session) -> None:
    one = claim(status="drafted", checked_by=None)
    session.add(one)
    session.flush()
    acts = [
        claims.check_claim(session, CLARE, one.id, CheckRequest(verdict=verdict, reason="r", date=DAY))
        for verdict in ("sent_back", "agreed")
    ]
    acts.append(claims.drop_claim(session, CLARE, one.id, DropRequest(reason="no plan", date=DAY)))
    assert [(each.status, each.etag) for each in acts] == [
        ("sent_back", '"v2"'), ("checked", '"v3"'), ("dropped", '"v4"'),
    ]  # fmt: skip
    session.expire_all()
    assert (one.version, one.status, one.checked_by, one.checked_on) == (4, "dropped", "clare", DAY)
    assert (one.ended_because, one.ended_by, one.ended_on) == ("no plan", "clare", DAY)
    said = session.scalars(select(Check).order_by(Check.at))
    assert [(each.claim, each.verdict, each.by) for each in said] == [
        (one.id, "sent_back", "clare"), (one.id, "agreed", "clare"),
    ]  # fmt: skip
    assert events(session) == ["claim.checked", "claim.dropped"]
    with pytest.raises(ClaimNotOpen):
        claims.check_claim(session, CLARE, one.id, CheckRequest(verdict="agreed", reason="r", date=DAY))
    with pytest.raises(ClaimNotOpen):
        claims.drop_claim(session, CLARE, one.id, DropRequest(reason="r", date=DAY))


@pytest.mark.parametrize(
    ("status", "becomes"),
    [("checked", "dropped"), ("frozen", "dropped"), ("submitted", "retracted"), ("paid", None), ("retracted", None)],
)
def test_a_claim_is_dropped_before_and_retracted_after_submission_and_a_paid_one_stands(
    session: Session, status: str, becomes: str | None
) -> None:
    one = claim(status=status)
    session.add(one)
    session.flush()
    if becomes is None:
        with pytest.raises(ClaimNotOpen):
            claims.drop_claim(session, CLARE, one.id, DropRequest(reason="r", date=DAY))
    else:
        assert claims.drop_claim(session, CLARE, one.id, DropRequest(reason="r", date=DAY)).status == becomes
        assert events(session) == [f"claim.{becomes}"]
    session.expire_all()
    assert one.status == (becomes or status)


# --- drafts

BOY, GIRL = UUID(int=1), UUID(int=2)
SCHOOL, POLICE = Use(BOY, "attendance", "education"), Use(GIRL, "anti_social_behaviour", "police")


def result(on: date = DAY, *needs: str) -> Result:
    shown = Finding("attendance", Verdict.MET, "rate_above", (BOY,), (UUID(int=10),), (SCHOOL,))
    eligibility = Eligibility(date(2017, 10, 2), True, "enough_needs", (shown,))
    found = tuple(
        Finding(need, Verdict.MET, "no_event", (GIRL,), (UUID(int=11),), (POLICE,)) for need in needs or ("crime_asb",)
    )
    return Result(PROGRESS, on, date(2017, 10, 2), eligibility, found)


def draft(family: UUID, earned: Result, why: str, session: Session, *claims: Claim) -> list[str]:
    """What the system does with what a family earned. Shape: the events, by name."""
    ready = ReadyDraft(earned, PLAN, datetime(2019, 1, 1), UUID(int=5), "digest", frozenset({SCHOOL}))
    told = drafting.settle_claim(session, family, get_framework(FRAMEWORK), PLAN, earned, ready, claims, why)
    session.flush()
    return [event.name for event in told]


def test_a_draft_says_what_it_rests_on_and_what_could_not_be_used(session: Session) -> None:
    family = new_id()
    assert draft(family, result(), "", session) == ["claim.drafted"]
    made = session.scalars(select(Claim)).one()
    assert (made.family, made.status, made.pence, made.type, made.result_date) == (
        family, "drafted", 80_000, PROGRESS, DAY,
    )  # fmt: skip
    assert (made.component, made.plan, made.plan_version, made.attached_on) == (
        "result", "outcomes-plan-2015", 2, date(2017, 10, 2),
    )  # fmt: skip
    assert (made.bundle, made.hash, made.known_at.year) == (UUID(int=5), "digest", 2019)
    # Showing it shows the need as well; claiming it rests on progress alone.
    assert drafting.read_uses(made.uses) == {SCHOOL, POLICE} and result().uses == (POLICE,)
    assert drafting.read_uses(made.denied) == {SCHOOL} and made.trace == result().trace()
    assert made.material == f"outcomes-plan-2015-v2 {PROGRESS} 2018-06-01 2017-10-02 crime_asb"
    assert result().persons == (BOY, GIRL) and result().records == (UUID(int=10), UUID(int=11))


def test_a_draft_that_still_stands_is_left_and_one_that_changed_is_made_anew(session: Session) -> None:
    family = new_id()
    draft(family, result(), "", session)
    first = session.scalars(select(Claim)).one()
    assert draft(family, result(), "", session, first) == []
    assert not drafting.is_new(result(), PLAN, [first]) and drafting.is_new(result(date(2018, 7, 1)), PLAN, [first])
    assert draft(family, result(date(2018, 7, 1)), "", session, first) == ["claim.dropped", "claim.drafted"]
    session.expire_all()
    assert (first.status, first.ended_because, first.ended_by) == ("dropped", "changed", "system")
    assert first.ended_on is not None


@pytest.mark.parametrize("status", ["drafted", "checked", "frozen"])
def test_what_no_longer_holds_falls_until_it_is_submitted(session: Session, status: str) -> None:
    standing = claim(status=status)
    session.add(standing)
    session.flush()
    told = drafting.settle_claim(
        session, standing.family, get_framework(FRAMEWORK), PLAN, None, None, [standing], "contradicted"
    )
    session.expire_all()
    assert [event.name for event in told] == ["claim.dropped"]
    assert (standing.status, standing.ended_because) == ("dropped", "contradicted")


@pytest.mark.parametrize("status", ["submitted", "paid"])
def test_what_was_submitted_or_paid_stands_whatever_comes(session: Session, status: str) -> None:
    standing = claim(status=status)
    session.add(standing)
    session.flush()
    assert drafting.is_final(standing)
    assert draft(standing.family, result(), "contradicted", session, standing) == []
    session.expire_all()
    assert [each.status for each in session.scalars(select(Claim))] == [status]


@pytest.mark.parametrize(
    ("status", "by", "is_new"),
    [
        ("dropped", "clare", False),
        ("retracted", "clare", False),
        ("rejected", "finn", False),
        ("dropped", "system", True),
        ("paid", None, False),
    ],
)
def test_what_a_person_put_aside_is_not_drafted_again_unless_it_differs(
    status: str, by: str | None, is_new: bool
) -> None:
    before = claim(status=status, ended_by=by)
    before.material = drafting.describe_material(result(), PLAN)
    assert drafting.is_new(result(), PLAN, [before]) is is_new
    assert drafting.is_new(result(DAY, "crime_asb", "attendance"), PLAN, [before])
    assert not drafting.is_final(before) or status == "paid"


def test_only_the_claim_that_is_meant_falls_and_one_that_fell_before_is_left(session: Session) -> None:
    gone, mine, others = claim(status="dropped", ended_by="clare"), claim(status="drafted"), claim(status="drafted")
    gone.family = mine.family
    session.add_all([gone, mine, others])
    session.flush()
    told = drafting.settle_claim(
        session, mine.family, get_framework(FRAMEWORK), PLAN, None, None, [gone, mine], "not_attached"
    )
    session.expire_all()
    assert [event.name for event in told] == ["claim.dropped"]
    assert [(each.status, each.ended_by) for each in (gone, mine, others)] == [
        ("dropped", "clare"), ("dropped", "system"), ("drafted", None),
    ]  # fmt: skip
    assert (mine.version, others.version) == (2, 1)


def test_uses_are_written_in_one_order_whatever_order_they_came_in() -> None:
    written = [[str(BOY), "attendance", "education"], [str(GIRL), "anti_social_behaviour", "police"]]
    assert drafting.write_uses([POLICE, SCHOOL]) == drafting.write_uses([SCHOOL, POLICE]) == written
    assert drafting.read_uses(written) == {SCHOOL, POLICE}


def test_two_drafts_of_a_family_cannot_stand_at_once(session: Session) -> None:
    family = new_id()
    draft(family, result(), "", session)
    assert draft(family, result(date(2018, 7, 1)), "", session) == []
    assert len(session.scalars(select(Claim)).all()) == 1
