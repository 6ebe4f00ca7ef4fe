"""The plan's edges, one family at a time: what the borough holds to be owed."""

from datetime import date, timedelta

import pytest

from sandbox.calendar import TERMS, WAVES, first_day_clear_of, months_before
from sandbox.model import (
    ADULT,
    CHILD,
    NON_RESIDENT_PARENT,
    BenefitClaim,
    Carer,
    Consent,
    Family,
    Member,
    Person,
    Premises,
    Residence,
    Schooling,
)
from sandbox.rules import Facts, KnownThen, Spell, Suspected, _reaches

ATTACHED = date(2017, 10, 10)
LAST_WAVE = len(WAVES) - 1
HOME = Premises(999000000001, "1 Mill Lane", "ZZ99 1AA")
GOOD, BAD = (120, 4, 2), (120, 20, 10)


class Household:
    """Mia, her mother Susan, and Darren, who lives elsewhere."""

    def __init__(self, sessions: list[tuple[int, int, int]] | None = None) -> None:
        born = {"mia": date(2008, 5, 4), "susan": date(1980, 1, 1), "darren": date(1979, 1, 1)}
        people = {name: Person(name, name, "Ogden", born[name], "female", [Residence(HOME)]) for name in born}
        schooling = {"mia": Schooling("mia", Carer("susan", "mother"), sessions or [GOOD] * len(TERMS))}
        self.claims: list[BenefitClaim] = []
        self.facts = Facts(people, schooling, [])
        self.family = Family("f1", 0, "", [Member("mia", CHILD), Member("susan", ADULT)])

    def consents(self, until: date | None = None) -> None:
        self.family.consents.append(
            Consent("k1", "mia", "susan", "education", "programme", "attendance", "claim", ATTACHED, until)
        )

    def suspected(self, who: str, on: date, action: str = "warning") -> None:
        self.facts.suspected.setdefault(who, []).append(Suspected(on, action))

    def claims_benefit(self, who: str, benefit: str, started: date, ended: date | None = None) -> BenefitClaim:
        claim = BenefitClaim(f"c{len(self.facts.claims)}", who, benefit, "", started, ended)
        self.facts.claims.setdefault(who, []).append(claim)
        return claim

    def known(self, wave: int = LAST_WAVE) -> KnownThen:
        return KnownThen(self.facts, self.family, wave)


def test_a_month_before_the_last_of_march_is_the_last_of_february() -> None:
    assert months_before(date(2018, 3, 31), 1) == date(2018, 2, 28)
    assert months_before(date(2018, 8, 31), 6) == date(2018, 2, 28)


@pytest.mark.parametrize("day", [date(2018, 1, 15), date(2017, 8, 31), date(2018, 2, 28), date(2016, 2, 29)])
def test_six_months_are_clear_from_the_first_day_whose_window_begins_after_it(day: date) -> None:
    clear = first_day_clear_of(day, 6)
    assert months_before(clear, 6) >= day > months_before(clear - timedelta(days=1), 6)


def test_exactly_a_tenth_absent_is_no_need_and_one_session_more_is() -> None:
    assert "attendance" not in Household([(120, 12, 0)] * len(TERMS)).known().needs(ATTACHED).criteria
    sessions = [(120, 12, 0)] * 2 + [(120, 12, 1)] + [GOOD] * (len(TERMS) - 3)
    assert "attendance" in Household(sessions).known().needs(ATTACHED).criteria


def test_a_term_without_possible_sessions_is_passed_over() -> None:
    sessions = [(0, 0, 0), BAD, BAD, BAD] + [GOOD] * (len(TERMS) - 4)
    household = Household(sessions)
    assert household.known().needs(ATTACHED).criteria == ()
    assert household.known().needs(date(2018, 1, 1)).criteria == ("attendance",)


def test_an_incident_counts_for_twelve_months_and_only_with_an_action() -> None:
    household = Household()
    household.suspected("susan", date(2017, 1, 5), "none")
    household.suspected("susan", date(2016, 11, 5))
    assert household.known().needs(date(2017, 11, 4)).criteria == ("crime_asb",)
    assert household.known().needs(date(2017, 11, 5)).criteria == ()


def test_two_needs_of_a_father_elsewhere_are_not_enough_and_one_beside_one_at_home_is() -> None:
    household = Household([BAD] * 4 + [GOOD] * (len(TERMS) - 4))
    household.family.members = [Member("susan", ADULT), Member("darren", NON_RESIDENT_PARENT)]
    household.suspected("darren", date(2017, 6, 1))
    household.claims_benefit("darren", "jsa", date(2016, 9, 1))
    assert household.known().needs(ATTACHED).criteria == ("crime_asb", "work")
    assert not household.known().needs(ATTACHED).enough
    household.family.members.append(Member("mia", CHILD))
    assert household.known().eligible(ATTACHED)


def test_progress_waits_for_the_data_of_the_third_term() -> None:
    household = Household([BAD] * 3 + [GOOD] * (len(TERMS) - 3))
    household.consents()
    household.suspected("susan", date(2017, 7, 1))
    assert household.known(4).result(ATTACHED, date(2019, 1, 14)) is None
    result = household.known(5).result(ATTACHED, date(2019, 4, 14))
    assert result and (result.on, result.type) == (date(2018, 12, 31), "significant_and_sustained_progress")


def test_progress_in_attendance_needs_a_consent_that_is_live_on_the_day_of_asking() -> None:
    household = Household([BAD] * 3 + [GOOD] * (len(TERMS) - 3))
    household.suspected("susan", date(2017, 7, 1))
    assert household.known().result(ATTACHED, date(2020, 1, 14)) is None
    household.consents(until=date(2019, 5, 1))
    assert household.known(5).result(ATTACHED, date(2019, 4, 14))
    assert household.known(6).result(ATTACHED, date(2019, 9, 14)) is None


def test_an_incident_after_the_result_date_speaks_against_it() -> None:
    household = Household([BAD] * 3 + [GOOD] * (len(TERMS) - 3))
    household.consents()
    household.suspected("susan", date(2017, 7, 1))
    household.suspected("mia", date(2019, 1, 20), "none")
    result = household.known(7).result(ATTACHED, date(2020, 1, 14))
    assert result and result.on == date(2019, 7, 20)


def test_silence_of_the_police_is_not_a_clean_record() -> None:
    household = Household([BAD] * 3 + [GOOD] * (len(TERMS) - 3))
    household.consents()
    household.suspected("susan", date(2017, 7, 1))
    household.suspected("susan", date(2018, 8, 20))
    assert household.known(5).result(ATTACHED, date(2019, 4, 14)) is None
    result = household.known(6).result(ATTACHED, date(2019, 9, 14))
    assert result and result.on == date(2019, 2, 20)


@pytest.mark.parametrize(("gap", "reached"), [(28, True), (29, False)])
def test_a_gap_of_four_weeks_passes_and_a_day_more_begins_again(gap: int, reached: bool) -> None:
    begins = date(2017, 11, 1)
    stops = begins + timedelta(days=99)
    again = stops + timedelta(days=gap + 1)
    jobs = [Spell(begins, stops), Spell(again, again + timedelta(days=81))]
    assert _reaches(jobs, 182, 210) == (begins + timedelta(days=209) if reached else None)


def test_work_without_a_gap_counts_on_its_182nd_day_or_its_91st_after_illness() -> None:
    household = Household()
    claim = household.claims_benefit("susan", "jsa", date(2016, 1, 1), date(2017, 11, 30))
    claim.work_started_on = date(2017, 12, 1)
    assert household.known().employment_result("susan", ATTACHED) == date(2018, 5, 31)
    claim.benefit = "esa"
    assert household.known().employment_result("susan", ATTACHED) == date(2018, 3, 1)


def test_work_begun_before_support_or_by_somebody_who_was_not_out_of_work_is_no_result() -> None:
    household = Household()
    early = household.claims_benefit("susan", "jsa", date(2016, 1, 1))
    early.work_started_on = ATTACHED - timedelta(days=1)
    assert household.known().employment_result("susan", ATTACHED) is None
    household = Household()
    late = household.claims_benefit("susan", "jsa", ATTACHED + timedelta(days=5))
    late.work_started_on = ATTACHED + timedelta(days=9)
    assert household.known().employment_result("susan", ATTACHED) is None


def test_what_a_later_wave_brings_is_not_known_before() -> None:
    household = Household()
    claim = household.claims_benefit("susan", "jsa", date(2016, 1, 1), date(2018, 2, 1))
    claim.work_started_on = date(2018, 2, 2)
    assert household.known(1).out_of_work("susan")[0][1].last is None
    assert household.known(1).jobs("susan") == []
    assert household.known(4).employment_result("susan", ATTACHED) == date(2018, 8, 2)
    assert household.known(3).employment_result("susan", ATTACHED) is None
