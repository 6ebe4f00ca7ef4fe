"""How somebody has to do with people, for consent: before anything is recorded or shown of a person.

It answers from this program's store alone. It never asks consent, which waits for this answer; and it has threads of
its own, since the requests that hold all others may wait for consent.
"""

from functools import partial

from fastapi import APIRouter, Request

from chassis.auth import OnBehalfOf
from chassis.schemas import LookupRequest
from chassis.thread_slots import OwnThreads
from families.access import AskStanding
from families.standing import service
from families.standing.schemas import Meanings, NamingRequest, StandingItems

THREADS = 4

router = APIRouter(prefix="/v1/people", tags=["people"])


@router.post("/standing")
async def find_standing(
    asked: LookupRequest, program: AskStanding, caller: OnBehalfOf, request: Request
) -> StandingItems:
    """In what ways a caller has to do with people. For consent alone; who is out of reach is absent."""
    runtime = request.app.state.runtime
    threads: OwnThreads = runtime.state.setdefault("standing", OwnThreads(THREADS))
    find = partial(service.find_standing, runtime, caller, asked.ids)
    return await threads.run(find, runtime.settings.standing_patience)


@router.post("/naming")
async def find_named_people(
    asked: NamingRequest, program: AskStanding, caller: OnBehalfOf, request: Request
) -> Meanings:
    """Who is meant by those whom a caller names. For consent alone, which tells the caller nothing of it."""
    runtime = request.app.state.runtime
    threads: OwnThreads = runtime.state.setdefault("standing", OwnThreads(THREADS))
    find = partial(service.find_named_people, runtime, caller, asked)
    return await threads.run(find, runtime.settings.standing_patience)
