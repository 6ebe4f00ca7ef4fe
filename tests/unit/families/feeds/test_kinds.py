"""How cells are read. Sources: DfE's UPN guidance, HMRC NIM39110."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from families.feeds import kinds
from families.feeds.codes import CODES
from vocabulary.school_terms import find_days


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (kinds.UPN.read, "B801200005001", "B801200005001"),
        (kinds.UPN.read, "h801200001001", "H801200001001"),
        (kinds.UPN.read, "B000123417001", "B000123417001"),
        (kinds.NINO.read, "mw 12 34 56 a", "MW123456A"),
        (kinds.NINO.read, "MW123456", "MW123456"),
        (kinds.UPRN.read, "0999000000004", None),
        (kinds.UPRN.read, "000000000042", "42"),
        (kinds.POSTCODE.read, "zz991aa", "ZZ99 1AA"),
        (kinds.POSTCODE.read, "SW1A 2AA", "SW1A 2AA"),
        (kinds.NAME.read, "Zoë  Anne", "Zoë Anne"),
        (kinds.NAME.read, "O’Brien-Smith", "O’Brien-Smith"),
        (kinds.LINE.read, "Flat 2\n3 Mill Street", "Flat 2, 3 Mill Street"),
        (kinds.DAY.read, "2016-02-29", date(2016, 2, 29)),
        (kinds.COUNT.read, "0", 0),
        (kinds.SEX.read, "F", "female"),
        (kinds.SEX.read, "unknown", None),
        (kinds.YES_OR_NO.read, "Yes", True),
        (kinds.ACADEMIC_YEAR.read, "2099/00", "2099/00"),
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
        (kinds.UPN.read, "A801200005001", "upn_check_letter"),
        (kinds.UPN.read, "B80120000500", "not_a_upn"),
        (kinds.UPN.read, "M100200005001", "upn_authority"),
        (kinds.NINO.read, "11a1111", "not_a_nino"),
        (kinds.NINO.read, "DA123456A", "not_a_nino"),
        (kinds.NINO.read, "TN123456A", "not_a_nino"),
        (kinds.NINO.read, "MW123456E", "not_a_nino"),
        (kinds.UPRN.read, "0", "not_a_uprn"),
        (kinds.UPRN.read, "１２", "not_a_uprn"),
        (kinds.POSTCODE.read, "ZZ99 1CI", "not_a_postcode"),
        (kinds.NAME.read, "+44", "not_a_name"),
        (kinds.NAME.read, "x" * 101, "too_long"),
        (kinds.LINE.read, "@SUM(1)", "formula"),
        (kinds.LINE.read, "3 Mill\x07", "control_character"),
        (kinds.DAY.read, "2015-02-29", "not_a_date"),
        (kinds.DAY.read, "20160229", "not_a_date"),
        (kinds.DAY.read, "1899-12-31", "too_early"),
        (kinds.COUNT.read, "1.0", "not_a_count"),
        (kinds.COUNT.read, "1000", "not_a_count"),
        (kinds.SEX.read, "3", "not_a_code"),
        (kinds.REFERENCE.read, "=1", "not_a_reference"),
    ],
)
def test_what_is_wrong_is_refused_with_a_code_that_has_a_page(read: Callable[[str], Any], text: str, code: str) -> None:
    if code == "upn_authority":
        digits = text[1:]
        text = kinds.UPN_LETTERS[sum(int(d) * weight for weight, d in enumerate(digits, start=2)) % 23] + digits
    with pytest.raises(kinds.Bad) as refused:
        read(text)
    assert refused.value.code == code and code in CODES


def test_a_temporary_upn_ends_in_a_letter_that_counts() -> None:
    digits = [8, 0, 1, 2, 0, 0, 0, 0, 5, 0, 0]
    letter = kinds.UPN_LETTERS[(sum(d * p for p, d in enumerate(digits, start=2)) + 1 * 13) % 23]
    assert kinds.UPN.read(f"{letter}80120000500B") == f"{letter}80120000500B"


def test_a_term_is_what_the_departments_statistics_call_it() -> None:
    assert find_days("2016/17", "autumn") == (date(2016, 8, 1), date(2016, 12, 31))
    assert find_days("2016/17", "spring") == (date(2017, 1, 1), date(2017, 4, 16))
    assert find_days("2016/17", "summer") == (date(2017, 4, 17), date(2017, 7, 31))
