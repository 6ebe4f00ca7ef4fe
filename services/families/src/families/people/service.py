"""People as a caller may see them: reached first, then shared, part by part."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from chassis.auth import Caller
from chassis.etag import etag_of
from chassis.runtime import Runtime
from families import reach, sharing
from families.people import repository, views
from families.people.repository import KnownPeople
from families.people.schemas import PersonItems, PersonView
from families.problems import PersonNotFound
from families.sharing import PermittedSharing


def show_person(
    runtime: Runtime, caller: Caller, purpose: str, person: UUID, as_at: date | None = None
) -> tuple[PersonView, str]:
    """One person, by any of their ids. Shape: the person and its ETag. Errors: PersonNotFound, Unavailable."""
    known, shared = see_people(runtime, caller, purpose, [person], as_at)
    if not known.leaves_of:
        raise PersonNotFound()
    access = sharing.ask_access(runtime, caller, purpose)
    view = views.view_person(next(iter(known.leaves_of)), known, shared, access)
    return view, etag_of(view, but=["access"])


def look_up_people(
    runtime: Runtime, caller: Caller, purpose: str, ids: Collection[UUID], as_at: date | None = None
) -> PersonItems:
    """People by any of their ids; ids out of reach are simply absent. Errors: Unavailable."""
    known, shared = see_people(runtime, caller, purpose, ids, as_at)
    if not known.leaves_of:
        return PersonItems(items=[])
    access = sharing.ask_access(runtime, caller, purpose)
    return PersonItems(items=[views.view_person(root, known, shared, access) for root in known.leaves_of])


def see_people(
    runtime: Runtime, caller: Caller, purpose: str, ids: Collection[UUID], as_at: date | None
) -> tuple[KnownPeople, PermittedSharing]:
    """Those of these people who are within reach, and what of them is shared; empty when there are none.

    Errors: Unavailable.
    """
    known = read_reached(runtime, caller, purpose, ids, as_at)
    return known, share_people(runtime, caller, purpose, known)


def read_reached(
    runtime: Runtime, caller: Caller, purpose: str, ids: Collection[UUID], as_at: date | None = None
) -> KnownPeople:
    """Those of these people who are within reach today, and what had been said of them up to a day.

    Errors: Unavailable.
    """
    within = reach.find_reach(runtime, caller, purpose)
    with runtime.read() as session:
        met = reach.narrow_to(within.find_people(session, ids), as_at)
        return repository.read_people(session, met, addresses=True, met=met)


def share_people(runtime: Runtime, caller: Caller, purpose: str, known: KnownPeople) -> PermittedSharing:
    """Share what a view of these people shows. Errors: Unavailable."""
    wanted = known.wanted(lambda leaf: known.identity_of(leaf) | known.addresses_of(leaf))
    return sharing.decide(runtime, caller, purpose, wanted)
