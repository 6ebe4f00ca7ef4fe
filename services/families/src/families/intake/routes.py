"""Pushes: what partners send, and what became of it, line by line. One route a feed, made from the catalogue."""

from collections.abc import Callable
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from chassis.auth import Caller, require
from chassis.db import ReadSession, WriteSession
from chassis.etag import etag
from chassis.idempotency import Once
from chassis.paging import After, Limit, Page
from chassis.runtime import TheRuntime
from chassis.schemas import Written
from chassis.spool import SpooledBody
from families.access import ReadFeeds
from families.feeds.catalogue import MEDIA_TYPES, Feed
from families.feeds.registry import FEEDS
from families.intake import service
from families.intake.formats import BodyFormat
from families.intake.schemas import LineView, PushRequest, PushView

router = APIRouter(tags=["pushes"])


def _receiver(feed: Feed) -> Callable[..., Written]:
    def receive(
        caller: Annotated[Caller, Depends(require(feed.scope))],
        request: Annotated[PushRequest, Query()],
        format: BodyFormat,
        body: SpooledBody,
        once: Once,
        runtime: TheRuntime,
    ) -> Written:
        return service.receive_push(runtime, caller, once, feed, request, format, body)

    return receive


for _feed in FEEDS.values():
    router.add_api_route(
        f"/v1/feeds/{_feed.name}/pushes",
        _receiver(_feed),
        methods=["POST"],
        status_code=202,
        name=f"push_{_feed.name}",
        summary=f"Push {_feed.title.lower()}",
        description=f"{_feed.description} As CSV or NDJSON; `GET /v1/feeds/{_feed.name}` shows the columns.",
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {
                    media_type: {"schema": {"type": "string"}, "example": _feed.example(format)}
                    for media_type, format in MEDIA_TYPES.items()
                },
            }
        },
    )


@router.get("/v1/pushes")
def list_pushes(caller: ReadFeeds, session: ReadSession, after: After = None, limit: Limit = 50) -> Page[PushView]:
    """Your service's pushes, newest first."""
    return service.list_own_pushes(session, caller, after, limit)


@router.get("/v1/pushes/{push_id}")
def show_push(push_id: UUID, caller: ReadFeeds, session: ReadSession, response: Response) -> PushView:
    """One push and how far it is."""
    push, version = service.show_push(session, caller, push_id)
    response.headers["ETag"] = etag(version)
    return push


@router.get("/v1/pushes/{push_id}/lines")
def list_push_lines(
    push_id: UUID,
    caller: ReadFeeds,
    session: ReadSession,
    outcome: Literal["recorded", "unchanged", "held", "refused"] | None = None,
    after: After = None,
    limit: Limit = 50,
) -> Page[LineView]:
    """What became of each line, with column, code and how to mend it."""
    return service.list_lines(session, caller, push_id, outcome, after, limit)


@router.post("/v1/pushes/{push_id}/resume")
def resume_push(push_id: UUID, caller: ReadFeeds, session: WriteSession) -> Written:
    """Say that a paused push is right as it is, so that it goes on."""
    return service.resume_push(session, caller, push_id)


@router.post("/v1/pushes/{push_id}/abandon")
def abandon_push(push_id: UUID, caller: ReadFeeds, session: WriteSession) -> Written:
    """Give up a push that is not over."""
    return service.abandon_push(session, caller, push_id)
