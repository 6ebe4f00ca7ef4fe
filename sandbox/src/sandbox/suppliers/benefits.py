"""Jobcentre Plus: each claim in every wave until the one that tells of its end, and while a job on it runs.

A claim whose regime changed is two lines from the wave on that tells of the change.
"""

from collections.abc import Iterator
from datetime import date

from sandbox.calendar import WavePlan
from sandbox.model import BENEFITS, BenefitClaim, Story
from sandbox.supplying import STATUTE, Agreement, Client, PushFile, Row, Span, Supply, terms, written_by

WELFARE_REFORM_ACT = "Welfare Reform Act 2012 s131; SI 2012/1483 reg 5(1)(d)"
COLUMNS = (
    "claim_ref", "regime_started_on", "nino", "forename", "surname", "date_of_birth", "sex", "address_line", "postcode",
    "uprn", "partner_claim_ref", "benefit", "regime", "started_on", "ended_on", "regime_ended_on", "work_started_on",
    "work_ended_on",
)  # fmt: skip


def spans(plan: WavePlan) -> Iterator[Span]:
    yield Span(plan.covers_from, plan.covers_to)


def rows(push: PushFile) -> Iterator[Row]:
    for claim in push.story.claims:
        if not is_sent(claim, push.covers_from, push.covers_to):
            continue
        person = push.story.people[claim.person]
        written = written_by(person, BENEFITS, last_news(claim, push.covers_to))
        apart = claim.partner_until is not None and claim.partner_until <= push.covers_to
        values = (
            claim.ref,
            claim.started_on.isoformat() if claim.claimed_on else "",
            written.nino,
            written.forename,
            written.surname,
            written.date_of_birth.isoformat(),
            person.sex,
            written.premises.address_line,
            written.premises.postcode,
            written.uprn,
            "" if apart else claim.partner_claim_ref,
            claim.benefit,
            claim.regime,
            (claim.claimed_on or claim.started_on).isoformat(),
            "" if claim.goes_on else _known(claim.ended_on, push.covers_to),
            _known(claim.ended_on, push.covers_to) if claim.goes_on else "",
            _known(claim.work_started_on, push.covers_to),
            _known(claim.work_ended_on, push.covers_to),
        )
        yield Row(person.id, values)


def is_sent(claim: BenefitClaim, covers_from: date, covers_to: date) -> bool:
    """Whether a push tells of a claim."""
    if claim.started_on > covers_to:
        return False
    ended = claim.ended_on is not None and claim.ended_on < covers_from
    working = claim.work_started_on is not None and (claim.work_ended_on is None or claim.work_ended_on >= covers_from)
    return not ended or working


def last_news(claim: BenefitClaim, covers_to: date) -> date:
    """The day as at which a snapshot shows the claimant: its own last, or the day on which all about it had ended."""
    if claim.ended_on is None or claim.ended_on > covers_to:
        return covers_to
    if claim.work_started_on is None or claim.work_started_on > covers_to:
        return claim.ended_on
    if claim.work_ended_on is None or claim.work_ended_on > covers_to:
        return covers_to
    return claim.work_ended_on


def people(story: Story) -> dict[tuple[str, ...], str]:
    return {(claim.ref,): claim.person for claim in story.claims}


def _known(day: date | None, covers_to: date) -> str:
    return day.isoformat() if day is not None and day <= covers_to else ""


SUPPLY = Supply(
    feed=BENEFITS,
    order=3,
    columns=COLUMNS,
    key_length=2,
    person_key_length=1,
    client=Client("jcp-benefits", "jobcentre", BENEFITS),
    agreements=(
        Agreement(
            "jobcentre",
            "programme",
            terms("identify claim support", "identity address benefits", STATUTE, WELFARE_REFORM_ACT),
        ),
    ),
    spans=spans,
    rows=rows,
    people=people,
)
