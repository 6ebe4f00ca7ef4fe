"""How a cell is read: one function a kind of value. Each takes stripped text, never empty, and returns what it means.

Errors: Bad, with a stable code. What stood in the cell is never repeated anywhere.
"""

import re
from collections.abc import Callable
from datetime import date

from chassis.clock import today
from chassis.schemas import EARLIEST

UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
_UPN = re.compile(r"[A-HJ-NP-RT-Z]\d{11}[\dA-HJ-NP-RT-Z]", re.ASCII)
_NINO = re.compile(r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]?", re.ASCII)
_NINO_NEVER = frozenset({"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"})
_POSTCODE = re.compile(r"([A-Z]{1,2}\d[A-Z\d]?)(\d[ABD-HJLNP-UW-Z]{2})", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_SPACE = re.compile(r"\s+")
_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9/_.:-]{0,59}")
_SLUG = re.compile(r"[a-z][a-z0-9_]{0,39}")
_ACADEMIC_YEAR = re.compile(r"(20\d\d)/(\d\d)", re.ASCII)
_FORMULA = ("=", "+", "-", "@")
_SEXES = {"female": "female", "male": "male", "f": "female", "m": "male", "other": "other", "unknown": ""}


class Bad(Exception):
    """A cell that is not as the feed says."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def _plain(text: str) -> str:
    if any(ord(c) < 32 or ord(c) == 127 for c in text):
        raise Bad("control_character")
    return text


def name(text: str) -> str:
    """A forename or surname as written; spaces are made single."""
    text = _SPACE.sub(" ", text)
    if len(text) > 100:
        raise Bad("too_long")
    if not any(c.isalpha() for c in text) or not all(c.isalpha() or c in " -'’.`" or _mark(c) for c in text):
        raise Bad("not_a_name")
    return text


def _mark(character: str) -> bool:
    return 0x300 <= ord(character) <= 0x36F  # accents written apart from their letter


def line(text: str) -> str:
    """One line of text; line breaks inside become commas. What a spreadsheet would run as a formula is refused."""
    text = _SPACE.sub(" ", text.replace("\r\n", ", ").replace("\n", ", "))
    if len(text) > 200:
        raise Bad("too_long")
    if text.startswith(_FORMULA):
        raise Bad("formula")
    return _plain(text)


def day(text: str) -> date:
    if not _DATE.fullmatch(text):
        raise Bad("not_a_date")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Bad("not_a_date") from None


def past_day(text: str) -> date:
    when = day(text)
    if when > today():
        raise Bad("in_the_future")
    if when < EARLIEST:
        raise Bad("too_early")
    return when


def count(text: str) -> int:
    """A whole number from 0 to 999."""
    if not (text.isascii() and text.isdigit()) or len(text) > 3:
        raise Bad("not_a_count")
    return int(text)


def upn(text: str) -> str:
    """A unique pupil number: check letter, local authority, school, year, serial.

    Source: DfE, UPN guidance: Σ digit × position (2 to 13) mod 23; a temporary one ends in a letter.
    """
    text = text.upper()
    if not _UPN.fullmatch(text):
        raise Bad("not_a_upn")
    last = text[12]
    digits = [int(c) for c in text[1:12]] + [int(last) if last.isdigit() else UPN_LETTERS.index(last)]
    if text[0] != UPN_LETTERS[sum(digit * place for place, digit in enumerate(digits, start=2)) % 23]:
        raise Bad("upn_check_letter")
    authority = int(text[1:4])
    if authority != 0 and not 201 <= authority <= 999:  # 000 belongs to no council: test data
        raise Bad("upn_authority")
    return text


def nino(text: str) -> str:
    """A National Insurance number; the last letter may be missing. Source: HMRC NIM39110."""
    text = text.replace(" ", "").upper()
    if not _NINO.fullmatch(text) or text[:2] in _NINO_NEVER:
        raise Bad("not_a_nino")
    return text


def uprn(text: str) -> str:
    """A unique property reference number, 1 to 999999999999, without leading zeros."""
    if not (text.isascii() and text.isdigit()) or len(text) > 12 or int(text) == 0:
        raise Bad("not_a_uprn")
    return str(int(text))


def postcode(text: str) -> str:
    """A postcode with one space before its last three characters."""
    found = _POSTCODE.fullmatch(_SPACE.sub("", text).upper())
    if not found:
        raise Bad("not_a_postcode")
    return f"{found[1]} {found[2]}"


def sex(text: str) -> str | None:
    try:
        return _SEXES[text.lower()] or None
    except KeyError:
        raise Bad("not_a_code") from None


def reference(text: str) -> str:
    """The supplier's own reference: letters, digits and a few signs, at most 60."""
    if not _REFERENCE.fullmatch(text):
        raise Bad("not_a_reference")
    return text


def slug(text: str) -> str:
    if not _SLUG.fullmatch(text):
        raise Bad("not_a_code")
    return text


def academic_year(text: str) -> str:
    """`2016/17`."""
    found = _ACADEMIC_YEAR.fullmatch(text)
    if not found or (int(found[1]) + 1) % 100 != int(found[2]):
        raise Bad("not_an_academic_year")
    return text


def yes_or_no(text: str) -> bool:
    try:
        return {"yes": True, "no": False}[text.lower()]
    except KeyError:
        raise Bad("not_a_code") from None


def one_of(*codes: str) -> Callable[[str], str]:
    """A code of a closed list, in lower case."""
    known = frozenset(codes)

    def read(text: str) -> str:
        if text not in known:
            raise Bad("not_a_code")
        return text

    return read


NUMERIC = (count, uprn)
"""What partners' systems may hold as a number."""
