"""How alike two names are."""

import pytest

from families.matching.names import compare_forenames, compare_surnames, fold, meant_forenames, soundex


@pytest.mark.parametrize(
    ("one", "other", "outcome"),
    [
        ("Zoë", "Zoe", "exact"),
        ("William", "Bill", "nickname"),
        ("Bill", "Billy", "nickname"),
        ("Mohammed", "Muhammad", "nickname"),
        ("Oleksandr", "Alexander", "nickname"),
        ("Alexander", "Alexandra", "similar"),
        ("Jonathon", "Jonathan", "nickname"),
        ("Charlote", "Charlotte", "typo"),
        ("Wiliam", "Bill", "nickname_typo"),
        ("Mary Jane", "Mary", "part"),
        ("J", "John", "initial"),
        ("Jack", "Emma", "conflict"),
        ("", "Emma", "missing"),
    ],
)
def test_forenames_agree_as_clerks_write_them(one: str, other: str, outcome: str) -> None:
    found = compare_forenames(fold(one), fold(other)), compare_forenames(fold(other), fold(one))
    if outcome == "similar":
        assert found[0] == found[1] and found[0] in ("similar", "typo")
    else:
        assert found == (outcome, outcome)


@pytest.mark.parametrize(
    ("one", "other", "outcome"),
    [
        ("O'Brien", "OBrien", "exact"),
        ("Smith-Jones", "Jones Smith", "reordered"),
        ("Smith-Jones", "Jones", "part"),
        ("Ackroyd", "Ackroid", "typo"),
        ("Wójcik", "Wojcik", "exact"),
        ("Smith", "Smyth", "typo"),
        ("Clarke", "Clerk", "sound"),
        ("Smith", "Jones", "conflict"),
    ],
)
def test_surnames_agree_as_clerks_write_them(one: str, other: str, outcome: str) -> None:
    found = compare_surnames(fold(one), fold(other)), compare_surnames(fold(other), fold(one))
    assert found == (outcome, outcome)


@pytest.mark.parametrize(
    ("one", "other", "outcome"),
    [
        ("Theeo", "Tho", "similar"),  # Theo, each time
        ("Theeo", "Theo", "typo"),
        ("Theeo", "Emna", "conflict"),  # mistypings of two names
        ("Max", "Mia", "conflict"),  # names themselves, whatever lies between them
        ("Al", "Ed", "conflict"),  # too short to say what was meant_forenames
    ],
)
def test_two_mistypings_of_one_forename_are_similar(one: str, other: str, outcome: str) -> None:
    assert {compare_forenames(fold(one), fold(other)), compare_forenames(fold(other), fold(one))} == {outcome}


def test_a_forename_is_no_mistyping_of_another() -> None:
    assert meant_forenames("theo") == frozenset()
    assert "theo" in meant_forenames("tho") & meant_forenames("theeo")


def test_names_that_sound_alike_begin_alike() -> None:
    assert soundex("robert") == soundex("rupert") == "R163".lower()
    assert soundex("") == ""
