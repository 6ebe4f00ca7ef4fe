"""identity's part of the schema: who is asking."""

from datetime import datetime
from uuid import UUID

import strawberry

from gateway.context import Info
from gateway.inner_pages import cut_page
from gateway.json_mapping import member_of, mirrors, read_objects
from gateway.limits import needs_own_request
from gateway.loaders import Loaders
from gateway.schema.common import Purpose


@strawberry.type
@mirrors(identity="OwnSessionView")
class OwnSession:
    """Where the caller is signed in; `current` says whether the token came of it."""

    id: UUID
    client: str
    signed_in_at: datetime
    expires_at: datetime
    current: bool


@strawberry.type
class OwnSessionPage:
    """Shape: `next` goes into `after` for the next page; null on the last."""

    items: list[OwnSession]
    next: str | None


@strawberry.type
@mirrors(identity="Whoami")
class Me:
    """The caller, as the token says; `name`, which it does not say, is asked of identity."""

    loaders: strawberry.Private[Loaders]
    subject: str
    client: str
    agency: str
    service: str
    roles: list[str]
    areas: list[str]
    purposes: list[str]
    scopes: list[str]

    @strawberry.field
    @needs_own_request
    async def name(self) -> str | None:
        """How a person is shown; null for systems."""
        name: str | None = member_of(str | None, await self.loaders.services.identity.get_caller(), "name", "whoami")
        return name

    @strawberry.field
    @needs_own_request
    async def sessions(self, first: int = 20, after: str | None = None) -> OwnSessionPage | None:
        """Where a person is signed in."""
        shown, following = cut_page(await self.loaders.services.identity.list_own_sessions(), first, after)
        return OwnSessionPage(items=read_objects(OwnSession, shown), next=following)


@strawberry.type
class IdentityQuery:
    @strawberry.field
    async def me(self, info: Info, purpose: Purpose = None) -> Me | None:
        """Who is asking, and for which purposes and scopes."""
        caller = info.context.caller
        return Me(
            loaders=info.context.loaders_for(purpose),
            subject=caller.subject,
            client=caller.client,
            agency=caller.agency,
            service=caller.service,
            roles=sorted(caller.roles),
            areas=sorted(caller.areas),
            purposes=list(caller.purposes),
            scopes=sorted(caller.scopes),
        )
