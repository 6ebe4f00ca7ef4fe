"""Pushes: taken at the door, watched while they are worked on, resumed or abandoned by whoever sent them."""

from uuid import UUID

from sqlalchemy.orm import Session

from chassis.auth import Caller
from chassis.db import new_id, now, today
from chassis.etag import etag
from chassis.http import NOT_AS_AGREED
from chassis.idempotency import OnceRunner
from chassis.outbox import emit
from chassis.paging import Page, read_cursor
from chassis.problems import Fault, NotAllowed, Unavailable
from chassis.runtime import Runtime
from chassis.schemas import Written
from chassis.spool import Spooled
from directory.checks import check_area, refuse
from families.events import PushEvent, PushReceived
from families.feeds.catalogue import Feed
from families.feeds.codes import CODES
from families.feeds.registry import get_feed
from families.intake import repository
from families.intake.formats import FORMATS
from families.intake.schemas import LineErrorView, LineView, PushCounts, PushRequest, PushView, ReadingNoteView
from families.models.intake import Push, PushLine
from families.problems import CoverageNotValid, PushAlreadyOver, PushNotFound, PushNotPaused, SupplyNotAgreed

OVER = ("finished", "abandoned")
TAKEN = ("recorded", "unchanged")


def receive_push(
    runtime: Runtime, caller: Caller, once: OnceRunner, feed: Feed, request: PushRequest, format: str, body: Spooled
) -> Written:
    """Take a file in, to be worked on later.

    Errors: RequestNotValid for an area that is none; CoverageNotValid; FileNotValid; SupplyNotAgreed; Unavailable when
    consent does not answer.
    """
    with runtime.read() as session:
        refuse(check_area(session, request.area, "/query/area"))
    _check_coverage(request)
    settings = runtime.settings
    make_plan = FORMATS[format].make_plan
    plan = make_plan(
        body.file,
        feed.names,
        chunk_lines=settings.chunk_lines,
        line_limit=settings.line_limit,
        days=feed.days,
        folder=settings.var / "spool",
    )
    _check_agreed(runtime, caller, feed)

    def make_push() -> Written:
        push = Push(
            id=new_id(),
            feed=feed.name,
            service=caller.service,
            agency=caller.agency,
            client=caller.client,
            **request.model_dump(),
            status="received",
            format=format,
            sha256=body.sha256,
            columns=plan.columns,
            reading=plan.reading.keep(),
            notes=plan.notes,
            chunks=len(plan.pieces),
            lines=plan.lines,
            next_chunk=0, done=0, recorded=0, unchanged=0, held=0, refused=0, facts=0,
            received_at=now(),
            resumed=False,
            version=1,
        )  # fmt: skip
        session.add(push)
        session.flush()
        for number, piece, text in plan.bodies(body.file):
            row = {"push": push.id, "number": number, "first_line": piece.first_line, "body": text}
            repository.save_chunks(session, [row])
        if not push.dry_run:
            emit(session, event_for(PushReceived, push))
        return Written(id=push.id, status=push.status, etag=etag(push.version))

    asked = request.model_dump(mode="json") | {"format": format, "sha256": body.sha256}
    with runtime.write() as session:
        return once(session, caller, asked, make_push, "/v1/pushes/{id}")


def show_push(session: Session, caller: Caller, push_id: UUID) -> tuple[PushView, int]:
    """Shape: the push and its version. Errors: PushNotFound."""
    push = _get(session, caller, push_id)
    return view_push(push), push.version


def list_own_pushes(session: Session, caller: Caller, after: str | None, limit: int) -> Page[PushView]:
    """The pushes of the caller's service, or all for an analyst, newest first. Errors: CursorNotValid."""
    position = read_cursor(after, "pushes")
    service = None if "analyst" in caller.roles else caller.service
    pushes = repository.list_pushes(session, service, UUID(position[0]) if position else None, limit + 1)
    return Page[PushView].cut(pushes, limit, name="pushes", position=lambda push: push.id, view=view_push)


def list_lines(
    session: Session, caller: Caller, push_id: UUID, outcome: str | None, after: str | None, limit: int
) -> Page[LineView]:
    """What became of each line, in the file's order. Errors: PushNotFound, CursorNotValid."""
    push = _get(session, caller, push_id)
    position = read_cursor(after, "push-lines")
    lines = repository.list_lines(session, push.id, outcome, int(position[0]) if position else 0, limit + 1)
    return Page[LineView].cut(lines, limit, name="push-lines", position=lambda line: line.line, view=_line_view)


def resume_push(session: Session, caller: Caller, push_id: UUID) -> Written:
    """Let a paused push go on as it is. Errors: PushNotFound, NotAllowed, PushNotPaused."""
    push = _change(session, caller, push_id)
    if push.status != "paused":
        if push.resumed and push.status == "processing":
            return _written(push)
        raise PushNotPaused()
    push.status, push.paused_because, push.resumed = "processing", None, True
    push.version += 1
    return _written(push)


def abandon_push(session: Session, caller: Caller, push_id: UUID) -> Written:
    """Give up a push that is not over. What it has recorded stays.

    Errors: PushNotFound, NotAllowed, PushAlreadyOver.
    """
    push = _change(session, caller, push_id)
    if push.status == "abandoned":
        return _written(push)
    if push.status in OVER:
        raise PushAlreadyOver()
    push.status, push.finished_at = "abandoned", now()
    push.version += 1
    repository.drop_chunks(session, push.id)
    return _written(push)


def event_for(kind: type[PushEvent], push: Push) -> PushEvent:
    """What is told of a push: days, area and counts."""
    return kind(
        push=push.id,
        feed=push.feed,
        service=push.service,
        covers_from=push.covers_from,
        covers_to=push.covers_to,
        area=push.area,
        counts=_counts(push).model_dump(),
        facts=push.facts,
    )


def view_push(push: Push) -> PushView:
    return PushView(
        id=push.id,
        feed=push.feed,
        service=push.service,
        status=push.status,
        covers_from=push.covers_from,
        covers_to=push.covers_to,
        area=push.area,
        mode=push.mode,
        format=push.format,
        notes=[ReadingNoteView(**note) for note in push.notes],
        dry_run=push.dry_run,
        lines=push.lines,
        counts=_counts(push),
        progress=1.0 if push.status == "finished" else round(push.done / push.lines, 4) if push.lines else 0.0,
        facts=push.facts,
        received_at=push.received_at,
        finished_at=push.finished_at,
        paused_because=push.paused_because,
    )


def _counts(push: Push) -> PushCounts:
    return PushCounts(recorded=push.recorded, unchanged=push.unchanged, held=push.held, refused=push.refused)


def _line_view(line: PushLine) -> LineView:
    told = []
    for fault in line.faults.split():
        column, _, code = fault.partition(":")
        detail, fix = CODES[code]
        told.append(LineErrorView(column=column, code=code, detail=detail, fix=fix))
    taken = line.outcome in TAKEN
    return LineView(line=line.line, outcome=line.outcome, errors=[] if taken else told, warnings=told if taken else [])


def _written(push: Push) -> Written:
    return Written(id=push.id, status=push.status, etag=etag(push.version))


def _get(session: Session, caller: Caller, push_id: UUID) -> Push:
    push = repository.get_push(session, push_id)
    if push is None or (push.service != caller.service and "analyst" not in caller.roles):
        raise PushNotFound()
    return push


def _change(session: Session, caller: Caller, push_id: UUID) -> Push:
    """Only who may push a feed may say that a push of it is right."""
    push = _get(session, caller, push_id)
    if push.service != caller.service or get_feed(push.feed).scope not in caller.scopes:
        raise NotAllowed(get_feed(push.feed).scope)
    return repository.lock_push(session, push_id)


def _check_coverage(request: PushRequest) -> None:
    faults = []
    if request.covers_to < request.covers_from:
        faults.append(
            Fault(
                pointer="/query/covers_to",
                code="ends_before_start",
                detail="The last day lies before the first.",
                fix="Check both dates.",
            )
        )
    if request.covers_to > today():
        faults.append(
            Fault(
                pointer="/query/covers_to",
                code="in_the_future",
                detail="The last day has not come yet.",
                fix="Nothing can be said yet of days to come.",
            )
        )
    if faults:
        raise CoverageNotValid(errors=faults)


def _check_agreed(runtime: Runtime, caller: Caller, feed: Feed) -> None:
    """Ask consent whether this service may supply all that the feed holds. Errors: SupplyNotAgreed, Unavailable."""
    question = {
        "purpose": "identify",
        "operation": "supply",
        "subjects": [],
        "items": [{"category": category, "source": caller.service} for category in feed.categories],
        "share": False,
    }
    try:
        answer = runtime.client("consent").post("/v1/decisions", question, safe=True, on_behalf_of=caller)
        permitted = {v["category"] for v in answer["verdicts"] if v["verdict"] == "permit"}
    except NOT_AS_AGREED as broken:
        raise Unavailable() from broken
    if not permitted >= set(feed.categories):
        raise SupplyNotAgreed()
