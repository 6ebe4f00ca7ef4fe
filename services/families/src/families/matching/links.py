"""Which records count as whose, and why: of one person, and of everybody."""

from typing import Any
from uuid import UUID

from chassis.auth import Caller
from chassis.paging import Page, read_cursor
from chassis.runtime import Runtime
from families import sharing
from families.bars.repository import find_barred
from families.feeds.registry import FEEDS
from families.matching.schemas import LinkView, PersonLinkItems, PersonLinkView
from families.matching.scorer import explain
from families.people import repository as people
from families.people.service import read_reached
from families.problems import PersonNotFound
from families.protections.repository import protected_among
from families.sharing import IDENTITY, Item, present_only


def list_links_of_person(runtime: Runtime, caller: Caller, purpose: str, person: UUID) -> PersonLinkItems:
    """Why records count as this person's. A record is shown where its source's identity data is shared.

    Errors: PersonNotFound, Unavailable.
    """
    known = read_reached(runtime, caller, purpose, [person])
    if not known.leaves_of:
        raise PersonNotFound()
    shared = sharing.decide(runtime, caller, purpose, known.wanted(known.records_of))
    root = next(iter(known.leaves_of))
    with runtime.read() as session:
        hidden = bool(protected_among(session, known.root_of))
    return PersonLinkItems(
        items=[
            PersonLinkView(
                record=record.id,
                feed=record.feed,
                key=FEEDS[record.feed].shown_key(record.natural_key),
                source=record.source,
                how=record.how,
                explanation=[e for e in explain(record.outcomes) if not (hidden and e["field"] == "address")],
                at=record.linked_at,
                **present_only(score=None if hidden else record.score),
            )
            for leaf in known.leaves_of[root]
            for record in known.records.get(leaf, [])
            if shared.permits(root, IDENTITY, record.source)
        ]
    )


def list_links(runtime: Runtime, caller: Caller, purpose: str, after: str | None, limit: int) -> Page[LinkView]:
    """Every record and whom it is about, in the order of their coming. Errors: CursorNotValid, Unavailable."""
    position = read_cursor(after, "links")
    with runtime.read() as session:
        records = (
            people.list_records(session, UUID(position[0]) if position else None, limit + 1)
            if may_review(caller)
            else []
        )
        known = people.read_people(session, {record.person for record in records[:limit]}, names=False)
        barred = find_barred(session, caller.subject).people
    shown: dict[UUID, set[Item]] = {}
    for record in records[:limit]:
        if known.root_of[record.person] not in barred:
            shown.setdefault(record.person, set()).add(Item(IDENTITY, record.source))
    shared = sharing.decide(runtime, caller, purpose, known.wanted(lambda leaf: shown.get(leaf, ())))

    def link(record: Any) -> LinkView:
        root = known.root_of[record.person]
        may_be_shown = shared.permits(root, IDENTITY, record.source)
        return LinkView(
            feed=record.feed,
            source=record.source,
            person=root,
            leaf=record.person,
            how=record.how,
            **present_only(key=FEEDS[record.feed].shown_key(record.natural_key) if may_be_shown else None),
        )

    page = Page[LinkView].cut(records, limit, name="links", position=lambda record: record.id, view=link)
    return page.model_copy(update={"items": [view for view in page.items if view.person not in barred]})


def may_review(caller: Caller) -> bool:
    """Reviewing, and seeing every link, is for those who may meet everybody."""
    return "analyst" in caller.roles
