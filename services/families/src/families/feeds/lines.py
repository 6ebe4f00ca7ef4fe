"""What a line of a push says, once it is read."""

from dataclasses import dataclass
from datetime import date
from typing import Any

Values = dict[str, Any]
"""By column: what its cell means, None where it is empty."""


@dataclass(frozen=True)
class Covers:
    """The days, both inclusive, for which a push says all that there is to say."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class LineFault:
    """A column and a code of `codes.py`; the column is empty when the whole line is meant."""

    column: str
    code: str


@dataclass(frozen=True, slots=True)
class Stated:
    """Whom a line is about, as it says. Identifiers are (scheme, value)."""

    forename: str
    surname: str
    date_of_birth: date | None
    sex: str | None
    identifiers: tuple[tuple[str, str], ...] = ()
    uprn: str | None = None
    address_line: str = ""
    postcode: str = ""


@dataclass(frozen=True, slots=True)
class Carer:
    """Whom a line names as a child's carer."""

    forename: str
    surname: str
    relationship: str
    same_address: bool


@dataclass(frozen=True, slots=True)
class FactStatement:
    """A fact to be: measure, period (inclusive), value."""

    measure: str
    first: date
    last: date | None
    value: int | str
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A line that can be linked to a person: whom it is about, what it states, and on which day it was so.

    Shape: `former_key` is what its key was before the feed's key grew; empty where it never did.
    `warnings` are cells that were left out; `doubt` is why a person has to look at the line before it counts.
    """

    number: int
    key: str
    digest: str
    about: Stated
    stated_on: date
    facts: tuple[FactStatement, ...]
    carer: Carer | None = None
    age_on: date | None = None
    warnings: tuple[LineFault, ...] = ()
    doubt: LineFault | None = None
    former_key: str = ""
