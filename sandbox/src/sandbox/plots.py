"""What happens to each family: the stories of docs/sources/audit.md#stories-that-prove-it, and plain lives.

A plot settles one family or a small group, tells its life, and says in so many words what must come of it.
"""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random

from sandbox import names, slips
from sandbox.calendar import DAY, FIRST_ATTACHMENT, STORY_BEGINS, WAVES, first_day_clear_of
from sandbox.model import (
    ADULT,
    CHILD,
    BenefitClaim,
    Involved,
    Member,
    Person,
    Residence,
)
from sandbox.world import Home, World, day_between, joint_laggard, settle, truant

Plot = Callable[[World, Random, str], list[Home]]

# Attached in …: the terms before which attendance must be bad (the look-back ends there), and the first clean one.
AUTUMN = (date(2017, 9, 25), date(2017, 12, 15))
SPRING = (date(2018, 1, 15), date(2018, 3, 15))
SUMMER = (date(2018, 4, 16), date(2018, 6, 22))
SEASONS = {"autumn": (AUTUMN, 3), "spring": (SPRING, 4), "summer": (SUMMER, 5)}
PROGRESS_WINDOW = {"autumn": 5, "spring": 6, "summer": 7}
PROGRESS, EMPLOYMENT = "significant_and_sustained_progress", "continuous_employment"

# Incidents that count at every attachment of the story: within 12 months of the last, and before the first.
LATE_OFFENCE = (date(2017, 7, 5), date(2017, 8, 20))


def need_attendance(home: Home, last: int = 2) -> Person:
    child = home.rng.choice(home.children)
    home.be_truant(child, 0, last)
    return child


def need_crime(home: Home, who: Person | None = None) -> Person:
    who = who or home.suspect()
    if home.rng.random() < 0.4:
        home.offend(who, day_between(home.rng, date(2016, 10, 1), date(2017, 5, 31)))
    home.offend(who, day_between(home.rng, *LATE_OFFENCE))
    return who


def father_out_of_work(home: Home, until: date) -> BenefitClaim:
    assert home.absent_parent
    claim = home.out_of_work(home.absent_parent)
    claim.ended_on = until
    return claim


# The stories


def three_needs_clean_recovery(world: World, rng: Random, variant: str) -> list[Home]:
    home = settle(world, rng, 1, variant, couple=False)
    home.add_absent_father()
    need_attendance(home, rng.choice((2, 3)))
    need_crime(home)
    home.support(*AUTUMN)
    father_out_of_work(home, day_between(rng, date(2018, 1, 10), date(2018, 5, 20)))
    home.expect("paid", window=5, values=(PROGRESS,))
    home.expect("result_on", values=("2018-12-31",))
    return [home]


def relapse(world: World, rng: Random, variant: str) -> list[Home]:
    home = settle(world, rng, 2, variant, couple=False)
    if variant == "early":
        home.add_absent_father()
        who = need_crime(home)
        attached = home.support(date(2017, 10, 2), date(2017, 10, 20))
        father_out_of_work(home, day_between(rng, attached + DAY, date(2018, 1, 20)))
        again = attached + timedelta(days=rng.randint(125, 145))
        home.offend(who, again)
        home.expect("paid", window=4, values=(PROGRESS,))
        home.expect("result_on", values=(first_day_clear_of(again, 6).isoformat(),))
        return [home]
    child = need_attendance(home)
    who = need_crime(home)
    home.support(*AUTUMN)
    if variant == "anti_social_behaviour":
        again = day_between(rng, date(2018, 11, 3), date(2018, 11, 25))
        home.offend(who, again)
        home.expect("paid", window=6, values=(PROGRESS,))
        home.expect("result_on", values=(first_day_clear_of(again, 6).isoformat(),))
    else:
        home.absence[child.id][6] = truant(rng)
        home.expect("paid", window=7, values=(PROGRESS,))
        home.expect("result_on", values=("2019-12-31",))
    return [home]


def work_with_a_gap(world: World, rng: Random, variant: str) -> list[Home]:
    home = settle(world, rng, 4, variant)
    need_attendance(home, 3)
    first = home.out_of_work(home.carer, rng.choice(("jsa", "uc")))
    attached = home.support(*AUTUMN)
    begins = attached + timedelta(days=rng.randint(10, 50))
    stops = begins + timedelta(days=rng.randint(95, 110))
    gap = rng.randint(14, 26) if variant == "gap_passes" else rng.randint(40, 55)
    again = stops + timedelta(days=gap + 1)
    home.start_work(first, begins, stops)
    second = home.out_of_work(home.carer, first.benefit, stops + DAY)
    if variant == "gap_passes":
        home.start_work(second, again)
        result = begins + timedelta(days=181 + gap)
        home.expect("paid", window=4, values=(EMPLOYMENT,))
        home.expect("result_on", values=(result.isoformat(),))
    else:
        ends = again + timedelta(days=rng.randint(90, 125))
        home.start_work(second, again, ends)
        home.out_of_work(home.carer, first.benefit, ends + DAY)
        home.expect("never_paid")
    return [home]


def police_fall_silent(world: World, rng: Random, variant: str) -> list[Home]:
    """Six months are clean only in February 2019, of which the police say nothing until wave 6."""
    home = settle(world, rng, 6, variant)
    need_attendance(home)
    who = need_crime(home)
    home.support(*AUTUMN)
    again = day_between(rng, date(2018, 8, 10), date(2018, 8, 26))
    home.offend(who, again)
    home.expect("paid", window=6, values=(PROGRESS,))
    home.expect("result_on", values=(first_day_clear_of(again, 6).isoformat(),))
    return [home]


def father_elsewhere(world: World, rng: Random, variant: str) -> list[Home]:
    home = settle(world, rng, 7, variant, couple=False, children=rng.choice((2, 3)))
    sibling = home.children[1] if rng.random() < 0.5 else None
    father = home.add_absent_father(in_every_record_of=sibling, in_term=rng.randrange(3))
    if variant == "two_of_his":
        home.out_of_work(father)
        need_crime(home, father)
        home.expect("never_eligible")
        home.expect("never_paid")
        return [home]
    need_attendance(home)
    home.support(*AUTUMN)
    father_out_of_work(home, day_between(rng, date(2018, 1, 10), date(2018, 5, 20)))
    home.expect("paid", window=5, values=(PROGRESS,))
    return [home]


def flight_to_a_refuge(world: World, rng: Random, variant: str) -> list[Home]:
    """Nothing may say where she is: not the refuge's address, nor the family that she now is with her children."""
    home = settle(world, rng, 8, variant, couple=True)
    mother, partner = home.adults
    home.temper = slips.FLAWLESS  # a misspelt record at the refuge would be somebody new, whom no protection covers
    before = home.family
    joint = home.out_of_work(mother, "uc") if variant == "known" else home.in_work(mother)
    his = world.claim(partner, "uc", joint.regime, joint.started_on)
    if variant == "known":
        need_attendance(home)
    joint.partner_claim_ref, his.partner_claim_ref = his.ref, joint.ref
    for day in (date(2017, 11, 12), date(2018, 1, 21)):
        happened = day + timedelta(days=rng.randint(0, 9))
        world.incident(
            happened, "intimidation", Involved(partner.id, "suspect", "none"), Involved(mother.id, "victim", "none")
        )
    fled = day_between(rng, date(2018, 2, 5), date(2018, 2, 20))
    refuge = world.communal("refuge")
    hers, theirs = world.family(8, f"{variant}:fled"), world.family(8, f"{variant}:left_behind")
    for family, people in ((hers, (mother, *home.children, *home.infants)), (theirs, (partner,))):
        family.separated_from = before.id
        for person in people:
            role = ADULT if person in home.adults else CHILD
            family.members.append(Member(person.id, role, fled))
    for member in before.members:
        member.until = fled - DAY
    for person in (mother, *home.children, *home.infants):
        person.residences.append(Residence(refuge, fled))
    # A new claim, alone: the old one keeps the old address, and his no longer names hers.
    joint.ended_on = fled - DAY
    his.partner_until = fled - DAY
    world.claim(mother, "uc", joint.regime, fled)
    protected = fled + timedelta(days=rng.randint(3, 8))
    sheltered = tuple(person.id for person in (mother, *home.children, *home.infants))
    home.act(fled + DAY, "separated", sheltered, "cora", hers.id)
    home.act(protected, "protection_set", sheltered, "iris")
    home.expect("never_located", people=sheltered, values=(str(refuge.uprn), refuge.address_line, refuge.postcode))
    return [home]


def under_one_roof(kind: str, households: int) -> Plot:
    """Several mothers at one refuge, or households in one HMO: one address, as many families."""

    def plot(world: World, rng: Random, variant: str) -> list[Home]:
        premises = world.communal(kind)
        shared = names.surname(rng, "british")
        homes: list[Home] = []
        for number in range(households):
            # In the HMO two households bear one surname, and are still two.
            surname = shared if kind == "hmo" and number < 2 else ""
            home = settle(world, rng, 9, kind, couple=False, premises=premises, surname=surname, heritage="british")
            homes.append(home)
            if number == 0:
                need_attendance(home)
                if kind == "hmo":
                    need_crime(home, home.carer)
                    home.support(*AUTUMN)
                    home.expect("paid", window=5, values=(PROGRESS,))
                else:
                    claim = home.out_of_work(home.carer)
                    attached = home.support(*AUTUMN)
                    home.start_work(claim, attached + timedelta(days=rng.randint(15, 60)))
                    home.expect("paid", window=4, values=(EMPLOYMENT,))
            elif number == 1:
                home.out_of_work(home.carer)
            else:
                home.in_work(home.carer)
        for home in homes:
            home.expect("separate_families", values=tuple(each.family.id for each in homes if each is not home))
        return homes

    return plot


def twins_wrongly_merged(world: World, rng: Random, variant: str) -> list[Home]:
    home = settle(world, rng, 10, variant, children=1)
    one, other = add_twins(home)
    home.be_truant(one, 0, 2)
    need_crime(home, home.carer)
    home.support(*AUTUMN)
    merged, split = date(2019, 3, 20), date(2019, 5, 20)
    home.family.held = (merged, split)
    home.act(merged, "wrong_merge", (one.id, other.id), "ana")
    home.act(split, "unmerge", (one.id, other.id), "ana")
    home.expect("held", window=5, people=(one.id, other.id))
    home.expect("paid", window=6, values=(PROGRESS,))
    home.expect("result_on", values=("2018-12-31",))
    return [home]


def withdrawal(world: World, rng: Random, variant: str) -> list[Home]:
    home = settle(world, rng, 11, variant)
    need_attendance(home)
    need_crime(home)
    home.support(*AUTUMN)
    if variant == "before_the_claim":
        # Half withdraw long before, half between the drafts of wave 5 and its window.
        home.withdraw(rng.choice((date(2018, 11, 14), WAVES[5].pushed_on + 4 * DAY)))
        home.expect("never_paid")
    else:
        home.withdraw(date(2019, 5, 15))
        home.expect("paid", window=5, values=(PROGRESS,))
        home.expect("consent_withdrawn_but_paid", window=5)
    return [home]


def nearly(world: World, rng: Random, variant: str) -> list[Home]:
    home = settle(world, rng, 15, variant)
    if variant == "nine_point_nine":
        child = rng.choice(home.children)
        home.absence[child.id] = [-1.0] * len(home.absence[child.id])
        if rng.random() < 0.5:
            who = home.suspect()
            for day in (date(2016, 11, 3), date(2017, 3, 9), date(2017, 8, 1), date(2018, 6, 6)):
                home.offend(who, day + timedelta(days=rng.randint(0, 12)), "injunction")
        else:
            home.out_of_work(home.carer)
        home.expect("never_eligible")
        home.expect("never_paid")
    else:
        need_attendance(home, 9)
        need_crime(home)
        home.decline(day_between(rng, FIRST_ATTACHMENT + timedelta(days=14), date(2017, 11, 20)))
        home.expect("never_attached")
        home.expect("never_paid")
    return [home]


# Plain lives of families in need


def finds_work(world: World, rng: Random, variant: str) -> list[Home]:
    home = settle(world, rng, 0, f"employment:{variant}")
    season, last = SEASONS[variant]
    home.temper = slips.MILD
    if rng.random() < 0.6:
        need_attendance(home, rng.choice((last, 9)))
    else:
        need_crime(home)
    claim = home.out_of_work(home.carer)
    attached = home.support(*season)
    home.start_work(claim, attached + timedelta(days=rng.randint(10, 80)))
    home.partner_claims(claim)
    maybe_move(home)
    return [home]


def recovers(world: World, rng: Random, variant: str) -> list[Home]:
    home = settle(world, rng, 0, f"progress:{variant}")
    season, last = SEASONS[variant]
    home.temper = slips.MILD
    need_attendance(home, last if variant != "autumn" else rng.choice((2, 3)))
    need_crime(home)
    home.support(*season)
    if rng.random() < 0.4:
        home.in_work(home.adults[-1])
    maybe_move(home)
    return [home]


def never_recovers(world: World, rng: Random, variant: str) -> list[Home]:
    home = settle(world, rng, 0, "never_recovers")
    home.temper = slips.MILD
    needs = rng.choice(("attendance crime", "attendance work", "crime work", "attendance crime work"))
    if "attendance" in needs:
        need_attendance(home, 9)
    season = rng.choices((AUTUMN, SPRING, SUMMER), (70, 15, 15))[0]
    attached = home.support(*season)
    if "crime" in needs:
        who = need_crime(home)
        day = attached + timedelta(days=rng.randint(30, 90))
        while day < date(2019, 12, 20):
            home.offend(who, day)
            day += timedelta(days=rng.randint(60, 150))
    if "work" in needs:
        claim = home.out_of_work(home.carer)
        if rng.random() < 0.3:  # a job that does not last
            begins = attached + timedelta(days=rng.randint(40, 200))
            ends = begins + timedelta(days=rng.randint(20, 60))
            home.start_work(claim, begins, ends)
            home.out_of_work(home.carer, claim.benefit, ends + DAY)
        else:
            home.partner_claims(claim)
    return [home]


def keeps_consent_back(world: World, rng: Random, variant: str) -> list[Home]:
    """Recovers like the others, but nobody consented to the use of attendance for claims."""
    home = settle(world, rng, 0, "no_consent")
    home.temper = slips.MILD
    need_attendance(home)
    need_crime(home)
    home.support(*AUTUMN, consent=False)
    return [home]


def waits(world: World, rng: Random, variant: str) -> list[Home]:
    """Eligible, and nobody has come to them yet."""
    home = settle(world, rng, 0, "waiting")
    home.temper = slips.MILD
    need_attendance(home, 9)
    if rng.random() < 0.5:
        need_crime(home)
    else:
        home.partner_claims(home.out_of_work(home.carer))
    return [home]


# Plain lives without enough needs


def gets_by(world: World, rng: Random, variant: str) -> list[Home]:
    home = settle(world, rng, 0, "plain")
    if not (len(home.adults) == 1 and home.carer_is == "mother" and rng.random() < 0.1):
        father = None
    else:
        father = home.add_absent_father(in_term=rng.randrange(3))
    kind = rng.choices(("nothing", "in_work", "work", "attendance", "crime", "suspected"), (40, 22, 13, 12, 6, 7))[0]
    if kind == "in_work":
        home.partner_claims(home.in_work(home.carer))
    elif kind == "work":
        home.partner_claims(home.out_of_work(home.carer))
    elif kind == "attendance":
        home.be_truant(rng.choice(home.children), rng.choice((0, 0, 3)), rng.choice((4, 9)))
    elif kind == "crime":
        home.offend(home.suspect(), day_between(rng, STORY_BEGINS, date(2019, 12, 20)))
    elif kind == "suspected":
        home.offend(home.suspect(), day_between(rng, STORY_BEGINS, date(2019, 12, 20)), "none")
    if father and rng.random() < 0.4:
        home.in_work(father)
    draw = rng.random()
    if draw < 0.08:
        maybe_move(home, always=True)
    elif draw < 0.12 and len(home.adults) == 1 and not father:
        partner_moves_in(home)
    elif draw < 0.15 and len(home.adults) == 2 and kind in ("nothing", "attendance"):
        partner_moves_out(home)
    elif draw < 0.17:
        son_of_the_same_name(home)
    elif draw < 0.19 and len(home.children) < 4:
        born_on_the_same_day(home)
    elif draw < 0.21 and len(home.children) < 4:
        add_twins(home)
    return [home]


def of_one_name(world: World, rng: Random, variant: str) -> list[Home]:
    """Families that every borough has, however small: a son named after his father, siblings of one birthday."""
    home = settle(world, rng, 0, "plain", couple=True, children=1)
    {"son": son_of_the_same_name, "birthday": born_on_the_same_day, "twins": add_twins}[variant](home)
    return [home]


def maybe_move(home: Home, *, always: bool = False) -> None:
    """Once, all together, well inside a term; whoever has needs moves after the first wave."""
    rng = home.rng
    if not always and rng.random() > 0.08:
        return
    months = [(2018, 2), (2018, 5), (2018, 10), (2019, 5), (2019, 10)]
    year, month = rng.choice(months + ([(2016, 10), (2017, 2), (2017, 5)] if always else []))
    home.move(date(year, month, rng.randint(3, 26)), joint_laggard(rng))


def partner_moves_in(home: Home) -> None:
    rng = home.rng
    came = rng.choice((date(2017, 10, 14), date(2018, 5, 12), date(2018, 10, 20), date(2019, 5, 18)))
    elsewhere = home.world.home()
    sex = "male" if home.carer.sex == "female" else "female"
    partner = home.add_adult(sex, names.surname(rng, home.heritage), since=came, premises=elsewhere)
    partner.residences.append(Residence(home.premises, came))
    home.in_work(partner, date(2016, 11, 7))


def partner_moves_out(home: Home) -> None:
    rng = home.rng
    left = rng.choice((date(2017, 10, 14), date(2018, 5, 12), date(2018, 10, 20), date(2019, 5, 18)))
    partner = home.adults[1]
    next(member for member in home.family.members if member.person == partner.id).until = left - DAY
    partner.residences.append(Residence(home.world.home(), left))
    home.in_work(partner, date(2016, 11, 7))


def son_of_the_same_name(home: Home) -> None:
    """A grown son with his father's name, at his father's address, in other files under his own date of birth."""
    rng, world = home.rng, home.world
    father = next((adult for adult in home.adults if adult.sex == "male"), None)
    if father is None:
        return
    born = date(1996 + rng.randint(0, 2), rng.randint(1, 12), rng.randint(1, 28))
    father.date_of_birth = father.date_of_birth.replace(year=1966 + rng.randint(0, 9), day=1 + born.day % 27)
    son = world.named(father.forename, father.surname, born, "male", home.premises)
    home.family.members.append(Member(son.id, ADULT))
    world.tempers[father.id] = world.tempers[son.id] = slips.FLAWLESS
    home.in_work(son)
    if not any(claim.person == father.id for claim in world.claims):
        home.in_work(father)
    day = day_between(rng, date(2016, 10, 1), date(2019, 12, 1))
    world.incident(day, "noise", Involved(son.id, "witness"), Involved(father.id, "victim"))


def born_on_the_same_day(home: Home) -> None:
    """Two siblings with one birthday in different years."""
    rng = home.rng
    first = rng.choice(home.children)
    birthday = first.date_of_birth
    years = [year for year in range(2004, 2012) if year != birthday.year]
    rng.shuffle(years)
    for year in years:
        if (birthday.month, birthday.day) == (2, 29):
            continue
        born = birthday.replace(year=year)
        far = all(abs((born - child.date_of_birth).days) > 290 for child in home.children)
        if far and date(2004, 1, 1) <= born <= date(2011, 8, 31):
            home.add_child(first.surname, born=born)
            return


def add_twins(home: Home) -> tuple[Person, Person]:
    """Two more children, born together, with names that a tired clerk takes for one."""
    rng = home.rng
    taken = [person.forename for person in (*home.children, *home.adults, *home.infants)]
    pairs = [
        (sex, one, other)
        for sex, one, other in names.SIMILAR_TWINS
        if not any(names.same_forename(name, each) for name in (one, other) for each in taken)
    ]
    sex, one, other = rng.choice(pairs)
    while True:
        born = day_between(rng, date(2005, 1, 1), date(2010, 12, 31))
        if all(abs((born - child.date_of_birth).days) > 290 for child in home.children):
            break
    surname = home.children[0].surname
    first = home.add_child(surname, born=born, sex=sex, forename=one)
    second = home.add_child(surname, born=born, sex=sex, forename=other)
    home.world.twins.update((first.id, second.id))
    return first, second
