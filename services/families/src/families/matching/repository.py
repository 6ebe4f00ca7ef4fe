from collections.abc import Collection, Iterable
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import and_, delete, func, or_, select
from sqlalchemy.orm import Session, aliased

from chassis.db import in_batches, new_id, now, upsert
from families.matching.names import fold
from families.matching.scorer import Address, PremisesKinds, Profile
from families.models.intake import Record
from families.models.matching import (
    BlockingKey,
    KeptApart,
    MatchingLock,
    MatchProfile,
    MatchReview,
    MergeAct,
    ParentElsewhere,
    ReviewAct,
)
from families.models.people import AddressStatement, CarerStatement, Person
from families.models.premises import Premises
from families.models.protections import ProtectedPerson
from vocabulary.premises import ORDINARY

KEYS_AT_ONCE = 1000


def take_matching_lock(session: Session) -> None:
    """Whoever links records, merges or unmerges does so alone: on PostgreSQL by the lock on a row."""
    upsert(session, MatchingLock.__table__, [{"id": 1}], key=["id"], update=["id"])


def read_premises(session: Session, addresses: Iterable[Address]) -> PremisesKinds:
    """What kind of premises these addresses are."""
    premises = PremisesKinds(read_kinds(session))
    learn_lines(session, premises, {postcode for _, _, postcode in addresses})
    return premises


def read_kinds(session: Session) -> dict[str, str]:
    """The kinds of premises that are not ordinary, by UPRN."""
    return {
        uprn: kind
        for uprn, kind in session.execute(select(Premises.uprn, Premises.kind).where(Premises.kind != ORDINARY))
    }


def learn_lines(session: Session, premises: PremisesKinds, postcodes: Collection[str]) -> None:
    """Let premises under these postcodes be known by the lines that were stated for them, too."""
    if not premises.by_uprn:
        return
    stated = (
        select(AddressStatement.address_line, AddressStatement.postcode, Premises.kind)
        .join(Premises, Premises.uprn == AddressStatement.uprn)
        .where(Premises.kind != ORDINARY)
        .distinct()
    )
    for some in in_batches(postcodes):
        rows = session.execute(stated.where(AddressStatement.postcode.in_(some)))
        premises.by_line.update({(fold(line), postcode): kind for line, postcode, kind in rows if line and postcode})


def find_blocks(session: Session, keys: Collection[int], limit: int) -> dict[int, list[UUID]]:
    """Who is to be found under each key; a key that more than `limit` share finds nobody."""
    blocks: dict[int, list[UUID]] = {}
    for some in in_batches(keys, KEYS_AT_ONCE):
        rank = func.row_number().over(partition_by=BlockingKey.key, order_by=BlockingKey.person)
        ranked = select(BlockingKey.key, BlockingKey.person, rank.label("rank")).where(BlockingKey.key.in_(some))
        within = ranked.subquery()
        for key, person in session.execute(select(within.c.key, within.c.person).where(within.c.rank <= limit + 1)):
            blocks.setdefault(key, []).append(person)
    return {key: people for key, people in blocks.items() if len(people) <= limit}


def find_profiles(session: Session, people: Iterable[UUID]) -> dict[UUID, Profile]:
    found = {}
    for some in in_batches(people):
        rows = session.execute(
            select(MatchProfile.person, Person.root, MatchProfile.traits, ProtectedPerson.person.is_not(None))
            .join(Person, Person.id == MatchProfile.person)
            .outerjoin(ProtectedPerson, ProtectedPerson.person == MatchProfile.person)
            .where(MatchProfile.person.in_(some))
        )
        for person, root, traits, protected in rows:
            found[person] = Profile.read(person, root, traits, protected=protected)
    return found


def save_profiles(session: Session, profiles: Iterable[Profile]) -> None:
    rows = [{"person": p.person, "traits": p.traits()} for p in profiles]
    upsert(session, MatchProfile.__table__, rows, key=["person"], update=["traits"])


def save_keys(session: Session, keys: Collection[tuple[int, UUID]]) -> None:
    rows = [{"key": key, "person": person} for key, person in sorted(keys)]
    upsert(session, BlockingKey.__table__, rows, key=["key", "person"])


def open_reviews(session: Session, reviews: Iterable[MatchReview]) -> None:
    """Ask once: a pair that was ever asked about is not asked about again."""
    columns = [column.name for column in MatchReview.__table__.columns if column.name not in ("opened_at",)]
    rows = [
        {name: getattr(review, name) for name in columns} | {"opened_at": now()}
        for review in {(r.kind, r.left_person, r.right_person): r for r in reviews}.values()
    ]
    upsert(session, MatchReview.__table__, rows, key=["kind", "left_person", "right_person"])


def roots_apart(session: Session, roots: Collection[UUID]) -> set[tuple[UUID, UUID]]:
    """Pairs of roots that hold leaves which somebody found to be two people, each pair both ways round."""
    left, right = aliased(Person), aliased(Person)
    pairs: set[tuple[UUID, UUID]] = set()
    for some in in_batches(roots):
        rows = session.execute(
            select(left.root, right.root)
            .select_from(KeptApart)
            .join(left, left.id == KeptApart.left_person)
            .join(right, right.id == KeptApart.right_person)
            .where(left.root.in_(some) | right.root.in_(some))
        )
        for one, other in rows:
            pairs |= {(one, other), (other, one)}
    return pairs


# --- reviews


def carers_elsewhere(session: Session) -> list[CarerStatement]:
    """Statements of a carer who does not live with the child."""
    return list(session.scalars(select(CarerStatement).where(CarerStatement.same_address.is_(False))))


def reviews_of(session: Session, kind: str) -> list[MatchReview]:
    return list(session.scalars(select(MatchReview).where(MatchReview.kind == kind)))


def list_reviews(
    session: Session, status: str | None, kind: str | None, after: UUID | None, limit: int
) -> list[MatchReview]:
    """Oldest first."""
    reviews = select(MatchReview).order_by(MatchReview.id).limit(limit)
    if status:
        reviews = reviews.where(MatchReview.status == status)
    if kind:
        reviews = reviews.where(MatchReview.kind == kind)
    return list(session.scalars(reviews.where(MatchReview.id > after) if after else reviews))


def lock_review(session: Session, review_id: UUID) -> MatchReview | None:
    return session.scalars(select(MatchReview).where(MatchReview.id == review_id).with_for_update()).one_or_none()


def record_review_act(session: Session, review: MatchReview, act: str, verdict: str, by: str, reason: str) -> None:
    session.add(ReviewAct(id=new_id(), review=review.id, act=act, verdict=verdict, by=by, reason=reason, at=now()))


def list_review_acts(session: Session, reviews: Collection[UUID]) -> dict[UUID, list[ReviewAct]]:
    """What was done with these questions, oldest first."""
    found: dict[UUID, list[ReviewAct]] = {}
    for some in in_batches(reviews):
        query = select(ReviewAct).where(ReviewAct.review.in_(some)).order_by(ReviewAct.at, ReviewAct.id)
        for act in session.scalars(query):
            found.setdefault(act.review, []).append(act)
    return found


def find_merge_of(session: Session, review: MatchReview) -> MergeAct | None:
    """The merge by which a question was answered; None where the two became one by way of others."""
    made = MergeAct.kind == "merge", MergeAct.by == review.decided_by, MergeAct.reason == review.reason
    query = select(MergeAct).where(*made, MergeAct.at >= review.decided_at).order_by(MergeAct.at, MergeAct.id)
    return session.scalars(query.limit(1)).first()


def open_reviews_about(session: Session, leaves: Collection[UUID]) -> list[MatchReview]:
    """Open questions whether two leaves are one, for which both are among these."""
    return list(
        session.scalars(
            select(MatchReview).where(
                MatchReview.kind == "same_person",
                MatchReview.status == "open",
                MatchReview.left_person.in_(leaves),
                MatchReview.right_person.in_(leaves),
            )
        )
    )


def first_said_elsewhere(session: Session, children: Collection[UUID]) -> date | None:
    """The first day for which a carer of one of these children was said to live elsewhere."""
    return session.scalar(
        select(func.min(CarerStatement.stated_on)).where(
            CarerStatement.child.in_(children), CarerStatement.same_address.is_(False)
        )
    )


def forget_parents_elsewhere(session: Session, children: Collection[UUID], parent: UUID) -> None:
    rows = ParentElsewhere.child.in_(children), ParentElsewhere.parent == parent
    session.execute(delete(ParentElsewhere).where(*rows).execution_options(synchronize_session=False))


def record_parent_elsewhere(session: Session, child: UUID, parent: UUID, since: date) -> None:
    row = {"child": child, "parent": parent, "since": since}
    upsert(session, ParentElsewhere, [row], key=["child", "parent"])


# --- merging


def find_person(session: Session, person: UUID) -> Person | None:
    return session.get(Person, person)


def are_one(session: Session, one: UUID, other: UUID) -> bool:
    """Whether two leaves are read as one person now."""
    roots = {person.root for id in (one, other) if (person := session.get(Person, id)) is not None}
    return len(roots) == 1


def leaves_of(session: Session, root: UUID) -> list[Person]:
    """All leaves that are one person, its root among them."""
    return list(session.scalars(select(Person).where(Person.root == root).order_by(Person.id)))


def list_apart(session: Session, some: Collection[UUID], others: Collection[UUID]) -> list[KeptApart]:
    """The pairs of a leaf of the one and a leaf of the other that were found to be two people."""
    pairs = or_(
        and_(KeptApart.left_person.in_(some), KeptApart.right_person.in_(others)),
        and_(KeptApart.left_person.in_(others), KeptApart.right_person.in_(some)),
    )
    return list(session.scalars(select(KeptApart).where(pairs)))


def let_together(session: Session, pairs: Iterable[KeptApart]) -> None:
    """These pairs may be one person after all."""
    for pair in pairs:
        session.delete(pair)
    session.flush()


def found_apart_by(session: Session, pairs: Iterable[KeptApart]) -> set[str]:
    """Who found that these pairs are two people, by a review, by unmerging or by splitting."""
    by: set[str] = set()
    for pair in pairs:
        both = [pair.left_person, pair.right_person]
        acts = MergeAct.kind.in_(["unmerge", "split"]), or_(MergeAct.person.in_(both), MergeAct.other.in_(both))
        last = select(MergeAct.by).where(*acts).order_by(MergeAct.at.desc(), MergeAct.id.desc())
        decided = select(MatchReview.decided_by).where(
            MatchReview.left_person == pair.left_person,
            MatchReview.right_person == pair.right_person,
            MatchReview.verdict == "different",
        )
        found = session.scalars(decided if pair.because == "reviewed" else last.limit(1))
        by.update(name for name in found if name is not None)
    return by


def reviews_apart(session: Session, some: Collection[UUID], others: Collection[UUID]) -> list[MatchReview]:
    """Questions about a leaf of the one and a leaf of the other that were answered with `different`."""
    return list(
        session.scalars(
            select(MatchReview).where(
                MatchReview.kind == "same_person",
                MatchReview.verdict == "different",
                or_(
                    and_(MatchReview.left_person.in_(some), MatchReview.right_person.in_(others)),
                    and_(MatchReview.left_person.in_(others), MatchReview.right_person.in_(some)),
                ),
            )
        )
    )


def keep_apart(session: Session, one: UUID, other: UUID, because: str) -> None:
    left, right = sorted((one, other))
    row = {"left_person": left, "right_person": right, "because": because, "at": now()}
    upsert(session, KeptApart.__table__, [row], key=["left_person", "right_person"])


# --- blocking


def drop_keys(session: Session, people: Collection[UUID], keys: Collection[int]) -> None:
    for some_keys in in_batches(sorted(keys)):
        for some in in_batches(people, 200):
            session.execute(
                delete(BlockingKey)
                .where(BlockingKey.person.in_(some), BlockingKey.key.in_(some_keys))
                .execution_options(synchronize_session=False)
            )


def drop_all_keys(session: Session, person: UUID) -> None:
    session.execute(delete(BlockingKey).where(BlockingKey.person == person))


def find_merged_at(session: Session, person: UUID, leaf: UUID) -> datetime | None:
    """When the two were last made one."""
    merges = MergeAct.kind == "merge", MergeAct.other.in_([person, leaf])
    return session.scalar(select(MergeAct.at).where(*merges).order_by(MergeAct.at.desc()).limit(1))


# --- records


def find_record(session: Session, record: UUID) -> Record | None:
    return session.get(Record, record)


def records_of(session: Session, leaf: UUID) -> list[Record]:
    return list(session.scalars(select(Record).where(Record.person == leaf).order_by(Record.id)))
