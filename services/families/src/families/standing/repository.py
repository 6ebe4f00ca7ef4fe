"""Each question names the ids that were asked for, never what was found of them: so it costs the same either way."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session, aliased

from chassis.auth import Caller
from chassis.db import in_batches
from directory.repository import list_services, owner_of
from families.bars.repository import Barred, find_barred
from families.models.families import Family, Membership
from families.models.intake import Record
from families.models.people import Person
from families.reach import is_current, is_protected, leads, on_team


def list_leaves(session: Session, ids: Sequence[UUID]) -> dict[UUID, list[UUID]]:
    """Every id of each person whom one of these ids names, by present id."""
    found: dict[UUID, list[UUID]] = {}
    for some in in_batches(ids):
        theirs = select(Person.root, Person.id).where(Person.root.in_(_roots(some))).order_by(Person.id)
        for root, leaf in session.execute(theirs):
            found.setdefault(root, []).append(leaf)
    return found


def find_ways(session: Session, caller: Caller, ids: Sequence[UUID], *, own_service: str) -> dict[UUID, set[str]]:
    """In what ways the caller has to do with each, by present id; with whom they are barred from, in none.

    Shape: the ways of the vocabulary, `ways.toml`.
    """
    found: dict[UUID, set[str]] = defaultdict(set)
    if not caller.is_person:
        return found
    barred = find_barred(session, caller.subject)
    services = [service.service for service in list_services(session, agency=caller.agency)]
    owner = owner_of(session, own_service)
    for some in in_batches(ids):
        for way, people in _ask(caller, some, services, own_service, barred, obtained=caller.agency == owner):
            for root in session.scalars(people):
                found[root].add(way)
    return {root: ways for root, ways in found.items() if root not in barred.people}


def _ask(
    caller: Caller, ids: list[UUID], services: list[str], own_service: str, barred: Barred, *, obtained: bool
) -> Iterator[tuple[str, Select[UUID]]]:
    """Each way, and the question after whom it joins the caller with. Which are asked depends on the caller alone."""
    everybody = select(Person.root).where(Person.id.in_(ids)).distinct()
    if "lead_professional" in caller.roles:
        yield "leads", _in_families(ids, barred, leads(user=caller.subject, named=True))
    if "programme_coordinator" in caller.roles:
        areas = and_(Family.area.in_(sorted(caller.areas)), Family.protected.is_(False))
        yield "coordinates", _in_families(ids, barred, areas)
    if "analyst" in caller.roles and caller.service == own_service:
        yield "oversees", everybody
    yield "team", _in_families(ids, barred, on_team(caller.service, named=True))
    yield "supplied", _with_records(ids, [*services, caller.service])
    if obtained:
        yield "obtained", everybody


def _roots(ids: list[UUID]) -> Select[UUID]:
    return select(Person.root).where(Person.id.in_(ids))


def _in_families(ids: list[UUID], barred: Barred, which: ColumnElement[bool]) -> Select[UUID]:
    """Who belongs to one of these families today; a family that somebody has left is no reason any more.

    Whoever is protected is met through a protected family alone, as in `reach`.
    """
    leaf = aliased(Person)
    safe = or_(Family.protected, ~is_protected(leaf.root))
    found = select(leaf.root).join(Membership, Membership.person == leaf.id)
    found = found.join(Family, Family.id == Membership.family).where(Family.id.not_in(barred.families))
    return found.where(leaf.root.in_(_roots(ids)), is_current(Membership), safe, which).distinct()


def _with_records(ids: list[UUID], services: list[str]) -> Select[UUID]:
    """Of whom one of these services sent a record."""
    leaf = aliased(Person)
    found = select(leaf.root).join(Record, Record.person == leaf.id)
    return found.where(leaf.root.in_(_roots(ids)), Record.source.in_(sorted(set(services)))).distinct()
