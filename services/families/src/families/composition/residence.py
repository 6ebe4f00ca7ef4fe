"""Where somebody lives, judged from change: a source that repeats an old address brings no news."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from families.feeds.trust import may_say_moved, trust

DAY = timedelta(days=1)


@dataclass(frozen=True)
class ResidenceStatement:
    """A source said from `first_on` to `last_on` that somebody lives at `address` (a key, not a text)."""

    feed: str
    address: str
    first_on: date
    last_on: date
    area: str | None = None


@dataclass(frozen=True)
class Stay:
    """Somebody lives at `address` from a day on, until the next stay begins."""

    address: str
    from_on: date


@dataclass(frozen=True)
class _Word:
    on: date
    feed: str
    address: str


def find_stays(statements: Iterable[ResidenceStatement]) -> list[Stay]:
    """Where somebody lived, one stay after the other.

    The first word of all establishes a residence. The first word of a further source moves nobody, unless what it
    meets rests on a source that is trusted less. A source that changes its word moves the person on that day; if it
    only learns late of an earlier move, it does not move them back. A source that may not say that somebody moved never
    moves anybody: the police write down where they met a person.
    """
    found: list[Stay] = []
    said: dict[str, str] = {}
    holder = ""
    for word in _words(statements):
        before = said.get(word.feed)
        said[word.feed] = word.address
        if not found:
            found.append(Stay(word.address, word.on))
            holder = word.feed
            continue
        now = found[-1].address
        if word.address == now:
            holder = min(holder, word.feed, key=trust)
            continue
        if not may_say_moved(word.feed):
            continue
        if before is None and trust(word.feed) >= trust(holder):
            continue
        if before is not None and before != now and any(stay.address == word.address for stay in found):
            continue
        if found[-1].from_on == word.on:
            found.pop()
        found.append(Stay(word.address, word.on))
        holder = word.feed
    return found


def _words(statements: Iterable[ResidenceStatement]) -> list[_Word]:
    """Each source's changes of address, in the order of their days; of one day, the most trusted source first."""
    by_feed: dict[str, list[ResidenceStatement]] = {}
    for statement in statements:
        by_feed.setdefault(statement.feed, []).append(statement)
    words = [word for feed, said in by_feed.items() for word in _changes(feed, said)]
    return sorted(words, key=lambda word: (word.on, trust(word.feed), word.feed, word.address))


def _changes(feed: str, said: Sequence[ResidenceStatement]) -> list[_Word]:
    """One source's changes. An address that it states beyond all later ones is where it has gone back to."""
    periods = sorted(_united(said), key=lambda s: (s.first_on, s.last_on, s.address))
    words: list[_Word] = []
    for period in periods:
        if not words or words[-1].address != period.address:
            words.append(_Word(period.first_on, feed, period.address))
    last = max(periods, key=lambda s: (s.last_on, s.first_on))
    if words and words[-1].address != last.address:
        others = max(s.last_on for s in periods if s.address != last.address)
        if others < last.last_on:
            words.append(_Word(others + DAY, feed, last.address))
    return words


def _united(said: Sequence[ResidenceStatement]) -> list[ResidenceStatement]:
    """One period an address: several records of one source may state the same."""
    by_address: dict[str, ResidenceStatement] = {}
    for s in said:
        old = by_address.get(s.address)
        by_address[s.address] = (
            s
            if old is None
            else ResidenceStatement(
                feed=s.feed,
                address=s.address,
                first_on=min(old.first_on, s.first_on),
                last_on=max(old.last_on, s.last_on),
                area=s.area,
            )
        )
    return list(by_address.values())
