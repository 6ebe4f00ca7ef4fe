"""A program's log: leaves in the order of their commits, heads that others hold, proofs, and what health says."""

from collections.abc import Callable
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, select, update

from chassis.db import in_batches, new_id
from chassis.listener import listen_once
from consent.log import LOG
from consent.models import Decision, LogBlock, LogHead, LogLeaf, LogNote, Outbox, SeenHead, Sharing
from fixtures.stack import Programs
from fixtures.tokens import token
from transparency.checking import Checker, spot_check, walk_log
from transparency.leaves import append_leaves, erase_entries
from transparency.log import NOTES
from transparency.merkle import verify_consistency, verify_inclusion
from transparency.sequencer import BATCH, Sequencer, count_waiting_leaves
from transparency.signing import is_signed
from unit.consent.world import World, caller, people, term
from unit.transparency.world import decide_some, sign_heads

AUDITOR = token("otto", scopes=["transparency:read"], roles=["internal_auditor"])


@pytest.fixture
def world(programs: Programs) -> World:
    world = World.begin(programs)
    world.agree("education", "programme", term("identify", "identity"), term("identify", "attendance"))
    return world


def listen(world: World) -> None:
    while world.running.relay.step():
        pass
    while listen_once(world.running.runtime, world.running.program.reactions):
        pass


def change(world: World, *statements: Any) -> None:
    with world.running.runtime.write() as session:
        for statement in statements:
            session.execute(statement)


def faults(world: World) -> list[str]:
    with world.running.runtime.read() as session:
        return spot_check(session, LOG)


def head(world: World) -> dict[str, Any]:
    answer = world.get("/v1/transparency/head", AUDITOR)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_decision_has_a_leaf_a_person_and_each_stands_in_the_order_of_commits(world: World) -> None:
    decided = [
        world.decide(people(3), [("identity", "education")], purpose="identify", share=True, asker=caller())
        for _ in range(4)
    ]
    world.decide(people(3), [("identity", "education")], purpose="identify", asker=caller())  # only asked
    assert head(world) == {"head": None, "waiting": 12}
    sign_heads(world)
    with world.running.runtime.read() as session:
        leaves = session.execute(select(LogLeaf.record, LogLeaf.position).order_by(LogLeaf.position)).all()
        assert len({bytes(salt or b"") for salt in session.scalars(select(LogLeaf.salt))}) == len(leaves) == 13
    # The first says that the log has begun: on a store that was new, with nothing that had been there before.
    assert [position for _, position in leaves] == list(range(13))
    order = [str(record) for record, _ in leaves if str(record) in {d.json()["decision"] for d in decided}]
    assert list(dict.fromkeys(order)) == [d.json()["decision"] for d in decided]
    assert (head(world)["head"]["size"], head(world)["waiting"]) == (13, 0)


def test_heads_are_signed_and_prove_that_the_log_only_grows(world: World) -> None:
    dice, kept = Random(7), []
    for _ in range(4):
        decide_some(world, dice, 5)
        sign_heads(world)
        kept.append(head(world)["head"])
    last = kept[-1]
    root = bytes.fromhex(last["root"])
    for one in kept:
        signature, key = bytes.fromhex(one["signature"]), bytes.fromhex(one["public_key"])
        assert is_signed(key, one["at"], one["size"], bytes.fromhex(one["root"]), signature)
        assert not is_signed(key, one["at"] + 1, one["size"], bytes.fromhex(one["root"]), signature)
        asked = {"first": one["size"], "second": last["size"]}
        proof = world.get("/v1/transparency/consistency-proof", AUDITOR, **asked).json()
        path = [bytes.fromhex(step) for step in proof["path"]]
        assert verify_consistency(one["size"], last["size"], bytes.fromhex(one["root"]), root, path)
    for position in (0, 1, last["size"] - 1):
        proof = world.get("/v1/transparency/inclusion-proof", AUDITOR, position=position, size=last["size"]).json()
        path = [bytes.fromhex(step) for step in proof["path"]]
        assert verify_inclusion(bytes.fromhex(proof["leaf"]), position, last["size"], path, root)
    assert kept[0]["public_key"] == last["public_key"]


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("inclusion-proof", {"position": 3, "size": 3}),
        ("inclusion-proof", {"position": 0, "size": 1000}),
        ("consistency-proof", {"first": 3, "second": 2}),
        ("consistency-proof", {"first": 1, "second": 1000}),
    ],
)
def test_what_is_not_in_the_tree_has_no_proof(world: World, path: str, asked: dict[str, int]) -> None:
    decide_some(world, Random(1), 3)
    sign_heads(world)
    assert world.get(f"/v1/transparency/{path}", AUDITOR, **asked).status_code == 404


def test_the_doors_are_for_auditors_and_officers(world: World) -> None:
    nobody = token("leo", scopes=["families:read"], roles=["lead_professional"])
    for path in (
        "head",
        "seen-heads?log=consent",
        "inclusion-proof?position=0&size=1",
        "consistency-proof?first=1&second=1",
    ):
        assert world.get(f"/v1/transparency/{path}", nobody).status_code == 403


def test_what_was_there_before_the_log_is_taken_in_once(world: World) -> None:
    decide_some(world, Random(2), 4)
    change(world, delete(LogLeaf))  # as a store of the release before has none
    assert len(walk_log(world.running.runtime, LOG).faults) > 0
    sign_heads(world)
    assert walk_log(world.running.runtime, LOG).faults == []
    decide_some(world, Random(3), 1)
    sign_heads(world)
    size = head(world)["head"]["size"]
    change(world, delete(LogLeaf).where(LogLeaf.position == size - 1))
    sign_heads(world)
    assert walk_log(world.running.runtime, LOG).faults, "what loses its leaf later is not taken in again"


def test_a_tree_of_several_blocks_is_the_same_however_it_grew(world: World) -> None:
    with world.running.runtime.write() as session:
        for some in in_batches(range(BATCH + 700), 500):
            append_leaves(session, NOTES.kind, {(new_id(), None): {"at": n} for n in some})
    sign_heads(world)
    with world.running.runtime.read() as session:
        blocks = session.scalar(select(LogBlock.index).order_by(LogBlock.index.desc()))
        heads = list(session.scalars(select(LogHead.size).order_by(LogHead.size)))
    assert blocks == (BATCH + 700) // 256 - 1 and heads == [BATCH, BATCH + 701]
    walk = walk_log(world.running.runtime, LOG)
    assert {fault.split(": ")[1] for fault in walk.faults} == {"what it stands for is gone"}, (
        "roots and blocks are right"
    )


def ruin_line(world: World) -> None:
    change(world, update(Sharing).values(source="housing"))


def ruin_decision(world: World) -> None:
    change(world, update(Decision).values(subject="somebody-else"))


def lose_lines(world: World) -> None:
    change(world, delete(Sharing))


def lose_leaves(world: World) -> None:
    change(world, delete(LogLeaf).where(LogLeaf.position > 3))


def ruin_head(world: World) -> None:
    change(world, update(LogHead).values(at=1))


def lose_heads(world: World) -> None:
    change(world, delete(LogHead))


def ruin_note(world: World) -> None:
    change(world, update(LogNote).values(data={"adopted": 815}))


RUINS = [ruin_line, ruin_decision, lose_lines, lose_leaves, ruin_head, lose_heads]


@pytest.mark.parametrize("ruin", RUINS)
def test_health_fails_when_head_and_store_disagree(world: World, ruin: Callable[[World], None]) -> None:
    decide_some(world, Random(4), 4)
    sign_heads(world)
    world.running.runtime.state["look_again"] = 0.0
    assert (world.running.client.get("/health/log").status_code, faults(world)) == (200, [])
    ruin(world)
    assert faults(world) and walk_log(world.running.runtime, LOG).faults
    broken = world.running.client.get("/health/log")
    assert (broken.status_code, broken.json()["status"]) == (503, "broken")
    assert world.running.client.get("/health/ready").status_code == 200, "families can still be looked at"


def test_a_walk_finds_what_spots_may_miss_and_health_keeps_it(world: World) -> None:
    decide_some(world, Random(5), 3)
    sign_heads(world)
    ruin_note(world)
    checker, runtime = Checker(LOG), world.running.runtime
    while checker.step(runtime):
        pass
    assert any("what it stands for was changed" in fault for fault in faults(world))
    assert checker.step(runtime) is False, "the next walk is a day later"


def test_an_erased_entry_leaves_its_leaf_and_says_by_whom(world: World) -> None:
    ada, ben = people(2)
    items = [("identity", "education")]
    decision = world.decide([ada, ben], items, purpose="identify", share=True, asker=caller()).json()["decision"]
    sign_heads(world)
    before = head(world)["head"]
    with world.running.runtime.write() as session:
        keys = {(UUID(decision), UUID(ada))}
        erase_entries(session, "decision", keys, by="iris", reason="Court order")
        session.execute(delete(Sharing).where(Sharing.person == UUID(ada)))
    sign_heads(world)
    assert walk_log(world.running.runtime, LOG).faults == [] == faults(world)
    asked = {"first": before["size"], "second": head(world)["head"]["size"]}
    path = world.get("/v1/transparency/consistency-proof", AUDITOR, **asked).json()["path"]
    roots = (bytes.fromhex(before["root"]), bytes.fromhex(head(world)["head"]["root"]))
    assert verify_consistency(asked["first"], asked["second"], *roots, [bytes.fromhex(step) for step in path])
    change(world, update(LogLeaf).where(LogLeaf.part == UUID(ben)).values(salt=None))
    assert walk_log(world.running.runtime, LOG).faults, "nobody said that ben's was erased"


def seen(world: World) -> list[tuple[int, str]]:
    answer = world.get("/v1/transparency/seen-heads", AUDITOR, log="consent").json()["items"]
    return [(one["size"], one["verdict"]) for one in answer]


def test_whoever_hears_heads_keeps_them_and_finds_a_log_that_went_back(world: World) -> None:
    for number in range(3):
        decide_some(world, Random(number), 2)
        sign_heads(world)
    listen(world)
    sizes = [size for size, _ in seen(world)]
    assert len(sizes) == 3 and {verdict for _, verdict in seen(world)} == {"consistent"}
    # The store as it was at the first head, with the programs started anew on it.
    change(world, delete(LogLeaf).where(LogLeaf.position >= sizes[0]), delete(LogHead).where(LogHead.size > sizes[0]))
    assert any("it was rolled back" in fault for fault in faults(world))
    world.running.runtime.state.pop("sequencer")
    Sequencer(LOG).step(world.running.runtime)
    listen(world)
    assert (sizes[0], "rolled_back") in seen(world)
    decide_some(world, Random(9), 9)
    sign_heads(world)
    listen(world)
    assert seen(world)[-1][1] == "forked", "a longer log does not hide it"
    assert faults(world)


@pytest.mark.parametrize(
    ("member", "value", "verdict"),
    [("root", "00" * 32, "not_signed"), ("size", 815, "not_signed"), ("public_key", "00", "not_signed")],
)
def test_a_head_that_was_changed_on_its_way_is_kept_as_such(
    world: World, member: str, value: object, verdict: str
) -> None:
    decide_some(world, Random(1), 2)
    sign_heads(world)
    with world.running.runtime.write() as session:
        row = session.scalars(select(Outbox).where(Outbox.type.contains("head.signed"))).one()
        row.data = row.data | {member: value}
    listen(world)
    assert [verdict for _, verdict in seen(world)] == [verdict]


def test_the_same_head_told_again_is_kept_once(world: World) -> None:
    decide_some(world, Random(1), 2)
    sign_heads(world)
    for _ in range(3):
        world.running.runtime.state.pop("sequencer")
        sign_heads(world)
    listen(world)
    with world.running.runtime.read() as session:
        assert len(list(session.scalars(select(SeenHead.id)))) == 1
        assert count_waiting_leaves(session) == 0
