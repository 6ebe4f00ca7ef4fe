"""What a person is not told of the sharing log: each exemption, and what none of them keeps back."""

from typing import Any

import pytest

from vocabulary.subject_access import EXEMPTIONS, TOLD_PURPOSES, find_exemption

LINE: dict[str, Any] = {
    "purpose": "support", "sector": "programme", "category": "attendance", "protected": False, "others": False,
}  # fmt: skip


def because(**changed: Any) -> str | None:
    found = find_exemption(**(LINE | changed))
    return found.code if found else None


@pytest.mark.parametrize("purpose", sorted(TOLD_PURPOSES))
def test_ordinary_sharings_are_told(purpose: str) -> None:
    assert because(purpose=purpose) is None
    assert because(purpose=purpose, category="address") is None


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"purpose": "safeguarding"}, "child_protection"),
        ({"purpose": "one_that_is_new"}, "child_protection"),
        ({"sector": "police"}, "crime"),
        ({"sector": "probation"}, "crime"),
        ({"sector": None}, "crime"),
        ({"protected": True, "category": "address"}, "whereabouts"),
        ({"protected": True, "category": "location"}, "whereabouts"),
        ({"others": True}, "another_person"),
    ],
)
def test_what_would_harm_is_kept_back(changed: dict[str, Any], code: str) -> None:
    assert because(**changed) == code


def test_a_protected_person_is_told_what_does_not_locate() -> None:
    assert because(protected=True) is None


def test_serious_harm_is_for_an_officer_to_say() -> None:
    assert [code for code, one in EXEMPTIONS.items() if one.is_said_by_officers] == ["serious_harm"]
