"""Whom a record means that names a child's carer. Pure: a forename and a surname are all that a school writes down."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations
from uuid import UUID

from families.composition.names import plain, same_person_name
from families.composition.residence import ResidenceStatement
from families.matching.scorer import compare_births

WORD_STILL_GOOD = timedelta(days=245)
"""How old the last word on a family can be that still lives where it says.

Attendance comes a term in arrears. What was said for 31 July, the end of the summer term, is the last word until the
autumn term's attendance has come, which may be as late as the end of March: 243 days.
"""


@dataclass(frozen=True)
class Someone:
    """A person by root, with everything that was said of all their leaves. `protections`: from, and lifted on."""

    root: UUID
    born: date | None
    names: frozenset[tuple[str, str]] = frozenset()
    statements: tuple[ResidenceStatement, ...] = ()
    protections: tuple[tuple[date, date | None], ...] = ()
    pupil: bool = False

    def is_child(self, day: date) -> bool:
        """Whether this is somebody under 18 on that day; without a day of birth, whether a school wrote them down."""
        return self.pupil if self.born is None else day < _eighteenth(self.born)


@dataclass(frozen=True)
class CarerWord:
    """A record names a child's carer, and says whether they live together."""

    child: UUID
    forename: str
    surname: str
    same_address: bool
    on: date

    def means(self, someone: Someone) -> bool:
        """Whether it can mean this person, as clerks write names: `Rosie Ash` can mean Rosemary Ash."""
        return any(same_person_name(self.forename, self.surname, f, s) for f, s in someone.names)

    def spells(self, someone: Someone) -> bool:
        """Whether it is written as one of this person's names is, letter by letter: `rose ash` spells Rose Ash."""
        return any((plain(self.forename), plain(self.surname)) == (plain(f), plain(s)) for f, s in someone.names)

    def names_the_same_as(self, other: "CarerWord") -> bool:
        return same_person_name(self.forename, self.surname, other.forename, other.surname)


class Carers:
    """Everything that was said of who cares for whom, among people who have to do with each other."""

    def __init__(self, people: Mapping[UUID, Someone], words: Mapping[UUID, Iterable[CarerWord]]) -> None:
        self._people = people
        self._words = {child: sorted(said, key=lambda word: word.on) for child, said in words.items()}

    def days(self) -> set[date]:
        """The days on which anything was said."""
        return {word.on for said in self._words.values() for word in said}

    def all_of(self, child: UUID) -> Sequence[CarerWord]:
        """Every word on a child, oldest first."""
        return self._words.get(child, [])

    def latest(self, child: UUID, day: date) -> list[CarerWord]:
        """The last word by that day. Shape: one word, or none."""
        return [word for word in self.all_of(child) if word.on <= day][-1:]

    def named(self, child: UUID, day: date) -> list[CarerWord]:
        """Carers of whom the latest word is that they live with the child, each by that word.

        In January school names Rose Ash, living with Mia; in April Ned Elm, living with her: both are her carers. In
        July it names Rosie Ash, living elsewhere. That is Rose, so from July on Ned alone is left.
        """
        named: list[CarerWord] = []
        for word in self.all_of(child):
            if word.on > day:
                break
            # A later word on somebody replaces the earlier one, whatever it says.
            named = [w for w in named if not w.names_the_same_as(word)]
            if word.same_address:
                named.append(word)
        return named

    def mean(self, words: Iterable[CarerWord], adult: UUID) -> bool:
        """Whether one of the words can mean this adult."""
        return any(word.means(self._people[adult]) for word in words)

    def fitting(self, word: CarerWord, came: Mapping[UUID, date], day: date) -> set[UUID]:
        """The adults whom a word can mean among strangers: those who are spelt as it is, or else those like it.

        Which of two is heard of first says nothing about whose the child is, so whoever comes within the time that a
        word can be late counts. Who comes after that takes no child away from those whose it was.

        Mia came in December; school names her carer `Rose Ash`. In the house lives a Rosie Ash: she is meant. In June
        benefits tell of a Rose Ash there: her word was only late, and she is spelt as the carer is, so she is meant
        instead. Had she come in the following December, more than eight months after Mia, Mia would stay with Rosie.

        Shape: `came` has everybody who was ever there, with their first day; the child itself among them.
        """
        # Two rounds: first among those who came in time; everybody only when none of those can be meant.
        adults = [person for person in came if not self._people[person].is_child(day)]
        in_time = [adult for adult in adults if came[adult] <= came[word.child] + WORD_STILL_GOOD]
        for some in (in_time, adults):
            letter_by_letter = {adult for adult in some if word.spells(self._people[adult])}
            if found := letter_by_letter or {adult for adult in some if word.means(self._people[adult])}:
                return found
        return set()

    def clearly_meant(self, word: CarerWord, came: Mapping[UUID, date], day: date) -> set[UUID]:
        """Whom the word fits; nobody where it fits two: a child is given to neither rather than to the wrong one.

        Two who can be one person are not two: her records were only not linked yet. So all of them are meant.
        """
        fitting = self.fitting(word, came, day)
        return fitting if self.can_be_one(fitting) else set()

    def can_be_one(self, adults: Iterable[UUID]) -> bool:
        """Whether they may be one person whose records nobody has linked yet: no two were born on days unlike.

        3 February 1980 and 2 March 1980 may be one day, written with day and month exchanged; 1980 and 1961 may not.
        Who has no day of birth may be anybody.
        """
        births = [born.isoformat() for adult in adults if (born := self._people[adult].born) is not None]
        return not any(compare_births(one, other) == "conflict" for one, other in combinations(births, 2))


def _eighteenth(born: date) -> date:
    """The day on which somebody turns 18; who was born on 29 February does so on 1 March."""
    try:
        return born.replace(year=born.year + 18)
    except ValueError:
        return date(born.year + 18, 3, 1)
