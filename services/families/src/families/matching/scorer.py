"""Record linkage: how much a line and a person agree, field by field (Fellegi and Sunter).

Each field's comparison has an outcome, and each outcome a weight: log2 of how much likelier it is for one person than
for two. `forename: exact` weighs much, `sex: same` little, `date_of_birth: conflict` much and negatively. The weights
of a line's outcomes add up to its score: 10 means that such agreement is about a thousand times likelier for one
person.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from families.feeds.lines import Stated
from families.matching.names import compare_forenames, compare_surnames, fold
from families.matching.weights import WEIGHTS, Weights
from vocabulary.premises import HIDING, ORDINARY

FIELDS = ("forename", "surname", "name_order", "date_of_birth", "address", "sex", "identifier")
Address = tuple[str | None, str, str]
"""UPRN, folded address line, postcode."""
Naming = tuple[str, str, str | None, str | None]
"""Folded forename, folded surname, date of birth as text, sex."""


@dataclass(frozen=True)
class PremisesKinds:
    """What kind of premises an address is, by UPRN and by line and postcode; those not listed are ordinary."""

    by_uprn: dict[str, str] = field(default_factory=dict)
    by_line: dict[tuple[str, str], str] = field(default_factory=dict)

    def kind(self, address: Address) -> str:
        uprn, line, postcode = address
        if uprn in self.by_uprn:
            return self.by_uprn[uprn]
        return self.by_line.get((line, postcode), ORDINARY)


@dataclass(slots=True)
class Profile:
    """All that is known of a person, as far as matching compares it."""

    person: UUID
    root: UUID
    namings: list[Naming] = field(default_factory=list)
    addresses: list[Address] = field(default_factory=list)
    identifiers: list[tuple[str, str]] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    protected: bool = False

    @classmethod
    def read(cls, person: UUID, root: UUID, traits: dict[str, Any], *, protected: bool) -> "Profile":
        return cls(
            person,
            root,
            [(n[0], n[1], n[2], n[3]) for n in traits["namings"]],
            [(a[0], a[1], a[2]) for a in traits["addresses"]],
            [(i[0], i[1]) for i in traits["identifiers"]],
            list(traits["sources"]),
            protected,
        )

    def traits(self) -> dict[str, Any]:
        return {
            "namings": self.namings,
            "addresses": self.addresses,
            "identifiers": self.identifiers,
            "sources": self.sources,
        }

    def learn(self, traits: "Traits", source: str) -> bool:
        """Take in what a line says. Shape: whether there was anything new."""
        new = False
        if traits.naming not in self.namings:
            self.namings.append(traits.naming)
            new = True
        if traits.address is not None and traits.address not in self.addresses:
            self.addresses.append(traits.address)
            new = True
        for identifier in traits.identifiers:
            if identifier not in self.identifiers:
                self.identifiers.append(identifier)
                new = True
        if source not in self.sources:
            self.sources.append(source)
            new = True
        return new


@dataclass(frozen=True, slots=True)
class Traits:
    """What a line says of somebody, as it is compared."""

    naming: Naming
    address: Address | None
    identifiers: tuple[tuple[str, str], ...]


def traits_of(stated: Stated) -> Traits:
    """A National Insurance number is compared without its last letter, which may be missing."""
    born = stated.date_of_birth.isoformat() if stated.date_of_birth else None
    line = fold(stated.address_line)
    addressed = bool(stated.uprn or (line and stated.postcode) or stated.postcode)
    return Traits(
        naming=(fold(stated.forename), fold(stated.surname), born, stated.sex),
        address=(stated.uprn, line, stated.postcode) if addressed else None,
        identifiers=tuple((scheme, value[:8] if scheme == "nino" else value) for scheme, value in stated.identifiers),
    )


@dataclass(frozen=True, slots=True)
class Compared:
    """A candidate and what agreed. `outcomes`: field to outcome."""

    profile: Profile
    score: float
    outcomes: dict[str, str]
    identical: bool

    def explanation(self, weights: Weights = WEIGHTS) -> list[dict[str, Any]]:
        return explain(" ".join(self.outcomes.values()), weights)


def explain(outcomes: str, weights: Weights = WEIGHTS) -> list[dict[str, Any]]:
    """What agreed and what it weighs, without any value.

    Shape: [{field, outcome, weight}]; `outcomes` are words in the order of FIELDS.
    """
    return [
        {"field": name, "outcome": outcome, "weight": weights.fields[name][outcome]}
        for name, outcome in zip(FIELDS, outcomes.split(), strict=False)
    ]


@lru_cache(100_000)
def compare_births(one: str | None, other: str | None) -> str:
    """Shape: an outcome of the field `date_of_birth`; symmetric. Days as `YYYY-MM-DD`.

    `exchanged`: 1980-02-03 and 1980-03-02. `one_digit`: 1980-02-03 and 1981-02-03. All else that differs is a conflict.
    """
    if one is None or other is None:
        return "missing"
    if one == other:
        return "exact"
    if one[:4] == other[:4] and one[5:7] == other[8:] and one[8:] == other[5:7]:
        return "exchanged"
    if sum(a != b for a, b in zip(one, other, strict=True)) == 1:
        return "one_digit"
    return "conflict"


def exchanged(born: date) -> date | None:
    """Day and month the other way round, where that is a date."""
    return date(born.year, born.day, born.month) if born.day <= 12 and born.day != born.month else None


def same_address(one: Address, other: Address) -> str:
    """Shape: same, postcode or different. Two UPRNs decide; otherwise the line and the postcode do.

    Two flats of one house have one postcode and different UPRNs: `postcode`, even where a clerk wrote one line for
    both.
    """
    if one[0] and other[0]:
        if one[0] == other[0]:
            return "same"
    elif one[1] and one[2] and (one[1], one[2]) == (other[1], other[2]):
        return "same"
    return "postcode" if one[2] and one[2] == other[2] else "different"


def compare_addresses(address: Address | None, profile: Profile, premises: PremisesKinds) -> str:
    """A refuge takes no part, nor does anything of somebody under protection; communal premises have no weight.

    To live in the same hostel says little of two people being one. Of several known addresses the one that agrees best
    counts: who moved is known by the old address and the new.
    """
    if address is None or profile.protected or not profile.addresses:
        return "missing"
    if premises.kind(address) != ORDINARY:
        return "no_weight"
    best = "no_weight"
    for known in profile.addresses:
        if premises.kind(known) != ORDINARY:
            continue
        outcome = same_address(address, known)
        if outcome == "same":
            return outcome
        if outcome == "postcode" or best == "no_weight":
            best = outcome
    return best


def compare_identifiers(ours: Iterable[tuple[str, str]], theirs: Iterable[tuple[str, str]]) -> str:
    """One number in common is agreement; numbers of one scheme without any in common are a conflict."""
    mine, others = set(ours), set(theirs)
    if mine & others:
        return "same"
    return "conflict" if {scheme for scheme, _ in mine} & {scheme for scheme, _ in others} else "missing"


def compare(traits: Traits, profile: Profile, premises: PremisesKinds, weights: Weights = WEIGHTS) -> Compared:
    """A line and a person. Where a person was written in several ways, the way that agrees best counts, as a whole.

    Rose was written `Rose Ash, 1980-02-03` and `Rosie Birch, 1980-03-02`. The line `Rose Birch` is compared with either
    and not with the best of both: two halves of different people must not add up to one. Forename and surname may have
    been exchanged (`Ash Rose`), at a price in weight.
    Units: `score` is log2, rounded to two digits.
    """
    tables = weights.fields
    address = compare_addresses(traits.address, profile, premises)
    identifier = compare_identifiers(traits.identifiers, profile.identifiers)
    fixed = tables["address"][address] + tables["identifier"][identifier]
    best, found = -1e9, ("missing", "missing", "as_given", "missing", "missing")
    forename, surname, born, sex = traits.naming
    for other in profile.namings:
        birth = compare_births(born, other[2])
        sexes = "missing" if sex is None or other[3] is None else "same" if sex == other[3] else "conflict"
        rest = tables["date_of_birth"][birth] + tables["sex"][sexes]
        first, last = compare_forenames(forename, other[0]), compare_surnames(surname, other[1])
        score = tables["forename"][first] + tables["surname"][last] + rest
        if score > best:
            best, found = score, (first, last, "as_given", birth, sexes)
        if last != "exact":
            first, last = compare_forenames(forename, other[1]), compare_surnames(surname, other[0])
            score = tables["forename"][first] + tables["surname"][last] + tables["name_order"]["exchanged"] + rest
            if score > best:
                best, found = score, (first, last, "exchanged", birth, sexes)
    return Compared(
        profile=profile,
        score=round(best + fixed, 2),
        outcomes={
            "forename": found[0],
            "surname": found[1],
            "name_order": found[2],
            "date_of_birth": found[3],
            "address": address,
            "sex": found[4],
            "identifier": identifier,
        },
        identical=_identical(traits, profile, premises),
    )


def _identical(traits: Traits, profile: Profile, premises: PremisesKinds) -> bool:
    """The same clerk's words again: name, full date of birth and address, letter for letter. Not at a refuge."""
    if traits.naming[2] is None or traits.address is None or profile.protected or traits.naming not in profile.namings:
        return False
    return traits.address in profile.addresses and premises.kind(traits.address) not in HIDING
