"""Reading families as a caller may see them; nominating them, and stating by hand who belongs."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from chassis.auth import Caller
from chassis.db import new_id, today, upsert
from chassis.etag import Match, etag
from chassis.idempotency import OnceRunner
from chassis.outbox import emit
from chassis.paging import Page, read_cursor, write_cursor
from chassis.problems import Fault, RequestNotValid, Stale
from chassis.runtime import Runtime
from chassis.schemas import Written
from families import reach, sharing
from families.composition import service as composition
from families.events import FamilyComposed, MemberJoined, MemberLeft
from families.families import repository
from families.families.repository import Known
from families.families.schemas import (
    Access,
    BelongingView,
    FamilyOfView,
    FamilySupportView,
    FamilyView,
    MemberChange,
    MemberRequest,
    MembershipView,
    MomentView,
    NominationRequest,
)
from families.families.views import Eye, items, subjects
from families.models.families import Family, Membership, ParentElsewhere
from families.problems import MemberAlreadyThere, PeriodNotValid

LIST = "families"
WRITING = "support"
HAND = "hand"


def list_families(
    runtime: Runtime, caller: Caller, purpose: str, after: str | None, limit: int, as_at: date | None
) -> Page[FamilyView]:
    """The families within reach, by id. Errors: CursorNotValid, Unavailable."""
    position = read_cursor(after, LIST)
    day, within = as_at or today(), reach.of(runtime, caller, purpose)
    with runtime.read() as session:
        rows = repository.list_families(
            session, within.families(), after=UUID(str(position[0])) if position else None, limit=limit + 1, as_at=day
        )
        known = repository.know(session, rows[:limit])
    views = _show(runtime, caller, purpose, known, day)
    return Page[FamilyView](items=views, next=write_cursor(LIST, rows[limit - 1].id) if len(rows) > limit else None)


def show(runtime: Runtime, caller: Caller, purpose: str, family_id: UUID, as_at: date | None) -> FamilyView:
    """One family as at a day. Errors: FamilyNotFound, Unavailable."""
    known = _known(runtime, caller, purpose, family_id)
    return _show(runtime, caller, purpose, known, as_at or today())[0]


def members(runtime: Runtime, caller: Caller, purpose: str, family_id: UUID) -> list[MembershipView]:
    """Every membership of one family, past and present. Errors: FamilyNotFound, Unavailable."""
    known = _known(runtime, caller, purpose, family_id)
    return _eye(runtime, caller, purpose, known, today()).memberships(family_id)


def timeline(runtime: Runtime, caller: Caller, purpose: str, family_id: UUID, as_at: date | None) -> list[MomentView]:
    """What happened with one family, as far as it is shared. Errors: FamilyNotFound, Unavailable."""
    known = _known(runtime, caller, purpose, family_id)
    return _eye(runtime, caller, purpose, known, as_at or today()).timeline(known.families[0])


def look_up(
    runtime: Runtime, caller: Caller, purpose: str, ids: Collection[UUID], as_at: date | None
) -> list[FamilyView]:
    """The families of these ids that are within reach; the others are absent. Errors: Unavailable."""
    return _show(runtime, caller, purpose, _known_many(runtime, caller, purpose, ids), as_at or today())


def look_up_support(
    runtime: Runtime, caller: Caller, purpose: str, ids: Collection[UUID], as_at: date | None
) -> list[FamilySupportView]:
    """The support of these families, as far as they are within reach. Errors: Unavailable."""
    known = _known_many(runtime, caller, purpose, ids)
    eye = _eye(runtime, caller, purpose, known, as_at or today())
    return [eye.support_of(family) for family in known.families]


def look_up_members(runtime: Runtime, caller: Caller, purpose: str, ids: Collection[UUID]) -> list[BelongingView]:
    """For each of these persons the families within reach to which they belong or belonged. Errors: Unavailable."""
    within = reach.of(runtime, caller, purpose)
    with runtime.read() as session:
        asked = Known()
        repository.read_people(session, asked, ids)
        families = repository.families_of(session, within.families(named=True), list(asked.root_of))
        known = repository.know(session, families, support=False)
    eye = _eye(runtime, caller, purpose, known, today())
    shown: dict[UUID, list[FamilyOfView]] = {}
    for family in families:
        for view in eye.memberships(family.id):
            shown.setdefault(view.person, []).append(
                FamilyOfView(family=family.id, membership=view.id, role=view.role, from_=view.from_, to=view.to)
            )
    return [
        BelongingView(person=person, families=shown[root])
        for person in dict.fromkeys(ids)
        if (root := asked.root_of.get(person)) is not None and root in shown
    ]


def nominate(runtime: Runtime, caller: Caller, request: NominationRequest, once: OnceRunner) -> Written:
    """Put a family forward that no feed has shown. Errors: RequestNotValid for an area that is not the caller's."""
    if "analyst" not in caller.roles and request.area not in caller.areas:
        fault = Fault(pointer="/body/area", code="area_not_yours", detail="Should be an area of yours")
        raise RequestNotValid(errors=[fault])
    on = request.date or today()

    def make() -> Written:
        family = Family(
            id=new_id(), composed_on=on, area=request.area, origin="nominated", reason=request.reason, version=1
        )
        session.add(family)
        emit(session, FamilyComposed(family=family.id, on=on, area=request.area))
        return Written(id=family.id, status="nominated", etag=etag(1))

    with runtime.write() as session:
        return once(session, caller, request, make, location="/v1/families/{id}")


def add_member(runtime: Runtime, caller: Caller, family_id: UUID, request: MemberRequest, once: OnceRunner) -> Written:
    """State by hand that somebody belongs to a family; composition keeps out of what was stated by hand.

    Errors: FamilyNotFound; PersonNotFound; MemberAlreadyThere.
    """
    within = reach.of(runtime, caller, WRITING)

    def make() -> Written:
        person = repository.get_person(session, request.person, within.people())
        for old in repository.memberships_of_person(session, family_id, person.root):
            if old.to_on is None or old.to_on >= request.from_:
                raise MemberAlreadyThere()
        membership = Membership(
            id=new_id(), family=family_id, person=person.id, role=request.role, from_on=request.from_, to_on=None,
            how=HAND, version=1,
        )  # fmt: skip
        session.add(membership)
        repository.touch(session, family_id)
        emit(session, _joined(membership))
        composition.mark(session, [person.id])
        return Written(id=membership.id, status="joined", etag=etag(1))

    with runtime.write() as session:
        within.get_family(session, family_id)
        return once(session, caller, request, make, location=f"/v1/families/{family_id}/members/{{id}}")


def change_member(
    runtime: Runtime, caller: Caller, family_id: UUID, membership_id: UUID, request: MemberChange, match: Match
) -> Written:
    """Say by hand until when somebody belonged.

    Errors: FamilyNotFound; MembershipNotFound; PreconditionRequired; Stale; PeriodNotValid.
    """
    within = reach.of(runtime, caller, WRITING)
    with runtime.write() as session:
        within.get_family(session, family_id)
        membership = repository.get_membership(session, family_id, membership_id)
        match.check(membership.version)
        if request.to < membership.from_on:
            fault = Fault(pointer="/body/to", code="before_beginning", detail="Should be on or after the beginning")
            raise PeriodNotValid(errors=[fault])
        if not repository.end_membership(session, membership, membership.version, request.to):
            raise Stale()
        repository.touch(session, family_id)
        emit(
            session,
            MemberLeft(
                family=family_id, membership=membership.id, person=membership.person, role=membership.role,
                from_=membership.from_on, to=request.to,
            ),
        )  # fmt: skip
        return Written(id=membership.id, status="left", etag=etag(membership.version + 1))


def add_non_resident_parent(session: Session, child: UUID, parent: UUID, on: date | None) -> None:
    """A review found that this adult is a parent of this child and lives elsewhere, from the day on which it was said.

    Shape: leaves; no day means today. The composer gives the adult that role in the child's family, and no home in it.
    """
    upsert(
        session, ParentElsewhere, [{"child": child, "parent": parent, "since": on or today()}], key=["child", "parent"]
    )
    composition.mark(session, [child, parent])


def _known(runtime: Runtime, caller: Caller, purpose: str, family_id: UUID) -> Known:
    within = reach.of(runtime, caller, purpose)
    with runtime.read() as session:
        return repository.know(session, [within.get_family(session, family_id)])


def _known_many(runtime: Runtime, caller: Caller, purpose: str, ids: Collection[UUID]) -> Known:
    within = reach.of(runtime, caller, purpose)
    with runtime.read() as session:
        return repository.know(session, repository.find_families(session, within.families(named=True), set(ids)))


def _eye(runtime: Runtime, caller: Caller, purpose: str, known: Known, as_at: date) -> Eye:
    shared = sharing.decide(runtime, caller, purpose, subjects(known), items(known))
    return Eye(known, shared, caller.service, as_at)


def _show(runtime: Runtime, caller: Caller, purpose: str, known: Known, as_at: date) -> list[FamilyView]:
    if not known.families:
        return []
    access = Access(**sharing.access(runtime, caller, purpose))
    eye = _eye(runtime, caller, purpose, known, as_at)
    return [eye.family(family, access) for family in known.families]


def _joined(membership: Membership) -> MemberJoined:
    return MemberJoined(
        family=membership.family, membership=membership.id, person=membership.person, role=membership.role,
        from_=membership.from_on, to=membership.to_on,
    )  # fmt: skip
