"""Reviews, merges and unmerges, as analysts do them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from chassis.auth import Caller
from chassis.etag import etag
from chassis.idempotency import OnceRunner
from chassis.paging import Page, read_cursor
from chassis.problems import Fault, RequestNotValid
from chassis.runtime import Runtime
from chassis.schemas import Written
from families import sharing
from families.bars.repository import find_barred, is_barred
from families.feeds.registry import FEEDS
from families.matching import merging, repository, sharings, splitting
from families.matching.links import may_review
from families.matching.non_resident import KIND as NON_RESIDENT_PARENT
from families.matching.non_resident import add_non_resident_parent, remove_non_resident_parent
from families.matching.schemas import (
    DecisionRequest,
    MergeRequest,
    RecordRef,
    ReopeningRequest,
    ReviewActView,
    ReviewView,
    SideView,
    Unmerged,
    UnmergeRequest,
)
from families.models.matching import MatchReview, ReviewAct
from families.people import repository as people
from families.people import views
from families.problems import (
    PersonNotFound,
    PersonNotMerged,
    ReviewAlreadyDecided,
    ReviewNotDecided,
    ReviewNotFound,
    SecondPersonNeeded,
)
from families.protections.repository import protected_among
from families.sharing import IDENTITY, PermittedSharing, present_only

_WRONG_VERDICT = Fault(
    pointer="/body/verdict",
    code="verdict_of_other_kind",
    detail="This is no answer to a review of this kind.",
    fix="Two persons are same or different; a parent living elsewhere is yes or no.",
)
VERDICTS = {"same_person": ("same", "different"), NON_RESIDENT_PARENT: ("yes", "no")}


def list_reviews(
    runtime: Runtime,
    caller: Caller,
    purpose: str,
    status: str | None,
    kind: str | None,
    after: str | None,
    limit: int,
) -> Page[ReviewView]:
    """The questions, oldest first, with as much of both sides as is shared. Errors: CursorNotValid, Unavailable."""
    position = read_cursor(after, "match-reviews")
    with runtime.read() as session:
        reviews = (
            repository.list_reviews(session, status, kind, UUID(position[0]) if position else None, limit + 1)
            if may_review(caller)
            else []
        )
        sides = {side for review in reviews[:limit] for side in (review.left_person, review.right_person)}
        known = people.read_people(session, sides)
        protected = protected_among(session, known.root_of)
        acts = repository.list_review_acts(session, [review.id for review in reviews])
        barred = find_barred(session, caller.subject).people
    sides = {side for side in sides if known.root_of[side] not in barred}
    wanted = known.wanted(lambda leaf: known.names_of(leaf) | known.records_of(leaf) if leaf in sides else ())
    shared = sharing.decide(runtime, caller, purpose, wanted)
    page = Page[ReviewView].cut(
        reviews,
        limit,
        name="match-reviews",
        position=lambda review: review.id,
        view=lambda review: _review_view(review, known, shared, protected, acts.get(review.id, [])),
    )
    return page.model_copy(
        update={"items": [view for view in page.items if barred.isdisjoint((view.left.root, view.right.root))]}
    )


def decide_review(session: Session, caller: Caller, review_id: UUID, request: DecisionRequest) -> Written:
    """Answer a question. The same answer again changes nothing.

    Errors: ReviewNotFound; RequestNotValid for a verdict of the other kind; ReviewAlreadyDecided; PersonsKeptApart.
    """
    repository.take_matching_lock(session)
    review = repository.lock_review(session, review_id) if may_review(caller) else None
    if review is None or is_barred(session, caller.subject, [review.left_person, review.right_person]):
        raise ReviewNotFound()
    if request.verdict not in VERDICTS[review.kind]:
        raise RequestNotValid(errors=[_WRONG_VERDICT])
    if review.status == "decided":
        if review.verdict != request.verdict:
            raise ReviewAlreadyDecided()
        return Written(id=review.id, status=review.status)
    merging.record_decision(session, review, request.verdict, caller.subject, request.reason)
    if request.verdict == "same":
        _merge_reviewed(session, caller, review, request.reason)
    elif request.verdict == "different":
        repository.keep_apart(session, review.left_person, review.right_person, "reviewed")
    elif request.verdict == "yes":
        children = [UUID(child) for child in review.group]
        since = repository.first_said_elsewhere(session, children)
        if since is not None:
            for child in children:
                add_non_resident_parent(session, child, review.right_person, since)
    return Written(id=review.id, status=review.status)


def reopen_review(
    runtime: Runtime, caller: Caller, review_id: UUID, request: ReopeningRequest, once: OnceRunner
) -> Unmerged:
    """Take the decision of a review back, so that it may be decided anew. Both stay in its history.

    A link is taken back by anybody who reviews, whoever made it: in doubt two ids are two people. That two are not one
    is taken back by somebody else than who found it, since a wrong link shows one person's records to those who may see
    the other's. Shape: what was shared while two were taken for one is told with it.
    Errors: ReviewNotFound; ReviewNotDecided; SecondPersonNeeded; PersonNotMerged where the two became one by way of
    others, which is taken back by unmerging.
    """
    since: datetime | None = None
    asked: list[UUID] = []

    def take_back() -> Written:
        nonlocal since, asked
        repository.take_matching_lock(session)
        review = repository.lock_review(session, review_id) if may_review(caller) else None
        if review is None or is_barred(session, caller.subject, [review.left_person, review.right_person]):
            raise ReviewNotFound()
        if review.status != "decided":
            raise ReviewNotDecided()
        if review.verdict in ("different", "no") and review.decided_by == caller.subject:
            raise SecondPersonNeeded()
        if review.verdict == "same" and repository.are_one(session, review.left_person, review.right_person):
            merged = repository.find_merge_of(session, review)
            if merged is None:
                raise PersonNotMerged()
            since, asked = merged.at, [merged.person, merged.other]
            merging.unmerge_people(
                session, merged.person, merged.other, by=caller.subject, reason=request.reason, keep_apart=False
            )
        elif review.verdict == "different":
            apart = repository.list_apart(session, [review.left_person], [review.right_person])
            repository.let_together(session, [pair for pair in apart if pair.because == "reviewed"])
        elif review.verdict == "yes":
            remove_non_resident_parent(session, [UUID(child) for child in review.group], review.right_person)
        merging.reopen_review(session, review, caller.subject, request.reason)
        return Written(id=review.id, status=review.status)

    with runtime.write() as session:
        written = once(session, caller, request, take_back)
    shared = sharings.find_since(runtime, asked, since) if since and asked else None
    return Unmerged(
        id=written.id,
        status=written.status,
        etag=None,
        shared_meanwhile=shared.number if shared else None,
        shared_with=shared.services if shared else None,
    )


def merge_people(session: Session, caller: Caller, person: UUID, request: MergeRequest) -> Written:
    """Find that two ids are one person.

    Errors: PersonNotFound, PersonsAlreadyOne, PersonsKeptApart; SecondPersonNeeded.
    """
    _must_review(session, caller, person, request.other)
    merging.merge_people(session, person, request.other, by=caller.subject, reason=request.reason, again=request.again)
    return _written(session, person, "merged")


def unmerge_people(
    runtime: Runtime, caller: Caller, person: UUID, request: UnmergeRequest, once: OnceRunner
) -> Unmerged:
    """Find that an id merged into a person, or a record linked to them, is somebody else.

    Shape: what was shared while the two were one is told with it, so that whoever was misled can be told as well.
    Errors: PersonNotFound, PersonNotMerged.
    """

    def take_apart() -> Written:
        if request.record is not None:
            leaf = splitting.split_off(session, person, request.record, by=caller.subject, reason=request.reason)
        else:
            assert request.person is not None  # the schema demands one of the two
            leaf = request.person
            merging.unmerge_people(session, person, leaf, by=caller.subject, reason=request.reason)
        return _written(session, leaf, "unmerged")

    with runtime.write() as session:
        _must_review(session, caller, person)
        since = repository.find_merged_at(session, person, request.person) if request.person else None
        written = once(session, caller, request, take_apart)
    shared = sharings.find_since(runtime, [person, written.id], since) if since else None
    return Unmerged(
        id=written.id,
        status=written.status,
        etag=written.etag,
        shared_meanwhile=shared.number if shared else None,
        shared_with=shared.services if shared else None,
    )


def _merge_reviewed(session: Session, caller: Caller, review: MatchReview, reason: str) -> None:
    """The older id stays. Nothing is left to do when both became one by way of others."""
    left = repository.find_person(session, review.left_person)
    right = repository.find_person(session, review.right_person)
    assert left is not None and right is not None
    if left.root != right.root:
        stays, goes = sorted((left.root, right.root))
        merging.merge_people(session, stays, goes, by=caller.subject, reason=reason)


def _review_view(
    review: MatchReview,
    known: people.KnownPeople,
    shared: PermittedSharing,
    protected: Collection[UUID],
    acts: Sequence[ReviewAct],
) -> ReviewView:
    # How well two addresses agree tells where somebody is who must not be found.
    hidden = review.left_person in protected or review.right_person in protected
    explanation = [e for e in review.explanation if not (hidden and e["field"] == "address")]
    return ReviewView(
        id=review.id,
        kind=review.kind,
        status=review.status,
        explanation=explanation,
        left=_side(review.left_person, known, shared),
        right=_side(review.right_person, known, shared),
        children=[UUID(child) for child in review.group],
        opened_at=review.opened_at,
        history=[
            ReviewActView(act=act.act, verdict=act.verdict, by=act.by, reason=act.reason, at=act.at) for act in acts
        ],
        **present_only(score=None if hidden else review.score, verdict=review.verdict),
    )


def _side(leaf: UUID, known: people.KnownPeople, shared: PermittedSharing) -> SideView:
    root = known.root_of[leaf]
    records: Sequence[Any] = [
        record for record in known.records.get(leaf, []) if shared.permits(root, IDENTITY, record.source)
    ]
    names = [name for name in known.names.get(leaf, []) if shared.permits(root, IDENTITY, name.source)]
    best = views.best_name(names)
    born = views.best_birth(names)
    return SideView(
        person=leaf,
        root=root,
        records=[RecordRef(feed=r.feed, key=FEEDS[r.feed].shown_key(r.natural_key), source=r.source) for r in records],
        **present_only(
            name=views.full_name(best) if best else None,
            date_of_birth=born,
            sex=best.sex if best else None,
        ),
    )


def _must_review(session: Session, caller: Caller, *people: UUID) -> None:
    if not may_review(caller) or is_barred(session, caller.subject, people):
        raise PersonNotFound()


def _written(session: Session, person: UUID, status: str) -> Written:
    found = repository.find_person(session, person)
    return Written(id=person, status=status, etag=etag(found.version) if found else None)
