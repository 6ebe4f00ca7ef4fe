"""The borough as a whole: made once from a seed, then only read."""

from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from random import Random
from typing import Self

from sandbox import calendar, names, plots, slips
from sandbox.feeds import Wave, make_waves
from sandbox.model import (
    ANTI_SOCIAL_BEHAVIOUR,
    BENEFITS,
    SCHOOL_ATTENDANCE,
    Act,
    BenefitClaim,
    Expectation,
    Family,
    Incident,
    Involved,
    Person,
    Premises,
    Schooling,
)
from sandbox.plots import Plot
from sandbox.truth import Truth
from sandbox.world import KINDS, World, day_between

SMALLEST = 50


@dataclass(frozen=True, slots=True)
class Casting:
    """How many families of 500 live a plot; never fewer than `least`, whatever the size."""

    plot: Plot
    variant: str
    of_500: int
    households: int = 1
    least: int = 1

    def groups(self, families: int) -> int:
        return max(self.least, round(self.of_500 * families / 500))


CASTINGS = (
    Casting(plots.three_needs_clean_recovery, "", 6, least=2),
    Casting(plots.relapse, "anti_social_behaviour", 3),
    Casting(plots.relapse, "attendance", 3),
    Casting(plots.relapse, "early", 2),
    Casting(plots.work_with_a_gap, "gap_passes", 4),
    Casting(plots.work_with_a_gap, "gap_fails", 4),
    Casting(plots.police_fall_silent, "", 5, least=2),
    Casting(plots.father_elsewhere, "two_of_his", 4),
    Casting(plots.father_elsewhere, "one_of_his", 4),
    Casting(plots.flight_to_a_refuge, "known", 2),
    Casting(plots.flight_to_a_refuge, "unknown", 2),
    Casting(plots.under_one_roof("refuge", 3), "refuge", 1, households=3),
    Casting(plots.under_one_roof("hmo", 4), "hmo", 1, households=4),
    Casting(plots.twins_wrongly_merged, "", 4, least=2),
    Casting(plots.withdrawal, "before_the_claim", 4, least=2),
    Casting(plots.withdrawal, "after_payment", 4),
    Casting(plots.nearly, "nine_point_nine", 4),
    Casting(plots.nearly, "declines", 4),
    Casting(plots.finds_work, "autumn", 11),
    Casting(plots.finds_work, "spring", 3),
    Casting(plots.finds_work, "summer", 3),
    Casting(plots.recovers, "autumn", 8),
    Casting(plots.recovers, "spring", 3),
    Casting(plots.recovers, "summer", 4),
    Casting(plots.never_recovers, "", 31),
    Casting(plots.keeps_consent_back, "", 4),
    Casting(plots.waits, "", 14),
    Casting(plots.of_one_name, "son", 2, least=2),
    Casting(plots.of_one_name, "birthday", 2, least=2),
    Casting(plots.of_one_name, "twins", 2, least=2),
)


@dataclass
class Borough:
    """Thornbury from September 2016 to December 2019: what is true, what agencies push, and what is owed.

    `acts` are in order of date; `waves` in order of pushing; `expected` is what the stories promise.
    """

    seed: int
    people: dict[str, Person]
    all_premises: list[Premises]
    families: dict[str, Family]
    schooling: dict[str, Schooling]
    incidents: list[Incident]
    claims: list[BenefitClaim]
    acts: list[Act]
    expected: list[Expectation]
    doubles: list[tuple[str, str]]
    waves: list[Wave] = field(default_factory=list)

    @classmethod
    def generate(cls, families: int = 500, seed: int = 2016) -> Self:
        """Make a borough of so many households with children; the same seed gives the same bytes.

        Errors: ValueError below 50 families, which do not hold every story and a few plain lives.
        """
        if families < SMALLEST:
            raise ValueError(f"{families} families do not hold every story; ask for {SMALLEST} or more.")
        world = World(seed, families)
        cast: list[tuple[Plot, str]] = []
        households = 0
        for casting in CASTINGS:
            groups = casting.groups(families)
            cast += [(casting.plot, casting.variant)] * groups
            households += groups * casting.households
        cast += [(plots.gets_by, "")] * (families - households)
        Random(f"{seed}/cast").shuffle(cast)
        for number, (plot, variant) in enumerate(cast):
            for home in plot(world, Random(f"{seed}/family/{number}"), variant):
                home.close()
        _strangers(world, families)
        _street_life(world, families)
        _write_wrongly(world)
        world.incidents.sort(key=lambda incident: incident.occurred_on)
        for number, incident in enumerate(world.incidents, start=1):
            incident.ref = f"ASB{number:07}"
        world.acts.sort(key=lambda act: act.on)
        world.claims.sort(key=lambda claim: claim.ref)
        borough = cls(
            seed,
            {person.id: person for person in world.people},
            world.all_premises,
            {family.id: family for family in world.families},
            dict(sorted(world.schooling.items(), key=lambda item: world.who(item[0]).upn or "")),
            world.incidents,
            world.claims,
            world.acts,
            world.expected,
            world.doubles,
        )
        # The API can be told only about people whom some record has made known.
        borough.acts = [
            replace(act, people=tuple(person for person in act.people if person in borough.people_in_feeds))
            for act in borough.acts
        ]
        borough.waves = make_waves(borough)
        return borough

    @property
    def communal_premises(self) -> list[Premises]:
        """Refuges, HMOs and hostels: living there together makes nobody a family."""
        return [premises for premises in self.all_premises if premises.communal]

    @cached_property
    def people_in_feeds(self) -> set[str]:
        """Everybody whom some record is about or names as carer; infants and some partners are nobody's business."""
        schoolings = self.schooling.values()
        named = {carer.person for s in schoolings for carer in (s.carer, *s.carer_in_term.values())}
        involved = {each.person for incident in self.incidents for each in incident.involved}
        return {*self.schooling, *named, *involved, *(claim.person for claim in self.claims)}

    @cached_property
    def truth(self) -> Truth:
        """Who every record is about, and what is owed for whom and when."""
        return Truth(self)

    def acts_between(self, after: date, until: date) -> list[Act]:
        """What is done on the days after one day up to another."""
        return [act for act in self.acts if after < act.on <= until]


def _strangers(world: World, families: int) -> None:
    """People who live alone and are in one file or two; a few bear somebody else's name and birthday."""
    rng = Random(f"{world.seed}/strangers")
    hostel = world.communal("hostel")
    for number in range(families // 8):
        if number % 30 == 29:
            hostel = world.communal("hostel")
        heritage = names.heritage(rng)
        sex = rng.choice(names.SEXES)
        stranger = world.person(
            names.forename(rng, heritage, sex, grown=True),
            names.surname(rng, heritage),
            lambda: date(rng.randint(1950, 1997), rng.randint(1, 12), rng.randint(1, 28)),
            sex,
            hostel if number % 5 == 0 else world.home(),
            rename=rng,
        )
        world.tempers[stranger.id] = slips.ORDINARY
        if rng.random() < 0.5:
            claim = world.claim(stranger, rng.choice(("jsa", "esa")), "", date(2016, rng.randint(1, 12), 5))
            if rng.random() < 0.5:
                claim.ended_on = day_between(rng, date(2017, 3, 1), date(2019, 9, 1))
        else:
            role = rng.choice(("suspect", "suspect", "victim"))
            action = rng.choice(("none", "warning", "notice")) if role == "suspect" else "none"
            day = day_between(rng, calendar.STORY_BEGINS, calendar.STORY_ENDS)
            world.incident(day, rng.choice(KINDS), Involved(stranger.id, role, action))
    # Doubles: one of each pair is in JCP's file with a NINO, the other only in the police's, as a witness.
    claimants = [
        world.who(claim.person)
        for claim in world.claims
        if not claim.out_of_work and claim.started_on < calendar.STORY_BEGINS
    ]
    plain = {member.person for family in world.families if family.variant == "plain" for member in family.members}
    tempted = list({p.id: p for p in claimants if p.id in plain and len(p.residences) == 1}.values())
    for person in rng.sample(tempted, min(len(tempted), max(1, families // 250))):
        double = world.double_of(person, world.home())
        for _ in range(2):
            day = day_between(rng, calendar.STORY_BEGINS, calendar.STORY_ENDS)
            world.incident(day, "noise", Involved(double.id, rng.choice(("witness", "victim"))))


def _street_life(world: World, families: int) -> None:
    """Incidents in which families are only victims or witnesses, or suspects of whom nothing came."""
    rng = Random(f"{world.seed}/streets")
    hidden = {m.person for family in world.families if family.story == 8 for m in family.members}
    plain = [m.person for family in world.families if family.variant == "plain" for m in family.members]
    infants = {person.id for person in world.people if person.date_of_birth >= date(2015, 1, 1)}
    seen = [
        member.person
        for family in world.families
        for member in family.members
        if member.person not in hidden and member.person not in infants and member.role != "non_resident_parent"
    ]
    for _ in range(families):
        day = day_between(rng, calendar.STORY_BEGINS, calendar.STORY_ENDS)
        involved = [Involved(person, rng.choice(("victim", "witness"))) for person in rng.sample(seen, 2)]
        if rng.random() < 0.5:
            involved.pop()
        suspect = rng.choice(plain)
        if rng.random() < 0.15 and suspect not in infants and all(each.person != suspect for each in involved):
            involved.insert(0, Involved(suspect, "suspect", "none"))
        world.incident(day, rng.choice(KINDS), *involved)


def _write_wrongly(world: World) -> None:
    """Let every agency's clerk err, once and for all."""
    rng = Random(f"{world.seed}/clerks")
    feeds: dict[str, list[str]] = {person: [SCHOOL_ATTENDANCE] for person in world.schooling}
    involved = {each.person for incident in world.incidents for each in incident.involved}
    for feed, ids in ((ANTI_SOCIAL_BEHAVIOUR, involved), (BENEFITS, {claim.person for claim in world.claims})):
        for each in ids:
            feeds.setdefault(each, []).append(feed)
    carers = {schooling.carer.person for schooling in world.schooling.values()}
    for person in world.people:
        temper = world.tempers.get(person.id, slips.ORDINARY)
        if person.id in feeds:
            former = world.home() if temper == slips.ORDINARY and rng.random() < 0.3 else None
            slips.write(rng, person, tuple(feeds[person.id]), temper, former, person.id in world.twins)
        if person.id in carers and temper != slips.FLAWLESS:
            slips.write_carer(rng, person)
