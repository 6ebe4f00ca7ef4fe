"""How alike two names are."""

import pytest

from families.matching.names import compare_forenames, compare_surnames, fold, sound


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


def test_names_that_sound_alike_begin_alike() -> None:
    assert sound("robert") == sound("rupert") == "R163".lower()
    assert sound("") == ""
