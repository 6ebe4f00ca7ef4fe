"""Reading families as a caller may see them; nominating them, and stating by hand who belongs."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from chassis.auth import Caller
from chassis.db import new_id, today
from chassis.etag import Match, etag
from chassis.idempotency import OnceRunner
from chassis.outbox import emit
from chassis.paging import Page, read_cursor, write_cursor
from chassis.problems import Fault, RequestNotValid, Stale
from chassis.runtime import Runtime
from chassis.schemas import Written
from directory.checks import check_area, refuse
from families import reach, sharing
from families.composition.repository import count_family_change
from families.composition_queue.repository import mark_anew
from families.events import FamilyComposed, MemberJoined, MemberLeft
from families.families import repository
from families.families.repository import KnownFamilies
from families.families.schemas import (
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
from families.families.views import (
    HAND,
    FamilyViewBuilder,
    Wanted,
    wanted_for_families,
    wanted_for_memberships,
    wanted_for_support,
    wanted_for_timeline,
)
from families.models.families import Family, Membership
from families.problems import FamilyNotFound, MemberAlreadyThere, MembershipNotFound, PeriodNotValid

LIST = "families"
WRITING = "support"


def list_families(
    runtime: Runtime, caller: Caller, purpose: str, after: str | None, limit: int, as_at: date | None
) -> Page[FamilyView]:
    """The families within reach, by id. Errors: CursorNotValid, Unavailable."""
    position = read_cursor(after, LIST)
    day, within = as_at or today(), reach.find_reach(runtime, caller, purpose)
    with runtime.read() as session:
        rows = repository.list_families(
            session, within.families(), after=UUID(str(position[0])) if position else None, limit=limit + 1, as_at=day
        )
        known = repository.read_families(session, rows[:limit], within)
    views = _view_families(runtime, caller, purpose, known, day)
    return Page[FamilyView](items=views, next=write_cursor(LIST, rows[limit - 1].id) if len(rows) > limit else None)


def show_family(runtime: Runtime, caller: Caller, purpose: str, family_id: UUID, as_at: date | None) -> FamilyView:
    """One family as at a day. Errors: FamilyNotFound, also of a day before it was composed; Unavailable."""
    known = _read_one(runtime, caller, purpose, family_id)
    if not (views := _view_families(runtime, caller, purpose, known, as_at or today())):
        raise FamilyNotFound()
    return views[0]


def list_members(runtime: Runtime, caller: Caller, purpose: str, family_id: UUID) -> list[MembershipView]:
    """Every membership of one family, past and present. Errors: FamilyNotFound, Unavailable."""
    known = _read_one(runtime, caller, purpose, family_id)
    wanted = wanted_for_memberships(known)
    return _make_builder(runtime, caller, purpose, known, today(), wanted).view_memberships(family_id)


def show_timeline(
    runtime: Runtime, caller: Caller, purpose: str, family_id: UUID, as_at: date | None
) -> list[MomentView]:
    """What happened with one family, as far as it is shared. Errors: as for `show_family`."""
    known = _read_one(runtime, caller, purpose, family_id)
    day = as_at or today()
    builder = _make_builder(runtime, caller, purpose, known, day, wanted_for_timeline(known, day))
    if not builder.families:
        raise FamilyNotFound()
    return builder.view_timeline(builder.families[0])


def look_up_families(
    runtime: Runtime, caller: Caller, purpose: str, ids: Collection[UUID], as_at: date | None
) -> list[FamilyView]:
    """The families of these ids that are within reach; the others are absent. Errors: Unavailable."""
    return _view_families(runtime, caller, purpose, _read_within_reach(runtime, caller, purpose, ids), as_at or today())


def look_up_support(
    runtime: Runtime, caller: Caller, purpose: str, ids: Collection[UUID], as_at: date | None
) -> list[FamilySupportView]:
    """The support of these families, as far as they are within reach. Errors: Unavailable."""
    known = _read_within_reach(runtime, caller, purpose, ids)
    day = as_at or today()
    builder = _make_builder(runtime, caller, purpose, known, day, wanted_for_support(known, day))
    return [builder.view_support(family) for family in builder.families]


def look_up_members(runtime: Runtime, caller: Caller, purpose: str, ids: Collection[UUID]) -> list[BelongingView]:
    """For each of these persons the families within reach to which they belong or belonged. Errors: Unavailable."""
    within = reach.find_reach(runtime, caller, purpose)
    with runtime.read() as session:
        families = repository.find_families_of(session, within.families(named=True), ids)
        known = repository.read_families(session, families, within, support=False)
    asked = {known.root_of[id] for id in ids if id in known.root_of}
    builder = _make_builder(runtime, caller, purpose, known, today(), wanted_for_memberships(known, asked))
    shown: dict[UUID, list[FamilyOfView]] = {}
    for family in families:
        for view in builder.view_memberships(family.id):
            shown.setdefault(view.person, []).append(
                FamilyOfView(family=family.id, membership=view.id, role=view.role, from_=view.from_, to=view.to)
            )
    return [
        BelongingView(person=person, families=shown[root])
        for person in dict.fromkeys(ids)
        if (root := known.root_of.get(person)) is not None and root in shown
    ]


def nominate_family(runtime: Runtime, caller: Caller, request: NominationRequest, once: OnceRunner) -> Written:
    """Put a family forward that no feed has shown.

    Errors: RequestNotValid for an area that is none, or not the caller's.
    """
    with runtime.read() as session:
        refuse(check_area(session, request.area, "/body/area"))
    if "analyst" not in caller.roles and request.area not in caller.areas:
        fault = Fault(pointer="/body/area", code="area_not_yours", detail="Should be an area of yours")
        raise RequestNotValid(errors=[fault])
    on = request.date or today()

    def make_family() -> Written:
        family = Family(
            id=new_id(), composed_on=on, area=request.area, origin="nominated", reason=request.reason, version=1
        )
        session.add(family)
        emit(session, FamilyComposed(family=family.id, on=on, area=request.area))
        return Written(id=family.id, status="nominated", etag=etag(1))

    with runtime.write() as session:
        return once(session, caller, request, make_family, location="/v1/families/{id}")


def add_member(runtime: Runtime, caller: Caller, family_id: UUID, request: MemberRequest, once: OnceRunner) -> Written:
    """State by hand that somebody belongs to a family; composition keeps out of what was stated by hand.

    Errors: FamilyNotFound; PersonNotFound; MemberAlreadyThere.
    """
    within = reach.find_reach(runtime, caller, WRITING)

    def make_membership() -> Written:
        person = repository.get_person(session, request.person, within.people())
        for old in repository.find_memberships_of(session, family_id, person.root):
            if old.to_on is None or old.to_on >= request.from_:
                raise MemberAlreadyThere()
        membership = Membership(
            id=new_id(), family=family_id, person=person.id, role=request.role, from_on=request.from_, to_on=None,
            how=HAND, version=1,
        )  # fmt: skip
        session.add(membership)
        count_family_change(session, family_id)
        emit(session, _joined(membership))
        mark_anew(session, [person.id])
        return Written(id=membership.id, status="joined", etag=etag(1))

    with runtime.write() as session:
        within.get_family(session, family_id)
        return once(session, caller, request, make_membership, location=f"/v1/families/{family_id}/members/{{id}}")


def change_member(
    runtime: Runtime, caller: Caller, family_id: UUID, membership_id: UUID, request: MemberChange, match: Match
) -> Written:
    """Say by hand until when somebody belonged.

    Errors: FamilyNotFound; MembershipNotFound; PreconditionRequired; Stale; PeriodNotValid.
    """
    within = reach.find_reach(runtime, caller, WRITING)
    with runtime.write() as session:
        within.get_family(session, family_id)
        membership = repository.get_membership(session, family_id, membership_id)
        if not within.find_people(session, [membership.person]):
            raise MembershipNotFound()
        match.check(membership.version)
        if request.to < membership.from_on:
            fault = Fault(pointer="/body/to", code="before_beginning", detail="Should be on or after the beginning")
            raise PeriodNotValid(errors=[fault])
        if not repository.end_membership(session, membership, membership.version, request.to):
            raise Stale()
        count_family_change(session, family_id)
        emit(
            session,
            MemberLeft(
                family=family_id, membership=membership.id, person=membership.person, role=membership.role,
                from_=membership.from_on, to=request.to,
            ),
        )  # fmt: skip
        return Written(id=membership.id, status="left", etag=etag(membership.version + 1))


def hide_areas(session: Session, people: Collection[UUID]) -> None:
    """Hide the area of the families to which these people belong now, who may not be located any longer."""
    for family in repository.hide_areas_of(session, people):
        emit(session, FamilyComposed(family=family.id, on=family.composed_on, area=None))


def _read_one(runtime: Runtime, caller: Caller, purpose: str, family_id: UUID) -> KnownFamilies:
    within = reach.find_reach(runtime, caller, purpose)
    with runtime.read() as session:
        return repository.read_families(session, [within.get_family(session, family_id)], within)


def _read_within_reach(runtime: Runtime, caller: Caller, purpose: str, ids: Collection[UUID]) -> KnownFamilies:
    within = reach.find_reach(runtime, caller, purpose)
    with runtime.read() as session:
        found = repository.find_families(session, within.families(named=True), set(ids))
        return repository.read_families(session, found, within)


def _make_builder(
    runtime: Runtime, caller: Caller, purpose: str, known: KnownFamilies, as_at: date, wanted: Wanted
) -> FamilyViewBuilder:
    shared = sharing.decide(runtime, caller, purpose, wanted)
    as_programme = caller.sector == reach.PROGRAMME
    return FamilyViewBuilder(known, shared, as_programme, as_at, runtime.settings.late_after_days)


def _view_families(
    runtime: Runtime, caller: Caller, purpose: str, known: KnownFamilies, as_at: date
) -> list[FamilyView]:
    if not known.families:
        return []
    access = sharing.ask_access(runtime, caller, purpose)
    builder = _make_builder(runtime, caller, purpose, known, as_at, wanted_for_families(known, as_at))
    return [builder.view_family(family, access) for family in builder.families]


def _joined(membership: Membership) -> MemberJoined:
    return MemberJoined(
        family=membership.family, membership=membership.id, person=membership.person, role=membership.role,
        from_=membership.from_on, to=membership.to_on,
    )  # fmt: skip
