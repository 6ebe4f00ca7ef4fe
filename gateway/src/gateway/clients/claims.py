"""The paths of claims that the gateway calls: eligibility, progress, claims, batches, payments."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from gateway.clients import Upstream, path_segment
from gateway.json_mapping import Row


@dataclass(frozen=True)
class ClaimsClient:
    upstream: Upstream

    async def lookup_eligibility(self, ids: Iterable[UUID], as_at: date | None) -> list[Row]:
        return await self.upstream.look_up("/v1/eligibility/lookup", ids, **_as_at(as_at))

    async def lookup_progress(self, ids: Iterable[UUID], as_at: date | None) -> list[Row]:
        return await self.upstream.look_up("/v1/progress/lookup", ids, **_as_at(as_at))

    async def lookup_claims(self, ids: Iterable[UUID]) -> list[Row]:
        return await self.upstream.look_up("/v1/claims/lookup", ids)

    async def get_claim(self, claim: UUID) -> Row:
        row: Row = await self.upstream.get(f"/v1/claims/{claim}")
        return row

    async def list_claims(
        self, status: str | None, family: UUID | None, batch: UUID | None, first: int, after: str | None
    ) -> Row:
        return await self.upstream.get_page(
            "/v1/claims", status=status, family=family, batch=batch, limit=first, after=after
        )

    async def get_batch(self, batch: UUID) -> Row:
        row: Row = await self.upstream.get(f"/v1/batches/{batch}")
        return row

    async def list_batches(self, first: int, after: str | None) -> Row:
        return await self.upstream.get_page("/v1/batches", limit=first, after=after)

    async def list_commitments(self, first: int, after: str | None) -> Row:
        return await self.upstream.get_page("/v1/sample-commitments", limit=first, after=after)

    async def list_findings(self, batch: UUID, first: int, after: str | None) -> Row:
        return await self.upstream.get_page(f"/v1/batches/{batch}/findings", limit=first, after=after)

    async def list_cohort(self, state: str | None, first: int, after: str | None) -> Row:
        return await self.upstream.get_page("/v1/cohort", state=state, limit=first, after=after)

    async def get_report(self, name: str, as_at: date | None) -> Row:
        row: Row = await self.upstream.get(f"/v1/reports/{path_segment(name)}", as_at=as_at)
        return row

    async def list_questions(self, kind: str | None, status: str | None, first: int, after: str | None) -> Row:
        return await self.upstream.get_page("/v1/questions", kind=kind, status=status, limit=first, after=after)

    async def get_question(self, question: UUID) -> Row:
        row: Row = await self.upstream.get(f"/v1/questions/{question}")
        return row

    async def answer_question(self, question: UUID, body: Any, key: str) -> Row:
        return await self._post(f"/v1/questions/{question}/answers", body, key)

    async def confirm_answer(self, question: UUID, body: Any, key: str) -> Row:
        return await self._post(f"/v1/questions/{question}/confirm", body, key)

    async def check_claim(self, claim: UUID, body: Any, key: str) -> Row:
        return await self._post(f"/v1/claims/{claim}/check", body, key)

    async def freeze_batch(self, body: Any, key: str) -> Row:
        return await self._post("/v1/batches", body, key)

    async def abandon_batch(self, batch: UUID, body: Any, key: str) -> Row:
        return await self._post(f"/v1/batches/{batch}/abandon", body, key)

    async def commit_nonce(self, body: Any, key: str) -> Row:
        return await self._post("/v1/sample-commitments", body, key)

    async def draw_sample(self, batch: UUID, body: Any, key: str) -> Row:
        return await self._post(f"/v1/batches/{batch}/sample", body, key)

    async def record_finding(self, batch: UUID, body: Any, key: str) -> Row:
        return await self._post(f"/v1/batches/{batch}/findings", body, key)

    async def submit_batch(self, batch: UUID, body: Any, key: str) -> Row:
        return await self._post(f"/v1/batches/{batch}/submit", body, key)

    async def record_payment(self, body: Any, key: str) -> Row:
        return await self._post("/v1/payments", body, key)

    async def reverse_payment(self, payment: UUID, body: Any, key: str) -> Row:
        return await self._post(f"/v1/payments/{payment}/reverse", body, key)

    async def record_repayment(self, body: Any, key: str) -> Row:
        return await self._post("/v1/repayments", body, key)

    async def reverse_repayment(self, repayment: UUID, body: Any, key: str) -> Row:
        return await self._post(f"/v1/repayments/{repayment}/reverse", body, key)

    async def list_visits(self, first: int, after: str | None) -> Row:
        return await self.upstream.get_page("/v1/assurance-visits", limit=first, after=after)

    async def get_visit(self, visit: UUID) -> Row:
        row: Row = await self.upstream.get(f"/v1/assurance-visits/{visit}")
        return row

    async def list_visited_claims(self, visit: UUID, first: int, after: str | None) -> Row:
        return await self.upstream.get_page(f"/v1/assurance-visits/{visit}/claims", limit=first, after=after)

    async def open_visit(self, body: Any, key: str) -> Row:
        return await self._post("/v1/assurance-visits", body, key)

    async def close_visit(self, visit: UUID, body: Any, key: str) -> Row:
        return await self._post(f"/v1/assurance-visits/{visit}/close", body, key)

    async def _post(self, path: str, body: Any, key: str) -> Row:
        row: Row = await self.upstream.post(path, body, key)
        return row


def _as_at(day: date | None) -> dict[str, Any]:
    return {"as_at": str(day)} if day else {}
