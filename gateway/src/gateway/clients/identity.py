"""The path of identity that the gateway calls."""

from dataclasses import dataclass

from gateway.clients import Upstream
from gateway.json_mapping import Row


@dataclass(frozen=True)
class IdentityClient:
    upstream: Upstream

    async def get_caller(self) -> Row:
        row: Row = await self.upstream.get("/v1/whoami")
        return row
