"""Where somebody lives, by the rules in their order: who moves them, and who does not."""

from datetime import date

from families.composition.residence import ResidenceStatement, Stay, find_stays
from vocabulary.feeds import FEEDS

SCHOOL, BENEFITS, POLICE = "school_attendance", "benefits", "anti_social_behaviour"
BETWEEN = next(
    name
    for name, feed in FEEDS.items()
    if feed.may_say_moved and FEEDS[BENEFITS].trust < feed.trust < FEEDS[POLICE].trust
)
"""A feed that may say that somebody moved, and is trusted less than benefits and more than the police."""
ELM, OAK, HILL = "4 Elm St", "9 Oak Rd", "2 Hill Ln"
JANUARY, FEBRUARY, MARCH, APRIL, MAY, JULY, OCTOBER, NOVEMBER = (date(2017, m, 1) for m in (1, 2, 3, 4, 5, 7, 10, 11))


def said(feed: str, address: str, first: date, last: date | None = None) -> ResidenceStatement:
    return ResidenceStatement(feed, address, first, last or first)


def stays(*statements: ResidenceStatement) -> list[tuple[str, date]]:
    found = find_stays(statements)
    assert found == find_stays(statements[::-1]), "the order in which it was heard does not matter"
    return [(stay.address, stay.from_on) for stay in found]


def test_of_whom_nobody_said_anything_nobody_knows_where_they_live() -> None:
    assert stays() == []


def test_the_first_word_establishes_a_residence_whoever_says_it() -> None:
    assert find_stays([said(POLICE, ELM, JANUARY)]) == [Stay(ELM, JANUARY)]


def test_a_repetition_is_no_news() -> None:
    assert stays(said(SCHOOL, ELM, JANUARY), said(SCHOOL, ELM, APRIL)) == [(ELM, JANUARY)]


def test_the_first_word_of_a_further_source_moves_nobody() -> None:
    assert stays(said(SCHOOL, ELM, JANUARY), said(BENEFITS, OAK, MAY)) == [(ELM, JANUARY)]
    assert stays(said(BENEFITS, ELM, JANUARY), said(BETWEEN, OAK, MAY)) == [(ELM, JANUARY)]


def test_but_a_source_that_is_trusted_more_is_believed() -> None:
    assert stays(said(POLICE, ELM, JANUARY), said(BENEFITS, OAK, MAY)) == [(ELM, JANUARY), (OAK, MAY)]
    assert stays(said(BENEFITS, ELM, JANUARY), said(SCHOOL, OAK, MAY)) == [(ELM, JANUARY), (OAK, MAY)]


def test_and_so_it_is_where_it_names_an_earlier_address() -> None:
    moved = said(POLICE, ELM, JANUARY), said(BETWEEN, OAK, FEBRUARY)
    assert stays(*moved, said(BENEFITS, ELM, MAY)) == [(ELM, JANUARY), (OAK, FEBRUARY), (ELM, MAY)]


def test_a_residence_is_trusted_as_the_best_of_those_who_agree_on_it() -> None:
    confirmed = said(POLICE, ELM, JANUARY), said(BENEFITS, ELM, MARCH)
    assert stays(*confirmed, said(BETWEEN, OAK, MAY)) == [(ELM, JANUARY)]
    assert stays(confirmed[0], said(BETWEEN, OAK, MAY)) == [(ELM, JANUARY), (OAK, MAY)]
    best_first = said(SCHOOL, ELM, JANUARY), said(BETWEEN, ELM, MARCH)
    assert stays(*best_first, said(BENEFITS, OAK, MAY)) == [(ELM, JANUARY)]
    moved = said(BENEFITS, ELM, JANUARY), said(BENEFITS, OAK, MARCH)
    assert stays(*moved, said(BETWEEN, HILL, MAY)) == [(ELM, JANUARY), (OAK, MARCH)]


def test_a_source_that_changes_its_word_moves_the_person_on_that_day() -> None:
    assert stays(said(SCHOOL, ELM, JANUARY), said(SCHOOL, OAK, JULY)) == [(ELM, JANUARY), (OAK, JULY)]


def test_a_change_counts_even_of_a_source_that_had_been_overruled() -> None:
    overruled = said(SCHOOL, ELM, JANUARY), said(BENEFITS, OAK, FEBRUARY)
    assert stays(*overruled, said(BENEFITS, HILL, MARCH)) == [(ELM, JANUARY), (HILL, MARCH)]


def test_a_source_that_learns_late_of_an_earlier_move_moves_nobody_back() -> None:
    school = said(SCHOOL, ELM, JANUARY), said(SCHOOL, OAK, JULY), said(SCHOOL, HILL, OCTOBER)
    benefits = said(BENEFITS, ELM, FEBRUARY), said(BENEFITS, OAK, NOVEMBER)
    assert stays(*school, *benefits) == [(ELM, JANUARY), (OAK, JULY), (HILL, OCTOBER)]


def test_a_source_that_knew_of_the_move_may_say_that_the_person_moved_back() -> None:
    school = said(SCHOOL, ELM, JANUARY, MARCH), said(SCHOOL, OAK, APRIL, APRIL)
    benefits = said(BENEFITS, OAK, MAY), said(BENEFITS, ELM, OCTOBER)
    assert stays(*school, *benefits) == [(ELM, JANUARY), (OAK, APRIL), (ELM, OCTOBER)]


def test_the_police_met_her_there_and_she_has_not_moved() -> None:
    met = said(POLICE, OAK, MARCH), said(POLICE, HILL, APRIL)
    assert stays(said(SCHOOL, ELM, JANUARY), *met) == [(ELM, JANUARY)]
    assert stays(*met) == [(OAK, MARCH)], "not even away from where they met her first"


def test_a_feed_that_is_no_longer_declared_moves_nobody_and_is_trusted_least() -> None:
    gone = said("gone", ELM, JANUARY), said("gone", OAK, MARCH)
    assert stays(*gone) == [(ELM, JANUARY)]
    assert stays(gone[0], said(BETWEEN, OAK, MAY)) == [(ELM, JANUARY), (OAK, MAY)]


def test_of_two_moves_on_one_day_the_last_counts() -> None:
    before = said(SCHOOL, ELM, JANUARY), said(BENEFITS, ELM, JANUARY)
    on_one_day = said(SCHOOL, OAK, JULY), said(BENEFITS, HILL, JULY)
    assert stays(*before, *on_one_day) == [(ELM, JANUARY), (HILL, JULY)]


def test_an_address_that_is_stated_beyond_all_later_ones_is_gone_back_to() -> None:
    visit = said(SCHOOL, OAK, MARCH, date(2017, 4, 20))
    home = [(ELM, JANUARY), (OAK, MARCH), (ELM, date(2017, 4, 21))]
    assert stays(said(SCHOOL, ELM, JANUARY, NOVEMBER), visit) == home
    by_two_records = said(SCHOOL, ELM, JANUARY, FEBRUARY), said(SCHOOL, ELM, OCTOBER, NOVEMBER)
    assert stays(*by_two_records, visit) == home
    two_visits = visit, said(SCHOOL, HILL, MAY, JULY)
    assert stays(said(SCHOOL, ELM, JANUARY, NOVEMBER), *two_visits) == [
        *home[:2],
        (HILL, MAY),
        (ELM, date(2017, 7, 2)),
    ]


def test_an_address_that_is_stated_as_long_as_a_later_one_is_not() -> None:
    assert stays(said(SCHOOL, ELM, JANUARY, JULY), said(SCHOOL, OAK, MARCH, JULY)) == [(ELM, JANUARY), (OAK, MARCH)]
    assert len(stays(said(SCHOOL, ELM, JANUARY, JULY), said(SCHOOL, OAK, JANUARY, JULY))) == 1
