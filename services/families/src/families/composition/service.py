"""Bringing what is stored of families into line with what composition says, and telling the difference."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from chassis.db import new_id
from chassis.events import Event
from chassis.outbox import emit
from families.composition import repository
from families.composition.composing import CHILD, NON_RESIDENT_PARENT, Draft, Spell, compose
from families.composition.repository import Neighbourhood
from families.events import FamilyComposed, MemberJoined, MemberLeft
from families.models.families import Family, Membership

COMPOSED, HAND, REVIEW = "composed", "hand", "review"


@dataclass
class Changes:
    """What is to be written, and told, in this order."""

    families: list[dict[str, Any]] = field(default_factory=list)
    areas: dict[UUID, tuple[str | None, bool]] = field(default_factory=dict)
    removed: list[Membership] = field(default_factory=list)
    ended: list[tuple[Membership, date | None]] = field(default_factory=list)
    joined: list[dict[str, Any]] = field(default_factory=list)
    composed: list[FamilyComposed] = field(default_factory=list)

    @property
    def touched(self) -> set[UUID]:
        rows = {m.family for m in self.removed} | {m.family for m, _ in self.ended} | {r["family"] for r in self.joined}
        return (rows | set(self.areas)) - {row["id"] for row in self.families}


def plan_changes(found: Neighbourhood) -> Changes:
    """What has to change for the stored memberships to be what composition says. Pure."""
    drafts = compose(found.people, found.carers, found.kinds, found.elsewhere)
    changes = Changes()
    stored: dict[UUID, list[Membership]] = {family: [] for family in found.families}
    for membership in found.memberships:
        stored[membership.family].append(membership)
    names = _recognise(drafts, found, stored)
    for draft in sorted(drafts, key=lambda d: (d.composed_on, d.spells[0].person)):
        family = found.families.get(names[draft]) if draft in names else None
        family_id = family.id if family else _compose_anew(draft, changes)
        if family is not None and (family.area, family.protected) != (draft.area, draft.protected):
            _move_area(family, draft, changes)
        _align(family_id, draft.spells, stored.get(family_id, []), found, changes)
    for family_id in set(stored) - set(names.values()):
        _align(family_id, [], stored[family_id], found, changes)
    return changes


def apply_changes(session: Session, found: Neighbourhood, changes: Changes) -> bool:
    """Write and tell the changes; False, having done nothing, when what they were worked out from has changed."""
    if not repository.unchanged_since(session, found):
        return False
    repository.add_families(session, changes.families)
    repository.remove_memberships(session, [membership.id for membership in changes.removed])
    repository.end_memberships(session, {membership.id: on for membership, on in changes.ended})
    repository.add_memberships(session, changes.joined)
    for family, (area, protected) in changes.areas.items():
        repository.set_area(session, family, area, protected)
    repository.touch_families(session, changes.touched)
    emit(session, *_events(changes))
    return True


def _recognise(
    drafts: Collection[Draft], found: Neighbourhood, stored: Mapping[UUID, list[Membership]]
) -> dict[Draft, UUID]:
    """Which stored family each draft is: the one with which it shares most, children and beginnings counting more.

    A family that is protected never takes over what was an open family: that would link the two sides.
    """
    pairs: list[tuple[int, str, int, Draft, UUID]] = []
    by_root: dict[UUID, list[Membership]] = {}
    for memberships in stored.values():
        for membership in memberships:
            by_root.setdefault(found.root_of[membership.person], []).append(membership)
    for number, draft in enumerate(drafts):
        scores: dict[UUID, int] = {}
        for spell in draft.spells:
            if spell.role == NON_RESIDENT_PARENT:
                continue
            best: dict[UUID, int] = {}
            for membership in by_root.get(spell.person, []):
                score = (3 if spell.role == CHILD else 1) * _likeness(spell, membership)
                best[membership.family] = max(best.get(membership.family, 0), score)
            for family, score in best.items():
                scores[family] = scores.get(family, 0) + score
        for family, score in scores.items():
            was_protected = found.families[family].protected
            if (
                score
                and not (draft.protected and not was_protected)
                and not (was_protected and not draft.was_protected)
            ):
                pairs.append((-score, str(family), number, draft, family))
    names: dict[Draft, UUID] = {}
    for _, _, _, draft, family in sorted(pairs, key=lambda pair: pair[:3]):
        if draft not in names and family not in names.values():
            names[draft] = family
    return names


def _likeness(spell: Spell, membership: Membership) -> int:
    if membership.from_on == spell.from_on:
        return 4
    ends, began = spell.to_on or date.max, membership.from_on
    overlap = began <= ends and spell.from_on <= (membership.to_on or date.max)
    return 1 if overlap else 0


def _compose_anew(draft: Draft, changes: Changes) -> UUID:
    row = repository.new_family_row(draft.composed_on, draft.area, draft.protected)
    changes.families.append(row)
    changes.composed.append(FamilyComposed(family=row["id"], on=row["composed_on"], area=row["area"]))
    return UUID(str(row["id"]))


def _move_area(family: Family, draft: Draft, changes: Changes) -> None:
    area = draft.area if draft.protected or draft.area else family.area
    if (area, draft.protected) == (family.area, family.protected):
        return
    changes.areas[family.id] = (area, draft.protected)
    if area != family.area:
        changes.composed.append(FamilyComposed(family=family.id, on=family.composed_on, area=area))


def _align(
    family: UUID, spells: Collection[Spell], stored: Collection[Membership], found: Neighbourhood, changes: Changes
) -> None:
    """One family's memberships. What somebody stated by hand stays as stated, and composition keeps out of it."""
    by_hand = {found.root_of[m.person] for m in stored if m.how == HAND}
    rows: dict[UUID, list[Membership]] = {}
    for membership in stored:
        if membership.how != HAND:
            rows.setdefault(found.root_of[membership.person], []).append(membership)
    wanted: dict[UUID, list[Spell]] = {}
    for spell in spells:
        if spell.person not in by_hand:
            wanted.setdefault(spell.person, []).append(spell)
    for root in sorted(set(rows) | set(wanted)):
        _align_person(family, root, wanted.get(root, []), rows.get(root, []), found, changes)


def _align_person(
    family: UUID,
    root: UUID,
    wanted: Collection[Spell],
    rows: Collection[Membership],
    found: Neighbourhood,
    changes: Changes,
) -> None:
    kept: set[UUID] = set()
    for spell in wanted:
        same = [m for m in rows if m.id not in kept and m.role == spell.role and m.from_on == spell.from_on]
        others = [m for m in rows if m.id not in kept and m not in same and m.role == spell.role]
        leaf_rows = same[:1] if same else []
        if leaf_rows:
            # Rows of other leaves of the same person stay, so that an unmerge finds each where it was.
            leaf_rows += [
                m for m in (*same[1:], *others)
                if m.person != leaf_rows[0].person and _within(m, spell) and not _is_superseded(m, wanted)
            ]  # fmt: skip
        for membership in leaf_rows:
            kept.add(membership.id)
            if membership.to_on != spell.to_on:
                _change_end(membership, spell, changes)
        if not leaf_rows:
            changes.joined.append(_membership(family, found.leaf_of[root], spell))
    changes.removed += [m for m in rows if m.id not in kept]


def _within(membership: Membership, spell: Spell) -> bool:
    return membership.from_on >= spell.from_on and (spell.to_on is None or membership.from_on <= spell.to_on)


def _is_superseded(membership: Membership, wanted: Collection[Spell]) -> bool:
    return sum(_within(membership, spell) for spell in wanted) > 1


def _change_end(membership: Membership, spell: Spell, changes: Changes) -> None:
    """An end is told as such; one that is taken back is told as a membership that never was, and a new one."""
    if spell.to_on is not None:
        changes.ended.append((membership, spell.to_on))
    else:
        changes.removed.append(membership)
        changes.joined.append(_membership(membership.family, membership.person, spell, from_on=membership.from_on))


def _membership(family: UUID, leaf: UUID, spell: Spell, from_on: date | None = None) -> dict[str, Any]:
    return {
        "id": new_id(),
        "family": family,
        "person": leaf,
        "role": spell.role,
        "from_on": from_on or spell.from_on,
        "to_on": spell.to_on,
        "how": REVIEW if spell.role == NON_RESIDENT_PARENT else COMPOSED,
    }


def _events(changes: Changes) -> list[Event]:
    events: list[Event] = [*changes.composed]
    events += [
        MemberLeft(
            family=m.family, membership=m.id, person=m.person, role=m.role, from_=m.from_on, to=None, removed=True
        )
        for m in changes.removed
    ]
    events += [
        MemberLeft(family=m.family, membership=m.id, person=m.person, role=m.role, from_=m.from_on, to=on)
        for m, on in changes.ended
    ]
    for row in changes.joined:
        events.append(
            MemberJoined(
                family=row["family"], membership=row["id"], person=row["person"], role=row["role"],
                from_=row["from_on"], to=row["to_on"],
            )
        )  # fmt: skip
    return events
