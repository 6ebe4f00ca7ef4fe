"""The council's housing service: every tenancy that ran in the days covered, as its system stood on the last of them.

Its habits: a line a tenant, so a couple's arrears are written twice; names and birthdays as on the agreement, which
somebody signed with a passport in hand; the home's own UPRN always. A tenancy that ended is told of once more.
It houses a fifth of the families of no story; whom no other agency holds a record of, it leaves out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from sandbox.calendar import STORY_BEGINS, WAVES, WavePlan
from sandbox.model import ADULT, Family, Person, Premises, Story
from sandbox.supplying import Agreement, Client, PushFile, Row, Span, Supply, terms

FEED = "tenancies"
COLUMNS = (
    "tenancy_ref", "tenant_no", "as_of", "forename", "surname", "date_of_birth", "sex", "address_line", "postcode",
    "uprn", "tenancy_type", "started_on", "ended_on", "weekly_rent", "arrears", "possession_stage",
    "possession_stage_on", "spare_bedrooms",
)  # fmt: skip
DAY = timedelta(days=1)
SHARE = 0.2
IN_ARREARS = 0.4
WEEKS_BEFORE_NOTICE, WEEKS_BEFORE_COURT = 8, 20


@dataclass(frozen=True, slots=True)
class Tenancy:
    """Units: pence. Shape: `owed` gives what it owes at the end of each wave."""

    ref: str
    tenants: tuple[Person, ...]
    premises: Premises
    kind: str
    started_on: date
    ended_on: date | None
    rent: int
    owed: tuple[int, ...]
    spare_bedrooms: int

    def runs_in(self, first: date, last: date) -> bool:
        return self.started_on <= last and (self.ended_on is None or self.ended_on >= first)

    def stage_at(self, wave: int) -> tuple[str, str]:
        """How far possession has gone by the end of a wave, and since when: each step on the day that the wave ends."""
        weeks = [owed // self.rent for owed in self.owed[: wave + 1]]
        for stage, limit in (("claim_issued", WEEKS_BEFORE_COURT), ("notice", WEEKS_BEFORE_NOTICE)):
            reached = [plan.covers_to for plan, owed in zip(WAVES, weeks, strict=False) if owed >= limit]
            if weeks[-1] >= limit:
                return stage, reached[0].isoformat()
        return "none", ""


def tenancies(story: Story) -> Iterator[Tenancy]:
    """The same for the same borough, whatever else is in it."""
    recorded = {claim.person for claim in story.claims}
    recorded |= {involved.person for incident in story.incidents for involved in incident.involved}
    doubles = {person for pair in story.doubles for person in pair}
    for number, family in enumerate(story.families.values(), start=1):
        rng = Random(f"{story.seed}/{FEED}/{family.id}")
        if rng.random() >= SHARE or family.story:
            continue
        tenants = tuple(person for person in _adults(story, family) if person.id in recorded - doubles)
        if tenants and tenants[0].residences[0].premises.kind == "ordinary":
            yield _tenancy(rng, f"TN-{number:07}", tenants)


def _adults(story: Story, family: Family) -> list[Person]:
    """Who can hold the tenancy: at home from the beginning, and of no forename that somebody else at home bears."""
    forenames = [story.people[person].forename for person in family.people()]
    return [
        person
        for member in family.members
        if member.role == ADULT and (member.since, member.until) == (STORY_BEGINS, None)
        if forenames.count((person := story.people[member.person]).forename) == 1
    ]


def _tenancy(rng: Random, ref: str, tenants: tuple[Person, ...]) -> Tenancy:
    started = date(rng.randint(2005, 2015), rng.randint(1, 12), rng.choice((1, 7, 14, 21)))
    kinds = ("secure", "assured", "flexible") if started >= date(2012, 4, 1) else ("secure", "assured")
    moved = [residence.since - DAY for residence in tenants[0].residences[1:]]
    rent = rng.randrange(7_500, 14_000, 5)
    owed, owing = rng.randrange(0, 4 * rent), rng.random() < IN_ARREARS
    amounts = []
    for _ in WAVES:
        amounts.append(owed if owing else 0)
        owed = max(0, owed + rng.randrange(-2 * rent, 6 * rent))
    return Tenancy(
        ref, tenants, tenants[0].residences[0].premises, rng.choice(kinds), started, min(moved, default=None), rent,
        tuple(amounts), rng.choices((0, 1, 2), (70, 22, 8))[0],
    )  # fmt: skip


def spans(plan: WavePlan) -> Iterator[Span]:
    yield Span(plan.covers_from, plan.covers_to)


def rows(push: PushFile) -> Iterator[Row]:
    for tenancy in tenancies(push.story):
        if not tenancy.runs_in(push.covers_from, push.covers_to):
            continue
        ended = tenancy.ended_on if tenancy.ended_on and tenancy.ended_on <= push.covers_to else None
        for number, tenant in enumerate(tenancy.tenants, start=1):
            values = (
                tenancy.ref,
                str(number),
                push.covers_to.isoformat(),
                tenant.forename,
                tenant.surname,
                tenant.date_of_birth.isoformat(),
                tenant.sex,
                tenancy.premises.address_line,
                tenancy.premises.postcode,
                str(tenancy.premises.uprn),
                tenancy.kind,
                tenancy.started_on.isoformat(),
                ended.isoformat() if ended else "",
                pounds(tenancy.rent),
                pounds(tenancy.owed[push.wave]),
                *tenancy.stage_at(push.wave),
                str(tenancy.spare_bedrooms),
            )
            yield Row(tenant.id, values)


def pounds(pence: int) -> str:
    return f"{pence // 100}.{pence % 100:02}"


def people(story: Story) -> dict[tuple[str, ...], str]:
    return {
        (tenancy.ref, str(number)): tenant.id
        for tenancy in tenancies(story)
        for number, tenant in enumerate(tenancy.tenants, start=1)
    }


SUPPLY = Supply(
    feed=FEED,
    order=4,
    columns=COLUMNS,
    key_length=3,
    person_key_length=2,
    client=Client("housing-tenancies", "housing", FEED),
    agreements=(Agreement("housing", "programme", terms("identify support", "identity address housing")),),
    spans=spans,
    rows=rows,
    people=people,
)
