"""Deputies: who does an officer's work in their absence."""

from functools import partial
from uuid import UUID

from fastapi import APIRouter

from chassis.db import ReadSession, WriteSession
from chassis.idempotency import Once
from chassis.paging import After, Limit, Page
from chassis.runtime import TheRuntime
from chassis.schemas import Written
from identity.access import AdministerIdentity, ReadIdentity
from identity.audit.refusals import noting_refusals
from identity.audit.service import Actor
from identity.deputies import service
from identity.deputies.schemas import DeputyRequest, DeputyView
from identity.two_people.schemas import MayWait
from identity.two_people.service import answer_with

router = APIRouter(prefix="/v1/deputies", tags=["deputies"])


@router.post("", status_code=201)
def name_deputy(
    request: DeputyRequest, caller: AdministerIdentity, session: WriteSession, runtime: TheRuntime, once: Once
) -> MayWait:
    """Name somebody who signs for an officer's agency in the officer's place. Each of their acts is marked so.

    Another administrator approves it.
    """
    find = partial(service.find_refused_deputy, request)
    with noting_refusals(runtime, session, caller, "user", request.deputy, find):
        written = once(
            session, caller, request, lambda: service.name_deputy(session, Actor.of(caller), request), "/v1/deputies"
        )
    return answer_with(MayWait, session, "deputy", written)


@router.get("")
def list_deputies(
    caller: ReadIdentity, session: ReadSession, after: After = None, limit: Limit = 50
) -> Page[DeputyView]:
    """Who deputises for whom, and did, the oldest first."""
    return service.list_deputies(session, after, limit)


@router.post("/{deputy_id}/end")
def end_deputy(deputy_id: UUID, caller: AdministerIdentity, session: WriteSession) -> Written:
    """Let somebody deputise no longer."""
    return service.end_deputy(session, Actor.of(caller), deputy_id)
