"""Bringing leaves together and taking them apart again, so that both are remembered."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from chassis.db import new_id, now
from chassis.outbox import emit
from families.composition_queue.repository import mark_news
from families.events import PersonMerged, PersonUnmerged
from families.matching import repository
from families.matching.forgetting import forget_addresses
from families.models.matching import MatchReview, MergeAct
from families.models.people import Person
from families.problems import PersonNotFound, PersonNotMerged, PersonsAlreadyOne, PersonsKeptApart, SecondPersonNeeded
from families.protections import repository as protections


def merge_people(session: Session, stays: UUID, other: UUID, *, by: str, reason: str, again: bool = False) -> None:
    """Find that two ids are one person: `other` is read as `stays` from now on. Its records and facts stay its own.

    `again`: although they were found to be two people, which is taken back by somebody else than who found it.
    Errors: PersonNotFound, PersonsAlreadyOne, PersonsKeptApart, SecondPersonNeeded.
    """
    repository.take_matching_lock(session)
    winner, loser = _root(session, stays), _root(session, other)
    if winner.id == loser.id:
        raise PersonsAlreadyOne()
    ours, theirs = repository.leaves_of(session, winner.id), repository.leaves_of(session, loser.id)
    apart = repository.list_apart(session, _ids(ours), _ids(theirs))
    if apart and not again:
        raise PersonsKeptApart()
    if by in repository.found_apart_by(session, apart):
        raise SecondPersonNeeded()
    for review in repository.reviews_apart(session, _ids(ours), _ids(theirs)):
        reopen_review(session, review, by, reason)
    repository.let_together(session, apart)
    loser.merged_into = winner.id
    for leaf in theirs:
        leaf.root = winner.id
    winner.version += 1
    loser.version += 1
    remember_act(session, "merge", winner.id, loser.id, by, reason)
    session.flush()
    everybody = _ids(ours) + _ids(theirs)
    _settle_reviews(session, everybody, by)
    _unite_protections(session, everybody)
    mark_news(session, everybody)
    emit(session, PersonMerged(person=loser.id, into=winner.id))


def unmerge_people(
    session: Session, person: UUID, restore: UUID, *, by: str, reason: str, keep_apart: bool = True
) -> UUID:
    """Find that `restore`, which was merged into somebody, is somebody else after all.

    They are kept apart from then on, unless only the question is to be asked again.

    Shape: the id that it was read as until now. Whatever had been merged into `restore` before goes with it.
    Errors: PersonNotFound, PersonNotMerged.
    """
    repository.take_matching_lock(session)
    root, leaf = _root(session, person), repository.find_person(session, restore)
    if leaf is None or leaf.root != root.id:
        raise PersonNotMerged()
    cluster = repository.leaves_of(session, root.id)
    if leaf.merged_into is None:
        # The id that stayed is asked back: with one other it is plain which of the two is meant to go.
        others = [one for one in cluster if one.merged_into == leaf.id]
        if len(others) != 1:
            raise PersonNotMerged()
        leaf = others[0]
    parent = leaf.merged_into
    assert parent is not None
    going = _below(leaf, cluster)
    leaf.merged_into = None
    for one in going:
        one.root = leaf.id
    root.version += 1
    leaf.version += 1
    if keep_apart:
        repository.keep_apart(session, leaf.id, parent, "unmerged")
    remember_act(session, "unmerge", root.id, leaf.id, by, reason)
    session.flush()
    staying = [one for one in cluster if one not in going]
    for side in (going, staying):
        _part_protections(session, _ids(side))
    mark_news(session, _ids(cluster))
    emit(session, PersonUnmerged(person=leaf.id, from_=root.id))
    return root.id


def _root(session: Session, person: UUID) -> Person:
    found = repository.find_person(session, person)
    root = repository.find_person(session, found.root) if found else None
    if root is None:
        raise PersonNotFound()
    return root


def _ids(people: Sequence[Person]) -> list[UUID]:
    return [person.id for person in people]


def _below(top: Person, cluster: Sequence[Person]) -> list[Person]:
    """A leaf and all that was merged into it, at any distance."""
    found, fresh = [top], [top]
    while fresh:
        ids = {person.id for person in fresh}
        fresh = [person for person in cluster if person.merged_into in ids]
        found += fresh
    return found


def remember_act(session: Session, kind: str, person: UUID, other: UUID, by: str, reason: str) -> None:
    session.add(MergeAct(id=new_id(), kind=kind, person=person, other=other, by=by, reason=reason, at=now()))


def take_protections_over(session: Session, old: UUID, new: UUID) -> None:
    """Who is split off from a protected person stays hidden until protections are looked at again: in doubt, hide."""
    if protections.protected_among(session, [old]):
        protections.protect_leaves(session, [new])
        forget_addresses(session, [new])


def record_decision(session: Session, review: MatchReview, verdict: str, by: str, reason: str) -> None:
    """Answer a question, and keep who answered it."""
    review.status, review.verdict = "decided", verdict
    review.decided_at, review.decided_by, review.reason = now(), by, reason
    repository.record_review_act(session, review, "decided", verdict, by, reason)


def reopen_review(session: Session, review: MatchReview, by: str, reason: str) -> None:
    """Ask a question again. What was answered stays in its history, also of before answers were kept there."""
    verdict = review.verdict or ""
    if not repository.list_review_acts(session, [review.id]):
        was = review.decided_by or "", review.reason or ""
        repository.record_review_act(session, review, "decided", verdict, *was)
        session.flush()
    repository.record_review_act(session, review, "reopened", verdict, by, reason)
    review.status, review.verdict = "open", None
    review.decided_at, review.decided_by, review.reason = None, None, None
    session.flush()


def _settle_reviews(session: Session, leaves: Collection[UUID], by: str) -> None:
    """Questions that the merge has answered."""
    for review in repository.open_reviews_about(session, leaves):
        record_decision(session, review, "same", by, "Answered by merging both with others")


def _unite_protections(session: Session, leaves: Collection[UUID]) -> None:
    """Restrictions unite: one protected leaf protects the person."""
    if protections.under_protection(session, leaves):
        protections.protect_leaves(session, leaves)
        forget_addresses(session, leaves)


def _part_protections(session: Session, leaves: Collection[UUID]) -> None:
    if not protections.under_protection(session, leaves):
        protections.unprotect_leaves(session, leaves)
