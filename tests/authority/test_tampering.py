"""Whoever may write to a store cannot make it say something else: another program holds what it said before."""

from typing import Any

import pytest
from sqlalchemy import delete, select, update

from authority.town import Town
from claims.log import LOG as CLAIMS
from consent.log import LOG as CONSENT
from consent.models import LogHead, LogLeaf, Sharing
from families.log import LOG as FAMILIES
from identity.log import LOG as IDENTITY
from identity.models import AuditEntry
from sandbox.identifiers import upn
from transparency.checking import walk_log
from unit.families.borough import attendance

LOGS = {"consent": CONSENT, "claims": CLAIMS, "families": FAMILIES, "identity": IDENTITY}
HELD_BY = {"consent": "claims", "claims": "consent", "families": "consent", "identity": "claims"}


@pytest.fixture(scope="module")
def logged(town: Town) -> Town:
    """The town, once something was shared and every head was signed and told."""
    for name in LOGS:
        town.platform[name].runtime.state |= {"head_every": 0.0, "look_again": 0.0}
    number = upn(1, 2008, 950)
    town.push("school_attendance", attendance(upn=number, forename="Tam", surname="Tamper"))
    assert town.get("ana", "families", f"/v1/people/{town.person(number)}").status_code == 200
    town.settle()
    return town


def head(town: Town, program: str) -> dict[str, Any]:
    found: dict[str, Any] = town.done(town.get("otto", program, "/v1/transparency/head"))["head"]
    return found


@pytest.mark.parametrize("program", LOGS)
def test_each_head_is_held_by_another_program(logged: Town, program: str) -> None:
    own = head(logged, program)
    seen = logged.done(
        logged.get("otto", HELD_BY[program], "/v1/transparency/seen-heads", params={"log": program, "limit": 1000})
    )["items"]
    assert {one["verdict"] for one in seen} == {"consistent"}
    assert (own["size"], own["root"]) in {(one["size"], one["root"]) for one in seen}


@pytest.mark.parametrize("program", LOGS)
def test_a_log_that_nobody_touched_is_whole(logged: Town, program: str) -> None:
    assert walk_log(logged.platform[program].runtime, LOGS[program]).faults == []
    assert logged.platform[program].client.get("/health/log").json()["status"] == "whole"


@pytest.mark.parametrize("who", ["petra", "hana", "iris"])
def test_an_officer_of_any_agency_may_keep_heads_and_nobody_without_the_scope(logged: Town, who: str) -> None:
    assert (
        head(logged, "consent")["size"]
        == logged.done(logged.get(who, "consent", "/v1/transparency/head"))["head"]["size"]
    )
    for nobody in ("ana", "leo", "finn"):
        assert logged.get(nobody, "consent", "/v1/transparency/head").status_code == 403


def test_one_line_that_is_edited_behind_the_program_is_found_and_found_right_once_it_is_put_back(logged: Town) -> None:
    runtime = logged.platform["consent"].runtime
    with runtime.write() as session:
        line = session.scalars(select(Sharing).limit(1)).one()
        before, line.source = line.source, "housing"
        id = line.id
    assert walk_log(runtime, CONSENT).faults
    with runtime.write() as session:
        session.execute(update(Sharing).where(Sharing.id == id).values(source=before))
    assert walk_log(runtime, CONSENT).faults == []


def test_an_act_that_is_taken_out_of_identitys_audit_is_found(logged: Town) -> None:
    runtime = logged.platform["identity"].runtime
    with runtime.write() as session:
        row = session.scalars(select(AuditEntry).order_by(AuditEntry.id).limit(1)).one()
        held = {column.name: getattr(row, column.key) for column in AuditEntry.__table__.columns}
        session.execute(delete(AuditEntry).where(AuditEntry.id == row.id))
    assert walk_log(runtime, IDENTITY).faults
    with runtime.write() as session:
        session.execute(AuditEntry.__table__.insert(), [held])  # type: ignore[attr-defined]
    assert walk_log(runtime, IDENTITY).faults == []


def test_a_store_that_is_rolled_back_with_its_own_heads_is_found(logged: Town) -> None:
    """The last test here: the town's log stays broken, as it must."""
    consent = logged.platform["consent"]
    last = head(logged, "consent")["size"]
    with consent.runtime.write() as session:
        session.execute(delete(LogHead).where(LogHead.size == last))
        size = max(session.scalars(select(LogHead.size)))
        session.execute(delete(LogLeaf).where(LogLeaf.position >= size))
    health = consent.client.get("/health/log")
    assert health.status_code == 503
    assert any("it was rolled back" in fault for fault in health.json()["faults"])
    consent.runtime.state.pop("sequencer")  # as it is when the programs start on the older store
    logged.settle()
    held = logged.done(
        logged.get("otto", "claims", "/v1/transparency/seen-heads", params={"log": "consent", "limit": 1000})
    )
    assert "rolled_back" in {one["verdict"] for one in held["items"]}
    assert logged.platform["claims"].client.get("/health/log").status_code == 503
    assert consent.client.get("/health/ready").status_code == 200
