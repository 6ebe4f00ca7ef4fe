"""What must be true of several cells of a line together."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from families.feeds.lines import LineFault, Values


class Rule(ABC):
    """Shape: `columns` are those that it looks at; `codes` are the faults that it can find."""

    @property
    @abstractmethod
    def columns(self) -> tuple[str, ...]: ...

    @property
    @abstractmethod
    def codes(self) -> tuple[str, ...]: ...

    @abstractmethod
    def faults(self, values: Values) -> Iterator[LineFault]: ...


@dataclass(frozen=True)
class SumAtMost(Rule):
    """Counts that are part of another are together no more than that."""

    parts: tuple[str, ...]
    whole: str
    code: str

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.parts, self.whole)

    @property
    def codes(self) -> tuple[str, ...]:
        return (self.code,)

    def faults(self, values: Values) -> Iterator[LineFault]:
        if sum(values[part] for part in self.parts) > values[self.whole]:
            yield LineFault(self.whole, self.code)


@dataclass(frozen=True)
class OnlyWith(Rule):
    """A cell is filled when another column holds one of some codes, and empty when it does not.

    Shape: with `may_lack` it may be empty in any case.
    """

    column: str
    other: str
    values: tuple[str, ...]
    missing: str = "needed_here"
    needless: str = "needless_here"
    may_lack: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.column, self.other)

    @property
    def codes(self) -> tuple[str, ...]:
        return (self.needless,) if self.may_lack else (self.missing, self.needless)

    def faults(self, values: Values) -> Iterator[LineFault]:
        wanted, given = values[self.other] in self.values, values[self.column] is not None
        if wanted and not given and not self.may_lack:
            yield LineFault(self.column, self.missing)
        if given and not wanted:
            yield LineFault(self.column, self.needless)


@dataclass(frozen=True)
class OnlyWithDay(Rule):
    """A cell is filled when another column holds a day, and empty when it holds none: why something ended."""

    column: str
    day: str

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.column, self.day)

    @property
    def codes(self) -> tuple[str, ...]:
        return ("needed_here", "needless_here")

    def faults(self, values: Values) -> Iterator[LineFault]:
        wanted, given = values[self.day] is not None, values[self.column] is not None
        if wanted != given:
            yield LineFault(self.column, "needed_here" if wanted else "needless_here")


@dataclass(frozen=True)
class AllOrNone(Rule):
    """Cells that are filled together or not at all; the first that is empty is at fault."""

    together: tuple[str, ...]
    code: str

    @property
    def columns(self) -> tuple[str, ...]:
        return self.together

    @property
    def codes(self) -> tuple[str, ...]:
        return (self.code,)

    def faults(self, values: Values) -> Iterator[LineFault]:
        given = [values[name] is not None for name in self.together]
        if any(given) and not all(given):
            yield LineFault(self.together[given.index(False)], self.code)


@dataclass(frozen=True)
class Own(Rule):
    """A rule that no other feed has, as code."""

    looks_at: tuple[str, ...]
    finds: tuple[str, ...]
    check: Callable[[Values], Iterator[LineFault]]

    @property
    def columns(self) -> tuple[str, ...]:
        return self.looks_at

    @property
    def codes(self) -> tuple[str, ...]:
        return self.finds

    def faults(self, values: Values) -> Iterator[LineFault]:
        return self.check(values)
