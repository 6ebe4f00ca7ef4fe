"""People who work with the platform: their service, roles, areas and password."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import SecretStr
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from chassis.clock import now
from chassis.etag import Match, etag
from chassis.outbox import emit
from chassis.paging import Page, read_cursor
from chassis.problems import Fault, RequestNotValid, Stale
from chassis.schemas import Written
from identity.agencies import repository as agencies
from identity.areas import repository as areas
from identity.audit.service import Actor, record
from identity.events import UserChanged, UserRegistered
from identity.models import Service, User
from identity.problems import OwnAccount, ServiceNotFound, SessionNotFound, UserExists
from identity.revocations import service as revocations
from identity.sessions import service as sessions
from identity.users import repository
from identity.users.passwords import Passwords, make_password
from identity.users.schemas import SessionView, UserChange, UserRequest, UserView, email_key
from vocabulary.roles import ROLES, may_hold


@dataclass(frozen=True)
class Hashed:
    """A password as it is kept, and in clear when it was made for the user. Made before the transaction: it is slow."""

    hash: str
    made: str | None


def hash_password(passwords: Passwords, given: SecretStr | None) -> Hashed:
    """The hash of the password given, or of a new one."""
    if given is not None:
        return Hashed(passwords.hash(given.get_secret_value()), None)
    made = make_password()
    return Hashed(passwords.hash(made), made)


def register_user(session: Session, actor: Actor, request: UserRequest, password: Hashed) -> Written:
    """Errors: UserExists, RequestNotValid."""
    service = _service_of(session, request.service)
    _check_roles(request.roles, service.sector)
    _check_areas(session, request.areas)
    user = User(
        email=request.email,
        email_key=email_key(request.email),
        name=request.name,
        service_id=service.id,
        roles=list(dict.fromkeys(request.roles)),
        areas=list(dict.fromkeys(request.areas)),
        password_hash=password.hash,
    )
    try:
        with session.begin_nested():
            session.add(user)
    except IntegrityError:
        held = repository.find_by_email(session, user.email_key)
        if held is None:
            raise
        raise UserExists(id=str(held.id)) from None
    record(session, actor, "user.registered", "user", user.id, service=service.code, roles=user.roles, areas=user.areas)
    emit(session, UserRegistered(**standing_of(session, user)))
    return Written(id=user.id, status=user.status, etag=etag(user.version))


def change_user(
    session: Session, actor: Actor, user_id: UUID, request: UserChange, password: Hashed | None, match: Match
) -> Written:
    """Change a user. A new password, status or service ends all their sessions. Who loses a role or an area keeps
    them, and needs new tokens: those of before are over, and so are those of who deputises for them.

    Errors: UserNotFound, Stale, OwnAccount, RequestNotValid.
    """
    user = repository.get_user(session, user_id)
    match.check(user.version)
    given = request.model_dump(exclude_none=True, exclude={"password", "service"})
    if actor.subject == str(user.id) and (set(given) - {"name"} or request.service):
        raise OwnAccount()
    service = _service_of(session, request.service) if request.service else session.get_one(Service, user.service_id)
    if request.roles is not None:
        _check_roles(request.roles, service.sector)
    elif request.service is not None:
        _check_held(user.roles, service.sector)
    _check_areas(session, request.areas or [])
    less = {name for name in ("roles", "areas") if name in given and not set(getattr(user, name)) <= set(given[name])}
    for name, value in given.items():
        setattr(user, name, list(dict.fromkeys(value)) if isinstance(value, list) else value)
    if request.service is not None:
        user.service_id = service.id
    if password is not None:
        user.password_hash = password.hash
    try:
        session.flush()
    except StaleDataError:  # somebody else's change was committed between our reading and our writing
        raise Stale() from None
    fields = sorted(request.model_dump(exclude_none=True))
    if {"password", "status", "service"} & set(fields):
        sessions.end_all(session, actor, "user_changed", user=user)
    if less:
        revocations.end_user_tokens(session, [user.id])
    if {"status", "service"} & set(fields) or less:
        revocations.end_user_tokens(session, revocations.list_deputies_of(session, user.id))
    record(session, actor, "user.changed", "user", user.id, fields=fields, roles=user.roles, status=user.status)
    emit(session, UserChanged(**standing_of(session, user)))
    return Written(id=user.id, status=user.status, etag=etag(user.version))


def show_user(session: Session, user_id: UUID) -> tuple[UserView, str]:
    """The user and their ETag. Errors: UserNotFound."""
    user = repository.get_user(session, user_id)
    return _view(user, *agencies.get_standing(session, user.service_id)), etag(user.version)


def list_users(session: Session, service: str | None, after: str | None, limit: int) -> Page[UserView]:
    """Users, the oldest first. Errors: CursorNotValid."""
    position = read_cursor(after, "users")
    rows = repository.list_users(session, service, UUID(position[0]) if position else None, limit + 1)
    return Page[UserView].cut([_view(*row) for row in rows], limit, name="users", position=lambda view: view.id)


def list_user_sessions(session: Session, user_id: UUID) -> list[SessionView]:
    """The user's open sessions. Errors: UserNotFound."""
    user = repository.get_user(session, user_id)
    return [
        SessionView(id=held.id, client=client, signed_in_at=held.signed_in_at, expires_at=held.expires_at)
        for held, client in repository.list_open_sessions(session, user.id, now())
    ]


def end_user_session(session: Session, actor: Actor, user_id: UUID, session_id: UUID) -> Written:
    """Sign a user out of one session. Errors: UserNotFound, SessionNotFound."""
    user = repository.get_user(session, user_id)
    if not sessions.end_one(session, actor, "ended_by_administrator", session_id, user=user):
        raise SessionNotFound()
    return Written(id=session_id, status="ended")


def _service_of(session: Session, code: str) -> Service:
    try:
        return agencies.get_service(session, code)
    except ServiceNotFound:
        fault = Fault(
            pointer="/body/service", code="not_known", detail="There is no such service", fix="See `GET /v1/services`."
        )
        raise RequestNotValid(errors=[fault]) from None


def standing_of(session: Session, user: User) -> dict[str, Any]:
    """Who somebody is now, as the other programs hear it."""
    service, agency = agencies.get_standing(session, user.service_id)
    return {
        "user": user.id,
        "service": service,
        "agency": agency,
        "roles": user.roles,
        "areas": user.areas,
        "status": user.status,
    }


def _check_areas(session: Session, codes: Sequence[str]) -> None:
    unknown = areas.list_unknown(session, codes)
    faults = [
        Fault(
            pointer=f"/body/areas/{index}", code="not_known", detail="There is no such area", fix="See `GET /v1/areas`."
        )
        for index, code in enumerate(codes)
        if code in unknown
    ]
    if faults:
        raise RequestNotValid(errors=faults)


def _check_roles(roles: Iterable[str], sector: str) -> None:
    faults = [
        Fault(
            pointer=f"/body/roles/{index}", code="not_known", detail="There is no such role", fix="See `GET /v1/roles`."
        )
        for index, role in enumerate(roles)
        if role not in ROLES
    ] + [
        Fault(
            pointer=f"/body/roles/{index}",
            code="not_of_this_sector",
            detail="A service of this sector may not hold this role",
            fix="`GET /v1/roles` shows the sectors of each role, `GET /v1/services` the sector of each service.",
        )
        for index, role in enumerate(roles)
        if role in ROLES and not may_hold(role, sector)
    ]
    if faults:
        raise RequestNotValid(errors=faults)


def _check_held(roles: Sequence[str], sector: str) -> None:
    """Whoever goes to another service takes no role along that it may not hold."""
    if not all(may_hold(role, sector) for role in roles):
        fault = Fault(
            pointer="/body/service",
            code="not_of_this_sector",
            detail="This service may not hold every role that the user has",
            fix="Give `roles` as well; `GET /v1/roles` shows the sectors of each.",
        )
        raise RequestNotValid(errors=[fault])


def _view(user: User, service: str, agency: str) -> UserView:
    return UserView(
        id=user.id,
        email=user.email,
        name=user.name,
        service=service,
        agency=agency,
        roles=user.roles,
        areas=user.areas,
        status=user.status,
    )
