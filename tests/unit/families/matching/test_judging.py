"""Who is linked, who is asked about, who is let alone: rules that no score overrides."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from families.feeds.lines import Stated
from families.matching.judge import Judged, judge
from families.matching.scorer import PremisesKinds, Profile, compare, traits_of

MILL = {"uprn": "999000000004", "address_line": "3 Mill Street", "postcode": "ZZ99 1AA"}
BORN = date(1980, 2, 3)
ROSE = Stated("Rosemary", "Ash", BORN, "female", (), **MILL)
NUMBERED = replace(ROSE, identifiers=(("nino", "MW000123A"),))


def known(number: int, *stated: Stated, protected: bool = False) -> Profile:
    profile = Profile(UUID(int=number), UUID(int=number), protected=protected)
    for one in stated:
        profile.learn(traits_of(one), "x")
    return profile


def judged(line: Stated, *people: Profile, premises: PremisesKinds | None = None) -> Judged:
    return judge([compare(traits_of(line), person, premises or PremisesKinds()) for person in people])


def linked(line: Stated, *people: Profile) -> bool:
    return judged(line, *people).link is not None


def asked(line: Stated, *people: Profile) -> int:
    found = judged(line, *people)
    assert found.link is None
    return len(found.reviews)


def test_a_nickname_with_everything_else_equal_links() -> None:
    assert linked(replace(ROSE, forename="Rosie"), known(1, ROSE))


def test_a_number_in_common_links_where_something_else_agrees() -> None:
    moved = replace(NUMBERED, surname="Birch", uprn="999000000009", postcode="ZZ99 2BB", address_line="8 Quay Road")
    assert judged(moved, known(1, NUMBERED)).how == "identifier"


def test_a_number_in_common_alone_is_only_a_question() -> None:
    other = replace(NUMBERED, forename="Gary", surname="Lomax", date_of_birth=date(1961, 9, 30), sex="male")
    assert not linked(other, known(1, NUMBERED))


def test_a_last_letter_missing_from_a_number_does_no_harm() -> None:
    assert judged(replace(NUMBERED, identifiers=(("nino", "MW000123"),)), known(1, NUMBERED)).how == "identifier"


def test_different_numbers_forbid_a_link_whatever_else_agrees() -> None:
    other = replace(NUMBERED, identifiers=(("nino", "MW000999B"),))
    assert asked(other, known(1, NUMBERED)) == 1
    assert asked(replace(other, uprn="999000000009", postcode="ZZ99 2BB", address_line="8 Quay Road"),
                 known(1, NUMBERED)) == 0  # fmt: skip


def test_a_wrong_letter_or_a_swapped_date_is_asked_about() -> None:
    assert asked(replace(ROSE, forename="Rosenary"), known(1, ROSE)) == 1
    assert asked(replace(ROSE, date_of_birth=date(1980, 3, 2)), known(1, ROSE)) == 1
    assert asked(replace(ROSE, date_of_birth=date(1981, 2, 3)), known(1, ROSE)) == 1
    assert asked(replace(ROSE, forename="Ash", surname="Rosemary", date_of_birth=date(1980, 3, 2)), known(1, ROSE)) == 1


def test_another_address_is_asked_about() -> None:
    assert asked(replace(ROSE, uprn="999000000009", postcode="ZZ99 2BB", address_line="8 Quay"), known(1, ROSE)) == 1


def test_father_and_son_of_one_name_at_one_address_are_let_alone() -> None:
    father = replace(ROSE, forename="John", sex="male", date_of_birth=date(1971, 7, 19))
    assert asked(replace(father, date_of_birth=date(1999, 12, 2)), known(1, father)) == 0


def test_brother_and_sister_born_on_one_day_are_let_alone() -> None:
    assert asked(replace(ROSE, forename="Owen", sex="male"), known(1, ROSE)) == 0
    numbered = replace(NUMBERED, forename="Harriet", identifiers=(("nino", "MW000999B"),))
    assert asked(numbered, known(1, NUMBERED)) == 0


def test_two_sisters_born_on_one_day_without_numbers_are_at_most_a_question() -> None:
    assert not linked(replace(ROSE, forename="Harriet"), known(1, ROSE))


def test_twins_whose_names_a_clerk_could_confuse_are_asked_about_both() -> None:
    hayden, jayden = replace(ROSE, forename="Hayden"), replace(ROSE, forename="Jayden")
    moved = replace(jayden, address_line="3, Mill St")  # not word for word what was said before
    assert asked(moved, known(1, jayden), known(2, hayden)) == 2
    alex = replace(ROSE, forename="Alex", sex=None)
    twins = known(1, replace(ROSE, forename="Alexander", sex="male")), known(2, replace(ROSE, forename="Alexandra"))
    assert asked(alex, *twins) == 2


def test_the_same_words_from_before_find_the_same_leaf_again() -> None:
    typo = replace(ROSE, forename="Rosenary")
    assert judged(typo, known(1, ROSE), known(2, typo)).link == compare(
        traits_of(typo), known(2, typo), PremisesKinds()
    )


def test_a_communal_address_has_no_weight_and_a_refuge_takes_no_part() -> None:
    for kind in ("hmo", "refuge"):
        premises = PremisesKinds({MILL["uprn"]: kind}, {("3 mill street", "ZZ99 1AA"): kind})
        for line in (ROSE, replace(ROSE, uprn=None)):
            moved = replace(line, surname="Ashe")
            assert judged(moved, known(1, ROSE), premises=premises).link is None
    refuge = PremisesKinds({MILL["uprn"]: "refuge"})
    assert judged(ROSE, known(1, ROSE), premises=refuge).link is None


def test_a_child_of_a_shared_house_whose_name_two_clerks_mistyped_is_asked_about() -> None:
    """The only child of a borough of 25,000 families whose records nobody brought together."""
    shared = PremisesKinds(by_uprn={"999000000004": "hmo"})
    theo = Stated("Theeo", "Ash", date(2006, 2, 16), "male", (("upn", "W000414410003"),), **MILL)
    found = judged(replace(theo, forename="Tho", identifiers=()), known(1, theo), premises=shared)
    assert (found.link, len(found.reviews)) == (None, 1)
    assert found.reviews[0].outcomes["forename"] == "similar"


def test_nothing_is_compared_of_where_a_protected_person_lives() -> None:
    found = compare(traits_of(ROSE), known(1, ROSE, protected=True), PremisesKinds())
    assert found.outcomes["address"] == "missing" and not found.identical


def test_an_explanation_holds_no_value() -> None:
    text = str(compare(traits_of(NUMBERED), known(1, NUMBERED), PremisesKinds()).explanation())
    assert not any(word.casefold() in text.casefold() for word in ("Rosemary", "Ash'", "1980", "MW0", "9990", "Mill"))
