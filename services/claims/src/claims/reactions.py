"""What claims hears. Each event is kept as it came; what it means is worked out later, from all of them.

Nothing here depends on the order of topics: rows are keyed by the ids in the events, counted by their sequence.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from chassis.clock import LONDON
from chassis.db import upsert
from chassis.events import Received
from chassis.reactions import Reactions
from claims.history import repository as history
from claims.history.changes import get_changes
from claims.models import (
    BarredFrom,
    Claim,
    Fact,
    Family,
    FamilyStanding,
    FormerArea,
    Membership,
    Person,
    Protection,
    Push,
    Redirect,
    Support,
)
from directory.reactions import keep_directory
from transparency.witness import keep_heads
from vocabulary.late_recording import count_days_late

reactions = Reactions()
keep_directory(reactions)
keep_heads(reactions, "claims", "consent", "families", "identity")

PARTS = {
    "agreement-to-be-supported.given": "agreement_to_be_supported",
    "declined": "declined",
    "lead-professional.named": "lead_professional",
    "assessment.completed": "assessment",
    "plan.agreed": "plan",
}


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _id(text: str | None) -> UUID | None:
    return UUID(text) if text else None


# --- people


@reactions.on("families.person", "person.registered")
def record_people(session: Session, events: Sequence[Received]) -> None:
    """Keep each person and their month of birth."""
    changes = get_changes(session)
    rows: list[dict[str, Any]] = [
        {
            "person": UUID(e.data["person"]),
            "sequence": e.sequence,
            "born": e.data.get("born"),
            "recorded_at": changes.moment,
        }
        for e in events
    ]
    upsert(session, Person, rows, key=["person", "sequence"])
    changes.mark_people(row["person"] for row in rows)


@reactions.on("families.person", "person.merged", "person.unmerged")
def record_merges(session: Session, events: Sequence[Received]) -> None:
    """Keep who was merged into whom, and what was undone of it."""
    changes = get_changes(session)
    rows: list[dict[str, Any]] = [
        {
            "person": UUID(e.data["person"]),
            "sequence": e.sequence,
            "into": _id(e.data.get("into")),
            "recorded_at": changes.moment,
        }
        for e in events
    ]
    people = {row["person"] for row in rows}
    people |= {UUID(id) for e in events for id in (e.data.get("into"), e.data.get("from")) if id}
    # Who stood together until now, beside whom the end of the transaction finds together.
    before = history.list_redirects(session, people, changes.moment)
    changes.mark_people({*people, *before, *before.values()})
    upsert(session, Redirect, rows, key=["person", "sequence"])


# --- families


@reactions.on("families.family", "family.composed")
def record_compositions(session: Session, events: Sequence[Received]) -> None:
    """Keep where a family lives, and which area it left."""
    changes = get_changes(session)
    at = changes.moment
    rows: dict[UUID, dict[str, Any]] = {
        UUID(e.data["family"]): {
            "id": UUID(e.data["family"]),
            "area": e.data.get("area"),
            "composed_on": _day(e.data.get("on")),
            "composed_sequence": e.sequence,
            "lead_sequence": 0,
            "recorded_at": at,
        }
        for e in events
    }
    _add_families(session, list(rows), at)
    before = history.list_families(session, rows)
    # A composition that arrives after a later one changes nothing: it may name the area from which the family fled.
    rows = {id: row for id, row in rows.items() if before[id].composed_sequence < row["composed_sequence"]}
    located = {id: row | {"last_area": row["area"]} for id, row in rows.items() if row["area"]}
    left = [
        {"family": id, "until": at, "area": before[id].last_area}
        for id, row in located.items()
        if before[id].composed_on is not None and before[id].last_area != row["last_area"]
    ]
    upsert(session, FormerArea, left, key=["family", "until"])
    upsert(session, Family, list(rows.values()), key=["id"], update=["area", "composed_on", "composed_sequence"])
    upsert(session, Family, list(located.values()), key=["id"], update=["last_area"])
    changes.mark_families(rows)


@reactions.on("families.family", "family.member-joined", "family.member-left")
def record_stays(session: Session, events: Sequence[Received]) -> None:
    """Keep who belongs to a family, in which role and since when."""
    changes = get_changes(session)
    at = changes.moment
    rows: list[dict[str, Any]] = [
        {
            "membership": UUID(e.data["membership"]),
            "sequence": e.sequence,
            "family": UUID(e.data["family"]),
            "person": UUID(e.data["person"]),
            "role": e.data["role"],
            "begins": date.fromisoformat(e.data["from"]),
            "ends": _day(e.data.get("to")),
            "removed": bool(e.data.get("removed")),
            "recorded_at": at,
        }
        for e in events
    ]
    families = {row["family"] for row in rows}
    _add_families(session, families, at)
    upsert(session, Membership, rows, key=["membership", "sequence"])
    changes.mark_families(families)


def _add_families(session: Session, families: Iterable[UUID], at: datetime) -> None:
    """A family may be spoken of before its composition is heard."""
    empty = {"area": None, "composed_on": None, "composed_sequence": 0, "lead_sequence": 0, "recorded_at": at}
    upsert(session, Family, [{"id": family, **empty} for family in sorted(set(families))], key=["id"])


# --- facts


@reactions.on("families.fact", "fact.recorded", "fact.corrected", "fact.ended")
def record_facts(session: Session, events: Sequence[Received]) -> None:
    """Keep facts, what replaces them, and that they hold no longer."""
    changes = get_changes(session)
    rows = {row["id"]: row for row in (_fact(e.data, changes.moment) for e in events)}
    ended = {UUID(e.data["fact"]) for e in events if e.name == "fact.ended"}
    replaced = {row["supersedes"] for row in rows.values() if row["supersedes"]}
    # Two people's facts may arrive in any order: what replaces one of these may be here already.
    replaced |= history.list_replaced(session, rows)
    upsert(session, Fact, list(rows.values()), key=["id"])
    history.supersede(session, sorted(ended | replaced), changes.moment)
    # A record that turned out to be about somebody else leaves whom it was about before.
    changes.mark_people(history.list_people_of(session, sorted(ended | replaced)))
    pushes = Counter(e.data["push"] for e in events if e.data.get("push"))
    changes.count_facts(
        Counter({UUID(push): number for push, number in pushes.items()}),
        {(row["category"], row["source"]) for row in rows.values()},
    )
    changes.mark_people(row["person"] for row in rows.values())


def _fact(data: dict[str, Any], at: datetime) -> dict[str, Any]:
    return {
        "id": UUID(data["fact"]),
        "person": UUID(data["person"]),
        "measure": data["measure"],
        "begins": date.fromisoformat(data["from"]),
        "ends": _day(data["to"]),
        "value": str(data["value"]),
        "source": data["source"],
        "category": data["category"],
        "record": UUID(data["record"]),
        "supersedes": _id(data.get("supersedes")),
        "recorded_at": at,
    }


# --- pushes


@reactions.on("families.push", "push.finished")
def record_pushes(session: Session, events: Sequence[Received]) -> None:
    """A push is coverage once it is finished and every fact of it was seen: silence means something only then, and only
    where no line was refused, since nobody knows what that line said."""
    changes = get_changes(session)
    for push, data in {UUID(e.data["push"]): e.data for e in events}.items():
        row = {
            "id": push,
            "seen": 0,
            "feed": data["feed"],
            "service": data["service"],
            "area": data["area"],
            "covers_from": date.fromisoformat(data["covers_from"]),
            "covers_to": date.fromisoformat(data["covers_to"]),
            "expected": int(data["facts"]),
            "refused": int(data["counts"].get("refused", 0)),
        }
        upsert(session, Push, [row], key=["id"], update=[column for column in row if column not in ("id", "seen")])
        changes.mark_pushes([push])


# Until November 2026 the area of a push was called its place.
reactions.renamed("families.push", "push.finished", "push.finished", {"place": "area"})


# --- support


@reactions.on("families.support", *PARTS)
def record_support(session: Session, events: Sequence[Received]) -> None:
    """Keep the acts of support: the parts of the gate, and that a family declined."""
    changes = get_changes(session)
    at = changes.moment
    rows: list[dict[str, Any]] = [
        {
            "family": UUID(e.data["family"]),
            "sequence": e.sequence,
            "part": PARTS[e.name],
            "on": date.fromisoformat(e.data["date"]),
            "recorded_at": at,
            **_recording(e),
        }
        for e in events
    ]
    families = {row["family"] for row in rows}
    _add_families(session, families, at)
    upsert(session, Support, rows, key=["family", "sequence"])
    for event in events:
        if event.name == "lead-professional.named":
            _name_lead(session, event)
    changes.mark_families(families)


def _recording(event: Received) -> dict[str, Any]:
    """When and by whom an act was recorded. Until November 2026 events did not say: the event's own day counts then."""
    told = event.time.astimezone(LONDON).date()
    recorded_on = _day(event.data.get("recorded_on")) or told
    on = date.fromisoformat(event.data["date"])
    late = event.data.get("days_late")
    return {
        "recorded_on": recorded_on,
        "recorded_by": event.data.get("recorded_by"),
        "days_late": count_days_late(PARTS[event.name], on, recorded_on) if late is None else int(late),
    }


@reactions.on("families.support", "late-act.confirmed")
def record_confirmations(session: Session, events: Sequence[Received]) -> None:
    """A second person confirmed an act that was recorded late: what waited for that may be drafted."""
    for event in events:
        _change_acts(session, event, confirmed_by=event.data["confirmed_by"])


@reactions.on("families.support", "act.found-empty")
def record_empty_acts(session: Session, events: Sequence[Received]) -> None:
    """An act of before empty ones were refused says nothing: from this moment on it is no part of the gate."""
    for event in events:
        _change_acts(session, event, empty_at=get_changes(session).moment)


def _change_acts(session: Session, event: Received, **values: Any) -> None:
    family = UUID(event.data["family"])
    here = (Support.part == event.data["part"], Support.on == date.fromisoformat(event.data["date"]))
    # The events of a family come in order: the act that is meant came before.
    session.execute(update(Support).where(Support.family == family, *here).values(**values))
    get_changes(session).mark_families({family})


def _name_lead(session: Session, event: Received) -> None:
    """Whoever was named on the latest day leads; of several on one day, the one whose event came last."""
    on = date.fromisoformat(event.data["date"])
    older = Family.lead_on.is_(None) | (Family.lead_on < on)
    older |= (Family.lead_on == on) & (Family.lead_sequence < event.sequence)
    session.execute(
        update(Family)
        .where(Family.id == UUID(event.data["family"]), older)
        .values(lead=event.data.get("lead"), lead_on=on, lead_sequence=event.sequence)
    )


# --- who must not meet whom


@reactions.on("families.bar", "bar.recorded")
def keep_bars(session: Session, events: Sequence[Received]) -> None:
    """Keep whom somebody must not meet."""
    rows = [
        {"bar": UUID(e.data["bar"]), "id": id, "user": e.data["user"], "recorded_at": e.time}
        for e in events
        for id in sorted({UUID(id) for id in (*e.data["people"], *e.data["families"])})
    ]
    upsert(session, BarredFrom, rows, key=["bar", "id"])


@reactions.on("families.bar", "bar.lifted")
def drop_bars(session: Session, events: Sequence[Received]) -> None:
    """A bar was lifted; families keeps its history."""
    bars = [UUID(e.data["bar"]) for e in events]
    session.execute(delete(BarredFrom).where(BarredFrom.bar.in_(bars)))


# --- what is told on the same topics, and changes no claim

reactions.ignores("families.push", "push.received", "push.paused")
reactions.ignores("families.support", "support.stepped", "evidence.added")
reactions.ignores("consent.consent", "notice.not-delivered")
reactions.ignores("identity.directory", "sponsor.named", "sponsor.ended")


# --- what may be used


@reactions.on(
    "consent.consent", "consent.given", "consent.withdrawn", "consent.corrected", "objection.raised",
    "objection.answered", "objection.withdrawn", "restriction.set", "restriction.lifted",
)  # fmt: skip
def mark_people_of_decisions(session: Session, events: Sequence[Received]) -> None:
    """Decisions are asked for at drafting and never kept as rights: news of one is a reason to ask again."""
    get_changes(session).mark_people(UUID(e.data["person"]) for e in events)


@reactions.on("consent.protection", "protection.set", "protection.lifted")
def mark_protected_people(session: Session, events: Sequence[Received]) -> None:
    """Who may not be located is kept, and is a reason to ask again as well."""
    mark_people_of_decisions(session, events)
    _keep_protections(session, events)


def _keep_protections(session: Session, events: Sequence[Received]) -> None:
    """Keep who may not be located. One that was lifted before it was heard of stays lifted."""
    told = {
        UUID(e.data["protection"]): (UUID(e.data["person"]), e.name.endswith(".lifted"))
        for e in events
        if e.data.get("kind") == "location"
    }
    for is_lifted in (False, True):
        rows: list[dict[str, Any]] = [
            {"id": id, "person": person, "lifted": lifted}
            for id, (person, lifted) in told.items()
            if lifted is is_lifted
        ]
        upsert(session, Protection, rows, key=["id"], update=["lifted"] if is_lifted else [])


# Until November 2026 a protection was called a seal, and told among the consents.
reactions.moved("consent.consent", "consent.protection")
reactions.renamed("consent.consent", "seal.set", "protection.set", {"seal": "protection"})
reactions.renamed("consent.consent", "seal.lifted", "protection.lifted", {"seal": "protection"})


@reactions.on("consent.agreement", "agreement.in-force", "agreement.suspended", "agreement.ended")
def mark_families_of_agreements(session: Session, events: Sequence[Received]) -> None:
    """An agreement bears on everybody: all attached families and all open claims are evaluated again."""
    attached = session.scalars(select(FamilyStanding.family).where(FamilyStanding.attached_on.is_not(None))).all()
    claimed = session.scalars(select(Claim.family).where(Claim.status.in_(("drafted", "checked", "frozen")))).all()
    get_changes(session).mark_families({*attached, *claimed})
