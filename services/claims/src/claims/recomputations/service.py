"""Computing claims again from stored facts: as known then they must be equal, as known now the differences show."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from chassis.auth import Caller
from chassis.db import in_batches
from chassis.runtime import Runtime
from claims import reach
from claims.claims import service as claims
from claims.claims.drafting import read_uses
from claims.claims.schemas import Difference
from claims.frameworks import catalogue
from claims.history import repository as history
from claims.history.service import LoadedFamily, load_families
from claims.models import Claim
from claims.problems import ClaimNotFound
from claims.recomputations.schemas import RecomputationRequest, Recomputed
from claims.rules.evaluate import Evaluation
from claims.rules.verdicts import Result
from claims.schemas import WITHHELD

AT_ONCE = 200
MOST_DIFFERENCES = 100


def recompute_claims(runtime: Runtime, caller: Caller, purpose: str, request: RecomputationRequest) -> list[Recomputed]:
    """Evaluate claims again and compare. Errors: ClaimNotFound for a claim that is out of reach, Unavailable."""
    with runtime.read() as session:
        found = _list_claims(session, caller, request)
        if request.claim is not None and not found:
            raise ClaimNotFound()
        now = history.find_latest_moment(session)
        by_moment: dict[datetime, list[Claim]] = defaultdict(list)
        for claim in found:
            by_moment[now if request.as_ == "known_now" and now else claim.known_at].append(claim)
        differences: dict[UUID, list[Difference]] = {}
        for moment, those in by_moment.items():
            for some in in_batches(those, AT_ONCE):
                differences |= _compare(session, moment, some)
    differing = [claim for claim in found if differences[claim.id]]
    shown = claims.list_showable(runtime, caller, purpose, differing)
    neutral = [Difference(path=WITHHELD, frozen=None, recomputed=None)]
    return [
        Recomputed(
            claim=claim.id,
            equal=not differences[claim.id],
            differences=differences[claim.id] if claim.id in shown or not differences[claim.id] else neutral,
        )
        for claim in found
    ]


def _list_claims(session: Session, caller: Caller, request: RecomputationRequest) -> list[Claim]:
    query = select(Claim).where(reach.claims_in_full(caller))
    if request.claim is not None:
        query = query.where(Claim.id == request.claim)
    if request.batch is not None:
        query = query.where(Claim.batch == request.batch)
    return list(session.scalars(query.order_by(Claim.id)))


def _compare(session: Session, moment: datetime, some: Sequence[Claim]) -> dict[UUID, list[Difference]]:
    families = load_families(session, [claim.family for claim in some], moment)
    found: dict[UUID, list[Difference]] = {}
    for claim in some:
        result = _recompute_result(claim, families.get(claim.family))
        trace = result.trace() if result else {}
        pence = catalogue.get_framework(claim.framework).result_pence if result else 0
        there = _differences("", claim.trace | {"pence": claim.pence}, trace | {"pence": pence})
        found[claim.id] = [difference for _, difference in zip(range(MOST_DIFFERENCES), there, strict=False)]
    return found


def _recompute_result(claim: Claim, family: LoadedFamily | None) -> Result | None:
    """What follows from the facts as they were known at the moment that is asked about.

    None when the plan or the family is not here: the claim then differs from what was frozen, and is seen.
    """
    plan = catalogue.find_plan(claim.plan, claim.plan_version)
    return Evaluation(plan, family.facts, read_uses(claim.denied)).result() if plan and family else None


def _differences(path: str, frozen: Any, recomputed: Any) -> Iterator[Difference]:
    if isinstance(frozen, dict) and isinstance(recomputed, dict):
        for key in sorted({*frozen, *recomputed}):
            yield from _differences(f"{path}/{key}", frozen.get(key), recomputed.get(key))
    elif isinstance(frozen, list) and isinstance(recomputed, list) and len(frozen) == len(recomputed):
        for index, (one, other) in enumerate(zip(frozen, recomputed, strict=True)):
            yield from _differences(f"{path}/{index}", one, other)
    elif frozen != recomputed:
        yield Difference(path=path, frozen=frozen, recomputed=recomputed)
