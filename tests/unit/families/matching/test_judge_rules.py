"""The judge's rules one by one: each condition alone decides, whatever the score says."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from families.matching.judge import REVIEWS_AT_MOST, judge, worth_a_look
from families.matching.scorer import Compared, Profile
from families.matching.weights import WEIGHTS

AGREEING = {
    "forename": "exact",
    "surname": "exact",
    "name_order": "as_given",
    "date_of_birth": "exact",
    "address": "same",
    "sex": "same",
    "identifier": "missing",
}
NINO, OTHER_NINO, UPN = ("nino", "MW000123"), ("nino", "MW000999"), ("upn", "W1")


def candidate(number: int = 1, score: float = 30.0, **what: Any) -> Compared:
    """Somebody with whom everything but a number agrees, unless it is said otherwise."""
    root, numbers = what.pop("root", number), what.pop("numbers", ())
    identical = what.pop("identical", False)
    profile = Profile(UUID(int=number), UUID(int=root), identifiers=list(numbers))
    return Compared(profile, score, AGREEING | what, identical)


def linked(*candidates: Compared) -> int | None:
    """Shape: the number of the leaf that is linked."""
    found = judge(candidates)
    assert found == judge(candidates[::-1]), "the order of candidates does not matter"
    return found.link.profile.person.int if found.link else None


def asked(*candidates: Compared) -> list[int]:
    found = judge(candidates)
    assert found.link is None and found.how == "new"
    return [one.profile.person.int for one in found.reviews]


def test_where_nobody_is_known_the_line_is_somebody_new() -> None:
    assert asked() == []


# --- a number in common

BORN_OTHERWISE: dict[str, Any] = {"identifier": "same", "date_of_birth": "conflict"}


@pytest.mark.parametrize("born", ["exact", "exchanged", "one_digit"])
def test_a_number_and_a_birthday_link_whatever_the_name(born: str) -> None:
    found = candidate(identifier="same", date_of_birth=born, forename="conflict", surname="conflict", score=-5.0)
    assert linked(found) == 1 and judge([found]).how == "identifier"


@pytest.mark.parametrize("forename", ["exact", "nickname", "typo", "nickname_typo", "part"])
@pytest.mark.parametrize("surname", ["exact", "reordered", "part", "typo"])
def test_a_number_and_both_names_link_whatever_the_birthday(forename: str, surname: str) -> None:
    assert judge([candidate(**BORN_OTHERWISE, forename=forename, surname=surname)]).how == "identifier"


@pytest.mark.parametrize("other", [{"forename": "conflict"}, {"surname": "conflict"}, {"surname": "sound"}])
def test_a_number_and_half_a_name_do_not_link(other: dict[str, Any]) -> None:
    assert asked(candidate(**BORN_OTHERWISE, **other)) == [1]


def test_a_number_comes_before_everything_else_and_the_best_of_several_first() -> None:
    numbered = candidate(2, 20.0, identifier="same"), candidate(3, 21.0, identifier="same")
    assert linked(candidate(1, 40.0, identical=True), *numbered) == 3
    assert linked(replace(numbered[0], score=21.0), numbered[1]) == 2, "the older of two that agree alike"


# --- the same words again


def test_the_same_words_go_where_they_went_before_to_the_oldest_of_several() -> None:
    same = candidate(3, 10.0, identical=True), candidate(2, 9.0, identical=True)
    assert linked(candidate(1, 40.0, forename="typo"), *same) == 2
    assert judge(same).how == "score"


def test_the_same_words_with_another_number_do_not() -> None:
    assert asked(candidate(identical=True, identifier="conflict")) == [1]


def twins(*numbers: tuple[tuple[str, str], ...], **what: Any) -> list[Compared]:
    return [
        candidate(number, 28.0, forename="typo", numbers=own, **what) for number, own in enumerate(numbers, start=5)
    ]


OLD = candidate(1, 29.0, identical=True, address="missing")


@pytest.mark.parametrize(
    "others",
    [twins((NINO,), (OTHER_NINO,)), twins((NINO,), (NINO,), (OTHER_NINO,)), twins((NINO, UPN), (OTHER_NINO, UPN))],
)
def test_the_same_words_are_asked_about_once_two_could_be_meant_who_are_surely_two(others: list[Compared]) -> None:
    assert asked(OLD, *others) == [1, *(one.profile.person.int for one in others)]


@pytest.mark.parametrize(
    "others",
    [
        twins((NINO,)),
        twins((NINO,), (NINO,)),
        twins((NINO,), (UPN,)),
        twins((NINO,), ()),
        twins((NINO,), (OTHER_NINO,), root=1),
        twins((NINO,), (OTHER_NINO,), identical=True),
        twins((NINO,), (OTHER_NINO,), date_of_birth="one_digit"),
    ],
)
def test_but_not_while_they_may_be_one_or_are_not_meant(others: list[Compared]) -> None:
    assert linked(OLD, *others) == 1


# --- everything but a number agrees


@pytest.mark.parametrize(
    "what",
    [
        {"score": WEIGHTS.link},
        {"forename": "nickname"},
        {"surname": "reordered"},
        {"surname": "part"},
        {"surname": "typo"},
        {"sex": "missing"},
    ],
)
def test_who_surely_is_meant_is_linked(what: dict[str, Any]) -> None:
    assert linked(candidate(**what)) == 1 and judge([candidate(**what)]).how == "score"


@pytest.mark.parametrize(
    "what",
    [
        {"score": WEIGHTS.link - 0.01},
        {"forename": "typo"},
        {"surname": "sound"},
        {"date_of_birth": "exchanged"},
        {"address": "postcode"},
        {"address": "no_weight"},
        {"address": "missing"},
        {"sex": "conflict"},
        {"identifier": "conflict"},
    ],
)
def test_one_doubt_is_a_question(what: dict[str, Any]) -> None:
    assert asked(candidate(**what)) == [1]


@pytest.mark.parametrize("address", ["same", "no_weight", "missing"])
@pytest.mark.parametrize("forename", ["exact", "nickname", "typo", "nickname_typo", "part"])
def test_a_twin_close_behind_makes_both_a_question(address: str, forename: str) -> None:
    twin = candidate(2, 20.0, address=address, forename=forename, surname="similar")
    assert asked(candidate(), twin) == [1, 2]


@pytest.mark.parametrize(
    "what",
    [
        {"root": 1},
        {"forename": "similar"},
        {"surname": "conflict"},
        {"date_of_birth": "exchanged"},
        {"address": "postcode"},
        {"address": "different"},
        {"identifier": "conflict"},
    ],
)
def test_who_could_not_be_meant_is_no_twin(what: dict[str, Any]) -> None:
    assert linked(candidate(), candidate(2, 20.0, **what)) == 1


# --- whom to ask about


def test_all_who_are_likely_enough_are_asked_about_best_first() -> None:
    doubtful: dict[str, Any] = {"address": "different"}
    some = [candidate(n, score, **doubtful) for n, score in ((1, 12.0), (2, 15.0), (3, WEIGHTS.review), (4, 12.0))]
    assert asked(*some, candidate(5, WEIGHTS.review - 0.01, **doubtful)) == [2, 1, 4, 3]


def test_each_person_is_asked_about_once_by_the_best_leaf_and_of_many_the_first() -> None:
    leaves = [candidate(1, 12.0, root=9), candidate(2, 14.0, root=9), candidate(3, 13.0)]
    assert [one.profile.person.int for one in worth_a_look(leaves)] == [2, 3]
    crowd = [candidate(number, 12.0) for number in range(1, REVIEWS_AT_MOST + 3)]
    assert [one.profile.person.int for one in worth_a_look(crowd)] == [1, 2, 3, 4, 5, 6, 7, 8]


@pytest.mark.parametrize(
    "what", [{"forename": "nickname"}, {"surname": "typo"}, {"date_of_birth": "exchanged"}, {"address": "postcode"}]
)
def test_another_number_is_a_question_only_where_simply_everything_else_is_the_same(what: dict[str, Any]) -> None:
    assert worth_a_look([candidate(score=1.0, identifier="conflict")])
    assert not worth_a_look([candidate(score=30.0, identifier="conflict", **what)])
