"""Whom a caller may meet: that asking about one costs the same in a large borough as in a small one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from chassis.auth import Caller
from chassis.db import new_id, now
from claims.claims import repository as claims
from claims.eligibility import repository as eligibility
from claims.models import Base, Claim, Family, FamilyStanding
from fixtures.costs import counted

DAY = date(2017, 9, 1)


def caller(subject: str, role: str) -> Caller:
    areas = frozenset({"east"})
    return Caller(subject, "portal", "council", "programme", frozenset({role}), areas, frozenset(), (), True, "")


WHO = {role: caller(role, role) for role in ("programme_coordinator", "lead_professional")}


@contextmanager
def borough(size: int) -> Iterator[tuple[Session, list[UUID], list[UUID]]]:
    """So many families, all within everybody's reach, each with a claim; and ten of them, with their claims."""
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    plan = {"framework": "2015-2020", "plan": "2015", "plan_version": 1}
    with Session(engine) as session:
        ids = sorted((new_id(), new_id()) for _ in range(size))
        for family, claim in ids:
            session.add_all([
                Family(id=family, area="east", lead="lead_professional", composed_on=DAY, recorded_at=now()),
                FamilyStanding(
                    family=family, **plan, as_at=DAY, state="attached", eligible=True, criteria=[], attached_on=DAY,
                    missing=[], progress=[], evaluated_at=now(),
                ),
                Claim(
                    id=claim, family=family, **plan, component="results", type="sustained", result_date=DAY,
                    attached_on=DAY, pence=80_000, status="draft", known_at=now(), material="", trace={}, uses=[],
                    denied=[],
                ),
            ])  # fmt: skip
        session.flush()
        session.expunge_all()
        some = ids[size // 4 : size // 4 + 10]
        yield session, [family for family, _ in some], [claim for _, claim in some]
    engine.dispose()


Ask = Callable[[Session, Caller, list[UUID], list[UUID]], object]
ASKED: dict[str, Ask] = {
    "one claim": lambda session, who, _, ids: claims.get_claim(session, who, ids[0]),
    "claims of families": lambda session, who, ids, _: claims.list_claims_of(session, who, ids),
    "claims in full": lambda session, who, _, ids: claims.list_in_full(session, who, ids),
    "a page of claims": lambda session, who, _, ids: claims.list_claims(session, who, after=min(ids), limit=5),
    "families by id": lambda session, who, ids, _: eligibility.list_within_reach(session, who, ids),
    "a page of standings": lambda session, who, ids, _: eligibility.list_standings(session, who, None, ids[0], 10),
}


def cost(size: int, who: str, ask: Ask) -> int:
    with borough(size) as (session, families, ids), counted(session) as steps:
        assert ask(session, WHO[who], families, ids)
    return steps.taken


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("what", ASKED)
def test_asking_about_some_costs_the_same_in_a_large_borough(who: str, what: str) -> None:
    # A page of an index more or less; what grows with the borough takes twenty times as many.
    assert cost(400, who, ASKED[what]) < 1.2 * cost(20, who, ASKED[what])
