"""The paths of families that the gateway calls: families, people, facts, support, matching, pushes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from gateway.clients import Upstream, as_at_day, path_segment
from gateway.json_mapping import Row


@dataclass(frozen=True)
class FamiliesClient:
    upstream: Upstream

    async def list_enquiries(self, status: str | None, first: int, after: str | None) -> Row:
        return await self.upstream.get_page("/v1/enquiries", status=status, limit=first, after=after)

    async def list_emergency_access(self, status: str | None, first: int, after: str | None) -> Row:
        return await self.upstream.get_page("/v1/emergency-access", status=status, limit=first, after=after)

    async def list_own_emergency_access(self, first: int, after: str | None) -> Row:
        return await self.upstream.get_page("/v1/emergency-access/own", limit=first, after=after)

    async def list_governance_notes(self, first: int, after: str | None) -> Row:
        return await self.upstream.get_page("/v1/governance-notes", limit=first, after=after)

    async def list_bars(self, first: int, after: str | None) -> Row:
        return await self.upstream.get_page("/v1/bars", limit=first, after=after)

    async def list_covers(self, first: int, after: str | None) -> Row:
        return await self.upstream.get_page("/v1/covers", limit=first, after=after)

    async def list_own_covers(self, first: int, after: str | None) -> Row:
        return await self.upstream.get_page("/v1/covers/own", limit=first, after=after)

    async def open_enquiry(self, body: Any, key: str) -> Row:
        return await self._post("/v1/enquiries", body, key)

    async def add_enquiry_subjects(self, enquiry: UUID, body: Any, key: str) -> Row:
        return await self._post(f"/v1/enquiries/{enquiry}/subjects", body, key)

    async def remove_enquiry_subject(self, enquiry: UUID, person: UUID, body: Any, key: str) -> Row:
        return await self._post(f"/v1/enquiries/{enquiry}/subjects/{person}/removal", body, key)

    async def close_enquiry(self, enquiry: UUID, body: Any, key: str) -> Row:
        return await self._post(f"/v1/enquiries/{enquiry}/close", body, key)

    async def reopen_enquiry(self, enquiry: UUID, body: Any, key: str) -> Row:
        return await self._post(f"/v1/enquiries/{enquiry}/reopen", body, key)

    async def use_emergency_access(self, body: Any, key: str) -> Row:
        return await self._post("/v1/emergency-access", body, key)

    async def review_emergency_access(self, access: UUID, body: Any, key: str) -> Row:
        return await self._post(f"/v1/emergency-access/{access}/reviews", body, key)

    async def answer_governance_note(self, note: UUID, body: Any, key: str) -> Row:
        return await self._post(f"/v1/governance-notes/{note}/answer", body, key)

    async def record_bar(self, body: Any, key: str) -> Row:
        return await self._post("/v1/bars", body, key)

    async def lift_bar(self, bar: UUID, body: Any, key: str) -> Row:
        return await self._post(f"/v1/bars/{bar}/lift", body, key)

    async def record_cover(self, body: Any, key: str) -> Row:
        return await self._post("/v1/covers", body, key)

    async def end_cover(self, cover: UUID, body: Any, key: str) -> Row:
        return await self._post(f"/v1/covers/{cover}/end", body, key)

    async def _post(self, path: str, body: Any, key: str) -> Row:
        row: Row = await self.upstream.post(path, body, key)
        return row

    async def lookup_families(self, ids: Iterable[UUID], as_at: date | None) -> list[Row]:
        return await self.upstream.look_up("/v1/families/lookup", ids, as_at_day(as_at))

    async def lookup_people(self, ids: Iterable[UUID], as_at: date | None) -> list[Row]:
        return await self.upstream.look_up("/v1/people/lookup", ids, as_at_day(as_at))

    async def lookup_facts(self, ids: Iterable[UUID], measure: str | None, as_at: date | None) -> list[Row]:
        stated = {"measure": measure} if measure is not None else {}
        return await self.upstream.look_up("/v1/facts/lookup", ids, {**stated, **(as_at_day(as_at) or {})})

    async def list_families(self, as_at: date | None, first: int, after: str | None) -> Row:
        return await self.upstream.get_page("/v1/families", as_at=as_at, limit=first, after=after)

    async def list_moments(self, family: UUID, as_at: date | None) -> list[Row]:
        return await self.upstream.get_items(f"/v1/families/{family}/timeline", as_at=as_at)

    async def list_links(self, person: UUID) -> list[Row]:
        return await self.upstream.get_items(f"/v1/people/{person}/links")

    async def list_match_reviews(self, status: str | None, kind: str | None, first: int, after: str | None) -> Row:
        return await self.upstream.get_page("/v1/match-reviews", status=status, kind=kind, limit=first, after=after)

    async def list_pushes(self, first: int, after: str | None) -> Row:
        return await self.upstream.get_page("/v1/pushes", limit=first, after=after)

    async def name_lead_professional(self, family: UUID, body: Any, key: str) -> Row:
        return await self._support(family, "lead-professional", body, key)

    async def record_agreement_to_be_supported(self, family: UUID, body: Any, key: str) -> Row:
        return await self._support(family, "agreement-to-be-supported", body, key)

    async def record_assessment(self, family: UUID, body: Any, key: str) -> Row:
        return await self._support(family, "assessments", body, key)

    async def agree_plan(self, family: UUID, body: Any, key: str) -> Row:
        return await self._support(family, "plans", body, key)

    async def confirm_late_acts(self, family: UUID, body: Any, key: str) -> Row:
        return await self._support(family, "late-acts/confirmation", body, key)

    async def decide_match(self, review: UUID, body: Any, key: str) -> Row:
        row: Row = await self.upstream.post(f"/v1/match-reviews/{review}/decision", body, key)
        return row

    async def reopen_match(self, review: UUID, body: Any, key: str) -> Row:
        row: Row = await self.upstream.post(f"/v1/match-reviews/{review}/reopening", body, key)
        return row

    async def merge_people(self, person: UUID, body: Any, key: str) -> Row:
        row: Row = await self.upstream.post(f"/v1/people/{person}/merge", body, key)
        return row

    async def unmerge_people(self, person: UUID, body: Any, key: str) -> Row:
        row: Row = await self.upstream.post(f"/v1/people/{person}/unmerge", body, key)
        return row

    async def list_premises(self, first: int, after: str | None) -> Row:
        return await self.upstream.get_page("/v1/premises", limit=first, after=after)

    async def get_premises(self, uprn: str) -> Row:
        row: Row = await self.upstream.get(f"/v1/premises/{path_segment(uprn)}")
        return row

    async def flag_premises(self, uprn: str, body: Any) -> Row:
        row: Row = await self.upstream.put(f"/v1/premises/{path_segment(uprn)}", body)
        return row

    async def ask_lowering(self, uprn: str, body: Any, key: str) -> Row:
        row: Row = await self.upstream.post(f"/v1/premises/{path_segment(uprn)}/lowerings", body, key)
        return row

    async def decide_lowering(self, uprn: str, lowering: UUID, body: Any, key: str) -> Row:
        path = f"/v1/premises/{path_segment(uprn)}/lowerings/{lowering}/decision"
        row: Row = await self.upstream.post(path, body, key)
        return row

    async def _support(self, family: UUID, act: str, body: Any, key: str) -> Row:
        row: Row = await self.upstream.post(f"/v1/families/{family}/{act}", body, key)
        return row
