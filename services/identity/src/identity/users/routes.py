"""Users: the people who work with the platform."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from chassis.db import ReadSession, WriteSession
from chassis.etag import IfMatch
from chassis.idempotency import Once
from chassis.paging import After, Limit, Page
from chassis.runtime import TheRuntime
from chassis.schemas import Word, Written
from identity.access import AdministerIdentity, ReadIdentity
from identity.audit.refusals import noting_refusals
from identity.audit.service import Actor
from identity.context import ThePasswords
from identity.two_people.schemas import MayWait
from identity.two_people.service import answer_with
from identity.users import service
from identity.users.schemas import SessionList, UserChange, UserMade, UserRequest, UserView

router = APIRouter(prefix="/v1/users", tags=["users"])


@router.post("", status_code=201)
def register_user(
    request: UserRequest,
    caller: AdministerIdentity,
    session: WriteSession,
    runtime: TheRuntime,
    passwords: ThePasswords,
    once: Once,
) -> UserMade:
    """Register a person. A password that was made for them is shown here and never again.

    Roles with reach wait until another administrator approves them (`status` is `waiting`).
    """
    password = service.hash_password(passwords, request.password)
    # The password takes no part in telling a repeat: its plain digest would stand in the store.
    same = request.model_dump(mode="json", exclude={"password"})
    find = partial(service.find_refused_user, request)
    with noting_refusals(runtime, session, caller, "service", request.service, find):
        written = once(
            session,
            caller,
            same,
            lambda: service.register_user(session, Actor.of(caller), request, password),
            "/v1/users/{id}",
        )
    return answer_with(UserMade, session, "user", written, password=None if once.repeated else password.made)


@router.get("")
def list_users(
    caller: ReadIdentity,
    session: ReadSession,
    in_service: Annotated[Word | None, Query(alias="service")] = None,
    after: After = None,
    limit: Limit = 50,
) -> Page[UserView]:
    """Users, the oldest first; of one service."""
    return service.list_users(session, in_service, after, limit)


@router.get("/{user_id}")
def show_user(user_id: UUID, caller: ReadIdentity, session: ReadSession, response: Response) -> UserView:
    """One user."""
    view, response.headers["ETag"] = service.show_user(session, user_id)
    return view


@router.patch("/{user_id}")
def change_user(
    user_id: UUID,
    request: UserChange,
    caller: AdministerIdentity,
    session: WriteSession,
    runtime: TheRuntime,
    passwords: ThePasswords,
    match: IfMatch,
) -> MayWait:
    """Change a user's roles, areas, service, password or status.

    What gives more reach waits until another administrator approves it (`status` is `waiting`).
    """
    password = service.hash_password(passwords, request.password) if request.password else None
    find = partial(service.find_refused_change, user_id, request)
    with noting_refusals(runtime, session, caller, "user", user_id, find):
        written = service.change_user(session, Actor.of(caller), user_id, request, password, match)
    return answer_with(MayWait, session, "user", written)


@router.get("/{user_id}/sessions")
def list_user_sessions(user_id: UUID, caller: ReadIdentity, session: ReadSession) -> SessionList:
    """Where the user is signed in."""
    return SessionList(items=service.list_user_sessions(session, user_id))


@router.delete("/{user_id}/sessions/{session_id}")
def end_user_session(user_id: UUID, session_id: UUID, caller: AdministerIdentity, session: WriteSession) -> Written:
    """Sign the user out of one session."""
    return service.end_user_session(session, Actor.of(caller), user_id, session_id)
