"""One chunk of a push: each line checked, linked to a person and recorded, all in the caller's transaction."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from chassis.bulk_insert import write_rows
from chassis.db import new_id, now
from chassis.events import Event
from chassis.outbox import emit
from families.events import PersonRegistered
from families.facts.recording import Stating, age_on, record_facts
from families.feeds.catalogue import Feed
from families.feeds.lines import Line, LineFault, Stated
from families.intake import repository
from families.intake.repository import KnownRecord
from families.matching.judge import Judged
from families.matching.register import Register
from families.matching.weights import WEIGHTS
from families.models.intake import Push
from families.models.people import Person
from families.people.identity import write_identity
from families.people.statements import LinkedLine, record_statements
from families.protections.repository import protected_among

RECORDED, UNCHANGED, HELD, REFUSED = "recorded", "unchanged", "held", "refused"
HOLD = frozenset({"person_not_named", "age_not_plausible", "key_names_another_person"})
"""What a person has to look at."""
REGISTER = insert(Person.__table__)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Refused:
    """A line that is not as the feed says."""

    number: int
    faults: tuple[LineFault, ...]


@dataclass
class Outcome:
    """What became of a chunk."""

    lines: list[dict[str, Any]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    facts: int = 0

    def note(self, push: UUID, number: int, outcome: str, faults: Sequence[LineFault] = ()) -> None:
        words = " ".join(f"{fault.column}:{fault.code}" for fault in faults)
        self.lines.append({"push": push, "line": number, "outcome": outcome, "faults": words})
        self.counts[outcome] += 1


def take_in(session: Session, push: Push, feed: Feed, lines: Sequence[Line | Refused], block_limit: int) -> Outcome:
    """Work on the lines of one chunk.

    A line whose key is known stays with its person; any other is linked by matching. Nothing here says more of a
    protected person than of anybody: their lines are `recorded`, whether or not they are news.
    """
    outcome = Outcome()
    good = [line for line in lines if isinstance(line, Line)]
    known = repository.find_records(session, feed.name, push.service, {line.key for line in good})
    if feed.key_grew_by:
        former = {line.key: line.former_key for line in good if line.key not in known}
        known |= repository.find_grown(session, feed.name, push.service, former)
    before = frozenset(known)
    protected = protected_among(session, {record.person for record in known.values()})
    register = Register(session, block_limit)
    register.begin(
        unknown=[line.about for line in good if line.key not in known and _named(line.about)],
        known=[
            (known[line.key].person, line.about)
            for line in good
            if line.key in known and known[line.key].identity != write_identity(line.about)
        ],
    )
    records: dict[str, dict[str, Any]] = {}
    statings: dict[UUID, Stating] = {}
    said: list[LinkedLine] = []
    for line in lines:
        if isinstance(line, Refused):
            outcome.note(push.id, line.number, REFUSED, line.faults)
            continue
        record = known.get(line.key)
        if record and record.digest == line.digest:
            said.append(LinkedLine(record.person, record.id, line.about, line.stated_on, line.carer, fresh=False))
            kind = RECORDED if record.person in protected else UNCHANGED
            outcome.note(push.id, line.number, kind, line.warnings)
            continue
        fault = line.doubt or _cannot_stand(line, record, push, register)
        if fault:
            kind = HELD if fault.code in HOLD else REFUSED
            outcome.note(push.id, line.number, kind, [fault])
            continue
        judged = Judged()
        if record is None:
            profile, judged = register.link_record(line.about, push.service)
            if profile.protected:
                protected.add(profile.person)
            record = known[line.key] = KnownRecord(
                new_id(), profile.person, line.digest, push.id, write_identity(line.about)
            )
        else:
            if record.identity != write_identity(line.about):
                register.look_again(record.person, line.about, push.service)
            record.digest, record.push, record.identity = line.digest, push.id, write_identity(line.about)
        records[line.key] = _row(record, line, push, feed, judged)
        born = line.about.date_of_birth or _born(register, record.person)
        statings[record.id] = Stating(
            record.id, record.person, line.facts, line.key in before, age_on(born, line.age_on)
        )
        said.append(LinkedLine(record.person, record.id, line.about, line.stated_on, line.carer, fresh=True))
        outcome.note(push.id, line.number, RECORDED, line.warnings)
    events: list[Event] = _register_people(session, register)
    register.save()
    repository.save_records(session, list(records.values()))
    record_statements(session, said, source=push.service, feed=feed.name, push=push.id)
    facts = record_facts(session, list(statings.values()), source=push.service, category=feed.category, push=push.id)
    emit(session, *events, *facts)
    repository.save_lines(session, outcome.lines)
    outcome.facts = len(facts)
    return outcome


def _cannot_stand(line: Line, record: KnownRecord | None, push: Push, register: Register) -> LineFault | None:
    if not _named(line.about):
        return LineFault("surname" if line.about.forename else "forename", "person_not_named")
    if record is None:
        return None
    if record.push == push.id:
        return LineFault("", "key_repeated")
    if record.identity != write_identity(line.about):
        found = register.recognise(record.person, line.about).outcomes
        anew = found["date_of_birth"] == found["forename"] == "conflict"
        if anew and (found["identifier"] != "same" or found["surname"] == "conflict"):
            return LineFault("", "key_names_another_person")
    return None


def _named(about: Stated) -> bool:
    return bool(about.forename and about.surname)


def _born(register: Register, person: UUID) -> date | None:
    profile = register.profiles.get(person)
    days = [naming[2] for naming in profile.namings if naming[2]] if profile else []
    return date.fromisoformat(days[0]) if days else None


def _row(record: KnownRecord, line: Line, push: Push, feed: Feed, judged: Judged) -> dict[str, Any]:
    """A record's row. Of one that was known before, only what the line says is written, not how it was linked."""
    at = now()
    return {
        "id": record.id,
        "feed": feed.name,
        "source": push.service,
        "natural_key": line.key,
        "person": record.person,
        "push": push.id,
        "line": line.number,
        "digest": record.digest,
        "identity": record.identity,
        "how": judged.how,
        "score": judged.link.score if judged.link else None,
        "outcomes": " ".join(judged.link.outcomes.values()) if judged.link else "",
        "weights": WEIGHTS.version,
        "linked_at": at,
        "recorded_at": at,
    }


def _register_people(session: Session, register: Register) -> list[Event]:
    at = now()
    rows, events = [], []
    for profile in register.new:
        born = profile.namings[0][2]
        month = born[:7] if born else None
        rows.append(
            {
                "id": profile.person,
                "root": profile.person,
                "merged_into": None,
                "born": month,
                "version": 1,
                "registered_at": at,
            }
        )
        events.append(PersonRegistered(person=profile.person, born=month))
    if rows:
        write_rows(session, REGISTER, rows)
    return list(events)
