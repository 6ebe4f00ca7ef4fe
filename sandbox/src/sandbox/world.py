"""The borough while it is being made: who is born, moves in, goes to school, offends, claims and is supported."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from sandbox import identifiers, names, slips
from sandbox.calendar import DAY, IDENTIFIED_ON, STORY_BEGINS, TERMS, WAVES
from sandbox.model import (
    ADULT,
    BENEFITS,
    CHILD,
    NON_RESIDENT_PARENT,
    SCHOOL_ATTENDANCE,
    Act,
    BenefitClaim,
    Carer,
    Consent,
    Expectation,
    Family,
    Incident,
    Involved,
    Member,
    Person,
    Premises,
    Residence,
    Schooling,
    Slip,
    Support,
)
from sandbox.town import Town

KINDS = ("noise", "criminal_damage", "intimidation", "theft", "vandalism", "nuisance")
ACTIONS = ("warning", "contract", "notice", "injunction")
SEEKING = ("intensive", "work_preparation", "work_focused", "no_requirements")
_LONGEST = {"autumn": 142, "spring": 121, "summer": 131}
_OLDEST_PUPIL, _YOUNGEST_PUPIL = date(2004, 1, 1), date(2011, 8, 31)


def day_between(rng: Random, first: date, last: date) -> date:
    return first + timedelta(days=rng.randrange((last - first).days + 1))


def usual(rng: Random) -> float:
    return rng.uniform(0.01, 0.08)


def truant(rng: Random) -> float:
    return rng.uniform(0.14, 0.34)


class World:
    """Everything that has been made so far. Names with dates of birth are unique but for the doubles on purpose."""

    def __init__(self, seed: int, families: int) -> None:
        self.seed = seed
        self.town = Town(Random(f"{seed}/town"))
        self.schools = max(5, families // 150)
        self.people: list[Person] = []
        self.all_premises: list[Premises] = []
        self.families: list[Family] = []
        self.schooling: dict[str, Schooling] = {}
        self.incidents: list[Incident] = []
        self.claims: list[BenefitClaim] = []
        self.acts: list[Act] = []
        self.expected: list[Expectation] = []
        self.doubles: list[tuple[str, str]] = []
        self.tempers: dict[str, str] = {}
        self.twins: set[str] = set()
        self._known: set[tuple[str, str, date]] = set()
        self._bearers: set[tuple[str, str]] = set()
        self._reserved: set[tuple[str, str]] = set()
        self._forenames_at: dict[int, list[str]] = {}
        self._serials: dict[tuple[int, int], int] = {}
        self._ninos = 0
        self._consents = 0

    def home(self) -> Premises:
        return self._keep(self.town.home())

    def communal(self, kind: str) -> Premises:
        return self._keep(self.town.communal(kind))

    def forenames_under_one_roof(self, premises: Premises) -> list[str]:
        """Of those who live at a communal premises; nobody's at a home of its own."""
        return self._forenames_at.get(premises.uprn, [])

    def who(self, person: str) -> Person:
        return self.people[int(person[1:]) - 1]

    def person(
        self,
        forename: str,
        surname: str,
        born: date | Callable[[], date],
        sex: str,
        premises: Premises,
        *,
        rename: Random,
    ) -> Person:
        """Somebody new. A callable date of birth is drawn again while name and date belong to somebody else."""
        day = born() if callable(born) else born
        tries = 0
        while (forename, surname) in self._reserved or (forename, surname, day) in self._known:
            tries += 1
            if callable(born) and (forename, surname) not in self._reserved and tries < 20:
                day = born()
            else:
                surname = names.surname(rename, "british")
        self._known.add((forename, surname, day))
        self._bearers.add((forename, surname))
        person = Person(f"p{len(self.people) + 1:05}", forename, surname, day, sex, [Residence(premises)])
        self.people.append(person)
        if premises.communal:
            self._forenames_at.setdefault(premises.uprn, []).append(forename)
        return person

    def double_of(self, person: Person, premises: Premises) -> Person:
        """Somebody else of the same name, born on the same day."""
        double = Person(
            f"p{len(self.people) + 1:05}",
            person.forename,
            person.surname,
            person.date_of_birth,
            person.sex,
            [Residence(premises)],
        )
        self.people.append(double)
        self.doubles.append((person.id, double.id))
        for each in (person, double):
            self.tempers[each.id] = slips.FLAWLESS
        return double

    def lone_name(self, rng: Random, sex: str) -> tuple[str, str]:
        """A name that nobody bears yet and nobody will: a school's note of an absent father carries nothing else."""
        for _ in range(200):
            forename, surname = names.forename(rng, "british", sex, grown=True), names.surname(rng, "british")
            if (forename, surname) not in self._bearers:
                break
        self._reserved.add((forename, surname))
        return forename, surname

    def named(self, forename: str, surname: str, born: date, sex: str, premises: Premises) -> Person:
        """Somebody whose name is already settled."""
        self._known.add((forename, surname, born))
        self._bearers.add((forename, surname))
        person = Person(f"p{len(self.people) + 1:05}", forename, surname, born, sex, [Residence(premises)])
        self.people.append(person)
        return person

    def family(self, story: int, variant: str) -> Family:
        family = Family(f"f{len(self.families) + 1:05}", story, variant)
        self.families.append(family)
        return family

    def upn(self, school: int, born: date) -> str:
        year = born.year + (5 if born.month >= 9 else 4)
        while (serial := self._serials.get((school, year), 0) + 1) > 999:
            school += 1
        self._serials[school, year] = serial
        return identifiers.upn(4001 + school, year, serial)

    def nino(self) -> str:
        self._ninos += 1
        return identifiers.nino(self._ninos * 1_234_577 % 4_000_000)

    def claim(
        self, person: Person, benefit: str, regime: str, started_on: date, ended_on: date | None = None
    ) -> BenefitClaim:
        if person.nino is None:
            person.nino = self.nino()
        ref = f"JC{(len(self.claims) + 1) * 7_919 % 100_000_000:08}"
        claim = BenefitClaim(ref, person.id, benefit, regime if benefit == "uc" else "", started_on, ended_on)
        self.claims.append(claim)
        return claim

    def incident(self, day: date, kind: str, *involved: Involved) -> None:
        self.incidents.append(Incident("", day, kind, involved))

    def consent_id(self) -> str:
        self._consents += 1
        return f"k{self._consents:05}"

    def _keep(self, premises: Premises) -> Premises:
        self.all_premises.append(premises)
        return premises


@dataclass(slots=True)
class Home:
    """One family as a plot sees it. `adults[0]` cares for the children; `infants` are in no feed."""

    world: World
    rng: Random
    family: Family
    premises: Premises
    heritage: str
    adults: list[Person] = field(default_factory=list)
    children: list[Person] = field(default_factory=list)
    infants: list[Person] = field(default_factory=list)
    absent_parent: Person | None = None
    carer_is: str = "mother"
    partner_is: str = "father"
    absence: dict[str, list[float]] = field(default_factory=dict)
    carer_in_term: dict[str, dict[int, Carer]] = field(default_factory=dict)
    temper: str = slips.ORDINARY

    @property
    def carer(self) -> Person:
        return self.adults[0]

    # Living together

    def add_adult(
        self,
        sex: str,
        surname: str,
        youngest: int = 30,
        oldest: int = 46,
        since: date = STORY_BEGINS,
        **where: Premises,
    ) -> Person:
        rng = self.rng

        def born() -> date:
            return date(2016 - rng.randint(youngest, oldest), rng.randint(1, 12), rng.randint(1, 28))

        premises = where.get("premises", self.premises)
        forename = names.forename(rng, self.heritage, sex, grown=True)
        # Of two mothers of one name under one roof, no record could tell whose the children are.
        while any(names.same_forename(forename, other) for other in self.world.forenames_under_one_roof(premises)):
            forename = names.forename(rng, self.heritage, sex, grown=True)
        adult = self.world.person(forename, surname, born, sex, premises, rename=rng)
        self.adults.append(adult)
        self.family.members.append(Member(adult.id, ADULT, since))
        return adult

    def add_child(self, surname: str, *, born: date | None = None, sex: str = "", forename: str = "") -> Person:
        rng = self.rng
        sex = sex or rng.choice(names.SEXES)
        taken = [person.forename for person in (*self.children, *self.infants, *self.adults)]
        while not forename or (any(names.same_forename(forename, other) for other in taken)):
            forename = names.forename(rng, self.heritage, sex, grown=False)

        def drawn() -> date:
            while True:
                day = day_between(rng, _OLDEST_PUPIL, _YOUNGEST_PUPIL)
                if all(abs((day - other.date_of_birth).days) > 290 for other in self.children):
                    return day

        child = self.world.person(forename, surname, born or drawn, sex, self.premises, rename=rng)
        child.upn = self.world.upn(rng.randrange(self.world.schools), child.date_of_birth)
        self.children.append(child)
        self.family.members.append(Member(child.id, CHILD))
        self.absence[child.id] = [usual(rng) for _ in TERMS]
        return child

    def add_infant(self, surname: str) -> None:
        rng = self.rng
        sex = rng.choice(names.SEXES)
        born = day_between(rng, date(2015, 9, 1), date(2016, 8, 31))
        forename = names.forename(rng, self.heritage, sex, grown=False)
        infant = self.world.person(forename, surname, born, sex, self.premises, rename=rng)
        self.infants.append(infant)
        self.family.members.append(Member(infant.id, CHILD))

    def add_absent_father(self, *, in_every_record_of: Person | None = None, in_term: int = 1) -> Person:
        """A father elsewhere, whom a school names: on one child's records throughout, or in one term of the first."""
        forename, surname = self.world.lone_name(self.rng, "male")
        born = date(2016 - self.rng.randint(30, 46), self.rng.randint(1, 12), self.rng.randint(1, 28))
        father = self.world.named(forename, surname, born, "male", self.world.home())
        self.world.tempers[father.id] = slips.FLAWLESS
        self.family.members.append(Member(father.id, NON_RESIDENT_PARENT))
        noted = Carer(father.id, "father", same_address=False)
        if in_every_record_of:
            self.carer_in_term[in_every_record_of.id] = {term.number: noted for term in TERMS}
        else:
            self.carer_in_term[self.children[0].id] = {in_term: noted}
        self.absent_parent = father
        self.act(IDENTIFIED_ON + 2 * DAY, "member_stated", (father.id,), "cora", NON_RESIDENT_PARENT)
        return father

    def move(self, day: date, laggard: str) -> None:
        """All go together; one agency hears of it a record later than the others."""
        premises = self.world.home()
        next_wave = next(wave for wave in WAVES if wave.covers_to >= day)
        next_term = next(term for term in TERMS if term.ends >= day)
        learns = next_term.ends + DAY if laggard == SCHOOL_ATTENDANCE else next_wave.covers_to + DAY
        for person in (*self.adults, *self.children, *self.infants):
            person.residences.append(Residence(premises, day))
            if (laggard == SCHOOL_ATTENDANCE) == (person.upn is not None):
                person.slips[laggard] = Slip(learns_of_move_on=learns)

    # What happens to them

    def be_truant(self, child: Person, first: int = 0, last: int = len(TERMS) - 1) -> None:
        for term in range(first, last + 1):
            self.absence[child.id][term] = truant(self.rng)

    def offend(self, person: Person, day: date, action: str = "") -> None:
        """Be a suspect, with an action unless it says none; somebody at home may have seen it."""
        involved = [Involved(person.id, "suspect", action or self.rng.choice(ACTIONS))]
        others = [each for each in (*self.adults[:1], *self.children) if each is not person]
        if others and self.rng.random() < 0.2:
            involved.append(Involved(self.rng.choice(others).id, "witness"))
        self.world.incident(day, self.rng.choice(KINDS), *involved)

    def suspect(self) -> Person:
        """Who offends here: a child of ten or more, or the carer."""
        old_enough = [child for child in self.children if child.date_of_birth < date(2007, 1, 1)]
        return self.rng.choice(old_enough) if old_enough and self.rng.random() < 0.6 else self.carer

    def out_of_work(self, person: Person, benefit: str = "", since: date | None = None) -> BenefitClaim:
        benefit = benefit or self.rng.choices(("jsa", "uc", "esa", "is", "ca"), (34, 30, 18, 14, 4))[0]
        started = since or day_between(self.rng, date(2014, 4, 1), date(2016, 12, 15))
        return self.world.claim(person, benefit, self.rng.choice(SEEKING), started)

    def in_work(self, person: Person, since: date | None = None) -> BenefitClaim:
        """Universal Credit beside a job: a claim, and no need."""
        started = since or day_between(self.rng, date(2015, 1, 1), date(2017, 6, 30))
        regime = self.rng.choice(("working_enough", "light_touch"))
        return self.world.claim(person, "uc", regime, started)

    def start_work(self, claim: BenefitClaim, day: date, until: date | None = None) -> None:
        """The claim ends the day before the job begins; Universal Credit may go on beside it under another regime."""
        claim.ended_on = day - DAY
        claim.work_started_on, claim.work_ended_on = day, until
        if claim.benefit == "uc" and until is None and self.rng.random() < 0.4:
            beside = self.in_work(self.world.who(claim.person), day)
            beside.ref, beside.claimed_on, claim.goes_on = claim.ref, claim.started_on, True

    def partner_claims(self, claim: BenefitClaim) -> None:
        """The other adult's part in the claim: joint and out of work, in work, or none."""
        if len(self.adults) < 2:
            return
        draw = self.rng.random()
        if draw < 0.4 and claim.benefit in ("uc", "jsa"):
            other = self.world.claim(self.adults[1], claim.benefit, self.rng.choice(SEEKING), claim.started_on)
            other.ended_on = claim.ended_on
        elif draw < 0.7:
            other = self.in_work(self.adults[1], claim.started_on)
        else:
            return
        claim.partner_claim_ref, other.partner_claim_ref = other.ref, claim.ref

    # What is done with them

    def act(self, on: date, kind: str, people: tuple[str, ...], user: str, detail: str = "") -> None:
        self.world.acts.append(Act(on, kind, self.family.id, people, user, detail))

    def support(self, first: date, last: date, *, consent: bool = True) -> date:
        """Take the family on, the gate's last part on a day between; the children's consents come with it."""
        rng, family = self.rng, self.family
        plan = day_between(rng, first, last)
        assessment = plan - timedelta(days=rng.randint(0, 6))
        named = assessment - timedelta(days=rng.randint(0, 4))
        agreed = named - timedelta(days=rng.randint(1, 7))
        lead = rng.choice(("leo", "leo", "lena"))
        family.support = Support(agreed - DAY, lead, agreed, named, assessment, plan)
        grown = tuple(member.person for member in family.members if member.role == ADULT and member.until is None)
        everybody = tuple(member.person for member in family.members if member.role != NON_RESIDENT_PARENT)
        self.act(agreed - DAY, "notice_delivered", everybody, "cora")
        self.act(agreed, "agreement_to_be_supported", grown, "cora")
        self.act(named, "lead_professional_named", everybody, "cora", lead)
        self.act(assessment, "assessment_completed", everybody, lead)
        self.act(plan, "plan_agreed", everybody, lead)
        if consent:
            for child in self.children:
                self.consent(child, "programme", "claim", plan)
                if rng.random() < 0.3:
                    self.consent(child, "housing", "support", plan)
        return plan

    def consent(self, child: Person, recipient: str, purpose: str, on: date) -> None:
        consent = Consent(
            self.world.consent_id(), child.id, self.carer.id, "education", recipient, "attendance", purpose, on
        )
        self.family.consents.append(consent)
        lead = self.family.support.lead_professional if self.family.support else "cora"
        self.act(on, "consent_given", (child.id, self.carer.id), lead, consent.id)

    def withdraw(self, on: date) -> None:
        """The carer withdraws what she said about attendance for claims."""
        for consent in self.family.consents:
            if consent.purpose == "claim":
                consent.withdrawn_on = on
                self.act(on, "consent_withdrawn", (consent.person, self.carer.id), "iris", consent.id)

    def decline(self, on: date) -> None:
        self.family.support = Support(notice_on=on - DAY, declined_on=on)
        self.act(on - DAY, "notice_delivered", tuple(self.family.people()), "cora")
        self.act(on, "declined", (self.carer.id,), "cora")

    def expect(
        self, kind: str, *, window: int | None = None, people: tuple[str, ...] = (), values: tuple[str, ...] = ()
    ) -> None:
        family = self.family
        self.world.expected.append(
            Expectation(family.story, family.variant, family.id, kind, window, people or tuple(family.people()), values)
        )

    # Closing the book

    def close(self) -> None:
        """Write the school's registers and how careful the clerks are."""
        world, rng = self.world, self.rng
        for child in self.children:
            sessions: list[tuple[int, int, int]] = []
            for term, share in zip(TERMS, self.absence[child.id], strict=True):
                possible = _LONGEST[term.name] - rng.randrange(0, 8)
                if share < 0:  # story 15: as near to a tenth as whole sessions come
                    possible = _LONGEST[term.name]
                    absent = possible // 10
                else:
                    absent = round(share * possible)
                unauthorised = round(absent * rng.uniform(0.1, 0.7))
                sessions.append((possible, absent - unauthorised, unauthorised))
            carer = Carer(self.carer.id, self.carer_is)
            named = self.carer_in_term.get(child.id, {})
            if not named and len(self.adults) > 1 and self.family.story == 0 and rng.random() < 0.1:
                since = next(m.since for m in self.family.members if m.person == self.adults[1].id)
                if since == STORY_BEGINS:
                    named = {rng.randrange(3): Carer(self.adults[1].id, self.partner_is)}
            world.schooling[child.id] = Schooling(child.id, carer, sessions, named)
        for person in (*self.adults, *self.children, *self.infants):
            world.tempers.setdefault(person.id, self.temper)


def settle(
    world: World,
    rng: Random,
    story: int,
    variant: str,
    *,
    couple: bool | None = None,
    children: int | None = None,
    premises: Premises | None = None,
    surname: str = "",
    heritage: str = "",
) -> Home:
    """A family at home: one or two adults, schoolchildren, perhaps an infant."""
    home = Home(world, rng, world.family(story, variant), premises or world.home(), heritage or names.heritage(rng))
    home.temper = slips.ORDINARY if story == 0 else slips.GENTLE
    surname = surname or names.surname(rng, home.heritage)
    couple = rng.random() < 0.5 if couple is None else couple
    other = names.surname(rng, home.heritage)
    theirs = surname
    if rng.random() < 0.06 and other != surname:
        theirs = f"{surname}-{other}"
    draw = rng.random()
    if draw < 0.04 and story == 0 and not couple:
        home.add_adult("female", surname, 50, 63)
        home.carer_is = "grandparent" if rng.random() < 0.8 else "other"
    elif draw < 0.12 and not couple:
        home.add_adult("male", surname)
        home.carer_is = "father"
    else:
        home.add_adult("female", theirs if rng.random() < 0.5 else surname)
    if couple:
        home.add_adult("male", surname if rng.random() < 0.6 else other)
        home.partner_is = "step_parent" if rng.random() < 0.15 else "father"
    for _ in range(children or rng.choices((1, 2, 3, 4), (38, 39, 17, 6))[0]):
        home.add_child(theirs)
    if rng.random() < 0.15:
        home.add_infant(theirs)
    return home


def joint_laggard(rng: Random) -> str:
    return rng.choice((SCHOOL_ATTENDANCE, BENEFITS))
