"""What is known of families at a moment, made ready for the evaluator: one batch of queries, however many families."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.orm import Session

from chassis.clock import LONDON
from claims.history import repository
from claims.rules.calendar import Days
from claims.rules.facts import FOREVER, Coverage, FamilyFacts, GateAct, Member, Record, SupportDates
from vocabulary.late_recording import count_days_late

DECLINED = "declined"


@dataclass(frozen=True)
class LoadedFamily:
    """A family for the evaluator, and what others need to know of it.

    Shape: `formerly`: for each present id in it, every id that was merged into that person.
    """

    facts: FamilyFacts
    area: str | None
    lead: str | None
    formerly: dict[UUID, tuple[UUID, ...]]


def load_families(session: Session, families: Iterable[UUID], known_at: datetime) -> dict[UUID, LoadedFamily]:
    """Everything known of these families at a moment. Families that do not exist are absent."""
    found = repository.list_families(session, families)
    stays = repository.list_memberships(session, found, known_at)
    leaves = {row.person for row in stays}
    redirects = repository.list_redirects(session, leaves, known_at)
    roots = {person: find_root(person, redirects) for person in {*leaves, *redirects, *redirects.values()}}
    formerly: dict[UUID, list[UUID]] = defaultdict(list)
    for person, root in sorted(roots.items()):
        if person != root:
            formerly[root].append(person)
    births = _births(repository.list_births(session, roots, known_at), roots)
    records = _records(repository.list_facts(session, roots, known_at), roots)
    support = _support(repository.list_support(session, found, known_at))
    former = repository.list_former_areas(session, found, known_at)
    coverage = CoverageByArea(repository.list_coverage(session, known_at))
    members: dict[UUID, set[Member]] = defaultdict(set)
    for row in stays:
        root = roots[row.person]
        members[row.family].add(Member(root, row.role, row.begins, row.ends or FOREVER, births.get(root)))
    answer = {}
    for id, family in found.items():
        people = sorted({member.person for member in members[id]})
        area = former.get(id, family.last_area)
        facts = FamilyFacts(
            id,
            tuple(sorted(members[id], key=lambda m: (m.person, m.begins, m.ends, m.role))),
            tuple(record for person in people for record in records.get(person, ())),
            support.get(id, SupportDates()),
            coverage.of_area(area),
            area,
        )
        answer[id] = LoadedFamily(facts, family.area, family.lead, {p: tuple(formerly.get(p, ())) for p in people})
    return answer


def find_root(person: UUID, redirects: dict[UUID, UUID]) -> UUID:
    """Whom an id stands for now."""
    seen = {person}
    while (into := redirects.get(person)) is not None and into not in seen:
        seen.add(into)
        person = into
    return person


class CoverageByArea:
    """Coverage by area, each made once."""

    def __init__(self, pushes: Iterable[Row[Any]]) -> None:
        self._pushes = list(pushes)
        self._made: dict[str | None, Coverage] = {}

    def of_area(self, area: str | None) -> Coverage:
        """What pushes of this area cover; of all, for a family that never had one.

        Of a push with refused lines nobody knows what those said: what it says is known, its silence says nothing.
        """
        if area not in self._made:
            spans: dict[str, list[tuple[date, date]]] = defaultdict(list)
            sources: dict[str, set[str]] = defaultdict(set)
            about = [push for push in self._pushes if area is None or push.area == area]
            for push in about:
                if not push.refused:
                    spans[push.feed].append((push.covers_from, push.covers_to))
                sources[push.feed].add(push.service)
            last = max((push.covers_to for push in about), default=None)
            self._made[area] = Coverage(
                {feed: Days(those) for feed, those in spans.items()},
                {feed: tuple(sorted(those)) for feed, those in sources.items()},
                last,
            )
        return self._made[area]


def _births(born: dict[UUID, str], roots: dict[UUID, UUID]) -> dict[UUID, tuple[int, int]]:
    """The present id's own month of birth, or one of those merged into it."""
    found: dict[UUID, tuple[int, int]] = {}
    for person, text in sorted(born.items()):
        root = roots[person]
        if person == root or root not in found:
            found[root] = (int(text[:4]), int(text[5:7]))
    return found


def _records(facts: Iterable[Sequence[Any]], roots: dict[UUID, UUID]) -> dict[UUID, list[Record]]:
    """Facts that share record and period are one statement. Shape: present id → records."""
    lines: dict[tuple[Any, ...], dict[str, str | int]] = {}
    for person, measure, begins, ends, value, source, category, record in facts:
        line = person, record, begins, ends, category, source
        if line in lines:
            lines[line][measure] = value
        else:
            lines[line] = {measure: value}
    found: dict[UUID, list[Record]] = defaultdict(list)
    for (person, record, begins, ends, category, source), values in lines.items():
        root = roots[person]
        found[root].append(Record(record, root, category, source, begins, ends or FOREVER, values))
    return found


def _support(acts: Iterable[Row[Any]]) -> dict[UUID, SupportDates]:
    """The first date recorded of each part: what comes later may prove an attachment, never move it."""
    parts: dict[UUID, dict[str, GateAct]] = defaultdict(dict)
    for act in acts:
        parts[act.family].setdefault(act.part, _read_act(act))
    found = {}
    for family, gate in parts.items():
        declined = gate.pop(DECLINED, None)
        dates = {part: act.on for part, act in gate.items()}
        found[family] = SupportDates(dates, declined.on if declined else None, gate)
    return found


def _read_act(act: Row[Any]) -> GateAct:
    recorded_on = act.recorded_on or act.recorded_at.astimezone(LONDON).date()
    late = count_days_late(act.part, act.on, recorded_on) if act.days_late is None else act.days_late
    return GateAct(act.on, recorded_on, late, act.recorded_by, act.confirmed_by)
