"""Who is who: the sandbox's truth beside the platform's ids, read as the analyst reads it."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from journey.api import Api
from journey.seeding import Cast
from journey.stopping import WentWrong
from sandbox import Borough
from sandbox.model import CHILD


@dataclass
class Matching:
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


@dataclass
class Register:
    """Shape: `persons` gives the platform's people of a truth person, `truth` the truth people of a platform's one.

    Both are as at the last `read`. A truth person may be several for as long as reviews are open.
    """

    api: Api
    cast: Cast
    borough: Borough
    persons: dict[str, set[str]] = field(default_factory=dict)
    truth: dict[str, Counter[str]] = field(default_factory=dict)
    leaves: dict[str, Counter[str]] = field(default_factory=dict)
    families: dict[str, str] = field(default_factory=dict)

    def read(self) -> None:
        """Read every link anew."""
        self.persons, self.truth, self.leaves = {}, defaultdict(Counter), defaultdict(Counter)
        for link in self.api.pages(self.cast["ana"], "families", "/v1/links"):
            who = self.borough.truth.record_person(link["feed"], natural_key(link["key"]))
            self.persons.setdefault(who, set()).add(link["person"])
            self.truth[link["person"]][who] += 1
            self.leaves[link["leaf"]][who] += 1

    def person(self, who: str) -> str | None:
        """The platform's id of a truth person; None for somebody whom no feed names yet.

        Errors: WentWrong while the person is still several, which after reviews must not be.
        """
        ids = self.persons.get(who, set())
        if len(ids) > 1:
            raise WentWrong(f"{who} of the sandbox is {len(ids)} people after all reviews")
        return next(iter(ids), None)

    def known(self, people: Iterable[str]) -> list[str]:
        """The platform's ids of those among truth people whom some feed names."""
        return [found for who in people if (found := self.person(who))]

    def who(self, person: str) -> str:
        """The truth person that most of a person's records are about. Errors: KeyError for a person without records."""
        return self.truth[person].most_common(1)[0][0]

    def matching(self, groups: dict[str, Counter[str]] | None = None, but: frozenset[str] = frozenset()) -> Matching:
        """Figures of the present links, or of other groups of records. People in `but` are left out."""
        found = Matching()
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

    def family(self, family: str) -> str | None:
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


def natural_key(key: object) -> tuple[str, ...]:
    """A record's natural key as the sandbox knows it, whichever way the platform writes it."""
    return tuple(str(part) for part in key) if isinstance(key, list) else tuple(str(key).split("|"))


def pairs(number: int) -> int:
    return number * (number - 1) // 2
