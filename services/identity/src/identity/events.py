"""What identity tells others, once it is true. Ids and codes only; no event names or points at a person."""

from datetime import date
from typing import ClassVar, Literal
from uuid import UUID

from chassis.events import Event
from chassis.schemas import Instant
from transparency.events import HeadEvent


class ClientChanged(Event):
    """An OAuth client was registered, changed, disabled, or its secrets or keys were.

    Shape: `client` is the public client id, `service` its service's code.
    """

    name: ClassVar[str] = "client.changed"
    topic: ClassVar[str] = "identity.client"

    client: str
    service: str
    change: Literal[
        "registered", "changed", "enabled", "disabled", "secret-added", "secret-ended", "key-added", "key-ended"
    ]

    @property
    def key(self) -> str:
        return self.client


class DirectoryEvent(Event):
    """Something about who is who, for the directories of the other programs. Codes and ids alone."""

    topic: ClassVar[str] = "identity.directory"


class AreaRegistered(DirectoryEvent):
    """The council has this area. Shape: `area` is its code."""

    name: ClassVar[str] = "area.registered"

    area: str

    @property
    def key(self) -> str:
        return f"area:{self.area}"


class ServiceRegistered(DirectoryEvent):
    """An agency has this service. Shape: codes; `sector` is a supplier of the vocabulary; `since` when it is so."""

    name: ClassVar[str] = "service.registered"

    service: str
    agency: str
    sector: str
    since: Instant

    @property
    def key(self) -> str:
        return f"service:{self.service}"


class UserEvent(DirectoryEvent):
    """Who somebody with an account is now. Shape: `user` is their tokens' subject; `status` is active or disabled."""

    user: UUID
    service: str
    agency: str
    roles: list[str]
    areas: list[str]
    status: str

    @property
    def key(self) -> str:
        return f"user:{self.user}"


class UserRegistered(UserEvent):
    name: ClassVar[str] = "user.registered"


class UserChanged(UserEvent):
    name: ClassVar[str] = "user.changed"


class SponsorNamed(DirectoryEvent):
    """An agency's officer signs for another agency, which has none. Shape: codes; `ends` is the last day, if any."""

    name: ClassVar[str] = "sponsor.named"

    sponsorship: UUID
    agency: str
    sponsor: str
    begins: date
    ends: date | None

    @property
    def key(self) -> str:
        return f"sponsor:{self.sponsorship}"


class SponsorEnded(DirectoryEvent):
    """It signs for that agency no longer, whatever its last day was to be."""

    name: ClassVar[str] = "sponsor.ended"

    sponsorship: UUID

    @property
    def key(self) -> str:
        return f"sponsor:{self.sponsorship}"


class TokenRevoked(Event):
    """A session with all its tokens was ended, or one access token was revoked.

    Shape: a session's end names `session`, which its access tokens carry as `sid`; one token's names `token`, its
    `jti`. Until `until` such a token may still be met.
    """

    name: ClassVar[str] = "token.revoked"
    topic: ClassVar[str] = "identity.client"

    client: str
    service: str
    session: UUID | None
    token: str | None
    until: Instant

    @property
    def key(self) -> str:
        return self.client


class KeyRotated(Event):
    """A new key will sign from `signs_from` on; tokens of the one before stay good until they expire.

    Shape: `withdrawn` names a key that is no longer trusted at all, because it may be known to others.
    """

    name: ClassVar[str] = "key.rotated"
    topic: ClassVar[str] = "identity.client"

    kid: str
    signs_from: Instant
    before: str | None
    withdrawn: str | None

    @property
    def key(self) -> str:
        return self.kid


class HeadSigned(HeadEvent):
    """A head of identity's log."""

    topic: ClassVar[str] = "identity.transparency"
    name: ClassVar[str] = "head.signed"
