"""One of each thing that can be named by an id, all the programme's own."""

import secrets
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis.db import new_id, now
from claims.models import Batch, Claim
from families.models.people import Person
from hostile.platform import Platform

DAY = "2017-03-31"
FRAMEWORK = "2015"


@dataclass(frozen=True)
class World:
    """Shape: ids by the names that paths and GraphQL arguments have for them."""

    ids: dict[str, str]


def agree(platform: Platform) -> str:
    """The agreement under which the programme may push attendance, in force; its id."""
    body = {
        "supplier": "programme", "recipient": "housing", "supplier_agency": "thornbury-council",
        "recipient_agency": "thornbury-council", "tier": "district", "from": "2015-04-01",
        "terms": [
            {"purpose": "identify", "category": one, "basis": "public_task"}
            for one in ("identity", "address", "attendance")
        ],
    }  # fmt: skip
    made = create(platform, "consent", "/v1/agreements", body)
    create(platform, "consent", f"/v1/agreements/{made}/sign", {"date": "2015-04-01"})
    return made


def create(platform: Platform, program: str, path: str, body: Any, **headers: str) -> str:
    """The id of what was made."""
    stated = {"Authorization": f"Bearer {platform.signed()}", "Idempotency-Key": secrets.token_hex(8)} | headers
    answer = platform[program].client.post(path, json=body, headers=stated)
    assert answer.is_success, answer.text
    return str(answer.json()["id"])


def furnish(platform: Platform) -> World:
    family = create(platform, "families", "/v1/families", {"place": "thornbury", "reason": "Asked for help"})
    agreement, push, person = agree(platform), pushed(platform), ""
    with platform["families"].runtime.read() as session:
        person = str(session.scalars(select(Person.id).order_by(Person.id)).first())
    notice = create(platform, "consent", "/v1/notices", {
        "code": "world", "version": secrets.token_hex(4), "language": "en", "text": "We share.",
    })  # fmt: skip
    delivery = create(platform, "consent", f"/v1/notices/{notice}/deliveries", {
        "date": DAY, "channel": "letter", "persons": [person],
    })  # fmt: skip
    given = create(platform, "consent", "/v1/consents", {
        "person": person, "given_by": "person", "date": DAY, "purposes": ["support"], "categories": ["attendance"],
        "notice": notice, "channel": "letter",
    })  # fmt: skip
    objection = create(platform, "consent", "/v1/objections", {
        "person": person, "date": DAY, "purposes": ["support"],
    })  # fmt: skip
    seal = create(platform, "consent", "/v1/seals", {
        "person": person, "kind": "location", "date": DAY, "reason": "Asked",
    })  # fmt: skip
    batch, claim = claimed(platform, family)
    return World({
        "family_id": family, "person_id": person, "push_id": push, "agreement_id": agreement, "notice_id": notice,
        "delivery_id": delivery, "consent_id": given, "objection_id": objection, "seal_id": seal, "batch_id": batch,
        "claim_id": claim,
    })  # fmt: skip


def pushed(platform: Platform) -> str:
    """A push of the feed's own example, worked on."""
    families = platform["families"]
    example = families.client.get("/v1/feeds/school_attendance").json()["example"]
    headers = {"Authorization": f"Bearer {platform.signed()}", "Idempotency-Key": secrets.token_hex(8)}
    covers = {"covers_from": "2016-01-01", "covers_to": DAY, "place": "thornbury"}
    answer = families.client.post(
        "/v1/feeds/school_attendance/pushes",
        params=covers,
        content=example,
        headers=headers | {"Content-Type": "text/csv"},
    )
    assert answer.status_code == 202, answer.text
    families.work()
    return str(answer.json()["id"])


def claimed(platform: Platform, family: str) -> tuple[str, str]:
    """A batch and a claim in it, put where the evaluator would have put them."""
    batch, claim, day = new_id(), new_id(), date.fromisoformat(DAY)
    with platform["claims"].runtime.write() as session:
        session.add(Batch(id=batch, framework=FRAMEWORK, status="frozen", frozen_on=day, frozen_by="bo"))
        session.flush()
        session.add(
            Claim(
                id=claim, family=UUID(family), framework=FRAMEWORK, plan="thornbury", plan_version=1,
                component="result", type="progress", result_date=day, attached_on=day, pence=80_000,
                status="frozen", known_at=now(), material="", trace={}, uses=[], denied=[], batch=batch,
            )
        )  # fmt: skip
    return str(batch), str(claim)
