"""Record linkage: link, review or neither. The rules here stand above the score.

The score says how much likelier the agreement is for one person than for two (`scorer.py`). It never links alone: twins
at one address agree in nearly everything, and a wrong link shows one person's records to those who may see another's.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from families.matching.scorer import Compared
from families.matching.weights import WEIGHTS, Weights

REVIEWS_AT_MOST = 8


@dataclass(frozen=True)
class Judged:
    """`link`: the person whom the line is about, with how that is known. `reviews`: who else it may be."""

    link: Compared | None = None
    how: str = "new"
    reviews: tuple[Compared, ...] = ()


def judge(candidates: Sequence[Compared], weights: Weights = WEIGHTS) -> Judged:
    """Whom a line is about. In doubt it is a new person with a review open; a wrong link is worse than a question.

    The rules in their order, for the line `Rosie Ash, born 3 February 1980, 3 Mill St`:

    1. A number in common with somebody links, if something else agrees.
    2. The same words as before, letter by letter, go where they went before: whoever decided about them has decided.
       Unless two others have come since who could be meant and are surely two people.
    3. Rose(mary) Ash of that birthday at that address is meant, unless somebody else of that birthday and address could
       be meant as well, such as her twin Rosa.
    4. Else the line is somebody new, and an analyst is asked about all who are likely enough.

    Shape: candidates in any order; at most one review a person, whatever their leaves.
    """
    ordered = sorted(candidates, key=lambda c: (-c.score, c.profile.person))
    for candidate in ordered:
        if _by_identifier(candidate, weights):
            return Judged(candidate, "identifier")
    said_before = [c for c in ordered if c.identical and c.outcomes["identifier"] != "conflict"]
    if said_before:
        oldest = min(said_before, key=lambda c: c.profile.person)
        if not _twins_about(oldest, ordered, weights):
            return Judged(oldest, "score")
    sure = [c for c in ordered if _sure(c, weights)]
    if sure and not any(_close_behind(other, sure[0], weights) for other in ordered):
        return Judged(sure[0], "score")
    return Judged(reviews=tuple(worth_a_look(ordered, weights)))


def worth_a_look(candidates: Sequence[Compared], weights: Weights = WEIGHTS) -> list[Compared]:
    """Those plausible enough to ask about, the best leaf of each person, best first; at most REVIEWS_AT_MOST."""
    seen, chosen = set(), []
    for candidate in sorted(candidates, key=lambda c: (-c.score, c.profile.person)):
        if candidate.profile.root in seen or not _plausible(candidate, weights):
            continue
        seen.add(candidate.profile.root)
        chosen.append(candidate)
    return chosen[:REVIEWS_AT_MOST]


def _by_identifier(candidate: Compared, weights: Weights) -> bool:
    """A number in common, and something else that agrees: numbers are mistyped and lent, too.

    A common National Insurance number links Rose Ash with Rose Birch of nearly the same birthday (she married), and
    with a Rosie Ash of another birthday (a clerk's slip), but not with Gary Lomax of another birthday.
    """
    outcomes = candidate.outcomes
    return outcomes["identifier"] == "same" and (
        outcomes["date_of_birth"] in weights.agreeing["near_birth"]
        or (
            outcomes["forename"] in weights.agreeing["near_forename"]
            and outcomes["surname"] in weights.agreeing["surname"]
        )
    )


def _sure(candidate: Compared, weights: Weights) -> bool:
    """Without a number in common: forename, surname, full date of birth and address must all agree."""
    outcomes = candidate.outcomes
    return (
        candidate.score >= weights.link
        and outcomes["forename"] in weights.agreeing["forename"]
        and outcomes["surname"] in weights.agreeing["surname"]
        and outcomes["date_of_birth"] == "exact"
        and outcomes["address"] == "same"
        and outcomes["sex"] != "conflict"
        and outcomes["identifier"] != "conflict"
    )


def _close_behind(other: Compared, best: Compared, weights: Weights) -> bool:
    """Somebody else of that date of birth and address whose forename a clerk could have meant: a twin.

    Leaves of the best candidate's own person are nobody else.
    """
    return other.profile.root != best.profile.root and _could_be_meant(other, weights)


def _could_be_meant(other: Compared, weights: Weights) -> bool:
    """Hayden and Jayden, born on one day, at one address or at one that tells nothing: either could be meant."""
    outcomes = other.outcomes
    return (
        outcomes["date_of_birth"] == "exact"
        and outcomes["forename"] in weights.agreeing["near_forename"]
        and outcomes["identifier"] != "conflict"
        and outcomes["address"] in ("same", "no_weight", "missing")
        and outcomes["surname"] != "conflict"
    )


def _twins_about(found: Compared, candidates: Sequence[Compared], weights: Weights) -> bool:
    """Two others who could be meant and whose numbers differ are surely two people: ask which.

    School wrote `Alex Ash` once, and that leaf was never merged with any other. Now Alexander and Alexandra, born on
    that day, are known there with different UPNs: the next `Alex Ash` may be either, and goes to the old leaf no
    longer.
    """
    meant = [
        c
        for c in candidates
        if c.profile.root != found.profile.root and not c.identical and _could_be_meant(c, weights)
    ]
    numbers = [dict(c.profile.identifiers) for c in meant]
    return any(
        one[scheme] != other[scheme]
        for index, one in enumerate(numbers)
        for other in numbers[index + 1 :]
        for scheme in one.keys() & other.keys()
    )


def _plausible(candidate: Compared, weights: Weights) -> bool:
    """Whether an analyst is asked. Units: `score` is log2 of how much likelier one person is than two."""
    outcomes = candidate.outcomes
    if outcomes["identifier"] == "conflict":
        # Two numbers of one kind mean two people, unless simply everything else is the same.
        return (
            outcomes["forename"] == "exact"
            and outcomes["surname"] == "exact"
            and outcomes["date_of_birth"] == "exact"
            and outcomes["address"] == "same"
        )
    return candidate.score >= weights.review
