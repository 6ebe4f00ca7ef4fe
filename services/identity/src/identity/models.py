"""What identity keeps. Every column about a person says which category of data it is."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, false, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from chassis.clock import now
from chassis.db import TYPES, new_id
from chassis.tables import (
    IdempotencyKeyMixin,
    InboxMixin,
    OutboxKeyMixin,
    OutboxMixin,
    ParkedEventMixin,
    PositionMixin,
    append_only,
)
from transparency.tables import LogBlockMixin, LogCheckMixin, LogHeadMixin, LogLeafMixin, LogNoteMixin, SeenHeadMixin

IDENTITY = {"category": "identity"}


class Base(DeclarativeBase):
    type_annotation_map = TYPES


class Agency(Base):
    """An organisation: a council, a police force, Jobcentre Plus."""

    __tablename__ = "agency"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)


class Service(Base):
    """A part of an agency, and the recipient in agreements. Its code is unique across all agencies."""

    __tablename__ = "service"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(unique=True)
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"), index=True)
    name: Mapped[str]
    sector: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)


class Area(Base):
    """A part of the council's land, such as a borough or a district: what pushes, families and people are of."""

    __tablename__ = "area"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)


class Client(Base):
    """A system that speaks for a service, or through which its people sign in."""

    __tablename__ = "client"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    client_id: Mapped[str] = mapped_column(unique=True)
    service_id: Mapped[UUID] = mapped_column(ForeignKey("service.id"), index=True)
    name: Mapped[str]
    scopes: Mapped[list[str]]
    purposes: Mapped[list[str]]
    grants: Mapped[list[str]]
    redirect_uris: Mapped[list[str]]
    public: Mapped[bool]
    program: Mapped[bool] = mapped_column(default=False)
    """One of the platform's own: only those may hold reserved scopes and look into others' tokens."""
    assertion_audience: Mapped[str] = mapped_column(default="issuer", server_default="issuer")
    """`token_endpoint`: its assertions may name the token endpoint's address for the issuer."""
    status: Mapped[str] = mapped_column(default="active")
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(default=now)
    tokens_from: Mapped[datetime | None]
    """Its tokens of before are over, whosever they are; a new one says that it was issued then, at the earliest."""

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it on the class


still_live, is_key, waits = text("ended_at IS NULL"), text("kind = 'key'"), text("status = 'waiting'")


class Credential(Base):
    """What a client proves itself with: a secret of which only the SHA-256 is kept, or a public key.

    `digest`: the secret's, or the key's thumbprint (RFC 7638). `public`: the key as a JWK, with its `kid`. The table is
    called as it was when there were secrets alone: a program of the release before goes on while this one starts.
    """

    __tablename__ = "client_secret"
    # Two live ones at most, of either kind, is the database's promise: there are two slots, and each holds one.
    __table_args__ = (
        Index(
            "client_secret_slot_live",
            "client_id",
            "slot",
            unique=True,
            sqlite_where=still_live,
            postgresql_where=still_live,
        ),
        Index(
            "client_secret_key_once",
            "client_id",
            "digest",
            unique=True,
            sqlite_where=is_key,
            postgresql_where=is_key,
        ),
        CheckConstraint("slot IN (1, 2)", name="client_secret_slot"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    client_id: Mapped[UUID] = mapped_column(ForeignKey("client.id"))
    kind: Mapped[str] = mapped_column(default="secret", server_default="secret")
    slot: Mapped[int]
    digest: Mapped[str]
    public: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None]


class UsedAssertion(Base):
    """A client's assertion that was good once, until it expires: it is not good again, at whichever replica."""

    __tablename__ = "used_assertion"

    digest: Mapped[str] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class User(Base):
    """A person who works with the platform."""

    __tablename__ = "user_account"  # "user" is a reserved word in PostgreSQL

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    email: Mapped[str] = mapped_column(info=IDENTITY)
    email_key: Mapped[str] = mapped_column(unique=True, info=IDENTITY)
    name: Mapped[str] = mapped_column(info=IDENTITY)
    service_id: Mapped[UUID] = mapped_column(ForeignKey("service.id"), index=True)
    roles: Mapped[list[str]]
    areas: Mapped[list[str]]
    password_hash: Mapped[str] = mapped_column(info=IDENTITY)
    status: Mapped[str] = mapped_column(default="active")
    own_password: Mapped[bool] = mapped_column(default=False, server_default=false(), info=IDENTITY)
    """Whether they have set it themselves since an administrator did, who knows the one before."""
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(default=now)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it on the class


class Approval(Base):
    """What one administrator asked for and another approves or refuses. Until then, nothing of it is true.

    Shape: `asked` is what is to be, by the members that change, and `held` what it was when it was asked for;
    `object_id` is the id of a user or client, or of the credential, deputy or sponsor that will be. A password that is
    asked for is kept as a hash, and forgotten when it is decided. A later request for the same replaces it.
    """

    __tablename__ = "approval"
    __table_args__ = (
        Index(
            "approval_waits_once",
            "kind",
            "object_id",
            unique=True,
            sqlite_where=waits,
            postgresql_where=waits,
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str]
    object_id: Mapped[UUID] = mapped_column(index=True)
    agency: Mapped[str]
    asked: Mapped[dict[str, Any]]
    held: Mapped[dict[str, Any]]
    password_hash: Mapped[str | None] = mapped_column(info=IDENTITY)
    asked_by: Mapped[str]
    asked_at: Mapped[datetime] = mapped_column(default=now)
    status: Mapped[str] = mapped_column(default="waiting")
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    reason: Mapped[str | None]


class Deputy(Base):
    """Who does an officer's work in their absence, from a day to a day. What a deputy does is marked as a deputy's."""

    __tablename__ = "deputy"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    officer_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), index=True)
    deputy_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), index=True)
    begins: Mapped[date]
    ends: Mapped[date | None]
    reason: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None]


class Sponsor(Base):
    """An agency whose officer signs for another one that has no officer here, such as a GP practice."""

    __tablename__ = "sponsor"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"), index=True)
    sponsor_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    begins: Mapped[date]
    ends: Mapped[date | None]
    reason: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None]


class FailedSignIn(Base):
    """Failed sign-ins in a row at one address, whether anybody has it or not: waiting must not tell which."""

    __tablename__ = "failed_sign_in"

    address: Mapped[str] = mapped_column(primary_key=True, info=IDENTITY)
    """A keyed digest: guessed addresses of strangers are not kept."""
    failures: Mapped[int]
    last_at: Mapped[datetime]
    waits_until: Mapped[datetime | None]


class SignInSession(Base):
    """A person's signing in through a client: the family of all tokens that come of it."""

    __tablename__ = "sign_in_session"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), index=True)
    client_id: Mapped[UUID] = mapped_column(ForeignKey("client.id"))
    scope: Mapped[str]
    granted: Mapped[str | None]
    """What tokens of it were given so far, of what was asked; not known of sessions of an earlier release."""
    signed_in_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]
    tokens_from: Mapped[datetime | None]
    """As a client's: its access tokens of before say more than is true now."""


class AuthorizationCode(Base):
    """What a browser carries from the sign-in page to the client. Good once; kept a while to notice a second use."""

    __tablename__ = "authorization_code"

    digest: Mapped[str] = mapped_column(primary_key=True)
    client_id: Mapped[UUID] = mapped_column(ForeignKey("client.id"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    redirect_uri: Mapped[str]
    scope: Mapped[str]
    code_challenge: Mapped[str]
    nonce: Mapped[str | None]
    signed_in_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]
    session_id: Mapped[UUID | None] = mapped_column(ForeignKey("sign_in_session.id"))


class RefreshToken(Base):
    """Good once: using it gives the next. A second use means that two hold it, and ends the session.

    But the answer may have been lost: the client that used it, by the same secret or key (`used_by`), may ask again for
    some seconds, and gets another that came of it. One of those that came of it is used; the others are burnt with it.
    """

    __tablename__ = "refresh_token"

    digest: Mapped[str] = mapped_column(primary_key=True)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sign_in_session.id"), index=True)
    came_of: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]
    used_by: Mapped[UUID | None]


class RevokedToken(Base):
    """Access tokens that were revoked before their time, until they expire."""

    __tablename__ = "revoked_token"

    jti: Mapped[str] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class RevocationEntry(Base):
    """What was ended before its time, for the list that all programs take. It is kept as long as a token may live.

    Shape: `mark` is a digest (`chassis.revocations`); tokens that were issued `before` are over, without it all are.
    """

    __tablename__ = "revocation"

    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    mark: Mapped[str] = mapped_column(index=True)
    before: Mapped[datetime | None]
    made_at: Mapped[datetime] = mapped_column(index=True)


class RevocationCount(Base):
    """The last position given, in one row. Whoever gives the next ones holds it until their commit.

    Shape: `series` changes when positions begin to mean something else, as after a store was put back.
    """

    __tablename__ = "revocation_count"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    series: Mapped[str]
    position: Mapped[int] = mapped_column(BigInteger)


class SigningKey(Base):
    """A key that signs access tokens from `signs_from` until the next one does."""

    __tablename__ = "signing_key"

    kid: Mapped[str] = mapped_column(primary_key=True)
    public: Mapped[dict[str, Any]]
    # The column keeps its first name: renamed, it would stop the replicas of the release before, which still sign.
    wrapped: Mapped[str] = mapped_column("sealed")
    """The private key, encrypted under the wrapping key, so that a copy of the database signs nothing."""
    signs_from: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)


class AuditEntry(Base):
    """Who did what to which agency, client, user or key. Names fields and codes, never a person's data."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("audit_entry_object", "object_kind", "object_id"),
        Index("audit_entry_agency", "agency", "id"),
        {"info": append_only()},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    at: Mapped[datetime] = mapped_column(default=now)
    actor: Mapped[str]
    actor_client: Mapped[str]
    action: Mapped[str]
    object_kind: Mapped[str]
    object_id: Mapped[str]
    agency: Mapped[str | None]
    """Whom it concerns: of whose service, client or person it is. Not kept of entries of earlier releases, which stand
    in the log as they were, nor of what is no agency's, such as signing keys."""
    details: Mapped[dict[str, Any]]


class LogLeaf(LogLeafMixin, Base):
    pass


class LogBlock(LogBlockMixin, Base):
    pass


class LogHead(LogHeadMixin, Base):
    pass


class SeenHead(SeenHeadMixin, Base):
    pass


class LogCheck(LogCheckMixin, Base):
    pass


class LogNote(LogNoteMixin, Base):
    pass


class Outbox(OutboxMixin, Base):
    pass


class OutboxKey(OutboxKeyMixin, Base):
    pass


class Inbox(InboxMixin, Base):
    pass


class Position(PositionMixin, Base):
    pass


class ParkedEvent(ParkedEventMixin, Base):
    pass


class IdempotencyKey(IdempotencyKeyMixin, Base):
    pass
