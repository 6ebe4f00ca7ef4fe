"""Children's social care: a referral and what came of it, of about one child in twenty in the families of no story.

Its habits: a file at the end of each financial year, as for the census; names and home as they are. A
closed referral is told of once more in the year in which it closed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from sandbox.calendar import WAVES, WavePlan
from sandbox.model import CHILD, Person, Story
from sandbox.supplying import Agreement, Client, PushFile, Row, Span, Supply, terms

FEED = "children_social_care"
COLUMNS = (
    "child_ref", "step", "started_on", "factor", "upn", "forename", "surname", "date_of_birth", "sex", "address_line",
    "postcode", "uprn", "ended_on", "referral_source", "primary_need", "no_further_action", "closure_reason",
    "conference_on", "abuse_category", "previous_plans",
)  # fmt: skip
SHARE = 1 / 20
YEARS = {2: date(2016, 9, 1), 5: date(2018, 4, 1)}
"""By wave: from which day on its file tells, up to the end of the wave."""


@dataclass(frozen=True, slots=True)
class Episode:
    """Shape: `factors` are those of its assessment; a child in need plan follows where `plan_on` says when."""

    ref: str
    child: Person
    referred_on: date
    assessed_on: date
    plan_on: date | None
    closed_on: date
    factors: tuple[str, ...]


def episodes(story: Story) -> Iterator[Episode]:
    """The same for the same borough, whatever else is in it."""
    doubles = {person for pair in story.doubles for person in pair}
    for family in story.families.values():
        if family.story:
            continue
        for member in family.members:
            child = story.people[member.person]
            rng = Random(f"{story.seed}/{FEED}/{child.id}")
            if member.role != CHILD or not child.upn or child.slips or child.id in doubles or rng.random() >= SHARE:
                continue
            referred = date(2016, 10, 3) + timedelta(days=rng.randrange(700))
            assessed = referred + timedelta(days=rng.randint(5, 45))
            planned = assessed + timedelta(days=rng.randint(1, 10)) if rng.random() < 0.5 else None
            closed = (planned or assessed) + timedelta(days=rng.randint(1, 200) if planned else 1)
            factors = tuple(sorted(rng.sample(("1B", "3B", "4B", "16A", "17A"), rng.randint(1, 2))))
            yield Episode(f"CH-{child.upn[-6:]}{child.upn[4:8]}", child, referred, assessed, planned, closed, factors)


def spans(plan: WavePlan) -> Iterator[Span]:
    if plan.number in YEARS:
        yield Span(YEARS[plan.number], plan.covers_to)


def rows(push: PushFile) -> Iterator[Row]:
    for episode in episodes(push.story):
        if episode.closed_on < push.covers_from:
            continue
        for values in _steps(episode, push.covers_to):
            yield Row(episode.child.id, values)


def _steps(episode: Episode, until: date) -> Iterator[tuple[str, ...]]:
    """What was known of an episode by a day, a line a step."""
    closed, plan = known(episode.closed_on, until), episode.plan_on
    if episode.referred_on <= until:
        followed = "no" if plan else "yes"
        why = ("RC7" if plan else "RC8") if closed else ""
        yield _line(episode, "referral", episode.referred_on, closed, "", "1A", "N1", followed if closed else "", why)
    if episode.assessed_on <= until:
        for factor in episode.factors:
            yield _line(episode, "assessment", episode.referred_on, known(episode.assessed_on, until), factor)
    if plan is not None and plan <= until:
        yield _line(episode, "child_in_need_plan", plan, closed)


def _line(episode: Episode, step: str, begun: date, ended: str, factor: str = "", *referral: str) -> tuple[str, ...]:
    child = episode.child
    of_referral = referral or ("", "", "", "")
    home = child.premises_on(begun)
    who = (child.upn or "", child.forename, child.surname, child.date_of_birth.isoformat(), child.sex)
    where = (home.address_line, home.postcode, str(home.uprn))
    key = (episode.ref, step, begun.isoformat(), factor)
    return (*key, *who, *where, ended, *of_referral, "", "", "")


def known(day: date, until: date) -> str:
    return day.isoformat() if day <= until else ""


def people(story: Story) -> dict[tuple[str, ...], str]:
    return {(episode.ref,): episode.child.id for episode in episodes(story)}


SUPPLY = Supply(
    feed=FEED,
    order=5,
    columns=COLUMNS,
    key_length=4,
    person_key_length=1,
    client=Client("social-care-episodes", "childrens-social-care", FEED),
    agreements=(Agreement("childrens-social-care", "programme", terms("identify", "identity address social_care")),),
    spans=spans,
    rows=rows,
    people=people,
)
assert set(YEARS) < {wave.number for wave in WAVES}
