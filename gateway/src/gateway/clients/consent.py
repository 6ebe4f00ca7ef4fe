"""consent, as the gateway uses it: agreements, consents, protections, and who saw what."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from gateway.clients import Upstream, as_at_day
from gateway.json_mapping import Row


@dataclass(frozen=True)
class ConsentClient:
    upstream: Upstream

    async def lookup_consents(self, ids: Iterable[UUID], as_at: date | None) -> list[Row]:
        return await self.upstream.look_up("/v1/consents/lookup", ids, as_at_day(as_at))

    async def lookup_notices(self, ids: Iterable[UUID], as_at: date | None) -> list[Row]:
        return await self.upstream.look_up("/v1/notices/lookup", ids, as_at_day(as_at))

    async def list_agreements(self, first: int, after: str | None, service: str | None, review: str | None) -> Row:
        return await self.upstream.get_page("/v1/agreements", limit=first, after=after, service=service, review=review)

    async def draft_agreement(self, body: Any, key: str) -> Row:
        return await self._post("/v1/agreements", body, key)

    async def sign_agreement(self, agreement: UUID, body: Any, key: str) -> Row:
        return await self._post(f"/v1/agreements/{agreement}/sign", body, key)

    async def suspend_agreement(self, agreement: UUID, body: Any, key: str) -> Row:
        return await self._post(f"/v1/agreements/{agreement}/suspend", body, key)

    async def resume_agreement(self, agreement: UUID, body: Any, key: str) -> Row:
        return await self._post(f"/v1/agreements/{agreement}/resume", body, key)

    async def review_agreement(self, agreement: UUID, body: Any, key: str) -> Row:
        return await self._post(f"/v1/agreements/{agreement}/review", body, key)

    async def end_agreement(self, agreement: UUID, body: Any, key: str) -> Row:
        return await self._post(f"/v1/agreements/{agreement}/end", body, key)

    async def list_sharing_log(self, people: list[UUID], first: int, after: str | None) -> Row:
        return await self.upstream.get_page(
            "/v1/sharing-log", person=[str(person) for person in people[:100]], limit=first, after=after
        )

    async def get_access_report(self, report: UUID) -> Row:
        row: Row = await self.upstream.get(f"/v1/access-reports/{report}")
        return row

    async def list_kept_back(self, report: UUID) -> list[Row]:
        return await self.upstream.get_items(f"/v1/access-reports/{report}/kept-back")

    async def make_access_report(self, body: Any, key: str) -> Row:
        return await self._post("/v1/access-reports", body, key)

    async def deliver_notice(self, notice: UUID, body: Any, key: str) -> Row:
        return await self._post(f"/v1/notices/{notice}/deliveries", body, key)

    async def record_consent(self, body: Any, key: str) -> Row:
        return await self._post("/v1/consents", body, key)

    async def withdraw_consent(self, consent: UUID, body: Any, key: str) -> Row:
        return await self._post(f"/v1/consents/{consent}/withdrawal", body, key)

    async def correct_delivery(self, notice: UUID, delivery: UUID, body: Any, key: str) -> Row:
        return await self._post(f"/v1/notices/{notice}/deliveries/{delivery}/correction", body, key)

    async def correct_consent(self, consent: UUID, body: Any, key: str) -> Row:
        return await self._post(f"/v1/consents/{consent}/correction", body, key)

    async def raise_objection(self, body: Any, key: str) -> Row:
        return await self._post("/v1/objections", body, key)

    async def answer_objection(self, objection: UUID, body: Any, key: str) -> Row:
        return await self._post(f"/v1/objections/{objection}/answer", body, key)

    async def withdraw_objection(self, objection: UUID, body: Any, key: str) -> Row:
        return await self._post(f"/v1/objections/{objection}/withdrawal", body, key)

    async def ask_to_lift_protection(self, protection: UUID, body: Any, key: str) -> Row:
        return await self._post(f"/v1/protections/{protection}/lift", body, key)

    async def confirm_protection_lift(self, protection: UUID, body: Any, key: str) -> Row:
        return await self._post(f"/v1/protections/{protection}/lift/confirmation", body, key)

    async def refuse_protection_lift(self, protection: UUID, body: Any, key: str) -> Row:
        return await self._post(f"/v1/protections/{protection}/lift/refusal", body, key)

    async def list_received_welfare_requests(
        self, status: str | None, overdue: bool, review: str | None, first: int, after: str | None
    ) -> Row:
        late = "true" if overdue else None
        return await self.upstream.get_page(
            "/v1/welfare-requests", status=status, overdue=late, review=review, limit=first, after=after
        )

    async def list_own_welfare_requests(self, overdue: bool, first: int, after: str | None) -> Row:
        late = "true" if overdue else None
        return await self.upstream.get_page("/v1/welfare-requests/own", overdue=late, limit=first, after=after)

    async def get_welfare_request(self, asked: UUID) -> Row:
        row: Row = await self.upstream.get(f"/v1/welfare-requests/{asked}")
        return row

    async def ask_for_welfare(self, body: Any, key: str) -> Row:
        return await self._post("/v1/welfare-requests", body, key)

    async def withdraw_welfare_request(self, asked: UUID, body: Any, key: str) -> Row:
        return await self._post(f"/v1/welfare-requests/{asked}/withdrawal", body, key)

    async def answer_welfare_request(self, asked: UUID, body: Any, key: str) -> Row:
        return await self._post(f"/v1/welfare-requests/{asked}/answer", body, key)

    async def take_back_welfare_answer(self, asked: UUID, body: Any, key: str) -> Row:
        return await self._post(f"/v1/welfare-requests/{asked}/answer/withdrawal", body, key)

    async def review_welfare_answer(self, asked: UUID, body: Any, key: str) -> Row:
        return await self._post(f"/v1/welfare-requests/{asked}/answer/review", body, key)

    async def get_restriction(self, restriction: UUID) -> Row:
        row: Row = await self.upstream.get(f"/v1/restrictions/{restriction}")
        return row

    async def set_restriction(self, body: Any, key: str) -> Row:
        return await self._post("/v1/restrictions", body, key)

    async def lift_restriction(self, restriction: UUID, body: Any, key: str) -> Row:
        return await self._post(f"/v1/restrictions/{restriction}/lift", body, key)

    async def set_protection(self, body: Any, key: str) -> Row:
        return await self._post("/v1/protections", body, key)

    async def _post(self, path: str, body: Any, key: str) -> Row:
        row: Row = await self.upstream.post(path, body, key)
        return row
