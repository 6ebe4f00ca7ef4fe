"""identity's part of the schema: who is asking."""

import strawberry

from gateway.context import Info
from gateway.json_mapping import mirrors, read_object
from gateway.schema.common import Purpose


@strawberry.type
@mirrors(identity="Whoami")
class Me:
    """The caller, as the token says."""

    subject: str
    name: str | None
    client: str
    agency: str
    service: str
    roles: list[str]
    areas: list[str]
    purposes: list[str]
    scopes: list[str]


@strawberry.type
class IdentityQuery:
    @strawberry.field
    async def me(self, info: Info, purpose: Purpose = None) -> Me | None:
        """Who is asking, and for which purposes and scopes."""
        return read_object(Me, await info.context.loaders_for(purpose).services.identity.get_caller())
