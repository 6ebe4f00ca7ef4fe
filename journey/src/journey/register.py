"""The sandbox's people and families beside the platform's ids, as the analyst can read them."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from journey.api import CHUNK, Api
from journey.seeding import Cast
from journey.stopping import WentWrong
from sandbox import Borough
from sandbox.model import CHILD


@dataclass
class MatchingFigures:
    """How well records were brought together. Pairs of records of one person are counted, as record linkage does.

    Shape: `wrong_links` are records that stand with somebody else's.
    """

    records: int = 0
    people: int = 0
    wrong_links: int = 0
    right_pairs: int = 0
    found_pairs: int = 0
    true_pairs: int = 0

    @property
    def precision(self) -> float:
        return round(self.right_pairs / self.found_pairs, 6) if self.found_pairs else 1.0

    @property
    def recall(self) -> float:
        return round(self.right_pairs / self.true_pairs, 6) if self.true_pairs else 1.0


@dataclass(frozen=True)
class Link:
    """A record: the truth person whom it is about, and the person it was first given to."""

    who: str
    leaf: str


@dataclass
class Register:
    """Shape: `persons` gives the platform's people of a truth person, `truth` the truth people of a platform's one.

    A truth person may be several for as long as reviews are open. Of the platform's people who `objected` the analyst
    is shown no record any more; a record of anybody else that is not shown ends the journey.
    """

    api: Api
    cast: Cast
    borough: Borough
    persons: dict[str, set[str]] = field(default_factory=dict)
    truth: dict[str, Counter[str]] = field(default_factory=dict)
    families: dict[str, str] = field(default_factory=dict)
    objected: frozenset[str] = frozenset()
    _links: dict[tuple[str, str], Link] = field(default_factory=dict)
    _roots: dict[str, str] = field(default_factory=dict)
    _leaves: dict[str, set[str]] = field(default_factory=dict)
    _after: str | None = None

    def read_links(self, *, anew: bool = False) -> None:
        """Read the links that were added since the last time; with `anew` all of them."""
        if anew:
            self._links, self._roots, self._after = {}, {}, None
        while True:
            cursor = {"after": self._after} if self._after else {}
            page = self.api.get(self.cast["ana"], "families", "/v1/links", limit=CHUNK, **cursor)
            for link in page["items"]:
                if link["person"] in self.objected:
                    continue
                who = self.borough.truth.record_person(link["feed"], natural_key(link["key"]))
                self._links[link["feed"], link["key"]] = Link(who, link["leaf"])
                self._roots[link["leaf"]] = link["person"]
            if not page["next"]:
                break  # the last page is read again next time, when more may stand on it
            self._after = page["next"]
        self._count()

    def note_merged(self, people: Iterable[Any]) -> None:
        """Note that people were merged. Shape: each as the platform shows them now, with their former ids."""
        became = {former: person["id"] for person in people for former in (person["id"], *person["formerly"])}
        for leaf, root in self._roots.items():
            self._roots[leaf] = became.get(root) or became.get(leaf) or root
        self._count()

    def _count(self) -> None:
        self.persons, self.truth, self._leaves = {}, defaultdict(Counter), {}
        for link in self._links.values():
            root = self._roots[link.leaf]
            self._leaves.setdefault(link.who, set()).add(link.leaf)
            self.persons.setdefault(link.who, set()).add(root)
            self.truth[root][link.who] += 1

    def people_first_given(self) -> dict[str, Counter[str]]:
        """The truth people of each person as records were first given, which no decision changes."""
        found: dict[str, Counter[str]] = defaultdict(Counter)
        for link in self._links.values():
            found[link.leaf][link.who] += 1
        return found

    def first_given(self, who: str) -> set[str]:
        """The persons whom a truth person's records were first given to, merged since or not."""
        return self._leaves.get(who, set())

    def person_id(self, who: str) -> str | None:
        """The platform's id of a truth person; None for somebody whom no feed names yet.

        Errors: WentWrong while the person is still several, which after reviews must not be.
        """
        ids = self.persons.get(who, set())
        if len(ids) > 1:
            raise WentWrong(f"{who} of the sandbox is {len(ids)} people after all reviews")
        return next(iter(ids), None)

    def known_ids(self, people: Iterable[str]) -> list[str]:
        """The platform's ids of those among truth people whom some feed names."""
        return [found for who in people if (found := self.person_id(who))]

    def measure_matching(
        self, groups: dict[str, Counter[str]] | None = None, but: frozenset[str] = frozenset()
    ) -> MatchingFigures:
        """Figures of the present links, or of other groups of records. People in `but` are left out."""
        found = MatchingFigures()
        totals: Counter[str] = Counter()
        for counts in (self.truth if groups is None else groups).values():
            kept = {who: number for who, number in counts.items() if who not in but}
            if not kept:
                continue
            records = sum(kept.values())
            found.people += 1
            found.records += records
            found.wrong_links += records - max(kept.values())
            found.found_pairs += pairs(records)
            found.right_pairs += sum(pairs(number) for number in kept.values())
            totals.update(kept)
        found.true_pairs = sum(pairs(number) for number in totals.values())
        return found

    def family_id(self, family: str) -> str | None:
        """The platform's id of a truth family, as `find_families` found it."""
        return self.families.get(family)

    def find_families(self, wanted: Iterable[str], on: date) -> None:
        """Find the platform's families of truth families by their people, as at a day; children tell best.

        A family that was found keeps its id: what becomes of it later is the same family.
        """
        people: dict[str, list[str]] = {}
        for family in wanted:
            if family in self.families:
                continue
            members = self.borough.truth.members(family, on, known_only=True)
            ordered = sorted(members, key=lambda who: members[who] != CHILD)
            people[family] = [found for who in ordered for found in self.persons.get(who, ())]
        ids = list(dict.fromkeys(person for some in people.values() for person in some))
        of_person: dict[str, list[str]] = defaultdict(list)
        rows = self.api.lookup(self.cast["ana"], "families", "/v1/members/lookup", ids)
        for row in rows:
            of_person[row["person"]] += [held["family"] for held in row["families"]]
        for family, some in people.items():
            for person in some:
                if of_person.get(person):
                    self.families[family] = of_person[person][0]
                    break


def natural_key(key: str) -> tuple[str, ...]:
    """A record's natural key as the sandbox knows it."""
    return tuple(key.split("|"))


def pairs(number: int) -> int:
    return number * (number - 1) // 2
