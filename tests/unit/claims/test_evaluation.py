"""What the plan says of a family, case by case: who is looked at, since when a need is in force, which day counts."""

from collections.abc import Mapping
from datetime import date
from typing import cast
from uuid import UUID

import pytest

from claims.frameworks.catalogue import find_plan
from claims.rules.calendar import Days, financial_year_ends, months_before
from claims.rules.case import Case
from claims.rules.evaluate import Evaluation
from claims.rules.facts import FOREVER, Coverage, FamilyFacts, Member, Record, SupportDates, Use
from claims.rules.needs import find_need, list_raised
from claims.rules.plan import OutcomesPlan
from claims.rules.verdicts import Finding, Verdict

PLAN = cast(OutcomesPlan, find_plan("outcomes-plan-2015", 2))
FIRST, A, LAST = date(2016, 1, 1), date(2017, 9, 30), date(2018, 12, 31)
BOY, GIRL, MOTHER, FATHER = (UUID(int=number) for number in (1, 2, 3, 4))
ATTENDANCE, CRIME, WORK = PLAN.criteria
SOURCES = {"attendance": "education", "anti_social_behaviour": "police", "benefits": "jobcentre"}


def d(text: str) -> date:
    return date.fromisoformat(text)


class Records:
    """The lines of a family, one after another."""

    def __init__(self) -> None:
        self.all: list[Record] = []

    def add(self, who: UUID, category: str, begins: str, to: str | None, values: Mapping[str, str | int]) -> UUID:
        id = UUID(int=1000 + len(self.all))
        ends = d(to) if to else FOREVER
        self.all.append(Record(id, who, category, SOURCES[category], d(begins), ends, values))
        return id

    def incident(self, who: UUID, on: str, action: str = "warning") -> UUID:
        return self.add(who, "anti_social_behaviour", on, on, {"asb.role": "suspect", "asb.action": action})

    def benefit(self, who: UUID, begins: str, to: str | None = None, kind: str = "jsa") -> UUID:
        return self.add(who, "benefits", begins, to, {"benefit.claim": kind})

    def work(self, who: UUID, begins: str, to: str | None = None) -> UUID:
        return self.add(who, "benefits", begins, to, {"work.spell": 1})

    def term(self, who: UUID, begins: str, to: str, possible: int, absent: int) -> UUID:
        values = {"sessions.possible": possible, "sessions.authorised": absent, "sessions.unauthorised": 0}
        return self.add(who, "attendance", begins, to, values)


def family(
    records: Records,
    *members: Member,
    parts: Mapping[str, date] | None = None,
    declined: date | None = None,
    covered: Mapping[str, Days] | None = None,
    last: date | None = LAST,
) -> FamilyFacts:
    everything = Days([(FIRST, LAST)])
    feeds = covered or {"anti_social_behaviour": everything, "benefits": everything}
    sources = {"anti_social_behaviour": ("police",), "benefits": ("jobcentre",)}
    support = SupportDates(dict.fromkeys(PLAN.gate, A) if parts is None else parts, declined)
    return FamilyFacts(UUID(int=9), members, tuple(records.all), support, Coverage(feeds, sources, last))


def member(
    who: UUID, role: str, begins: date = FIRST, ends: date = FOREVER, born: tuple[int, int] | None = None
) -> Member:
    return Member(who, role, begins, ends, born)


CHILD, ADULT, ELSEWHERE = member(BOY, "child"), member(MOTHER, "adult"), member(FATHER, "non_resident_parent")


def in_need() -> Records:
    """A boy who broke a window and a mother without work, from before support began."""
    records = Records()
    records.incident(BOY, "2017-07-01")
    records.benefit(MOTHER, "2017-01-10", "2017-11-30")
    return records


# --- eligible


@pytest.mark.parametrize(
    ("child", "dependent"),
    [
        (member(BOY, "child"), True),  # month of birth unknown
        (member(BOY, "child", born=(1999, 10)), True),
        (member(BOY, "child", born=(1999, 9)), False),  # 18 from 1 September on
        (member(BOY, "adult", born=(2010, 1)), False),
        (member(BOY, "child", ends=date(2017, 9, 29)), False),
        (member(BOY, "child", begins=date(2017, 9, 30)), True),
        (member(BOY, "child", begins=date(2017, 10, 1)), False),
        (member(BOY, "child", ends=date(2017, 9, 30)), True),
    ],
)
def test_a_family_has_a_child_who_lives_there_and_is_not_of_age(child: Member, dependent: bool) -> None:
    case = Case(PLAN.roles, PLAN.terms, family(Records(), child, ADULT))
    assert case.dependents(A) == ([BOY] if dependent else [])


def test_one_child_who_is_young_enough_is_enough() -> None:
    facts = family(in_need(), member(GIRL, "child", born=(1990, 1)), member(BOY, "child", born=(2008, 1)), ADULT)
    assert Evaluation(PLAN, facts).eligibility(A).eligible


def test_each_reason_for_which_a_family_is_not_eligible_is_said() -> None:
    def reason(records: Records, *members: Member) -> str:
        found = Evaluation(PLAN, family(records, *members)).eligibility(A)
        assert found.eligible == (found.reason == "enough_needs")
        return found.reason

    alone = Records()
    alone.incident(BOY, "2017-07-01")
    away = Records()
    away.incident(FATHER, "2017-07-01")
    away.benefit(FATHER, "2017-01-10")
    assert reason(in_need(), CHILD, ADULT) == "enough_needs"
    assert reason(in_need(), member(BOY, "child", born=(1999, 9)), ADULT) == "no_dependent_child"
    assert reason(alone, CHILD, ADULT) == "too_few_needs"
    assert reason(away, CHILD, ADULT, ELSEWHERE) == "no_need_at_home"
    away.incident(BOY, "2017-07-02")
    assert reason(away, CHILD, ADULT, ELSEWHERE) == "enough_needs"


def test_a_need_names_who_shows_it_with_records_and_figures_in_one_order() -> None:
    records = Records()
    later, first = records.incident(BOY, "2017-08-01"), records.incident(BOY, "2017-07-01")
    hers = records.incident(MOTHER, "2017-06-01")
    case = Case(PLAN.roles, PLAN.terms, family(records, ADULT, CHILD))
    found = find_need(case, CRIME, A)
    assert found == Finding(
        "crime_asb",
        Verdict.MET,
        "events",
        (BOY, MOTHER),
        tuple(sorted((later, first, hers))),
        (Use(BOY, "anti_social_behaviour", "police"), Use(MOTHER, "anti_social_behaviour", "police")),
        ((str(BOY), {"events": 2}), (str(MOTHER), {"events": 1})),
    )
    assert found.trace() == {
        "criterion": "crime_asb", "verdict": "met", "reason": "events", "since": None,
        "persons": [str(BOY), str(MOTHER)], "records": [str(id) for id in sorted((later, first, hers))],
        "figures": {str(BOY): {"events": 2}, str(MOTHER): {"events": 1}},
    }  # fmt: skip


def test_a_rate_says_what_was_possible_and_what_was_missed() -> None:
    records = Records()
    for span in (("2016-09-01", "2016-12-31"), ("2017-01-01", "2017-03-31"), ("2017-04-01", "2017-07-31")):
        records.term(BOY, *span, 100, 20)
    case = Case(PLAN.roles, PLAN.terms, family(records, CHILD))
    assert find_need(case, ATTENDANCE, A).figures == ((str(BOY), {"possible": 300, "absent": 60}),)
    assert find_need(case, WORK, A) == Finding("work", Verdict.NOT_MET, "nobody_to_test")


def test_where_of_one_it_is_not_known_nobody_says_that_there_is_no_need() -> None:
    records = Records()
    for span in (("2016-09-01", "2016-12-31"), ("2017-01-01", "2017-03-31"), ("2017-04-01", "2017-07-31")):
        records.term(BOY, *span, 100, 0)
    found = find_need(Case(PLAN.roles, PLAN.terms, family(records, CHILD, member(GIRL, "child"))), ATTENDANCE, A)
    assert (found.verdict, found.reason, found.persons) == (Verdict.NOT_ENOUGH, "too_few_terms", ())


# --- attached


def test_the_attachment_is_the_latest_of_the_gates_four_dates() -> None:
    parts = dict.fromkeys(PLAN.gate, d("2017-09-01")) | {"assessment": A}
    found = Evaluation(PLAN, family(in_need(), CHILD, ADULT, parts=parts)).attachment()
    assert (found.on, found.missing, found.reason) == (A, (), "attached")
    del parts["plan"]
    found = Evaluation(PLAN, family(in_need(), CHILD, ADULT, parts=parts)).attachment()
    assert (found.on, found.missing, found.reason) == (None, ("plan",), "gate_incomplete")
    found = Evaluation(PLAN, family(Records(), CHILD, ADULT)).attachment()
    assert (found.on, found.reason, found.eligibility is not None) == (None, "not_eligible_then", True)


@pytest.mark.parametrize(("declined", "attached"), [("2017-09-29", None), ("2017-09-30", None), ("2017-10-01", A)])
def test_a_family_that_declined_by_the_day_of_attachment_is_not_attached(declined: str, attached: date | None) -> None:
    found = Evaluation(PLAN, family(in_need(), CHILD, ADULT, declined=d(declined))).attachment()
    assert (found.on, found.reason) == (attached, "attached" if attached else "declined")


def test_a_family_that_declined_before_the_gate_was_passed_has_declined() -> None:
    found = Evaluation(PLAN, family(in_need(), CHILD, ADULT, parts={}, declined=d("2017-09-01"))).attachment()
    assert (found.on, found.missing, found.reason) == (None, PLAN.gate, "declined")


# --- which needs are in force


def raised(facts: FamilyFacts, until: date = LAST) -> list[tuple[str, str, UUID, bool]]:
    found = list_raised(Case(PLAN.roles, PLAN.terms, facts), PLAN, A, until)
    return [(each.day.isoformat(), each.criterion, each.person, each.at_home) for each in found]


def test_needs_are_in_force_from_attachment_or_from_the_day_on_which_they_begin() -> None:
    records = in_need()
    records.incident(MOTHER, "2018-03-01")
    records.incident(BOY, "2018-02-01")
    records.incident(MOTHER, "2018-02-15")
    records.incident(GIRL, "2018-02-20", action="none")
    assert raised(family(records, CHILD, ADULT, member(GIRL, "child"))) == [
        ("2017-09-30", "crime_asb", BOY, True),
        ("2017-09-30", "work", MOTHER, True),
        ("2018-02-15", "crime_asb", MOTHER, True),
    ]


def test_what_begins_after_the_last_day_is_not_in_force_yet() -> None:
    records = in_need()
    records.incident(MOTHER, "2018-02-15")
    facts = family(records, CHILD, ADULT)
    assert len(raised(facts, d("2018-02-14"))) == 2 and len(raised(facts, d("2018-02-15"))) == 3


def test_an_old_incident_of_somebody_who_moves_in_counts_from_that_day() -> None:
    records = in_need()
    records.incident(GIRL, "2017-08-01")
    joined = member(GIRL, "child", begins=d("2018-01-10"))
    assert raised(family(records, CHILD, ADULT, joined))[-1] == ("2018-01-10", "crime_asb", GIRL, True)
    late = member(GIRL, "child", begins=d("2018-08-02"))
    assert len(raised(family(records, CHILD, ADULT, late))) == 2  # more than twelve months after it


def test_an_incident_of_the_day_of_attachment_is_in_force_once() -> None:
    records = in_need()
    records.incident(BOY, "2017-09-30")
    assert [each[:3] for each in raised(family(records, CHILD, ADULT)) if each[1] == "crime_asb"] == [
        ("2017-09-30", "crime_asb", BOY)
    ]


def test_a_benefit_of_a_father_elsewhere_after_attachment_adds_nothing_until_he_moves_in() -> None:
    records = in_need()
    records.benefit(FATHER, "2017-12-01")
    away = member(FATHER, "non_resident_parent", ends=d("2018-04-30"))
    assert [each[2] for each in raised(family(records, CHILD, ADULT, away))] == [BOY, MOTHER]
    home = member(FATHER, "adult", begins=d("2018-05-01"))
    assert raised(family(records, CHILD, ADULT, away, home))[-1] == ("2018-05-01", "work", FATHER, True)


def test_a_need_raised_from_elsewhere_is_raised_again_at_home_and_nowhere_else() -> None:
    records = in_need()
    records.benefit(FATHER, "2017-01-01")
    records.incident(FATHER, "2017-09-01")
    away = member(FATHER, "non_resident_parent", ends=d("2018-04-30"))
    home = member(FATHER, "adult", begins=d("2018-05-01"))
    his = [each for each in raised(family(records, CHILD, ADULT, away, home)) if each[2] == FATHER]
    assert his == [
        ("2017-09-30", "crime_asb", FATHER, False),
        ("2017-09-30", "work", FATHER, False),
        ("2018-05-01", "crime_asb", FATHER, True),
        ("2018-05-01", "work", FATHER, True),
    ]
    assert [each for each in raised(family(records, CHILD, ADULT, ELSEWHERE)) if each[2] == FATHER] == his[:2]


# --- how they stand


def test_progress_counts_needs_up_to_the_day_and_says_since_when() -> None:
    records = in_need()
    records.incident(MOTHER, "2018-02-15")
    evaluation = Evaluation(PLAN, family(records, CHILD, ADULT))
    before, after = evaluation.progress(A, d("2018-02-14")), evaluation.progress(A, d("2018-02-15"))
    assert [(need.criterion, need.since) for need in before.needs] == [("crime_asb", A), ("work", A)]
    assert (before.needs[0].reason, after.needs[0].reason) == ("too_early", "event_in_window")
    assert after.needs[0].persons == (MOTHER,) and not after.met
    assert dict(after.needs[0].figures) == {"window": ["2017-08-16", "2018-02-15"]}


def test_a_need_that_is_raised_later_is_not_asked_about_before() -> None:
    records = Records()
    records.incident(BOY, "2017-07-01")
    records.benefit(MOTHER, "2018-03-01")
    evaluation = Evaluation(PLAN, family(records, CHILD, ADULT))
    assert [need.criterion for need in evaluation.progress(A, d("2018-02-28")).needs] == ["crime_asb"]
    after = evaluation.progress(A, d("2018-03-01")).needs
    assert [(need.criterion, need.since) for need in after] == [("crime_asb", A), ("work", d("2018-03-01"))]


def test_a_day_that_is_not_known_yet_leaves_needs_without_evidence() -> None:
    evaluation = Evaluation(PLAN, family(in_need(), CHILD, ADULT))
    assert [need.reason for need in evaluation.progress(A, d("2019-02-01")).needs] == ["not_covered", "not_sustained"]
    nothing = family(in_need(), CHILD, ADULT, covered={"benefits": Days([])}, last=None)
    assert Evaluation(PLAN, nothing).result() is None
    assert [need.criterion for need in Evaluation(PLAN, nothing).progress(A, LAST).needs] == ["crime_asb", "work"]


def test_whoever_moved_out_is_tested_still_and_who_stays_away_from_school_with_them() -> None:
    records = in_need()
    records.incident(BOY, "2018-11-01")
    gone = member(BOY, "child", ends=d("2018-06-30"))
    needs = Evaluation(PLAN, family(records, gone, member(GIRL, "child"), ADULT)).progress(A, LAST).needs
    assert needs[0].reason == "event_in_window" and needs[0].persons == (BOY,)


def test_terms_are_said_with_each_childs_figures_and_records() -> None:
    records, spans = (
        in_need(),
        [("2018-01-01", "2018-03-31"), ("2018-04-01", "2018-07-31"), ("2018-09-01", "2018-12-31")],
    )
    for span in (("2016-09-01", "2016-12-31"), ("2017-01-01", "2017-03-31"), ("2017-04-01", "2017-07-31")):
        records.term(BOY, *span, 100, 20)
    shown = [records.term(BOY, *span, 100, absent) for span, absent in zip(spans, (3, 2, 1), strict=True)]
    need = Evaluation(PLAN, family(records, CHILD, ADULT)).progress(A, LAST).needs[0]
    assert (need.criterion, need.reason, need.persons) == ("attendance", "terms_below", (BOY,))
    assert need.records == tuple(sorted(shown)) and need.uses == (Use(BOY, "attendance", "education"),)
    assert dict(need.figures) == {
        "terms": ["2018-04-01", "2018-07-31", "2018-12-31"],
        str(BOY): [[100, 3], [100, 2], [100, 1]],
    }


def test_lines_of_one_term_from_two_schools_are_added_up() -> None:
    records = Records()
    records.term(BOY, "2018-01-01", "2018-03-31", 60, 6)
    first = records.all[-1]
    values = {"sessions.possible": 40, "sessions.authorised": 1, "sessions.unauthorised": 2}
    records.all.append(Record(UUID(int=7), BOY, "attendance", "academy", first.begins, first.ends, values))
    case = Case(PLAN.roles, PLAN.terms, family(records, CHILD))
    [rate] = case.get_term_rates("sessions.possible", ("sessions.authorised", "sessions.unauthorised"))[BOY].values()
    assert (rate.possible, rate.absent, rate.is_doubled) == (100, 9, False)
    assert rate.records == (UUID(int=7), first.id)
    assert rate.sources == (("attendance", "academy"), ("attendance", "education"))
    records.all.append(Record(UUID(int=8), BOY, "attendance", "academy", first.begins, first.ends, first.values))
    case = Case(PLAN.roles, PLAN.terms, family(records, CHILD))
    [rate] = case.get_term_rates("sessions.possible", ("sessions.authorised",))[BOY].values()
    assert rate.is_doubled


# --- what was earned


def test_work_pays_on_its_day_with_the_spells_that_show_it() -> None:
    records = in_need()
    benefit, job = records.all[-1].id, records.work(MOTHER, "2017-12-01")
    short = records.work(MOTHER, "2017-12-01", "2017-12-01")
    records.work(MOTHER, "2018-06-01", "2018-06-30")
    result = Evaluation(PLAN, family(records, CHILD, ADULT)).result()
    assert result is not None
    assert (result.type, result.on, result.attached_on) == ("continuous_employment", d("2018-05-31"), A)
    [need] = result.needs
    assert (need.persons, need.records, need.since) == ((MOTHER,), (benefit, job, short), A)
    assert dict(need.figures) == {
        str(MOTHER): {
            "earlier": "jsa",
            "window": ["2017-12-01", "2018-05-31"],
            "days": 182,
            "jobs": [["2017-12-01", "2017-12-01"], ["2017-12-01", "2018-05-31"]],
        }
    }
    assert result.uses == (Use(MOTHER, "benefits", "jobcentre"),)
    assert set(result.trace()) == {"type", "result_date", "attached_on", "eligibility", "needs"}
    assert [part["criterion"] for part in result.trace()["eligibility"]] == ["attendance", "crime_asb", "work"]
    # Showing it shows the needs at attachment as well.
    assert result.beneath == (Use(BOY, "anti_social_behaviour", "police"), Use(MOTHER, "benefits", "jobcentre"))
    assert result.records == tuple(sorted((records.all[0].id, benefit, job, short))) and result.persons == (BOY, MOTHER)


def test_of_two_who_work_the_earlier_day_pays_and_of_one_day_the_lower_id() -> None:
    records = in_need()
    records.work(MOTHER, "2017-12-01")
    records.benefit(FATHER, "2017-01-10")
    records.work(FATHER, "2017-11-01")
    home = member(FATHER, "adult")
    result = Evaluation(PLAN, family(records, CHILD, ADULT, home)).result()
    assert result is not None and (result.on, result.needs[0].persons) == (d("2018-05-01"), (FATHER,))
    records.all[-1] = Record(UUID(int=7), FATHER, "benefits", "jobcentre", d("2017-12-01"), FOREVER, {"work.spell": 1})
    result = Evaluation(PLAN, family(records, CHILD, ADULT, home)).result()
    assert result is not None and (result.on, result.needs[0].persons) == (d("2018-05-31"), (MOTHER,))


def test_work_that_may_not_be_used_in_one_part_pays_nothing() -> None:
    records = in_need()
    records.work(MOTHER, "2017-12-01")
    records.all[-1] = Record(UUID(int=7), MOTHER, "benefits", "revenue", d("2017-12-01"), FOREVER, {"work.spell": 1})
    facts = family(records, CHILD, ADULT)
    assert Evaluation(PLAN, facts).result() is not None
    denied = frozenset({Use(MOTHER, "benefits", "revenue")})
    assert Evaluation(PLAN, facts, denied).result() is None


def recovered() -> Records:
    """Two needs that end without work: an incident, and a father elsewhere whose benefit stops."""
    records = Records()
    records.incident(BOY, "2017-07-01")
    records.benefit(FATHER, "2017-01-10", "2017-11-15")
    return records


def test_the_first_day_on_which_every_need_is_met_is_the_results() -> None:
    result = Evaluation(PLAN, family(recovered(), CHILD, ADULT, ELSEWHERE)).result()
    # Six months after attachment the boy's window is clear; six after his benefit's last day, on 15 May, the father's.
    assert result is not None and (result.type, result.on) == ("significant_and_sustained_progress", d("2018-05-15"))
    assert [(need.criterion, need.reason) for need in result.needs] == [("crime_asb", "no_event"), ("work", "no_spell")]
    assert dict(result.needs[1].figures) == {"window": ["2017-11-16", "2018-05-15"]}
    only = [each.on for day in (d("2018-05-14"), d("2018-05-15"))
            if (each := Evaluation(PLAN, family(recovered(), CHILD, ADULT, ELSEWHERE, last=day)).result())]  # fmt: skip
    assert only == [d("2018-05-15")]


def test_who_leaves_changes_who_is_tested_on_the_day_after() -> None:
    records = recovered()
    records.incident(MOTHER, "2017-12-20")
    records.all[-1] = Record(UUID(int=7), MOTHER, "anti_social_behaviour", "police", d("2018-04-01"), d("2018-04-01"),
                             {"asb.role": "suspect", "asb.action": "none"})  # fmt: skip
    stays = Evaluation(PLAN, family(records, CHILD, ADULT, ELSEWHERE)).result()
    assert stays is not None and stays.on == d("2018-10-01")
    # She raised no need, so that she is tested only while she is there.
    leaves = Evaluation(PLAN, family(records, CHILD, member(MOTHER, "adult", ends=d("2018-06-09")), ELSEWHERE)).result()
    assert leaves is not None and leaves.on == d("2018-06-10")


def test_a_contrary_fact_moves_the_result_behind_it_unless_it_is_left_out() -> None:
    records = recovered()
    records.incident(MOTHER, "2018-08-10", action="none")
    records.incident(MOTHER, "2017-09-30", action="none")  # on the day of attachment: it speaks against no later day
    facts = family(records, CHILD, ADULT, ELSEWHERE)
    assert Evaluation(PLAN, facts).result() is None  # half a year after it is not known yet
    [contrary] = Evaluation(PLAN, facts).list_contraries(A, LAST)
    assert (contrary.day, contrary.uses) == (d("2018-08-10"), (Use(MOTHER, "anti_social_behaviour", "police"),))
    for left_out in (
        Evaluation(PLAN, facts, frozenset(), frozenset(contrary.uses)),
        Evaluation(PLAN, facts).without(frozenset(), frozenset(contrary.uses)),
    ):
        result = left_out.result()
        assert result is not None and result.on == d("2018-05-15")
    # What may not be used shows nothing as met either: her silence was a part of it.
    assert Evaluation(PLAN, facts, frozenset(contrary.uses)).result() is None


def test_what_may_not_be_used_is_said_of_a_need_that_would_be_met() -> None:
    facts = family(recovered(), CHILD, ADULT, ELSEWHERE)
    denied = frozenset({Use(FATHER, "benefits", "jobcentre")})
    needs = Evaluation(PLAN, facts, denied).progress(A, LAST).needs
    assert [(need.verdict, need.reason) for need in needs] == [
        (Verdict.MET, "no_event"), (Verdict.NOT_ENOUGH, "may_not_be_used"),
    ]  # fmt: skip


# --- calendar


def test_a_financial_year_ends_in_march_and_months_end_where_they_do() -> None:
    assert financial_year_ends("2017/18") == d("2018-03-31") and financial_year_ends("2099/00") == d("2100-03-31")
    assert [months_before(d(day), 6) for day in ("2018-08-31", "2020-08-29", "2018-01-15")] == [
        d("2018-02-28"), d("2020-02-29"), d("2017-07-15"),
    ]  # fmt: skip


def test_days_are_merged_where_they_touch_and_hold_what_lies_within_one_run() -> None:
    spans = [
        ("2018-01-03", "2018-01-04"),
        ("2018-01-01", "2018-01-02"),
        ("2018-01-06", "2018-01-05"),
        ("2018-01-08", "2018-01-09"),
        ("2018-01-08", "2018-01-08"),
    ]
    days = Days([(d(begins), d(ends)) for begins, ends in spans])
    assert days.intervals == ((d("2018-01-01"), d("2018-01-04")), (d("2018-01-08"), d("2018-01-09")))
    assert days.hold(d("2018-01-01"), d("2018-01-04")) and days.hold(d("2018-01-09"), d("2018-01-09"))
    assert not any(
        days.hold(d(a), d(b))
        for a, b in (("2017-12-31", "2018-01-01"), ("2018-01-04", "2018-01-08"), ("2018-01-09", "2018-01-10"))
    )
    assert (days.size(), days.last) == (6, d("2018-01-09"))
    assert [days.nth(number) for number in (0, 3, 4, 5, 6)] == [
        d("2018-01-01"), d("2018-01-04"), d("2018-01-08"), d("2018-01-09"), None,
    ]  # fmt: skip
    assert (Days([]).last, Days([]).size(), Days([]).hold(FIRST, FIRST)) == (None, 0, False)
