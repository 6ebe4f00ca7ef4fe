"""The outcomes plan read naively: every day on its own, every rule by looking at every day. Slow, and plainly right."""

from dataclasses import dataclass, field
from datetime import date, timedelta

ONE = timedelta(days=1)
OUT = {"jsa", "esa", "is", "ca", "uc"}


def back(day: date, months: int) -> date:
    year, month = day.year, day.month
    for _ in range(months):
        year, month = (year - 1, 12) if month == 1 else (year, month - 1)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError


def days(first: date, last: date) -> list[date]:
    return [first + n * ONE for n in range((last - first).days + 1)]


def easter(year: int) -> date:
    """The Sunday after the full moon of spring, as its almanac lists them."""
    return date.fromisoformat(
        f"{year}-" + {2015: "04-05", 2016: "03-27", 2017: "04-16", 2018: "04-01", 2019: "04-21", 2020: "04-12"}[year]
    )


TERMS = [
    term
    for year in range(2015, 2021)
    for term in (
        (date(year, 1, 1), easter(year)),
        (easter(year) + ONE, date(year, 7, 31)),
        (date(year, 8, 1), date(year, 12, 31)),
    )
]


def opens(term: tuple[date, date]) -> date:
    """The first day of the term on which a school may be open."""
    if term[0].month == 8:
        likely = [date(term[0].year, 9, day) for day in range(1, 8)]
    elif term[0].month == 1:
        likely = [date(term[0].year, 1, day) for day in range(1, 8)]
        likely = [day for day in likely if day.weekday() < 5][1:]  # the first weekday of the year is a holiday
    else:
        likely = [term[0] + ONE]
    return next(day for day in likely if day.weekday() < 5)


@dataclass
class Someone:
    role: str
    since: date
    until: date | None = None
    terms: dict[tuple[date, date], tuple[int, int]] = field(default_factory=dict)
    incidents: list[tuple[date, str]] = field(default_factory=list)
    benefits: list[tuple[str, date, date | None]] = field(default_factory=list)
    work: list[tuple[date, date | None]] = field(default_factory=list)

    def there(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)

    def on_benefit(self, day: date) -> set[str]:
        return {b for b, f, t in self.benefits if b in OUT and f <= day and (t is None or day <= t)}


@dataclass
class Home:
    people: list[Someone]
    police: set[date]
    jobcentre: set[date]
    last: date
    worked: dict[int, date | None] = field(default_factory=dict)

    def shows(self, who: Someone, need: str, day: date) -> bool:
        if need == "attendance":
            if who.role != "child":
                return False
            had = [who.terms[t] for t in TERMS if t[1] <= day and who.terms.get(t, (0, 0))[0] > 0][-3:]
            return len(had) == 3 and 10 * sum(a for _, a in had) > sum(p for p, _ in had)
        if need == "crime_asb":
            return any(back(day, 12) < on <= day and action != "none" for on, action in who.incidents)
        return who.role != "child" and bool(who.on_benefit(day))

    def needs(self, day: date) -> dict[str, list[Someone]]:
        found = {
            need: [p for p in self.people if p.there(day) and self.shows(p, need, day)]
            for need in ("attendance", "crime_asb", "work")
        }
        return {need: people for need, people in found.items() if people}

    def eligible(self, day: date) -> bool:
        if not any(p.there(day) and p.role == "child" for p in self.people):
            return False
        needs = self.needs(day)
        home = [n for n, people in needs.items() if any(p.role != "non_resident_parent" for p in people)]
        return bool(home) and len(home) + min(1, len(needs) - len(home)) >= 2

    def add_raised(self, found: dict[str, list[Someone]], day: date) -> None:
        """What this day adds to the needs in force."""
        for need in ("attendance", "crime_asb", "work"):
            if need == "attendance" and not any(t[1] == day for t in TERMS):
                continue
            for who in self.people:
                if who.there(day) and not (need == "work" and who.role != "adult") and self.shows(who, need, day):
                    raisers = found.setdefault(need, [])
                    if not any(who is each for each in raisers):
                        raisers.append(who)

    def attendance_met(self, attached: date, day: date, raisers: list[Someone]) -> bool:
        tested = [
            p
            for p in self.people
            if p.there(day) and ((p.role == "child" and any(t[1] <= day for t in p.terms)) or p in raisers)
        ]
        ended = [t for t in TERMS if t[1] <= day]
        if not tested:
            return False
        if not any(p.terms.get(ended[-1], (0, 0))[0] for p in tested):
            ended.pop()
        three = ended[-3:]
        return opens(three[0]) > attached and all(
            p.terms.get(t, (0, 0))[0] > 0 and 10 * p.terms[t][1] <= p.terms[t][0] for p in tested for t in three
        )

    def crime_met(self, attached: date, day: date, raisers: list[Someone]) -> bool:
        window = days(back(day, 6) + ONE, day)
        if window[0] <= attached or not set(window) <= self.police:
            return False
        tested = [p for p in self.people if p.there(day) or p in raisers]
        return not any(on in window for p in tested for on, _ in p.incidents)

    def employed_on(self, who: Someone, attached: date) -> date | None:
        if id(who) not in self.worked:
            self.worked[id(who)] = self.look_for_work(who, attached)
        return self.worked[id(who)]

    def look_for_work(self, who: Someone, attached: date) -> date | None:
        if who.role != "adult" or not who.there(attached) or not self.jobcentre:
            return None
        jobs = [w for w in who.work if w[0] >= attached and w[0] <= max(self.jobcentre)]
        if not jobs:
            return None
        first = min(f for f, _ in jobs)
        found = []
        for benefit in who.on_benefit(attached):
            need, length = (182, 210) if benefit in ("jsa", "uc") else (91, 91)
            for begins in days(first, max(self.jobcentre)):
                at_work = 0
                for each in days(begins, begins + (length - 1) * ONE):
                    if each not in self.jobcentre:
                        break
                    at_work += any(f <= each and (t is None or each <= t) for f, t in jobs)
                    if at_work >= need:
                        found.append(each)
                        break
        return min(found, default=None)

    def work_met(self, attached: date, day: date, raisers: list[Someone]) -> bool:
        home = [p for p in raisers if p.role == "adult"]
        if home:
            return all((on := self.employed_on(p, attached)) is not None and on <= day for p in home)
        window = days(back(day, 6) + ONE, day)
        return set(window) <= self.jobcentre and not any(p.on_benefit(d) for p in raisers for d in window)

    def contrary(self, day: date, work_in_force: bool) -> bool:
        for who in self.people:
            if any(day < on <= self.last and who.there(on) for on, _ in who.incidents):
                return True
            for (_, ended), (possible, absent) in who.terms.items():
                late = day < ended <= self.last and who.there(ended) and who.role == "child"
                if late and possible and 10 * absent > possible:
                    return True
            if who.role == "adult" and not work_in_force:
                begun = [f for _, f, _ in who.benefits]
                if any(day < f <= self.last and who.there(f) for f in begun):
                    return True
        return False

    def result(self, attached: date) -> tuple[date, str] | None:
        worked = [on for p in self.people if (on := self.employed_on(p, attached))]
        by_job = min(worked, default=None)
        needs = {need: list(people) for need, people in self.needs(attached).items()}
        for day in days(attached + ONE, self.last):
            if by_job is not None and day >= by_job:
                return by_job, "continuous_employment"
            self.add_raised(needs, day)
            met = (
                ("attendance" not in needs or self.attendance_met(attached, day, needs["attendance"]))
                and ("crime_asb" not in needs or self.crime_met(attached, day, needs["crime_asb"]))
                and ("work" not in needs or self.work_met(attached, day, needs["work"]))
            )
            if needs and met and not self.contrary(day, "work" in needs):
                return day, "significant_and_sustained_progress"
        return (by_job, "continuous_employment") if by_job else None


@dataclass
class Ledger:
    """Who may have a result beside whom, read from the sentences: families that share a child are one until two people
    answered that they are two; one result and one fee for the same people; a merge of people makes them the same, its
    undoing another. Everything is asked anew each time, of everybody.
    """

    children: dict[str, set[str]] = field(default_factory=dict)
    attached: dict[str, date] = field(default_factory=dict)
    result: dict[str, date] = field(default_factory=dict)
    merged: dict[str, str] = field(default_factory=dict)
    answers: dict[frozenset[str], tuple[str, date | None]] = field(default_factory=dict)
    paid: list[str] = field(default_factory=list)

    def who(self, child: str) -> str:
        while child in self.merged:
            child = self.merged[child]
        return child

    def share(self, one: str, other: str) -> bool:
        return bool({self.who(c) for c in self.children[one]} & {self.who(c) for c in self.children[other]})

    def one_family(self, one: str) -> set[str]:
        """All that were answered to be the same, however many answers lie between."""
        found = {one}
        while True:
            more = {
                f for pair, (said, _) in self.answers.items() if said == "same_family" and pair & found for f in pair
            }
            if more <= found:
                return found
            found |= more

    def exclude(self, one: str, other: str, days: dict[str, date]) -> str:
        """Why not both: "same" beyond doubt, "asked", or nothing."""
        if other in self.one_family(one):
            return "same"
        why = ""
        for here in self.one_family(one):
            for there in self.one_family(other):
                said, joined = self.answers.get(frozenset((here, there)), ("", None))
                if said == "joined_later" and joined and max(days[one], days[other]) >= joined:
                    return "same"
                if not said and self.share(here, there):
                    why = "asked"
        return why

    def settle(self) -> int:
        """What is paid, and what goes back, until nothing changes. Units: results that stand."""
        standing: list[str] = []
        for family in self.paid:
            if not any(self.exclude(family, other, self.result) == "same" for other in standing):
                standing.append(family)
        for family in sorted(self.result, key=lambda f: (self.result[f], f)):
            if family not in standing and not any(self.exclude(family, o, self.result) for o in standing):
                standing.append(family)
        self.paid = standing
        return len(standing)

    def funded(self) -> int:
        funded: list[str] = []
        for family in sorted(self.attached, key=lambda f: (self.attached[f], f)):
            if not any(self.exclude(family, other, self.attached) for other in funded):
                funded.append(family)
        return len(funded)
