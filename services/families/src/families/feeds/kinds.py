"""Kinds of column: what may stand in a cell and what it means, as data.

A kind is its name, the limits that it sets, and a reader made from them. So a reader of whole columns can be made from
the same limits: fold, longest, pattern and codes are operations on columns in any data-frame library; only `further`
is Python, and says what no pattern can (a check letter, say).

Errors: Bad, with a stable code of `codes.py`. What stood in the cell is never repeated anywhere.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Any

from chassis.clock import today
from chassis.schemas import EARLIEST
from families.feeds.names import alike, is_name, is_no_name

JsonSchema = dict[str, Any]

_SPACE = re.compile(r"\s+")


class Bad(Exception):
    """A cell that is not as the feed says."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Fold(Enum):
    """What is made alike before a cell is judged, since partners' systems write it in several ways."""

    SINGLE_SPACES = "single_spaces"
    NO_SPACES = "no_spaces"
    NO_BLANKS = "no_blanks"
    LINES_TO_COMMAS = "lines_to_commas"
    UPPER = "upper"
    LOWER = "lower"


_FOLD: dict[Fold, Callable[[str], str]] = {
    Fold.SINGLE_SPACES: lambda text: _SPACE.sub(" ", text),
    Fold.NO_SPACES: lambda text: _SPACE.sub("", text),
    Fold.NO_BLANKS: lambda text: text.replace(" ", ""),
    Fold.LINES_TO_COMMAS: lambda text: text.replace("\r\n", ", ").replace("\n", ", "),
    Fold.UPPER: str.upper,
    Fold.LOWER: str.lower,
}


@dataclass(frozen=True, kw_only=True)
class Kind(ABC):
    """Shape: `number`: partners' systems may hold it as a number, so in NDJSON it may stand as one."""

    name: str
    number: bool = False

    @abstractmethod
    def read(self, text: str) -> Any:
        """What a cell means; None where it says that there is nothing. `text` is stripped and never empty.

        Errors: Bad.
        """

    @abstractmethod
    def json_schema(self) -> JsonSchema:
        """How a cell is best written. What is folded may be written otherwise, and is read all the same."""


@dataclass(frozen=True, kw_only=True)
class Text(Kind):
    """Text of a pattern. Shape: `otherwise` is the code of a cell that does not fit the pattern; `further` takes what
    is folded and fits, and gives what it means; `no_value` is the pattern of what partners write where there
    is none, such as the reason why; `written` is the pattern of a cell before it is folded, where that
    differs."""

    fold: tuple[Fold, ...] = ()
    longest: int | None = None
    pattern: str | None = None
    written: str | None = None
    otherwise: str = ""
    further: Callable[[str], str | None] | None = None
    no_value: str | None = None
    _folds: tuple[Callable[[str], str], ...] = field(init=False, repr=False, compare=False)
    _fits: re.Pattern[str] | None = field(init=False, repr=False, compare=False)
    _none: re.Pattern[str] | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_folds", tuple(_FOLD[fold] for fold in self.fold))
        object.__setattr__(self, "_fits", re.compile(self.pattern, re.ASCII) if self.pattern else None)
        object.__setattr__(self, "_none", re.compile(self.no_value, re.ASCII) if self.no_value else None)

    def read(self, text: str) -> str | None:
        for fold in self._folds:
            text = fold(text)
        if self.longest is not None and len(text) > self.longest:
            raise Bad("too_long")
        if self._none is not None and self._none.fullmatch(text):
            return None
        if self._fits is not None and not self._fits.fullmatch(text):
            raise Bad(self.otherwise)
        return self.further(text) if self.further else text

    def json_schema(self) -> JsonSchema:
        schema: JsonSchema = {"type": ["string", "integer"] if self.number else "string", "minLength": 1}
        if self.longest is not None:
            schema["maxLength"] = self.longest
        if pattern := self.written or self.pattern:
            schema["pattern"] = f"^(?:{pattern})$"
        return schema


@dataclass(frozen=True, kw_only=True)
class Day(Kind):
    """A day, year-month-day, from `EARLIEST` to today in London."""

    def read(self, text: str) -> date:
        when = _read_day(text)
        if when > today():
            raise Bad("in_the_future")
        if when < EARLIEST:
            raise Bad("too_early")
        return when

    def json_schema(self) -> JsonSchema:
        return {"type": "string", "format": "date"}


@dataclass(frozen=True, kw_only=True)
class Count(Kind):
    """A whole number from 0 to `most`."""

    most: int
    otherwise: str

    def read(self, text: str) -> int:
        if not (text.isascii() and text.isdigit()) or len(text) > len(str(self.most)) or int(text) > self.most:
            raise Bad(self.otherwise)
        return int(text)

    def json_schema(self) -> JsonSchema:
        return {"type": ["integer", "string"], "minimum": 0, "maximum": self.most, "pattern": "^[0-9]+$"}


@dataclass(frozen=True, kw_only=True)
class Amount(Kind):
    """Pounds with or without pence, such as `412.50`, never negative. Units: what it means is in pence.

    In NDJSON it stands as text: a number with a fraction is not exact there.
    """

    most_digits: int = 7

    def read(self, text: str) -> int:
        pounds, point, pence = text.partition(".")
        if not (text.isascii() and pounds.isdigit()) or len(pounds) > self.most_digits:
            raise Bad("not_an_amount")
        if point and not (pence.isdigit() and len(pence) == 2):
            raise Bad("not_an_amount")
        return int(pounds) * 100 + int(pence or 0)

    def json_schema(self) -> JsonSchema:
        return {"type": "string", "pattern": rf"^[0-9]{{1,{self.most_digits}}}(?:\.[0-9]{{2}})?$"}


@dataclass(frozen=True)
class Code:
    """One code of a list, and the days, both inclusive, on which it is in use; without a day, it always was or is."""

    code: str
    first: date | None = None
    last: date | None = None

    @property
    def dated(self) -> bool:
        return self.first is not None or self.last is not None


@dataclass(frozen=True, kw_only=True)
class Coded(Kind):
    """A code of a closed list. Shape: `means` says what a code stands for where that is not itself."""

    codes: tuple[Code, ...]
    fold: tuple[Fold, ...] = ()
    means: Mapping[str, Any] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    _by_text: Mapping[str, Any] = field(init=False, repr=False, compare=False)
    _by_value: Mapping[Any, Code] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        known = {code.code: self.means.get(code.code, code.code) for code in self.codes}
        by_text = known | {alias: known[code] for alias, code in self.aliases.items()}
        object.__setattr__(self, "_by_text", by_text)
        object.__setattr__(self, "_by_value", {known[code.code]: code for code in self.codes})

    @property
    def dated(self) -> bool:
        """Whether its codes depend on a day."""
        return any(code.dated for code in self.codes)

    def read(self, text: str) -> Any:
        for fold in self.fold:
            text = _FOLD[fold](text)
        if text not in self._by_text:
            raise Bad("not_a_code")
        return self._by_text[text]

    def fault_on(self, value: Any, day: date) -> str | None:
        """Why a value cannot be said of a day; None when it can."""
        code = self._by_value[value]
        if code.first is not None and day < code.first:
            return "code_not_yet_in_use"
        if code.last is not None and day > code.last:
            return "code_no_longer_in_use"
        return None

    def json_schema(self) -> JsonSchema:
        texts = [code.code for code in self.codes]
        return {"enum": texts + [int(text) for text in texts]} if self.number else {"enum": texts}


def one_of(*codes: str | Code, fold: tuple[Fold, ...] = ()) -> Coded:
    """A closed list of codes, written exactly so, but for what is folded."""
    return Coded(name="code", codes=tuple(Code(code) if isinstance(code, str) else code for code in codes), fold=fold)


@dataclass(frozen=True, kw_only=True)
class KnownUnless(Kind):
    """What another kind holds, or a code that says why it is not known, which says no more than an empty cell."""

    kind: Text
    unless: tuple[str, ...]

    def read(self, text: str) -> Any:
        return None if text.upper() in self.unless else self.kind.read(text)

    def json_schema(self) -> JsonSchema:
        return {"anyOf": [self.kind.json_schema(), {"enum": list(self.unless)}]}


# What no pattern says.


def _read_day(text: str) -> date:
    if not _DATE.fullmatch(text):
        raise Bad("not_a_date")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Bad("not_a_date") from None


def _as_name(text: str) -> str | None:
    text = alike(text)
    if is_no_name(text):
        return None
    if not is_name(text):
        raise Bad("not_a_name")
    return text


def _as_line(text: str) -> str:
    """What a spreadsheet would run as a formula is refused: somebody will open the line in one."""
    if text.startswith(_FORMULA):
        raise Bad("formula")
    if any(ord(c) < 32 or ord(c) == 127 for c in text):
        raise Bad("control_character")
    return text


def _as_upn(text: str) -> str:
    last = text[12]
    digits = [int(c) for c in text[1:12]] + [int(last) if last.isdigit() else UPN_LETTERS.index(last)]
    if text[0] != UPN_LETTERS[sum(digit * weight for weight, digit in enumerate(digits, start=2)) % 23]:
        raise Bad("upn_check_letter")
    authority = int(text[1:4])
    if authority != 0 and not 201 <= authority <= 999:  # 000 belongs to no council: test data
        raise Bad("upn_authority")
    return text


def _as_nino(text: str) -> str:
    if text[:2] in _NINO_NEVER:
        raise Bad("not_a_nino")
    return text


def _as_uprn(text: str) -> str:
    if int(text) == 0:
        raise Bad("not_a_uprn")
    return str(int(text))


def _as_postcode(text: str) -> str:
    return f"{text[:-3]} {text[-3:]}"


def _as_academic_year(text: str) -> str:
    if (int(text[:4]) + 1) % 100 != int(text[5:]):
        raise Bad("not_an_academic_year")
    return text


UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_FORMULA = ("=", "+", "-", "@")
_NINO_NEVER = frozenset({"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"})

# The kinds.

NAME = Text(name="name", fold=(Fold.SINGLE_SPACES,), longest=100, further=_as_name)
"""A forename or surname as written; spaces are made single. `Unknown` and the like are no name."""

LINE = Text(name="line", fold=(Fold.LINES_TO_COMMAS, Fold.SINGLE_SPACES), longest=200, further=_as_line)
"""One line of text; line breaks inside become commas."""

DAY = Day(name="day")

COUNT = Count(name="count", most=999, otherwise="not_a_count", number=True)

AMOUNT = Amount(name="amount")

UPN = Text(
    name="upn",
    fold=(Fold.UPPER,),
    pattern=r"[A-HJ-NP-RT-Z]\d{11}[\dA-HJ-NP-RT-Z]",
    otherwise="not_a_upn",
    further=_as_upn,
    no_value="UN[1-7]",
)
"""A unique pupil number: check letter, local authority, school, year, serial. `UN1` to `UN7` say why there is none.

Source: DfE, UPN guidance: Σ digit × position (2 to 13) mod 23; a temporary one ends in a letter.
"""

SCHOOL = Text(
    name="school",
    fold=(Fold.NO_SPACES,),
    pattern=r"\d{6}|\d{3}/?\d{4}",
    otherwise="not_a_school",
    further=lambda text: text.replace("/", ""),
    number=True,
)
"""A school: its URN of six digits, or the authority's number and its own in that authority, `000/4001`.

Source: docs/sources/feeds.md#school-attendance.
"""

NINO = Text(
    name="nino",
    fold=(Fold.NO_BLANKS, Fold.UPPER),
    pattern=r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]?",
    otherwise="not_a_nino",
    further=_as_nino,
    no_value=r"\d{2}[A-Z]\d{5}",
)
"""A National Insurance number; the last letter may be missing. A temporary reference number, `11A11111`, stands where
there is none yet. Source: HMRC NIM39110."""

UPRN = Text(name="uprn", pattern=r"\d{1,12}", otherwise="not_a_uprn", further=_as_uprn, number=True)
"""A unique property reference number, 1 to 999999999999, without leading zeros."""

POSTCODE = Text(
    name="postcode",
    fold=(Fold.NO_SPACES, Fold.UPPER),
    pattern=r"[A-Z]{1,2}\d[A-Z\d]?\d[ABD-HJLNP-UW-Z]{2}",
    written=r"[A-Z]{1,2}\d[A-Z\d]? \d[ABD-HJLNP-UW-Z]{2}",
    otherwise="not_a_postcode",
    further=_as_postcode,
    no_value="ZZ993[A-Z]Z",
)
"""A postcode with one space before its last three characters. A pseudo-postcode is no place where people live together:
`ZZ99 3VZ` says no fixed abode, `ZZ99 3WZ` that the address is not known. Source: NHS, pseudo postcodes."""

SEX = Coded(
    name="sex",
    codes=(Code("female"), Code("male"), Code("other"), Code("unknown")),
    fold=(Fold.LOWER,),
    means={"unknown": None},
    aliases={
        "f": "female",
        "m": "male",
        "u": "unknown",
        "1": "male",
        "2": "female",
        "0": "unknown",
        "9": "unknown",
    },  # as the person standard of the NHS and older censuses write it
)
"""Sex as recorded; as figures: 1 male, 2 female, 0 not known, 9 not specified. Source: NHS data dictionary."""

UPN_OR_REASON = KnownUnless(name="upn_or_reason", kind=UPN, unless=tuple(f"UN{number}" for number in range(1, 8)))
"""A UPN, or why there is none: UN1 to UN7 of the children in need census, of which each says no number."""

REFERENCE = Text(
    name="reference",
    fold=(Fold.SINGLE_SPACES,),
    pattern=r"[A-Za-z0-9](?:[A-Za-z0-9/_.: -]{0,58}[A-Za-z0-9/_.:-])?",
    otherwise="not_a_reference",
)
"""The supplier's own reference: letters, digits, spaces and a few signs, at most 60."""

SLUG = Text(name="slug", pattern=r"[a-z][a-z0-9_]{0,39}", otherwise="not_a_code")
"""The supplier's own code, in lower snake case."""

ACADEMIC_YEAR = Text(
    name="academic_year", pattern=r"20\d\d/\d\d", otherwise="not_an_academic_year", further=_as_academic_year
)
"""`2016/17`."""

YES_OR_NO = Coded(
    name="yes_or_no", codes=(Code("yes"), Code("no")), fold=(Fold.LOWER,), means={"yes": True, "no": False}
)
