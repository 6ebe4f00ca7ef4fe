"""Whom a record means that names a carer: what holds on a day, and who can be meant among strangers."""

from datetime import date, timedelta
from uuid import UUID

from families.composition.carers import WORD_STILL_GOOD, Carers, CarerWord, Someone

JANUARY, APRIL, JULY, OCTOBER = (date(2017, month, 1) for month in (1, 4, 7, 10))
DAY = timedelta(days=1)
MIA = UUID(int=1)


def word(name: str, on: date = JANUARY, together: bool = True, child: UUID = MIA) -> CarerWord:
    forename, _, surname = name.partition(" ")
    return CarerWord(child, forename, surname, together, on)


def somebody(number: int, name: str, born: date | None = date(1980, 2, 3), pupil: bool = False) -> Someone:
    forename, _, surname = name.partition(" ")
    return Someone(UUID(int=number), born, frozenset({(forename, surname)}), pupil=pupil)


CHILD = somebody(1, "Mia Ash", date(2008, 5, 17))
ROSE, ROSIE, IVY = somebody(2, "Rose Ash"), somebody(3, "Rosie Ash", date(1961, 9, 30)), somebody(4, "Ivy Oak")
NAMESAKE = somebody(5, "Rose Ash", date(1991, 6, 1))
TWICE = somebody(6, "Rose Ash", date(1980, 3, 2))


def among(*people: Someone, words: tuple[CarerWord, ...] = ()) -> Carers:
    return Carers({one.root: one for one in (CHILD, *people)}, {MIA: words})


def names(found: list[CarerWord]) -> list[str]:
    return [f"{one.forename} {one.surname}" for one in found]


def came(*people: Someone, on: date = JANUARY) -> dict[UUID, date]:
    return {MIA: JANUARY} | {one.root: on for one in people}


def test_a_child_is_somebody_under_18_that_day() -> None:
    assert CHILD.is_child(date(2026, 5, 16)) and not CHILD.is_child(date(2026, 5, 17))
    leap = somebody(7, "Leo Ash", date(2008, 2, 29))
    assert leap.is_child(date(2026, 2, 28)) and not leap.is_child(date(2026, 3, 1))


def test_without_a_birthday_whom_a_school_wrote_down_is_a_child() -> None:
    assert somebody(7, "Leo Ash", None, pupil=True).is_child(JANUARY)
    assert not Someone(UUID(int=7), None).is_child(JANUARY)


def test_a_word_means_who_may_be_written_so_and_spells_who_is() -> None:
    assert word("Rosie Ash").means(ROSE) and not word("Rosie Ash").spells(ROSE)
    assert word("rose ASH").spells(ROSE) and word("Ash Rose").means(ROSE) and not word("Ash Rose").spells(ROSE)
    assert not word("Ivy Ash").means(ROSE) and not word("Rose Oak").means(ROSE)
    married = Someone(ROSE.root, ROSE.born, frozenset({("Rose", "Ash"), ("Rose", "Birch")}))
    assert word("Rose Birch").means(married) and word("Rose Birch").spells(married)


def test_two_words_may_name_one_carer() -> None:
    assert word("Rosie Ash").names_the_same_as(word("Rose Ash")) is True
    assert word("Rosie Ash").names_the_same_as(word("Ivy Oak")) is False


def test_carers_are_those_of_whom_the_latest_word_is_that_they_live_with_the_child() -> None:
    said = (word("Rosie Ash", JULY, together=False), word("Rose Ash", JANUARY), word("Ned Elm", APRIL))
    carers = among(words=said)
    assert names(carers.named(MIA, JANUARY - DAY)) == []
    assert names(carers.named(MIA, JANUARY)) == ["Rose Ash"]
    assert names(carers.named(MIA, APRIL)) == ["Rose Ash", "Ned Elm"]
    assert names(carers.named(MIA, JULY)) == ["Ned Elm"]
    assert carers.named(IVY.root, JULY) == []
    back = among(words=(*said, word("Rose Ash", OCTOBER)))
    assert names(back.named(MIA, OCTOBER)) == ["Ned Elm", "Rose Ash"]


def test_the_latest_word_is_one_whatever_it_says() -> None:
    carers = among(words=(word("Ned Elm", APRIL, together=False), word("Rose Ash", JANUARY)))
    assert carers.latest(MIA, JANUARY - DAY) == []
    assert names(carers.latest(MIA, JANUARY)) == ["Rose Ash"]
    assert names(carers.latest(MIA, OCTOBER)) == ["Ned Elm"]
    assert names(list(carers.all_of(MIA))) == ["Rose Ash", "Ned Elm"] and carers.days() == {JANUARY, APRIL}


def test_any_of_several_words_can_mean_an_adult() -> None:
    carers = among(ROSE)
    assert carers.mean([word("Ivy Oak"), word("Rosie Ash")], ROSE.root)
    assert not carers.mean([word("Ivy Oak")], ROSE.root) and not carers.mean([], ROSE.root)


def test_among_strangers_who_is_spelt_so_is_meant_before_who_is_like_it() -> None:
    carers = among(ROSE, ROSIE, IVY)
    assert carers.fitting(word("Rose Ash"), came(ROSE, ROSIE, IVY), JANUARY) == {ROSE.root}
    assert carers.fitting(word("Rose Ash"), came(ROSIE, IVY), JANUARY) == {ROSIE.root}
    assert carers.fitting(word("Ned Elm"), came(ROSE, ROSIE, IVY), JANUARY) == set()


def test_who_comes_as_late_as_a_word_can_be_still_counts_and_later_no_longer() -> None:
    carers = among(ROSE, ROSIE)
    in_time = came(ROSIE) | came(ROSE, on=JANUARY + WORD_STILL_GOOD)
    assert carers.fitting(word("Rose Ash"), in_time, OCTOBER) == {ROSE.root}
    too_late = came(ROSIE) | came(ROSE, on=JANUARY + WORD_STILL_GOOD + DAY)
    assert carers.fitting(word("Rose Ash"), too_late, OCTOBER) == {ROSIE.root}


def test_who_comes_later_is_meant_where_nobody_else_can_be() -> None:
    carers = among(ROSE, IVY)
    assert carers.fitting(word("Rose Ash"), came(IVY) | came(ROSE, on=date(2019, 1, 1)), date(2019, 1, 1)) == {
        ROSE.root
    }


def test_a_child_of_the_carers_name_is_not_meant() -> None:
    girl = somebody(8, "Rose Ash", date(2009, 1, 1))
    carers = among(girl, ROSIE)
    assert carers.fitting(word("Rose Ash"), came(girl, ROSIE), JANUARY) == {ROSIE.root}


def test_where_two_are_meant_the_child_is_given_to_neither() -> None:
    assert among(ROSE).clearly_meant(word("Rose Ash"), came(ROSE), JANUARY) == {ROSE.root}
    assert among(ROSE, NAMESAKE).clearly_meant(word("Rose Ash"), came(ROSE, NAMESAKE), JANUARY) == set()
    both = among(ROSE, TWICE).clearly_meant(word("Rose Ash"), came(ROSE, TWICE), JANUARY)
    assert both == {ROSE.root, TWICE.root}, "two records of one woman, whose birthday was exchanged"


def test_people_can_be_one_unless_two_were_born_on_days_unlike() -> None:
    unknown = somebody(9, "Rose Ash", None)
    carers = among(ROSE, NAMESAKE, TWICE, unknown)
    assert carers.can_be_one([]) and carers.can_be_one([ROSE.root, unknown.root, TWICE.root])
    assert not carers.can_be_one([ROSE.root, TWICE.root, NAMESAKE.root])


def test_the_last_word_on_a_family_is_good_for_245_days() -> None:
    """What was said for 31 July is the last word until the autumn term's has come, by the end of March."""
    assert WORD_STILL_GOOD.days == 245 and date(2017, 7, 31) + WORD_STILL_GOOD > date(2018, 3, 31)
