"""People who work with the platform: their service, roles, areas and password."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import SecretStr
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from chassis.clock import now, today
from chassis.etag import Match, etag
from chassis.outbox import emit
from chassis.paging import Page, read_cursor
from chassis.problems import Fault, RequestNotValid, Stale
from chassis.schemas import Written
from identity.agencies import repository as agencies
from identity.areas import repository as areas
from identity.audit.refusals import EXCLUDE, Found
from identity.audit.service import Actor, record
from identity.deputies import repository as deputies
from identity.events import UserChanged, UserRegistered
from identity.models import Approval, Service, User
from identity.problems import ApprovalOutdated, OwnAccount, ServiceNotFound, SessionNotFound, UserExists
from identity.revocations import service as revocations
from identity.roles.catalogue import lets_sign
from identity.sessions import service as sessions
from identity.two_people.service import WAITING, acts_alone, ask_for_approval, replace_waiting
from identity.users import repository
from identity.users.passwords import Passwords, make_password
from identity.users.schemas import SessionView, UserChange, UserRequest, UserView, email_key
from identity.users.weak_passwords import check_password, list_own_words
from vocabulary.roles import ROLES, find_excluding, list_with_reach, may_hold


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
    """Register somebody. Roles with reach wait for another administrator; until then the account has none at all.

    Errors: UserExists, RequestNotValid, PersonNeeded.
    """
    service = _service_of(session, request.service)
    _check_roles(request.roles, service.sector)
    _check_areas(session, request.areas)
    agency = agencies.get_standing(session, service.id)[1]
    if request.password is not None:
        own = list_own_words(request.name, request.email, service.code, agency)
        check_password(request.password.get_secret_value(), own)
    roles = list(dict.fromkeys(request.roles))
    waits = bool(list_with_reach(roles)) and not acts_alone(actor)
    user = User(
        email=request.email,
        email_key=email_key(request.email),
        name=request.name,
        service_id=service.id,
        roles=[] if waits else roles,
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
    details = {"service": service.code, "roles": user.roles, "areas": user.areas}
    record(session, actor, "user.registered", "user", user.id, agency, **details)
    emit(session, UserRegistered(**standing_of(session, user)))
    if waits:
        ask_for_approval(session, actor, "user", user.id, agency, {"roles": roles}, _held_of(user, service))
    return Written(id=user.id, status=WAITING if waits else user.status, etag=etag(user.version))


def change_user(
    session: Session, actor: Actor, user_id: UUID, request: UserChange, password: Hashed | None, match: Match
) -> Written:
    """Change a user. What gives them more reach, or another password to who has reach, waits for another administrator,
    and with it all of the change but the name.

    Errors: UserNotFound, Stale, OwnAccount, RequestNotValid, PersonNeeded.
    """
    user = repository.get_user(session, user_id)
    match.check(user.version)
    given = request.model_dump(exclude_none=True)
    if actor.subject == str(user.id) and set(given) - {"name"}:
        raise OwnAccount()
    service = _check_change(session, user, request)
    if not acts_alone(actor) and _gives_reach(session, user, request, service):
        if request.name is not None:
            _make_change(session, actor, user, UserChange(name=request.name), None)
        asked = {name: value for name, value in given.items() if name not in ("name", "password")}
        asked |= {"password": "another"} if password else {}
        held = _held_of(user, session.get_one(Service, user.service_id))
        agency = agencies.get_standing(session, service.id)[1]
        ask_for_approval(session, actor, "user", user.id, agency, asked, held, password.hash if password else None)
        return Written(id=user.id, status=WAITING, etag=etag(user.version))
    _make_change(session, actor, user, request, password.hash if password else None)
    return Written(id=user.id, status=user.status, etag=etag(user.version))


def apply_approved(session: Session, actor: Actor, approval: Approval) -> None:
    """Make the change that another administrator has approved. Errors: ApprovalOutdated, RequestNotValid, Stale."""
    user = repository.get_user(session, approval.object_id)
    if _held_of(user, session.get_one(Service, user.service_id)) != approval.held:
        raise ApprovalOutdated()
    request = UserChange.model_validate({name: value for name, value in approval.asked.items() if name != "password"})
    _check_change(session, user, request)
    _make_change(session, actor, user, request, approval.password_hash)


def find_refused_user(request: UserRequest, session: Session) -> Found:
    """What the audit says of an account that nobody got. It has no id, so the entry is about its service."""
    service = agencies.get_service(session, request.service)
    return agencies.get_standing(session, service.id)[1], {"roles": _name_known(request.roles)}


def find_refused_change(user_id: UUID, request: UserChange, session: Session) -> Found:
    """What the audit says of a change that was not made."""
    fields = sorted(request.model_dump(exclude_none=True))
    return agencies.find_agency_of_user(session, user_id), {
        "fields": fields,
        "roles": _name_known(request.roles or []),
    }


def _name_known(roles: Sequence[str]) -> list[str]:
    """What is no role may be anything that somebody typed."""
    return [role for role in dict.fromkeys(roles) if role in ROLES]


def _gives_reach(session: Session, user: User, request: UserChange, service: Service) -> bool:
    """Whether somebody comes to see or decide more by a change, or somebody else to know the password of who does."""
    # An officer's deputy has the officer's roles, whatever their own are.
    lent = {role for held in deputies.list_lending(session, user.id, today()) for role in held if lets_sign(role)}
    roles, status = request.roles if request.roles is not None else user.roles, request.status or user.status
    before = {*list_with_reach(user.roles), *lent} if user.status == "active" else set()
    after = {*list_with_reach(roles), *lent} if status == "active" else set()
    moves, wider = service.id != user.service_id, not set(request.areas or []) <= set(user.areas)
    return bool(after) and (not after <= before or moves or wider or request.password is not None)


def _check_change(session: Session, user: User, request: UserChange) -> Service:
    """The service that the user is of from then on. Errors: RequestNotValid."""
    service = _service_of(session, request.service) if request.service else session.get_one(Service, user.service_id)
    if request.roles is not None:
        _check_roles(request.roles, service.sector)
        _check_deputies(session, user, request.roles)
    elif request.service is not None:
        _check_held(user.roles, service.sector)
    _check_areas(session, request.areas or [])
    if request.password is not None:
        known_by = (request.name or user.name, user.email, *agencies.get_standing(session, service.id))
        check_password(request.password.get_secret_value(), list_own_words(*known_by))
    return service


def _make_change(session: Session, actor: Actor, user: User, request: UserChange, hash: str | None) -> None:
    """A new password, status or service ends all their sessions. Who loses a role or an area keeps them, and needs new
    tokens: those of before are over, and so are those of who deputises for them. Errors: Stale.
    """
    before = agencies.get_standing(session, user.service_id)[1]
    given = request.model_dump(exclude_none=True, exclude={"password", "service"})
    less = {name for name in ("roles", "areas") if name in given and not set(getattr(user, name)) <= set(given[name])}
    for name, value in given.items():
        setattr(user, name, list(dict.fromkeys(value)) if isinstance(value, list) else value)
    if request.service is not None:
        user.service_id = _service_of(session, request.service).id
    if hash is not None:
        user.password_hash, user.own_password = hash, False
        # Who approves what was asked for before would give it to whoever knows this password.
        replace_waiting(session, actor, "user", user.id, before)
    try:
        session.flush()
    except StaleDataError:  # somebody else's change was committed between our reading and our writing
        raise Stale() from None
    fields = sorted({*request.model_dump(exclude_none=True), *(["password"] if hash is not None else [])})
    if {"password", "status", "service"} & set(fields):
        sessions.end_all(session, actor, "user_changed", user=user)
    if less:
        revocations.end_user_tokens(session, [user.id])
    if {"status", "service"} & set(fields) or less:
        revocations.end_user_tokens(session, revocations.list_deputies_of(session, user.id))
    details = {"fields": fields, "roles": user.roles, "status": user.status}
    # Whoever moves between agencies is of concern to both.
    for agency in sorted({before, agencies.get_standing(session, user.service_id)[1]}):
        record(session, actor, "user.changed", "user", user.id, agency, **details)
    emit(session, UserChanged(**standing_of(session, user)))


def _held_of(user: User, service: Service) -> dict[str, Any]:
    """What lets somebody see and decide. Whoever approves a change of it approves it of this, and of nothing else."""
    return {"service": service.code, "roles": user.roles, "areas": user.areas, "status": user.status}


def show_user(session: Session, user_id: UUID) -> tuple[UserView, str]:
    """The user and their ETag. Errors: UserNotFound."""
    user = repository.get_user(session, user_id)
    return _view(user, *agencies.get_standing(session, user.service_id)), etag(user.version)


def list_users(session: Session, service: str | None, after: str | None, limit: int) -> Page[UserView]:
    """Users, the oldest first. Errors: CursorNotValid; RequestNotValid for a service that is none."""
    if service is not None:
        _service_of(session, service, "/query/service")
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


def _service_of(session: Session, code: str, pointer: str = "/body/service") -> Service:
    try:
        return agencies.get_service(session, code)
    except ServiceNotFound:
        fault = Fault(
            pointer=pointer, code="not_known", detail="There is no such service", fix="See `GET /v1/services`."
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


def _check_roles(roles: Sequence[str], sector: str) -> None:
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
    faults += [
        _excluded(index, f"Nobody holds `{others[0]}` and this role together")
        for index, role in enumerate(roles)
        if (others := find_excluding(role, roles[:index]))
    ]
    if faults:
        raise RequestNotValid(errors=faults)


def _check_deputies(session: Session, user: User, roles: Sequence[str]) -> None:
    """What an officer lends a deputy excludes as much as what the deputy holds, from whichever side a role is new."""
    lent = {role for held in deputies.list_lending(session, user.id, today()) for role in held if lets_sign(role)}
    theirs = {role for held in deputies.list_borrowing(session, user.id, today()) for role in held}
    faults = [
        _excluded(index, "This role excludes one that the user has as an officer's deputy")
        for index, role in enumerate(roles)
        if find_excluding(role, lent)
    ] + [
        _excluded(index, "This role excludes one of the user's deputy")
        for index, role in enumerate(roles)
        if lets_sign(role) and find_excluding(role, theirs)
    ]
    if faults:
        raise RequestNotValid(errors=faults)


def _excluded(index: int, detail: str) -> Fault:
    fix = "Leave one of them out, or end the deputyship. `GET /v1/roles` shows which roles exclude each other."
    return Fault(pointer=f"/body/roles/{index}", code=EXCLUDE, detail=detail, fix=fix)


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
        own_password=user.own_password,
    )
