"""Me: one's own password and sessions."""

from uuid import UUID

from fastapi import APIRouter

from chassis.db import ReadSession, WriteSession
from chassis.idempotency import OnceIfKeyed
from chassis.schemas import Written
from identity.access import OneselfOnly
from identity.me import service
from identity.me.schemas import OwnPassword, OwnSessionList
from identity.sign_in.routes import TheDoor

router = APIRouter(prefix="/v1/me", tags=["me"])


@router.put("/password")
async def change_own_password(request: OwnPassword, caller: OneselfOnly, door: TheDoor, once: OnceIfKeyed) -> Written:
    """Change one's own password. It ends one's other sessions."""
    return await service.change_own_password(door, caller, request, once)


@router.get("/sessions")
def list_own_sessions(caller: OneselfOnly, session: ReadSession) -> OwnSessionList:
    """Where one is signed in."""
    return OwnSessionList(items=service.list_own_sessions(session, caller))


@router.delete("/sessions/{session_id}")
def end_own_session(session_id: UUID, caller: OneselfOnly, session: WriteSession) -> Written:
    """Sign oneself out of one session, as on a lost laptop."""
    return service.end_own_session(session, caller, session_id)
