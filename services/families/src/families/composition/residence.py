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
    """A source says on a day that the person lives at an address where it had not said so."""

    on: date
    feed: str
    address: str


def find_stays(statements: Iterable[ResidenceStatement]) -> list[Stay]:
    """Where somebody lived, one stay after the other, oldest first.

    The rules, with Maya, 9:

    1. The first word of all establishes a residence. School says 4 Elm St in January: she lives there from then on.
    2. A source that repeats its word brings no news. School says 4 Elm St again in April: nothing changes.
    3. The first word of a further source moves nobody, since nobody knows how old it is. Benefits, heard for the first
       time in May, say 9 Oak Rd: she has not moved. But where she lives may rest on a source that is trusted less: had
       4 Elm St been the police's word alone, benefits would be believed, and she would live at 9 Oak Rd from May on.
    4. A source that changes its word moves the person on that day. School says 9 Oak Rd in July: she moved in July.
    5. A source that only learns of an earlier move does not move the person back. School says 4 Elm St, then 9 Oak Rd
       in July, then 2 Hill Ln in October; benefits, who said 4 Elm St, say 9 Oak Rd in November: they have caught up
       with July. She stays at 2 Hill Ln.
    6. A source that may not say that somebody moved never moves anybody. The police met her at 9 Oak Rd: that is where
       they met her, and she has not moved.
    """
    found: list[Stay] = []
    said: dict[str, str] = {}  # each source's last word
    holder = ""  # the most trusted source of those that agree on where the person lives now
    for word in _words(statements):
        before = said.get(word.feed)
        said[word.feed] = word.address
        if not found:  # rule 1
            found.append(Stay(word.address, word.on))
            holder = word.feed
            continue
        now = found[-1].address
        if word.address == now:
            # Benefits confirm what the police said first: from now on it takes a source above benefits to correct it.
            holder = min(holder, word.feed, key=trust)
            continue
        if not may_say_moved(word.feed):  # rule 6
            continue
        if before is None and trust(word.feed) >= trust(holder):  # rule 3
            continue
        # Rule 5. A source that knew of the present address and now says an older one does move the person back: rule 4.
        if before is not None and before != now and any(stay.address == word.address for stay in found):
            continue
        if found[-1].from_on == word.on:  # of two moves on one day the last counts: nobody stays for no day
            found.pop()
        found.append(Stay(word.address, word.on))
        holder = word.feed
    return found


def _words(statements: Iterable[ResidenceStatement]) -> list[_Word]:
    """Each source's changes of address, in the order of their days; of one day, the most trusted source first.

    So the word of the most trusted source is there to be agreed with before the others of that day are looked at.
    """
    by_feed: dict[str, list[ResidenceStatement]] = {}
    for statement in statements:
        by_feed.setdefault(statement.feed, []).append(statement)
    words = [word for feed, said in by_feed.items() for word in _changes(feed, said)]
    return sorted(words, key=lambda word: (word.on, trust(word.feed), word.feed, word.address))


def _changes(feed: str, said: Sequence[ResidenceStatement]) -> list[_Word]:
    """One source's changes of address, in the order of their first days.

    An address that it states beyond all later ones is where the person has gone back to. School says 4 Elm St from
    January to December and 9 Oak Rd from March to April: Maya moved to 9 Oak Rd in March, and back on the day after
    school last said 9 Oak Rd.
    """
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
    """One period an address, from the first day to the last: several records of one source may state the same."""
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
