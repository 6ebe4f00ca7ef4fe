"""What a feed is, and which there are. A feed is one module with its columns; routes, validation and pages follow."""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2b
from typing import Any

from families.feeds.kinds import NUMERIC, Bad

Values = dict[str, Any]
Read = Callable[[str], Any]

MEDIA_TYPES = {"text/csv": "csv", "application/x-ndjson": "ndjson", "application/jsonl": "ndjson"}
"""What a push's body may be, and the format behind each."""

_NO_TEXT = re.compile("[\x00\ud800-\udfff]")  # no store can hold them


@dataclass(frozen=True)
class Covers:
    """The days, both inclusive, for which a push says all that there is to say."""

    first: date
    last: date


@dataclass(frozen=True)
class Column:
    """One column. `read` turns text into what it means, or raises Bad. An empty cell is None."""

    name: str
    read: Read
    category: str
    description: str
    example: str
    required: bool = False
    codes: tuple[str, ...] = ()

    @property
    def numeric(self) -> bool:
        """In NDJSON a number may stand here as one."""
        return self.read in NUMERIC


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
class Statement:
    """A fact to be: measure, period (inclusive), value."""

    measure: str
    first: date
    last: date | None
    value: int | str
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A line that can be placed: whom it is about, what it states, and on which day it was so."""

    number: int
    key: str
    digest: str
    about: Stated
    stated_on: date
    facts: tuple[Statement, ...]
    carer: Carer | None = None
    age_on: date | None = None


def no_faults(values: Values, covers: Covers) -> Iterable[LineFault]:
    return ()


def no_carer(values: Values) -> Carer | None:
    return None


@dataclass(frozen=True)
class Feed:
    """Shape: `category` is that of its facts. `snapshot`: each push lists all there is, however many days it covers;
    otherwise the number of lines follows the number of days. `age_measured`: its facts carry the age on that day."""

    name: str
    title: str
    supplier: str
    category: str
    description: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    facts: Callable[[Values], tuple[Statement, ...]]
    stated_on: Callable[[Values, Covers], date]
    check: Callable[[Values, Covers], Iterable[LineFault]] = no_faults
    carer: Callable[[Values], Carer | None] = no_carer
    identifiers: tuple[str, ...] = ()
    snapshot: bool = True
    age_measured: bool = False
    names: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", tuple(column.name for column in self.columns))

    @property
    def scope(self) -> str:
        return f"push:{self.name}"

    @property
    def categories(self) -> tuple[str, ...]:
        return tuple(sorted({column.category for column in self.columns}))

    def example(self, format: str = "csv") -> str:
        """A file of one line, as it should look."""
        if format == "ndjson":
            given = [column for column in self.columns if column.example]
            cells = {column.name: int(column.example) if column.numeric else column.example for column in given}
            return json.dumps(cells) + "\n"
        return ",".join(self.names) + "\r\n" + ",".join(column.example for column in self.columns) + "\r\n"

    def read(self, number: int, cells: dict[str, str], covers: Covers) -> Line | list[LineFault]:
        """A line's cells, by column, to what they mean; or all that is wrong with them."""
        if _NO_TEXT.search("".join(cells.values())):
            return [LineFault(name, "not_text") for name in self.names if _NO_TEXT.search(cells[name])]
        values: Values = {}
        faults: list[LineFault] = []
        for column in self.columns:
            text = cells[column.name].strip()
            if not text:
                values[column.name] = None
                if column.required:
                    faults.append(LineFault(column.name, "missing"))
                continue
            try:
                values[column.name] = column.read(text)
            except Bad as bad:
                faults.append(LineFault(column.name, bad.code))
        if faults:
            return faults
        faults.extend(self.check(values, covers))
        if faults:
            return faults
        return Line(
            number=number,
            key="|".join(str(values[part]) for part in self.key),
            digest=_digest(values),
            about=self._about(values),
            stated_on=self.stated_on(values, covers),
            facts=self.facts(values),
            carer=self.carer(values),
            age_on=self.facts(values)[0].first if self.age_measured else None,
        )

    def _about(self, values: Values) -> Stated:
        return Stated(
            forename=values["forename"] or "",
            surname=values["surname"] or "",
            date_of_birth=values["date_of_birth"],
            sex=values["sex"],
            identifiers=tuple((scheme, values[scheme]) for scheme in self.identifiers if values[scheme]),
            uprn=values["uprn"],
            address_line=values["address_line"] or "",
            postcode=values["postcode"] or "",
        )


def _digest(values: Values) -> str:
    """Equal for lines that mean the same, however they are spaced."""
    return blake2b("\x1f".join(map(str, values.values())).encode(), digest_size=16).hexdigest()
