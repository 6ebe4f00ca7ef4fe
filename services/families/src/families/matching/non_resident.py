"""A school names a carer who lives elsewhere: ask whether that is one of the adults of that name."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from chassis.db import new_id
from families.composition_queue.repository import mark_anew
from families.matching import blocking, repository
from families.matching.names import compare_surnames, fold, same_or_nickname
from families.matching.scorer import PremisesKinds, Profile, same_address
from families.matching.weights import WEIGHTS
from families.models.matching import MatchReview
from families.models.people import CarerStatement
from vocabulary.premises import ORDINARY

KIND = "non_resident_parent"
CANDIDATES_AT_MOST = 5
YOUNGEST_PARENT = 14
NAMESAKES_AT_MOST = 500


def ask_about_carers(session: Session) -> None:
    """Open what reviews are due; one a group of children and candidate. Children under protection are left alone:
    nothing may lead from one side of a separation to the other.
    """
    statements = repository.carers_elsewhere(session)
    if not statements:
        return
    children = repository.find_profiles(session, {s.child for s in statements})
    candidates = _load_candidates(session, statements)
    known_of = [*children.values(), *(adult for adults in candidates.values() for adult in adults)]
    premises = repository.read_premises(session, (address for one in known_of for address in one.addresses))
    asked = {(r.right_person, UUID(child)): r for r in repository.reviews_of(session, KIND) for child in r.group}
    new: list[MatchReview] = []
    for (forename, surname, _), group in _groups(statements, children, premises).items():
        leaves = sorted({s.child for s in group})
        known = [children[leaf] for leaf in leaves]
        for adult in _best(candidates, forename, surname, known, premises):
            earlier = next((asked[adult.person, leaf] for leaf in leaves if (adult.person, leaf) in asked), None)
            if earlier is None:
                new.append(_review(leaves, adult, forename))
            else:
                _add_to(session, earlier, leaves, min(s.stated_on for s in group))
    repository.open_reviews(session, new)


def add_non_resident_parent(session: Session, child: UUID, parent: UUID, since: date) -> None:
    """A review found that this adult is a parent of this child and lives elsewhere, from the day on which it was said.

    Shape: leaves. The composer gives the adult that role in the child's family, and no home in it.
    """
    repository.record_parent_elsewhere(session, child, parent, since)
    mark_anew(session, [child, parent])


def remove_non_resident_parent(session: Session, children: Sequence[UUID], parent: UUID) -> None:
    """That this adult is a parent of these children who lives elsewhere was taken back. Shape: leaves."""
    repository.forget_parents_elsewhere(session, children, parent)
    mark_anew(session, [*children, parent])


def _groups(
    statements: Iterable[CarerStatement], children: dict[UUID, Profile], premises: PremisesKinds
) -> dict[tuple[str, str, Any], list[CarerStatement]]:
    """Brothers and sisters together: the same carer's name, the same home."""
    groups: dict[tuple[str, str, Any], list[CarerStatement]] = {}
    for statement in statements:
        child = children[statement.child]
        if child.protected:
            continue
        ordinary = [a for a in child.addresses if premises.kind(a) == ORDINARY]
        home = (ordinary[-1][0] or ordinary[-1][1:]) if ordinary else child.root
        groups.setdefault((fold(statement.forename), fold(statement.surname), home), []).append(statement)
    return groups


def _load_candidates(session: Session, statements: Sequence[CarerStatement]) -> dict[int, list[Profile]]:
    keys = {key for s in statements for key in blocking.name_keys(s.forename, s.surname)}
    blocks = repository.find_blocks(session, keys, NAMESAKES_AT_MOST)
    profiles = repository.find_profiles(session, {p for people in blocks.values() for p in people})
    return {key: [profiles[p] for p in people if not profiles[p].protected] for key, people in blocks.items()}


def _best(
    candidates: dict[int, list[Profile]],
    forename: str,
    surname: str,
    children: Sequence[Profile],
    premises: PremisesKinds,
) -> list[Profile]:
    """Adults of that name or a short form of it, one leaf a person; who shared the children's home comes first."""
    found: dict[UUID, tuple[tuple[bool, bool, UUID], Profile]] = {}
    for key in blocking.name_keys(forename, surname):
        for adult in candidates.get(key, ()):
            names = [n for n in adult.namings if _is_called(n[0], n[1], forename, surname)]
            if not names or adult.root in {child.root for child in children} or not _old_enough(adult, children):
                continue
            order = (
                not _shared_home(adult, children, premises),
                not any(name[0] == forename for name in names),
                adult.person,
            )
            if adult.root not in found or order < found[adult.root][0]:
                found[adult.root] = order, adult
    return [adult for _, adult in sorted(found.values(), key=lambda one: one[0])][:CANDIDATES_AT_MOST]


def _is_called(forename: str, surname: str, wanted_forename: str, wanted_surname: str) -> bool:
    return same_or_nickname(forename, wanted_forename) and compare_surnames(surname, wanted_surname) in (
        "exact",
        "reordered",
        "part",
    )


def _old_enough(adult: Profile, children: Sequence[Profile]) -> bool:
    years = [int(naming[2][:4]) for naming in adult.namings if naming[2]]
    born = [int(naming[2][:4]) for child in children for naming in child.namings if naming[2]]
    return bool(years) and (not born or min(years) + YOUNGEST_PARENT <= min(born))


def _shared_home(adult: Profile, children: Sequence[Profile], premises: PremisesKinds) -> bool:
    return any(
        same_address(one, other) == "same"
        for child in children
        for one in child.addresses
        for other in adult.addresses
        if premises.kind(one) == ORDINARY
    )


def _review(children: list[UUID], adult: Profile, forename: str) -> MatchReview:
    outcome = "exact" if any(naming[0] == forename for naming in adult.namings) else "nickname"
    return MatchReview(
        id=new_id(),
        kind=KIND,
        status="open",
        left_person=children[0],
        right_person=adult.person,
        group=[str(child) for child in children],
        score=None,
        weights=WEIGHTS.version,
        explanation=[{"field": "carer_name", "outcome": outcome, "weight": 0}],
    )


def _add_to(session: Session, review: MatchReview, children: list[UUID], since: date) -> None:
    """A further child of a group that was asked about: what was decided for the others holds for it."""
    fresh = [child for child in children if str(child) not in review.group]
    if not fresh:
        return
    review.group = [*review.group, *map(str, fresh)]
    if review.verdict == "yes":
        for child in fresh:
            add_non_resident_parent(session, child, review.right_person, since)
