"""How cells are read. Sources: DfE's UPN guidance, HMRC NIM39110."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from families.feeds import kinds
from families.feeds.codes import CODES
from families.feeds.terms import term_dates


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (kinds.upn, "B801200005001", "B801200005001"),
        (kinds.upn, "h801200001001", "H801200001001"),
        (kinds.upn, "B000123417001", "B000123417001"),
        (kinds.nino, "mw 12 34 56 a", "MW123456A"),
        (kinds.nino, "MW123456", "MW123456"),
        (kinds.uprn, "0999000000004", None),
        (kinds.uprn, "000000000042", "42"),
        (kinds.postcode, "zz991aa", "ZZ99 1AA"),
        (kinds.postcode, "SW1A 2AA", "SW1A 2AA"),
        (kinds.name, "Zoë  Anne", "Zoë Anne"),
        (kinds.name, "O’Brien-Smith", "O’Brien-Smith"),
        (kinds.line, "Flat 2\n3 Mill Street", "Flat 2, 3 Mill Street"),
        (kinds.past_day, "2016-02-29", date(2016, 2, 29)),
        (kinds.count, "0", 0),
        (kinds.sex, "F", "female"),
        (kinds.sex, "unknown", None),
        (kinds.yes_or_no, "Yes", True),
        (kinds.academic_year, "2099/00", "2099/00"),
    ],
)
def test_what_is_right_is_read(read: Callable[[str], Any], text: str, value: object) -> None:
    if value is None and text != "unknown":
        with pytest.raises(kinds.Bad):
            read(text)
    else:
        assert read(text) == value


@pytest.mark.parametrize(
    ("read", "text", "code"),
    [
        (kinds.upn, "A801200005001", "upn_check_letter"),
        (kinds.upn, "B80120000500", "not_a_upn"),
        (kinds.upn, "M100200005001", "upn_authority"),
        (kinds.nino, "11a11111", "not_a_nino"),
        (kinds.nino, "DA123456A", "not_a_nino"),
        (kinds.nino, "TN123456A", "not_a_nino"),
        (kinds.nino, "MW123456E", "not_a_nino"),
        (kinds.uprn, "0", "not_a_uprn"),
        (kinds.uprn, "１２", "not_a_uprn"),
        (kinds.postcode, "ZZ99 1CI", "not_a_postcode"),
        (kinds.name, "+44", "not_a_name"),
        (kinds.name, "x" * 101, "too_long"),
        (kinds.line, "@SUM(1)", "formula"),
        (kinds.line, "3 Mill\x07", "control_character"),
        (kinds.past_day, "2015-02-29", "not_a_date"),
        (kinds.past_day, "20160229", "not_a_date"),
        (kinds.past_day, "1899-12-31", "too_early"),
        (kinds.count, "1.0", "not_a_count"),
        (kinds.count, "1000", "not_a_count"),
        (kinds.sex, "2", "not_a_code"),
        (kinds.reference, "=1", "not_a_reference"),
    ],
)
def test_what_is_wrong_is_refused_with_a_code_that_has_a_page(read: Callable[[str], Any], text: str, code: str) -> None:
    if code == "upn_authority":
        digits = text[1:]
        text = kinds.UPN_LETTERS[sum(int(d) * place for place, d in enumerate(digits, start=2)) % 23] + digits
    with pytest.raises(kinds.Bad) as refused:
        read(text)
    assert refused.value.code == code and code in CODES


def test_a_temporary_upn_ends_in_a_letter_that_counts() -> None:
    digits = [8, 0, 1, 2, 0, 0, 0, 0, 5, 0, 0]
    letter = kinds.UPN_LETTERS[(sum(d * p for p, d in enumerate(digits, start=2)) + 1 * 13) % 23]
    assert kinds.upn(f"{letter}80120000500B") == f"{letter}80120000500B"


def test_terms_follow_each_other_with_nothing_between_summer_and_autumn() -> None:
    assert term_dates("2016/17", "autumn") == (date(2016, 9, 1), date(2016, 12, 31))
    assert term_dates("2016/17", "spring") == (date(2017, 1, 1), date(2017, 3, 31))
    assert term_dates("2016/17", "summer") == (date(2017, 4, 1), date(2017, 7, 31))
