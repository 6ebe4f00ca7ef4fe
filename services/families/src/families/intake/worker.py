"""Works on pushes in the order of their coming, a chunk a transaction. Killed at any moment, it goes on from there."""

from sqlalchemy.orm import Session

from chassis.db import now
from chassis.outbox import emit
from chassis.runtime import Runtime
from families.events import PushFinished
from families.feeds.catalogue import Feed
from families.feeds.lines import Covers, Line
from families.feeds.registry import get_feed
from families.intake import repository
from families.intake.formats import FORMATS
from families.intake.pausing import explain_few_rows, explain_refusals, pause_push
from families.intake.service import event_for
from families.intake.taking_in import Outcome, Refused, take_in
from families.matching.non_resident import ask_about_carers
from families.matching.repository import take_matching_lock
from families.models.intake import Push, PushChunk
from families.settings import FamiliesSettings


class PushWorker:
    name = "pushes"

    def step(self, runtime: Runtime) -> bool:
        """Work on the next chunk of the oldest push that waits, or finish it."""
        with runtime.read() as session:
            push = repository.find_waiting(session)
            if push is None:
                return False
            chunk = repository.find_chunk(session, push.id, push.next_chunk)
        feed = get_feed(push.feed)
        # Reading and checking need no store: the transaction, in which nobody else can write, stays short.
        lines = read_chunk(feed, push, chunk, runtime.settings.line_limit) if chunk else []
        with runtime.write() as session:
            take_matching_lock(session)
            current = repository.lock_push(session, push.id)
            if (current.status, current.next_chunk) == (push.status, push.next_chunk):
                _go_on(session, runtime.settings, current, feed, chunk, lines)
        return True

    def pending(self, runtime: Runtime) -> int:
        with runtime.read() as session:
            return repository.count_waiting(session)


def read_chunk(feed: Feed, push: Push, chunk: PushChunk, line_limit: int) -> list[Line | Refused]:
    """A chunk's lines, each understood or refused."""
    covers = Covers(push.covers_from, push.covers_to)
    lines: list[Line | Refused] = []
    read_piece = FORMATS[push.format].read_piece
    rows = read_piece(chunk.body, chunk.first_line, line_limit, push.columns, feed, push.reading)
    for number, cells in rows:
        line = feed.read(number, cells, covers) if isinstance(cells, dict) else cells
        lines.append(line if isinstance(line, Line) else Refused(number, tuple(line)))
    return lines


def _go_on(
    session: Session,
    settings: FamiliesSettings,
    push: Push,
    feed: Feed,
    chunk: PushChunk | None,
    lines: list[Line | Refused],
) -> None:
    if push.status == "received":
        push.status = "processing"
        last = repository.find_last_finished(session, push.feed, push.service, push.area, push.id)
        few = explain_few_rows(feed, push, last, settings.pause_rows_share, settings.pause_rows_expected)
        if few:
            pause_push(session, push, few)
            return
    if chunk is None:
        _finish(session, push)
        return
    outcome = (
        _rehearse(session, push, feed, lines, settings)
        if push.dry_run
        else _take_in(session, push, feed, lines, settings)
    )
    push.next_chunk += 1
    push.done += len(lines)
    push.recorded += outcome.counts["recorded"]
    push.unchanged += outcome.counts["unchanged"]
    push.held += outcome.counts["held"]
    push.refused += outcome.counts["refused"]
    push.facts += outcome.facts
    push.version += 1
    repository.drop_chunks(session, push.id, chunk.number)
    many = None if push.resumed else explain_refusals(push, settings.pause_refused_share, settings.pause_refused_lines)
    if many:
        pause_push(session, push, many)


def _take_in(
    session: Session, push: Push, feed: Feed, lines: list[Line | Refused], settings: FamiliesSettings
) -> Outcome:
    return take_in(session, push, feed, lines, settings.block_limit)


def _rehearse(
    session: Session, push: Push, feed: Feed, lines: list[Line | Refused], settings: FamiliesSettings
) -> Outcome:
    """All but commit: only the report on the lines is kept."""
    rehearsal = session.begin_nested()
    outcome = _take_in(session, push, feed, lines, settings)
    rehearsal.rollback()
    repository.save_lines(session, outcome.lines)
    outcome.facts = 0
    return outcome


def _finish(session: Session, push: Push) -> None:
    push.status, push.finished_at = "finished", now()
    push.version += 1
    if not push.dry_run:
        ask_about_carers(session)
        emit(session, event_for(PushFinished, push))
