"""Children's social care: children looked after for a while, of about one in fifty in the families of no story.

Its habits: a file at the end of each financial year, as for the return; a name and a UPN, and no address of anybody.
All of them went home again before the first file: of a child who lives elsewhere a story would have to tell.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from sandbox.calendar import WavePlan
from sandbox.model import CHILD, Person, Story
from sandbox.supplying import Client, PushFile, Row, Span, Supply

FEED = "looked_after"
COLUMNS = (
    "child_ref", "started_on", "upn", "forename", "surname", "date_of_birth", "sex", "began_by", "legal_status", "need",
    "placement", "ended_on", "ended_by",
)  # fmt: skip
SHARE = 1 / 50
FILE_OF_WAVE, FILE_FROM = 2, date(2015, 4, 1)


@dataclass(frozen=True, slots=True)
class Stay:
    ref: str
    child: Person
    first: date
    last: date


def stays(story: Story) -> Iterator[Stay]:
    """The same for the same borough, whatever else is in it."""
    doubles = {person for pair in story.doubles for person in pair}
    for family in story.families.values():
        for member in () if family.story else family.members:
            child = story.people[member.person]
            rng = Random(f"{story.seed}/{FEED}/{child.id}")
            if (
                member.role == CHILD
                and child.upn
                and not child.slips
                and child.id not in doubles
                and rng.random() < SHARE
            ):
                first = date(2015, 5, 1) + timedelta(days=rng.randrange(200))
                yield Stay(f"LA-{child.upn[-6:]}{child.upn[4:8]}", child, first, first + timedelta(rng.randint(5, 90)))


def spans(plan: WavePlan) -> Iterator[Span]:
    if plan.number == FILE_OF_WAVE:
        yield Span(FILE_FROM, plan.covers_to)


def rows(push: PushFile) -> Iterator[Row]:
    for stay in stays(push.story):
        child = stay.child
        who = (child.upn or "", child.forename, child.surname, child.date_of_birth.isoformat(), child.sex)
        how = ("S", "V2", "N1", "U6", stay.last.isoformat(), "E4A")
        yield Row(child.id, (stay.ref, stay.first.isoformat(), *who, *how))


def people(story: Story) -> dict[tuple[str, ...], str]:
    return {(stay.ref,): stay.child.id for stay in stays(story)}


SUPPLY = Supply(
    feed=FEED,
    order=6,
    columns=COLUMNS,
    key_length=2,
    person_key_length=1,
    client=Client("social-care-looked-after", "childrens-social-care", FEED),
    agreements=(),
    spans=spans,
    rows=rows,
    people=people,
)
