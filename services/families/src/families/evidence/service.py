"""Evidence is frozen where it lives: what is known of a family for a claim, hashed, never changed, shown sparingly."""

import hashlib
from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.orm import Session

from chassis.auth import Caller
from chassis.db import new_id
from chassis.etag import etag
from chassis.idempotency import OnceRunner
from chassis.outbox import emit
from chassis.problems import Fault
from chassis.runtime import Runtime
from families import sharing
from families.bars.repository import find_barred, is_barred
from families.events import EvidenceAdded
from families.evidence import repository
from families.evidence.schemas import BundleRequest, BundleView, BundleWritten
from families.models.evidence import EvidenceBundle
from families.models.families import Membership
from families.people.repository import find_leaves
from families.problems import BundleNotFound, EvidenceNotValid
from families.sharing import LOCATION, SUPPORT, Item, PermittedSharing, Subject
from families.support.parts import AGREEMENT, ASSESSMENT, DECLINED, LEAD, PLAN
from families.support.repository import recorded_day
from vocabulary.late_recording import count_days_late

AUDITOR, CLAIMS_OFFICER, VISITOR = "internal_auditor", "claims_officer", "assurance_visitor"
FREEZING = "evidence:freeze"
"""The scope of claims alone."""


def freeze_bundle(
    session: Session,
    caller: Caller,
    family: UUID,
    request: BundleRequest,
    once: OnceRunner,
    late_after_days: int | None = None,
) -> BundleWritten:
    """Freeze what is known of a family as at a day: its members, its support, and the facts of these records.

    Errors: FamilyNotFound; EvidenceNotValid for people who never belonged to the family.
    """
    repository.get_family(session, family)

    def make_bundle() -> BundleWritten:
        content = canonical_json(_gather(session, family, request, late_after_days))
        digest = hashlib.sha256(content).hexdigest()
        bundle = EvidenceBundle(
            id=new_id(), family=family, as_at=request.as_at, hash=digest, content=content.decode(),
            frozen_by=caller.subject,
        )  # fmt: skip
        session.add(bundle)
        session.flush()
        emit(session, EvidenceAdded(family=family, bundle=bundle.id, hash=digest))
        return BundleWritten(id=bundle.id, status="frozen", etag=etag(1), hash=digest)

    written = once(session, caller, request, make_bundle, location="/v1/evidence-bundles/{id}")
    if isinstance(written, BundleWritten):
        return written
    bundle = repository.get_bundle(session, written.id, sampled_only=False)
    return BundleWritten(id=written.id, status=written.status, etag=written.etag, hash=bundle.hash)


def show_bundle(runtime: Runtime, caller: Caller, purpose: str, bundle_id: UUID) -> BundleView:
    """What of a bundle may be shown to the caller: to claims and its officers any, to an auditor a sampled one, and to
    a visitor of the department those of their visit, on its days.

    Errors: BundleNotFound, in the same words for what does not exist; Unavailable.
    """
    # Any administrator can grant a partner's client the scope of this door, but nobody the one for freezing.
    if not caller.roles & {AUDITOR, CLAIMS_OFFICER, VISITOR} and FREEZING not in caller.scopes:
        raise BundleNotFound()
    with runtime.read() as session:
        bundle = repository.get_bundle(session, bundle_id, sampled_only=AUDITOR in caller.roles)
        if VISITOR in caller.roles and not repository.is_visited(session, bundle.id, caller.subject):
            raise BundleNotFound()
        content: dict[str, Any] = orjson.loads(bundle.content)
        people = {UUID(person) for person in content["persons"]}
        if bundle.family in find_barred(session, caller.subject).families or is_barred(session, caller.subject, people):
            raise BundleNotFound()
        roots = find_leaves(session, people)
    by_root: dict[UUID, list[UUID]] = {}
    for leaf, root in roots.items():
        by_root.setdefault(root, []).append(leaf)
    subjects = [Subject(root, tuple(sorted(set(leaves) - {root}))) for root, leaves in by_root.items()]
    # What was done with the family is said of each of its members; a fact, of one person.
    of_all = {Item(SUPPORT, act["source"]) for kind in content["support"].values() for act in kind}
    of_all |= {Item(LOCATION, act["source"]) for act in content["support"]["lead_professionals"]}
    of_one: dict[UUID, set[Item]] = {}
    for fact in content["facts"]:
        of_one.setdefault(roots[UUID(fact["person"])], set()).add(Item(fact["category"], fact["source"]))
    wanted = {subject: of_all | of_one.get(subject.person, set()) for subject in subjects}
    shared = sharing.decide(runtime, caller, purpose, wanted)
    shown = _shared(content, shared, roots)
    return BundleView(
        id=bundle.id,
        family=bundle.family,
        as_at=bundle.as_at,
        hash=bundle.hash,
        frozen_at=bundle.frozen_at,
        whole=canonical_json(shown) == bundle.content.encode(),
        content=shown,
        access=sharing.ask_access(runtime, caller, purpose).model_dump(),
    )


def open_to_audit(session: Session, bundles: Collection[tuple[UUID, UUID]]) -> None:
    """These bundles were drawn for the audit. Shape: bundle, claim."""
    repository.record_samples(session, bundles)


def open_to_visit(
    session: Session, visit: UUID, visitor: str, from_on: date, to_on: date, bundles: Collection[UUID]
) -> None:
    """An official of the department may read these bundles on these days."""
    repository.record_visit(session, visit, visitor, from_on, to_on, bundles)


def close_to_visits(session: Session, visits: Collection[UUID]) -> None:
    """These visits ended before their last day."""
    repository.forget_visits(session, visits)


def canonical_json(content: dict[str, Any]) -> bytes:
    """JSON in one way only: members sorted, no spaces, UTF-8."""
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)


def _gather(session: Session, family: UUID, request: BundleRequest, late_after_days: int | None) -> dict[str, Any]:
    roots = find_leaves(session, request.persons)
    belonging = repository.list_memberships(session, family)
    strangers = set(roots.values()) - set(find_leaves(session, [m.person for m in belonging]).values())
    if strangers or not set(request.persons) <= set(roots):
        fault = Fault(pointer="/body/persons", code="not_a_member", detail="Should be people of the family")
        raise EvidenceNotValid(errors=[fault])
    acts: dict[str, Any] = {
        "agreements": repository.list_agreements(session, family, request.as_at),
        "lead_professionals": repository.list_leads(session, family, request.as_at),
        "assessments": repository.list_assessments(session, family, request.as_at),
        "plans": repository.list_plans(session, family, request.as_at),
    }
    left_on = _find_leaving_days(belonging, find_leaves(session, [m.person for m in belonging]))
    facts = [
        fact
        for fact in repository.list_facts(session, request.records, roots)
        if (until := left_on[roots[fact.person]]) is None or fact.from_on <= until
    ]
    confirmed = repository.list_confirmations(session, family)

    def describe_act(part: str, row: Any, **what: Any) -> dict[str, Any]:
        recorded_on = recorded_day(row)
        late = count_days_late(part, row.on, recorded_on, late_after_days)
        told = {"recorded_on": recorded_on.isoformat(), "recorded_by": row.recorded_by, "days_late": late}
        return _act(row, confirmed_by=confirmed.get(row.id), **told, **what)

    return {
        "family": str(family),
        "as_at": request.as_at.isoformat(),
        "persons": sorted(str(person) for person in set(request.persons)),
        "members": [
            {
                "membership": str(m.id), "person": str(m.person), "role": m.role, "from": m.from_on.isoformat(),
                "to": m.to_on.isoformat() if m.to_on else None,
            }
            for m in belonging
        ],
        "support": {
            "agreements": [
                describe_act(AGREEMENT if row.agreed else DECLINED, row, agreed=row.agreed)
                for row in acts["agreements"]
            ],
            "lead_professionals": [
                describe_act(LEAD, row, user=row.user or None, name=row.name, service=row.service, sector=row.sector)
                for row in acts["lead_professionals"]
            ],
            "assessments": [
                describe_act(
                    ASSESSMENT, row, kind=row.kind, needs=row.needs, none_found_because=row.none_found_because,
                    note=row.note, sector=row.sector,
                )
                for row in acts["assessments"]
            ],
            "plans": [
                describe_act(PLAN, row, assessment=row.assessment and str(row.assessment), goals=row.goals)
                for row in acts["plans"]
            ],
        },
        "chronology": _chronology(acts, facts),
        "facts": [
            {
                "fact": str(fact.id), "person": str(fact.person), "record": str(fact.record_id),
                "measure": fact.measure, "from": fact.from_on.isoformat(),
                "to": fact.to_on.isoformat() if fact.to_on else None, "value": fact.value, "unit": fact.unit,
                "age_at_event": fact.age_at_event, "source": fact.source, "category": fact.category,
                "push": str(fact.push),
            }
            for fact in facts
        ],
    }  # fmt: skip


def _find_leaving_days(belonging: Collection[Membership], roots: dict[UUID, UUID]) -> dict[UUID, date | None]:
    """The last day on which each belonged to the family; None for whoever belongs to it still. Shape: by root.

    What befell somebody after they had left is no evidence of how this family fared.
    """
    days: dict[UUID, date | None] = {}
    for membership in belonging:
        root = roots[membership.person]
        last = days.get(root, membership.to_on)
        days[root] = None if last is None or membership.to_on is None else max(last, membership.to_on)
    return days


def _act(row: Any, **what: Any) -> dict[str, Any]:
    return {"id": str(row.id), "date": row.on.isoformat(), "source": row.source, **what}


def _chronology(acts: dict[str, Any], facts: Collection[Any]) -> list[dict[str, Any]]:
    """Days and what they refer to, in order; what happened stands under `support` and `facts`."""
    days = [
        {"date": row.on.isoformat(), "kind": kind, "id": str(row.id)} for kind, rows in acts.items() for row in rows
    ]
    days += [{"date": fact.from_on.isoformat(), "kind": fact.measure, "id": str(fact.id)} for fact in facts]
    return sorted(days, key=lambda day: (day["date"], day["kind"], day["id"]))


def _shared(content: dict[str, Any], shared: PermittedSharing, roots: dict[UUID, UUID]) -> dict[str, Any]:
    """The bundle without what may not be shown now, whatever was known when it was frozen."""
    everybody = set(roots.values())

    def support_shows(act: dict[str, Any]) -> bool:
        return all(shared.permits(person, SUPPORT, act["source"]) for person in everybody)

    facts = [
        fact
        for fact in content["facts"]
        if shared.permits(roots[UUID(fact["person"])], fact["category"], fact["source"])
    ]
    support = {kind: [act for act in rows if support_shows(act)] for kind, rows in content["support"].items()}
    support["lead_professionals"] = [
        act if all(shared.permits(person, LOCATION, act["source"]) for person in everybody)
        else {name: value for name, value in act.items() if name != "service"}
        for act in support["lead_professionals"]
    ]  # fmt: skip
    shown = {fact["fact"] for fact in facts} | {act["id"] for rows in support.values() for act in rows}
    return content | {
        "facts": facts,
        "support": support,
        "chronology": [day for day in content["chronology"] if day["id"] in shown],
    }
