"""What a feed is: a declaration. Routes, readers, pages, schemas and examples are made from it.

Its category, scope, supplier and how far it is trusted stand in the vocabulary, under the same name, since other
programs must know them too.
"""

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from hashlib import blake2b
from typing import Any

from families.feeds.columns import LOCATION, Column
from families.feeds.kinds import Bad, Coded, Day, JsonSchema
from families.feeds.lines import Carer, Covers, FactStatement, Line, LineFault, Stated, Values
from families.feeds.periods import Period
from families.feeds.rules import AllOrNone, Rule
from vocabulary.feeds import FEEDS as VOCABULARY
from vocabulary.feeds import DeclaredFeed

MEDIA_TYPES = {"text/csv": "csv", "application/x-ndjson": "ndjson", "application/jsonl": "ndjson"}
"""What a push's body may be, and the format behind each."""

EXAMPLES_COVER = Covers(date(2016, 9, 1), date(2018, 8, 31))
"""The days that a push of the examples covers, unless a feed says otherwise."""

_NO_TEXT = re.compile("[\x00\ud800-\udfff]")  # no store can hold them


class FeedKind(StrEnum):
    """What a line of a feed is.

    EVENTS: what happened on a day. SPELLS: what lasted from a day to another. MEASURES: figures of a period that is the
    same for all, such as a term. STATES: what held on the day as of which the supplier looked.
    """

    EVENTS = "events"
    SPELLS = "spells"
    MEASURES = "measures"
    STATES = "states"


@dataclass(frozen=True)
class FactOf:
    """A fact that a line states, if the cells that tell it are filled.

    Shape: `value` is the column that holds it. A number
    stands for itself, where a fact says no more than that it is so.
    """

    measure: str
    period: Period
    value: str | int
    unit: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.period.columns, self.value) if isinstance(self.value, str) else self.period.columns

    def state(self, values: Values) -> FactStatement | None:
        days = self.period.days(values)
        value = values[self.value] if isinstance(self.value, str) else self.value
        if days is None or value is None:
            return None
        return FactStatement(self.measure, *days, value, self.unit)


class AlsoNamed(ABC):
    """Somebody whom a line names besides the person whom it is about. Shape: `role`: what they are to that person."""

    role: str

    @property
    @abstractmethod
    def columns(self) -> tuple[str, ...]: ...


@dataclass(frozen=True)
class NamedCarer(AlsoNamed):
    """A child's carer, by name."""

    forename: str
    surname: str
    relationship: str
    same_address: str
    role: str = "carer"

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.forename, self.surname, self.relationship, self.same_address)

    def carer(self, values: Values) -> Carer | None:
        if values[self.surname] is None:
            return None
        return Carer(*(values[name] for name in self.columns))


@dataclass(frozen=True)
class NamedByKey(AlsoNamed):
    """Somebody whom another line of the same feed is about, by that line's key."""

    role: str
    key: str

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.key,)


@dataclass(frozen=True)
class Refusal:
    """A line that the feed refuses: the example with these cells instead, and the fault that is found."""

    cells: Mapping[str, str]
    column: str
    code: str


@dataclass(frozen=True, kw_only=True)
class Feed:
    """Shape: `facts` begins with the main one: its last day is the day on which all that the line says was so, and with
    `age_measured` its first day is that of the age which the facts carry. `pupils`: whoever a line is about goes to
    school. `examples` are further lines that are read: each gives the cells that differ from the columns' examples.
    `key_grew_by`: parts of the key that it had not at first; a record that was kept without them is found again by the
    first line that agrees with it in the others. `key_may_lack`: parts that may be empty; they are then left out.
    `empty_when_same`: a column whose cell says nothing where it says the same as another's: the regime with which a
    claim began. `plausible_ages`, both inclusive, on the first day of the main fact: a line about anybody else is held.
    """

    name: str
    title: str
    kind: FeedKind
    description: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    facts: tuple[FactOf, ...]
    rules: tuple[Rule, ...] = ()
    also_named: tuple[AlsoNamed, ...] = ()
    key_grew_by: tuple[str, ...] = ()
    key_may_lack: tuple[str, ...] = ()
    empty_when_same: Mapping[str, str] = field(default_factory=dict)
    identifiers: tuple[str, ...] = ()
    age_measured: bool = False
    pupils: bool = False
    plausible_ages: tuple[int, int] | None = None
    examples: tuple[Mapping[str, str], ...] = ()
    refusals: tuple[Refusal, ...] = ()
    examples_cover: Covers = EXAMPLES_COVER
    names: tuple[str, ...] = field(init=False)
    vocabulary: DeclaredFeed = field(init=False, repr=False)
    _readers: tuple[tuple[str, Callable[[str], Any], bool], ...] = field(init=False, repr=False)
    _dated: tuple[tuple[Column, Coded], ...] = field(init=False, repr=False)
    _periods: tuple[Period, ...] = field(init=False, repr=False)
    _carer: NamedCarer | None = field(init=False, repr=False)
    _bears: frozenset[str] = field(init=False, repr=False)
    _former_key: tuple[str, ...] = field(init=False, repr=False)
    _hidden: frozenset[int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if self.name not in VOCABULARY:
            raise LookupError(f"The feed {self.name} is declared here, and feeds.toml of the vocabulary lacks it.")
        said = VOCABULARY[self.name]
        columns = tuple(replace(column, category=column.category or said.category) for column in self.columns)
        carers = [other for other in self.also_named if isinstance(other, NamedCarer)]
        made = {
            "vocabulary": said,
            "columns": columns,
            "names": tuple(column.name for column in columns),
            "_readers": tuple((c.name, c.kind.read, c.required and c.name not in NAMES) for c in columns),
            "_dated": tuple((c, c.kind) for c in columns if isinstance(c.kind, Coded) and c.kind.dated),
            "_periods": tuple(dict.fromkeys(fact.period for fact in self.facts)),
            "_carer": carers[0] if carers else None,
            "_bears": self._bearing(columns),
            "_former_key": tuple(part for part in self.key if part not in self.key_grew_by),
            "_hidden": frozenset(
                self.key.index(column.name)
                for column in columns
                if column.category == LOCATION and column.name in self.key
            ),
        }
        for name, value in made.items():
            object.__setattr__(self, name, value)

    @property
    def category(self) -> str:
        """The category of its facts."""
        return self.vocabulary.category

    @property
    def scope(self) -> str:
        """What a client must hold to push it."""
        return self.vocabulary.scope

    @property
    def snapshot(self) -> bool:
        """Whether each push lists all there is, however many days it covers. Events are as many as there are days."""
        return self.kind is not FeedKind.EVENTS

    @property
    def categories(self) -> tuple[str, ...]:
        return tuple(sorted({column.category for column in self.columns}))

    @property
    def days(self) -> tuple[str, ...]:
        """The columns that hold a day."""
        return tuple(column.name for column in self.columns if isinstance(column.kind, Day))

    @property
    def findable(self) -> frozenset[str]:
        """The codes of all faults that can be found in several cells together, or in a cell for its day."""
        required = {column.name for column in self.columns if column.required}
        found = {code for rule in self.rules for code in rule.codes}
        for period in self._periods:
            never = {"end_without_start"} if period.columns[0] in required else set()
            found |= set(period.codes) - never
        for _, kind in self._dated:
            found |= {"code_not_yet_in_use"} if any(code.first for code in kind.codes) else set()
            found |= {"code_no_longer_in_use"} if any(code.last for code in kind.codes) else set()
        return frozenset(found)

    def example_cells(self, changed: Mapping[str, str] | None = None) -> dict[str, str]:
        """The example's cells, with some of them changed."""
        return {column.name: column.example for column in self.columns} | dict(changed or {})

    def example(self, format: str = "csv") -> str:
        """A file of one line, as it should look."""
        if format == "ndjson":
            return json.dumps(self.as_members(self.example_cells())) + "\n"
        return ",".join(self.names) + "\r\n" + ",".join(column.example for column in self.columns) + "\r\n"

    def as_members(self, cells: Mapping[str, str]) -> dict[str, str | int]:
        """Cells as NDJSON holds them: numbers as numbers, and nothing for an empty cell."""
        return {
            column.name: _as_member(cells[column.name]) if column.numeric else cells[column.name]
            for column in self.columns
            if cells[column.name]
        }

    def json_schema(self) -> JsonSchema:
        """A line of NDJSON as JSON Schema: what each member may hold. What several say together is not in it."""
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": self.title,
            "type": "object",
            "properties": {column.name: _member_schema(column) for column in self.columns},
            "required": [column.name for column in self.columns if column.required],
            "additionalProperties": False,
        }

    def read(self, number: int, cells: Mapping[str, str], covers: Covers) -> Line | list[LineFault]:
        """A line's cells, by column, to what they mean; or all that is wrong with them."""
        if _NO_TEXT.search("".join(cells.values())):
            return [LineFault(name, "not_text") for name in self.names if _NO_TEXT.search(cells[name])]
        values: Values = {}
        faults: list[LineFault] = []
        warnings: list[LineFault] = []
        for name, read, required in self._readers:
            text = cells[name].strip()
            if not text:
                values[name] = None
                if required:
                    faults.append(LineFault(name, "missing"))
                continue
            try:
                values[name] = read(text)
            except Bad as bad:
                values[name] = None
                (faults if name in self._bears else warnings).append(LineFault(name, bad.code))
            else:
                if required and values[name] is None:
                    faults.append(LineFault(name, "missing"))
        for name, other in self.empty_when_same.items():
            if values.get(name) == values.get(other):
                values[name] = None
        if not faults:
            faults.extend(self._faults_together(values, covers))
            warnings.extend(self._without_carer(values, warnings))
        if faults:
            return faults
        facts = tuple(fact for each in self.facts if (fact := each.state(values)))
        return Line(
            number=number,
            key=self._key(values, self.key),
            digest=_digest(values),
            about=self._about(values),
            stated_on=min(covers.last, facts[0].last or covers.last),
            facts=facts,
            carer=self._carer.carer(values) if self._carer else None,
            warnings=tuple(warnings),
            doubt=self._doubt(values, facts[0].first),
            age_on=facts[0].first if self.age_measured else None,
            former_key=self._key(values, self._former_key) if self.key_grew_by else "",
        )

    def shown_key(self, key: str) -> str:
        """A record's key as it may be shown to whoever sees who the record is about: without what locates somebody.

        Example: `T000100009001|2016/17|autumn|0004001` is shown as `T000100009001|2016/17|autumn`: no list of records
        tells the school of a child who was brought to safety.
        """
        parts = key.split(KEY_JOINED_BY)
        return KEY_JOINED_BY.join(part for number, part in enumerate(parts) if number not in self._hidden)

    def _key(self, values: Values, parts: tuple[str, ...]) -> str:
        return KEY_JOINED_BY.join(str(values[part]) for part in parts if values[part] is not None)

    def _faults_together(self, values: Values, covers: Covers) -> Iterator[LineFault]:
        for rule in self.rules:
            yield from rule.faults(values)
        for period in self._periods:
            yield from period.faults(values, covers)
        for column, kind in self._dated:
            value = values[column.name]
            if value is not None and (code := kind.fault_on(value, self._day_of_code(column, values, covers))):
                yield LineFault(column.name, code)

    def _bearing(self, columns: tuple[Column, ...]) -> frozenset[str]:
        """The columns without which a line would say something else: with a bad cell there, the line is refused. A
        claim whose last day cannot be read is not a claim that goes on."""
        said = {name for fact in self.facts for name in fact.columns} | {name for r in self.rules for name in r.columns}
        dated = {name for c in columns if isinstance(c.kind, Coded) and c.kind.dated for name in (c.name, c.dated_by)}
        return frozenset(self.key) | said | dated | {column.name for column in columns if column.required}

    def _without_carer(self, values: Values, warnings: Sequence[LineFault]) -> Iterator[LineFault]:
        """A carer is taken whole or not at all."""
        if self._carer is None:
            return
        incomplete = list(AllOrNone(self._carer.columns, CARER_INCOMPLETE).faults(values))
        if incomplete or any(warning.column in self._carer.columns for warning in warnings):
            values.update(dict.fromkeys(self._carer.columns))
        yield from incomplete

    def _doubt(self, values: Values, day: date) -> LineFault | None:
        born = values["date_of_birth"]
        if self.plausible_ages is None or born is None:
            return None
        youngest, oldest = self.plausible_ages
        years = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
        return None if youngest <= years <= oldest else LineFault("date_of_birth", "age_not_plausible")

    def _day_of_code(self, column: Column, values: Values, covers: Covers) -> date:
        """The day for which a code must have been in use: the line's, never today. A list that changed yesterday must
        not refuse what was said of last year."""
        if column.dated_by:
            return values[column.dated_by] or covers.last
        days = self.facts[0].period.days(values)
        return days[0] if days else covers.last

    def _about(self, values: Values) -> Stated:
        return Stated(
            forename=values["forename"] or "",
            surname=values["surname"] or "",
            date_of_birth=values["date_of_birth"],
            sex=values["sex"],
            identifiers=tuple((scheme, values[scheme]) for scheme in self.identifiers if values[scheme]),
            uprn=values.get("uprn"),
            address_line=values.get("address_line") or "",
            postcode=values.get("postcode") or "",
        )


NAMES = ("forename", "surname")
"""A line that lacks one is held, until the name is known: it may be a child's that has none yet."""
CARER_INCOMPLETE = "carer_incomplete"
KEY_JOINED_BY = "|"


def _as_member(cell: str) -> str | int:
    """A number, unless it would lose what it is written with: `0004001` stays text."""
    return int(cell) if cell.isdecimal() and str(int(cell)) == cell else cell


def _member_schema(column: Column) -> JsonSchema:
    schema = column.kind.json_schema()
    if not column.required:
        schema = {"anyOf": [schema, {"enum": [None, ""]}]}
    return {"description": column.description, **schema}


def _digest(values: Values) -> str:
    """Equal for lines that mean the same, however they are spaced."""
    return blake2b("\x1f".join(map(str, values.values())).encode(), digest_size=16).hexdigest()
