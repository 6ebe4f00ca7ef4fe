"""Decisions: may this go to this service and role, about this person, for this purpose, now?"""

from uuid import UUID

from fastapi import APIRouter

from chassis.auth import ForwardedCaller
from chassis.db import ReadSession
from chassis.runtime import TheRuntime
from consent.access import DecideSharing, ReadSharingLog
from consent.decisions import service
from consent.decisions.schemas import DecisionRecord, DecisionRequest, DecisionView

router = APIRouter(prefix="/v1/decisions", tags=["decisions"])


@router.post("")
def decide_sharing(
    request: DecisionRequest, program: DecideSharing, forwarded: ForwardedCaller, runtime: TheRuntime
) -> DecisionView:
    """Decide about many people and items at once. With `share`, what is permitted is in the sharing log.

    `read` and `supply` are decided for the person or client whose token is forwarded as `Caller-Token`; `use` for the
    program itself, which forwards none.
    """
    return service.decide_sharing(runtime, program, forwarded, request)


@router.get("/{decision_id}")
def show_decision(decision_id: UUID, caller: ReadSharingLog, session: ReadSession) -> DecisionRecord:
    """A decision that concerns your agency: what its purpose covers, and the refusals of agreements that are yours."""
    return service.show_decision(session, caller, decision_id)
