"""The paths of identity that the gateway calls: who asks, deputies and sponsors, and one's own sessions."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from gateway.clients import Upstream, path_segment
from gateway.json_mapping import Row


@dataclass(frozen=True)
class IdentityClient:
    upstream: Upstream

    async def get_caller(self) -> Row:
        row: Row = await self.upstream.get("/v1/whoami")
        return row

    async def list_own_sessions(self) -> list[Row]:
        return await self.upstream.get_items("/v1/me/sessions")

    async def list_deputies(self, first: int, after: str | None) -> Row:
        return await self.upstream.get_page("/v1/deputies", limit=first, after=after)

    async def name_deputy(self, body: Any, key: str) -> Row:
        return await self._post("/v1/deputies", body, key)

    async def end_deputy(self, deputy: UUID, key: str) -> Row:
        return await self._post(f"/v1/deputies/{deputy}/end", None, key)

    async def list_sponsors(self, agency: str) -> list[Row]:
        return await self.upstream.get_items(f"/v1/agencies/{path_segment(agency)}/sponsors")

    async def name_sponsor(self, agency: str, body: Any, key: str) -> Row:
        return await self._post(f"/v1/agencies/{path_segment(agency)}/sponsors", body, key)

    async def end_sponsor(self, agency: str, sponsor: UUID, key: str) -> Row:
        return await self._post(f"/v1/agencies/{path_segment(agency)}/sponsors/{sponsor}/end", None, key)

    async def _post(self, path: str, body: Any, key: str) -> Row:
        row: Row = await self.upstream.post(path, body, key)
        return row
