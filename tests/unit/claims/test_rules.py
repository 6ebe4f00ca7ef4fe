"""The evaluator against a naive reading of the same page, day by day, and rules one by one."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any, cast
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claims.frameworks.catalogue import find_plan
from claims.rules.calendar import Days, SchoolCalendar, financial_year, first_day_clear_of, months_before
from claims.rules.evaluate import Evaluation
from claims.rules.facts import FOREVER, Coverage, FamilyFacts, Member, Record, SupportDates, Use
from claims.rules.plan import OutcomesPlan
from fixtures.soak import SOAK, times
from unit.claims.oracle import TERMS, Home, Someone, back, days

PLAN = cast(OutcomesPlan, find_plan("outcomes-plan-2015", 2))
FIRST, LAST = date(2016, 9, 1), date(2018, 12, 31)
HELD = [t for t in TERMS if t[1] >= FIRST and t[1] <= LAST]

# Most families are in need before they are attached and better afterwards; else hardly one would have a result.
MIDDLE, END = date(2017, 9, 1), date(2019, 7, 31)
KNOWN = [t for t in TERMS if t[1] >= FIRST and t[1] <= END]
before, after = st.dates(FIRST, MIDDLE), st.dates(MIDDLE, END)
mostly_before = st.one_of(before, before, before, before, after)
attachments = st.dates(date(2017, 8, 20), date(2017, 12, 31))
rarely = st.sampled_from([False] * 9 + [True])


@st.composite
def someone(draw: st.DrawFn, role: str) -> Someone:
    since = draw(st.sampled_from([FIRST] * 6 + [date(2017, 6, 1), date(2018, 2, 14)]))
    until = draw(st.sampled_from([None] * 6 + [date(2018, 3, 31), date(2018, 10, 9)]))
    who = Someone(role, since, until)
    if role == "child":
        bad, good = [(100, 30), (100, 11), (100, 30)], [(100, 10), (100, 5), (0, 0)]
        for term in KNOWN:
            usual, other = (bad, good) if term[1] < MIDDLE else (good[:2], [*bad, (0, 0), None])
            sessions = draw(st.sampled_from(other if draw(rarely) else usual))
            if sessions:
                who.terms[term] = sessions
    who.incidents = draw(st.lists(st.tuples(mostly_before, st.sampled_from(["none", "warning"])), max_size=2))
    if role != "child" and draw(st.booleans()):
        begins, stops = draw(before), draw(st.dates(date(2017, 10, 1), date(2018, 3, 1)))
        who.benefits = [(draw(st.sampled_from(["jsa", "esa", "uc", "ca"])), begins, None if draw(rarely) else stops)]
        if draw(rarely):
            again = draw(after)
            who.benefits.append((draw(st.sampled_from(["jsa", "esa"])), again, again + timedelta(days=40)))
        if draw(st.booleans()):
            lost = stops + timedelta(days=draw(st.integers(60, 250)))
            who.work = [(stops, lost)]
            found = lost + timedelta(days=draw(st.integers(1, 40)))
            who.work += [(found, None)] if draw(st.booleans()) else []
    return who


@st.composite
def homes(draw: st.DrawFn) -> Home:
    roles = draw(
        st.sampled_from([["child"], ["child", "adult"], ["child", "child", "adult"],
                         ["child", "adult", "non_resident_parent"], ["child", "non_resident_parent"]])
    )  # fmt: skip
    holes = [draw(after) if draw(st.sampled_from([False] * 4 + [True])) else None for _ in range(2)]
    police, jobcentre = (set(days(FIRST, END)) - {hole} for hole in holes)
    return Home([draw(someone(role)) for role in roles], police, jobcentre, END)


def spans(covered: set[date]) -> Days:
    return Days([(day, day) for day in covered])


def known(home: Home, attached: date) -> FamilyFacts:
    records: list[Record] = []
    serial = iter(range(1, 1000))

    def add(person: UUID, category: str, begins: date, ends: date | None, values: dict[str, Any]) -> None:
        id = UUID(int=next(serial))
        records.append(Record(id, person, category, category, begins, ends or FOREVER, values))

    members = []
    for number, who in enumerate(home.people):
        id = UUID(int=10_000 + number)
        members.append(Member(id, who.role, who.since, who.until or FOREVER, (2008, 1)))
        for (begins, ends), (possible, absent) in who.terms.items():
            values = {"sessions.possible": possible, "sessions.authorised": absent, "sessions.unauthorised": 0}
            add(id, "attendance", begins, ends, values)
        for on, action in who.incidents:
            add(id, "anti_social_behaviour", on, on, {"asb.role": "suspect", "asb.action": action})
        for kind, begins, until in who.benefits:
            add(id, "benefits", begins, until, {"benefit.claim": kind})
        for begins, until in who.work:
            add(id, "benefits", begins, until, {"work.spell": 1})
    coverage = Coverage(
        {"anti_social_behaviour": spans(home.police), "benefits": spans(home.jobcentre)},
        {"anti_social_behaviour": ("police",), "benefits": ("jobcentre",)},
        home.last,
    )
    support = SupportDates(dict.fromkeys(PLAN.gate, attached))
    return FamilyFacts(UUID(int=1), tuple(members), tuple(records), support, coverage)


@settings(max_examples=times(120, 5_000), deadline=None, suppress_health_check=list(HealthCheck), derandomize=not SOAK)
@given(homes(), attachments)
def test_the_evaluator_says_what_a_naive_reading_day_by_day_says(home: Home, attached: date) -> None:
    evaluation = Evaluation(PLAN, known(home, attached))
    assert evaluation.eligibility(attached).eligible == home.eligible(attached)
    result = evaluation.result()
    expected = home.result(attached) if home.eligible(attached) else None
    assert ((result.on, result.type) if result else None) == expected


@settings(max_examples=times(60, 1_000), deadline=None, suppress_health_check=list(HealthCheck), derandomize=not SOAK)
@given(homes(), attachments, st.randoms())
def test_the_order_in_which_facts_came_changes_nothing(home: Home, attached: date, rng: Any) -> None:
    facts = known(home, attached)
    records, members = list(facts.records), list(facts.members)
    rng.shuffle(records)
    rng.shuffle(members)
    shuffled = FamilyFacts(facts.family, tuple(members), tuple(records), facts.support, facts.coverage)
    one, other = Evaluation(PLAN, facts).result(), Evaluation(PLAN, shuffled).result()
    assert (one and one.trace()) == (other and other.trace())


def recovered() -> Home:
    """A boy who missed school and broke a window, and does neither any more."""
    boy = Someone("child", FIRST, incidents=[(date(2017, 7, 31), "warning")])
    boy.terms = {t: (100, 20) if t[1] < date(2017, 9, 1) else (100, 10) for t in HELD}
    mother = Someone("adult", FIRST)
    covered = set(days(FIRST, LAST))
    return Home([boy, mother], covered, covered, LAST)


A = date(2017, 9, 30)
A_SCHOOL_DAY = date(2017, 9, 1)


def test_exactly_a_tenth_is_no_need_and_is_progress() -> None:
    home = recovered()
    result = Evaluation(PLAN, known(home, A)).result()
    assert result is not None and result.on == date(2018, 12, 31)
    home.people[0].terms = dict.fromkeys(HELD, (100, 10))
    assert not Evaluation(PLAN, known(home, A)).eligibility(A).eligible


@pytest.mark.parametrize(
    ("incident", "result"),
    [(date(2018, 6, 30), "2018-12-31"), (date(2018, 7, 1), None), (date(2018, 5, 5), "2018-12-31")],
)
def test_half_a_year_is_counted_from_the_incident_to_the_day(incident: date, result: str | None) -> None:
    home = recovered()
    home.people[0].incidents.append((incident, "warning"))
    found = Evaluation(PLAN, known(home, A)).result()
    assert (found.on.isoformat() if found else None) == result


def test_two_needs_of_a_father_elsewhere_count_for_one() -> None:
    father = Someone("non_resident_parent", FIRST, incidents=[(date(2017, 7, 1), "warning")])
    father.benefits = [("jsa", FIRST, None)]
    home = Home([Someone("child", FIRST), father], set(days(FIRST, LAST)), set(days(FIRST, LAST)), LAST)
    assert Evaluation(PLAN, known(home, A)).eligibility(A).reason == "no_need_at_home"
    home.people[0].incidents = [(date(2017, 7, 1), "warning")]
    assert Evaluation(PLAN, known(home, A)).eligibility(A).eligible


@pytest.mark.parametrize(("gap", "days_lost"), [(28, 28), (29, None)])
def test_a_job_may_pause_for_four_weeks_and_no_longer(gap: int, days_lost: int | None) -> None:
    home = recovered()
    begins = date(2017, 11, 1)
    pause = begins + timedelta(days=100)
    home.people[1].benefits = [("jsa", FIRST, begins - timedelta(days=1))]
    home.people[1].work = [
        (begins, pause - timedelta(days=1)),
        (pause + timedelta(days=gap), begins + timedelta(days=181 + gap)),
    ]
    found = Evaluation(PLAN, known(home, A)).result()
    if days_lost is None:
        assert found is None or found.type != "continuous_employment"
    else:
        assert found is not None
        assert (found.type, (found.on - begins).days + 1) == ("continuous_employment", 182 + days_lost)


def test_what_may_not_be_used_shows_nothing_as_met_and_speaks_against_nothing() -> None:
    home = recovered()
    boy, school = UUID(int=10_000), "attendance"
    refused = frozenset({Use(boy, school, school)})
    assert Evaluation(PLAN, known(home, A), refused).result() is None
    home.people[0].terms = {}
    home.people[0].incidents = [(date(2017, 7, 31), "warning")]
    home.people.append(Someone("non_resident_parent", FIRST, benefits=[("jsa", FIRST, date(2017, 12, 1))]))
    plain = Evaluation(PLAN, known(home, A)).result()
    home.people[0].terms = {HELD[-1]: (100, 30)}
    bad, unused = Evaluation(PLAN, known(home, A)).result(), Evaluation(PLAN, known(home, A), refused).result()
    assert plain is not None and bad is not None and unused is not None
    assert (plain.on, bad.on, unused.on) == (date(2018, 6, 1), date(2018, 12, 31), date(2018, 6, 1))


def test_progress_says_what_is_lacking() -> None:
    home = recovered()
    home.police -= {date(2018, 11, 11)}
    del home.people[0].terms[HELD[-2]]
    needs = {n.criterion: (n.verdict.value, n.reason) for n in Evaluation(PLAN, known(home, A)).progress(A, LAST).needs}
    assert needs == {
        "attendance": ("not_enough_evidence", "term_missing"),
        "crime_asb": ("not_enough_evidence", "not_covered"),
    }


@given(st.dates(date(2001, 1, 1), date(2050, 1, 1)), st.sampled_from([6, 12]))
def test_months_are_counted_as_the_page_says(day: date, months: int) -> None:
    assert months_before(day, months) == back(day, months)
    clear = first_day_clear_of(day, months)
    assert back(clear, months) >= day > back(clear - timedelta(days=1), months)


def test_financial_years_and_terms_follow_each_other() -> None:
    assert [financial_year(date(2018, 3, 31)), financial_year(date(2018, 4, 1))] == ["2017/18", "2018/19"]
    terms: SchoolCalendar = PLAN.terms
    autumn = terms.find_last_ended(date(2018, 8, 31)) + 1
    assert (terms.all[autumn].begins, terms.all[autumn].first_session) == (date(2018, 8, 1), date(2018, 9, 3))


def test_spring_ends_on_easter_sunday_and_not_in_march() -> None:
    terms = PLAN.terms
    for sunday in (date(2017, 4, 16), date(2018, 4, 1), date(2019, 4, 21)):
        assert terms.all[terms.find_last_ended(sunday)].ends == sunday
        assert terms.all[terms.find_last_ended(sunday - timedelta(days=1))].name == "autumn"


@pytest.mark.parametrize(
    ("attached", "result"),
    [
        (date(2017, 8, 20), date(2018, 7, 31)),
        (date(2017, 8, 31), date(2018, 7, 31)),
        (A_SCHOOL_DAY, date(2018, 12, 31)),
    ],
)
def test_a_family_attached_in_august_keeps_its_autumn(attached: date, result: date) -> None:
    home = recovered()
    home.people[0].incidents = [(date(2017, 1, 10), "warning")]
    found = Evaluation(PLAN, known(home, attached)).result()
    assert found is not None and found.on == result


def test_a_council_whose_schools_begin_on_another_day_says_so() -> None:
    terms = SchoolCalendar(
        PLAN.terms.all, {"thornbury": {("2017/18", "autumn"): date(2017, 9, 6)}}, one_record_a_school=True
    )
    autumn = terms.find_last_ended(date(2017, 12, 31))
    assert [terms.first_session(autumn, area) for area in ("thornbury", "elsewhere", None)] == [
        date(2017, 9, 6), date(2017, 9, 1), date(2017, 9, 1),
    ]  # fmt: skip
    facts = known(recovered(), date(2017, 9, 5))
    reason = {
        area: Evaluation(replace(PLAN, terms=terms), replace(facts, area=area))
        .progress(date(2017, 9, 5), date(2018, 7, 31))
        .needs[0]
        .reason
        for area in ("thornbury", "elsewhere")
    }
    assert reason == {"thornbury": "terms_below", "elsewhere": "too_early"}


def test_what_an_older_release_dated_by_months_still_tells_of_its_term() -> None:
    first, second = (find_plan("outcomes-plan-2015", version) for version in (1, 2))
    assert first is not None and second is not None
    for plan in (first, second):
        spring = plan.terms.find_last_ended(date(2018, 4, 1))
        assert plan.terms.find_told(date(2018, 1, 1), date(2018, 3, 31)) == (spring, "spring")
        assert plan.terms.find_told(date(2018, 1, 1), date(2018, 4, 1)) == (spring, "spring")
    home, stored = recovered(), {}
    for begins, ends in HELD:
        in_months = {8: (9, 1), 4: (4, 1), 1: (1, 1)}[begins.month]
        last = date(ends.year, 3, 31) if begins.month == 1 else ends
        stored[date(begins.year, *in_months), last] = home.people[0].terms[begins, ends]
    assert set(stored) != set(HELD)
    home.people[0].terms = stored
    found = Evaluation(second, known(home, A)).result()
    assert found is not None and found.on == date(2018, 12, 31)
