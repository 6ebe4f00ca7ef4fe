"""The auditor's sample follows from nonce and freeze: against the check that is written apart, and by chance."""

import hashlib
import importlib.util
import json
from collections import Counter
from datetime import date
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from chassis.db import new_id
from claims.models import Batch, Claim, Draw, SampleCommitment, Sampled
from claims.sampling import derivation
from claims.sampling.derivation import SampleLine, SampleRules
from unit.claims.test_drafts import DAY, batch_of, check, find, frozen, recovered, submit
from unit.claims.world import CLARE, FINN, OLGA, OTTO, World, person

TOOL = Path(__file__).parents[3] / "tools" / "check_sample.py"


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    """The check that an auditor runs: it imports nothing of ours, so it is the oracle too."""
    spec = importlib.util.spec_from_file_location("check_sample", TOOL)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def seeded_lines(rng: Random, number: int, strata: int = 3, whole: float = 0.1) -> list[SampleLine]:
    return [
        SampleLine(
            UUID(int=rng.getrandbits(128)), rng.randint(1, strata), rng.random() < whole, rng.randbytes(32).hex()
        )
        for _ in range(number)
    ]


def shown(batch: UUID, nonce: str, rules: SampleRules, lines: list[SampleLine], drawings: int) -> dict[str, Any]:
    """What the platform would show of such a batch, in any order."""
    content = derivation.describe_batch(batch, "2015", date(2019, 4, 14), rules, lines)
    content_hash = derivation.digest_content(content)
    seed = derivation.derive_seed(nonce, content_hash)
    sample = derivation.draw_sample(seed, rules, lines, drawings)
    return content | {
        "nonce": nonce, "seed": seed, "content_hash": content_hash, "drawings": drawings,
        "commitment": {"hash": derivation.hash_nonce(nonce)}, "sample": sorted(map(str, sample)),
    }  # fmt: skip


def test_the_check_that_is_written_apart_agrees_with_every_sample(tool: ModuleType) -> None:
    rng = Random(14)
    for _ in range(150):
        rules = SampleRules(rng.randint(1, 60), rng.randint(0, 4))
        lines = seeded_lines(rng, rng.randint(1, 60))
        rng.shuffle(lines)
        said = shown(UUID(int=rng.getrandbits(128)), rng.randbytes(32).hex(), rules, lines, rng.randint(1, 4))
        rng.shuffle(said["claims"])
        assert tool.list_faults(said) == []


def test_the_check_finds_whatever_was_chosen(tool: ModuleType) -> None:
    rng = Random(7)
    said = shown(UUID(int=1), rng.randbytes(32).hex(), SampleRules(10, 1), seeded_lines(rng, 40), 1)
    outside = next(line["claim"] for line in said["claims"] if line["claim"] not in said["sample"])
    chosen: dict[str, dict[str, Any]] = {
        "another nonce": {"nonce": "00" * 32},
        "another seed": {"seed": "11" * 32},
        "another claim": {"sample": [outside, *said["sample"][1:]]},
        "one claim fewer": {"sample": said["sample"][1:]},
        "a claim that was not frozen": {"claims": said["claims"][1:]},
        "a claim that was not looked at whole": {
            "claims": [line | {"whole": False} for line in said["claims"]],
        },
        "a smaller share": {"percent": 5},
    }
    for name, other in chosen.items():
        assert tool.list_faults(said | other), name


def test_the_documented_example_comes_out_to_the_bit() -> None:
    """One batch by hand, with hashlib and json alone, as docs/sampling.md says."""
    nonce, claims = "ab" * 32, [UUID(int=number) for number in (3, 1, 2)]
    lines = [SampleLine(claim, 1, False, "d") for claim in claims]
    text = json.dumps(
        {
            "batch": str(UUID(int=9)),
            "claims": [
                {"claim": str(UUID(int=number)), "digest": "d", "stratum": 1, "whole": False} for number in (1, 2, 3)
            ],
            "framework": "2015", "frozen_on": "2019-04-14", "least": 1, "percent": 10, "scheme": "thinkfamily-sample-1",
        },
        separators=(",", ":"),
    )  # fmt: skip
    content_hash = hashlib.sha256(text.encode())
    seed = hashlib.sha256(b"thinkfamily-sample-1\n" + bytes.fromhex(nonce) + content_hash.digest())
    first = min(claims, key=lambda claim: hashlib.sha256(seed.digest() + claim.bytes).digest())
    said = shown(UUID(int=9), nonce, SampleRules(10, 1), lines, 1)
    assert (said["content_hash"], said["seed"]) == (content_hash.hexdigest(), seed.hexdigest())
    assert said["sample"] == [str(first)]


@pytest.mark.parametrize(("number", "size"), [(1, 1), (9, 1), (10, 1), (11, 2), (20, 2), (21, 3), (100, 10), (101, 11)])
def test_a_tenth_of_each_type_is_looked_at_rounded_up_beside_what_is_looked_at_whole(number: int, size: int) -> None:
    lines = [SampleLine(new_id(), 1, False, "") for _ in range(number)]
    lines += [SampleLine(new_id(), 2, False, "") for _ in range(3)] + [SampleLine(new_id(), 1, True, "")] * 5
    assert derivation.count_sizes(SampleRules(10, 1), lines) == {1: size, 2: 1}
    assert derivation.count_sizes(SampleRules(10, 4), lines) == {1: min(number, max(4, size)), 2: 3}


def test_each_claim_of_a_stratum_has_the_same_chance() -> None:
    """3,000 batches of the same claims, each with a nonce of its own: 11 of one type (2 drawn), 5 of another (1)."""
    rng, rules = Random(2015), SampleRules(10, 1)
    lines = [SampleLine(UUID(int=n), 1 if n <= 11 else 2, n == 17, "") for n in range(1, 18)]
    lines[-1] = SampleLine(UUID(int=17), 2, True, "")
    batches, drawn, pairs = 3000, Counter[UUID](), Counter[frozenset[UUID]]()
    for _ in range(batches):
        seed = derivation.derive_seed(rng.randbytes(32).hex(), rng.randbytes(32).hex())
        sample = derivation.draw_sample(seed, rules, lines, 1)
        drawn.update(sample)
        pairs[frozenset(claim for claim in sample if claim.int <= 11)] += 1
    assert drawn[UUID(int=17)] == batches  # looked at whole
    for stratum, chance in ((range(1, 12), 2 / 11), (range(12, 17), 1 / 5)):
        expected = batches * chance
        off = sum((drawn[UUID(int=n)] - expected) ** 2 / expected for n in stratum)
        # Chi-squared with so many degrees of freedom is beyond this once in ten thousand; the seed is fixed.
        assert off < (35.6 if len(stratum) == 11 else 23.5)
    # Two of eleven: each pair as often as another.
    expected = batches / 55
    assert len(pairs) == 55 and sum((n - expected) ** 2 / expected for n in pairs.values()) < 98


def test_an_extended_sample_goes_on_in_the_order_of_the_first_day() -> None:
    rng, rules = Random(3), SampleRules(10, 1)
    lines, seed = seeded_lines(rng, 60), rng.randbytes(32).hex()
    so_far: set[UUID] = set()
    for drawings in range(1, 30):
        sample = derivation.draw_sample(seed, rules, lines, drawings)
        assert so_far <= sample and (sample > so_far or len(sample) == 60)
        so_far = sample
    assert len(so_far) == 60


# --- over HTTP


def problem(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rpartition("/")[2]


def test_the_whole_of_it_follows_from_what_everybody_may_read(world: World, tool: ModuleType) -> None:
    batch, (one, _) = batch_of(world, 11)
    said = world.get(f"/v1/batches/{batch}/sampling", FINN)
    assert tool.list_faults(said) == [] and len(said["sample"]) == 2 and len(said["claims"]) == 11
    assert said["commitment"]["by"] == "otto" and said["commitment"]["status"] == "revealed" and said["freeze"] == 1
    find(world, batch, one, "failed")
    world.draw(batch)
    assert tool.list_faults(world.get(f"/v1/batches/{batch}/sampling", OTTO)) == []
    # What each line says tells no type: who may not see what a claim rests on reads this as well.
    assert {tuple(sorted(line)) for line in said["claims"]} == {("claim", "digest", "stratum", "whole")}


def test_no_batch_is_frozen_without_a_nonce_and_none_is_drawn_by_another(world: World) -> None:
    recovered(world)
    assert check(world, world.claims()[0]["id"]) == 200
    freeze = {"framework": "2015", "date": DAY}
    assert problem(world.post("/v1/batches", CLARE, freeze)) == (409, "commitment-needed")
    nonce = world.commit()
    batch = world.post("/v1/batches", CLARE, freeze).json()["id"]
    path = f"/v1/batches/{batch}/sample"
    for body, code in (
        ({}, "nonce_needed"),
        ({"nonce": "00" * 32}, "nonce_differs"),
        ({"seed": 7}, "extra_forbidden"),
        ({"nonce": nonce.upper()}, "string_pattern_mismatch"),
    ):
        refused = world.post(path, OTTO, body)
        assert refused.status_code == 422 and nonce not in refused.text
        if code.startswith("nonce"):
            assert [(e["pointer"], e["code"]) for e in refused.json()["errors"]] == [("/body/nonce", code)]
    seen = world.get(f"/v1/batches/{batch}", FINN)
    assert (seen["seed"], seen["commitment"]["nonce"], seen["commitment"]["status"]) == (None, None, "used")
    # Another auditor may reveal it, who was told.
    drawn = world.post(path, OLGA, {"nonce": nonce})
    assert drawn.status_code == 201 and world.get(f"/v1/batches/{batch}", FINN)["seed"] == drawn.json()["seed"]


def test_a_commitment_serves_once_expires_and_gives_way_to_a_newer_one(world: World) -> None:
    first = world.commit()
    used = hashlib.sha256(bytes.fromhex(first)).hexdigest()
    again = world.post("/v1/sample-commitments", OLGA, {"framework": "2015", "hash": used})
    assert problem(again) == (409, "commitment-used")
    second = world.commit(OLGA)
    recovered(world)
    batch = frozen(world)
    assert [row["status"] for row in world.get("/v1/sample-commitments", CLARE)["items"]] == [
        "replaced", "replaced", "used",
    ]  # fmt: skip
    for nonce in (first, second):
        assert world.post(f"/v1/batches/{batch}/sample", OTTO, {"nonce": nonce}).status_code == 422
    late = world.commit()
    with world.running.runtime.write() as session:
        row = session.scalars(select(SampleCommitment).order_by(SampleCommitment.id.desc())).first()
        assert row is not None
        row.expires_at = row.at
    abandon = {"reason": "The nonce is lost", "date": DAY}
    assert world.post(f"/v1/batches/{batch}/abandon", CLARE, abandon).status_code == 200
    assert problem(world.post("/v1/batches", CLARE, {"framework": "2015", "date": DAY})) == (409, "commitment-needed")
    assert late and world.get("/v1/sample-commitments", FINN)["items"][-1]["status"] == "expired"
    assert world.get("/v1/sample-commitments", person("leo", "lead_professional"))["items"] == []


def test_whoever_freezes_is_not_who_committed_and_neither_had_another_hand(world: World) -> None:
    recovered(world)
    both = person("bo", "claims_officer", "internal_auditor")
    assert check(world, world.claims()[0]["id"], both) == 200
    world.commit(both)
    freeze = {"framework": "2015", "date": DAY}
    assert problem(world.post("/v1/batches", CLARE, freeze)) == (409, "commitment-not-independent")
    dual = person("di", "claims_officer", "internal_auditor")
    world.commit(dual)
    assert problem(world.post("/v1/batches", dual, freeze)) == (409, "freezer-not-independent")
    assert world.post("/v1/batches", CLARE, freeze).status_code == 201


def test_who_hopes_for_a_kinder_sample_gets_all_of_them(world: World, tool: ModuleType) -> None:
    batch, (one, _) = batch_of(world, 11)
    abandon = {"reason": "Once more", "date": DAY}
    assert problem(world.post(f"/v1/batches/{batch}/abandon", CLARE, abandon)) == (409, "sample-revealed")
    find(world, batch, one, "failed")
    assert problem(world.post(f"/v1/batches/{batch}/abandon", CLARE, abandon)) == (409, "sample-revealed")


def test_an_abandoned_freeze_is_counted_shown_and_looked_at_whole(world: World, tool: ModuleType) -> None:
    recovered(world)
    first = frozen(world)
    path = f"/v1/batches/{first}/abandon"
    early = world.post(path, CLARE, {"reason": "The nonce is lost", "date": "2026-01-04"})
    assert [(e["pointer"], e["code"]) for e in early.json()["errors"]] == [("/body/date", "date_out_of_order")]
    assert world.post(path, CLARE, {"reason": "The nonce is lost", "date": DAY}).json()["status"] == "abandoned"
    assert [claim["status"] for claim in world.claims()] == ["checked"]
    assert world.draw(first).status_code == 409
    second = world.freeze(DAY).json()["id"]
    listed = world.get("/v1/batches", FINN)["items"]
    assert [(b["freeze"], b["status"], b["abandoned_because"], b["frozen_before_in"], b["whole"]) for b in listed] == [
        (1, "abandoned", "The nonce is lost", [], 0),
        (2, "frozen", None, [first], 1),
    ]
    [claim] = world.draw(second).json()["sample"]
    assert tool.list_faults(world.get(f"/v1/batches/{second}/sampling", OTTO)) == []
    find(world, second, claim, "upheld")
    assert submit(world, second).status_code == 200


def test_a_claim_of_which_it_is_not_known_whether_it_is_doubtful_is_looked_at_whole(world: World) -> None:
    """As those of a release that kept no reasons."""
    recovered(world)
    with world.running.runtime.write() as session:
        session.scalars(select(Claim)).one().risks = None
    batch = frozen(world)
    assert world.get(f"/v1/batches/{batch}", FINN)["whole"] == 1


def test_a_batch_whose_seed_somebody_chose_is_read_and_extended_to_all_its_claims(world: World) -> None:
    batch, drawn = batch_of(world, 11)
    with world.running.runtime.write() as session:
        # As a release left it that knew no commitments.
        row = session.get_one(Batch, UUID(batch))
        row.content_hash = row.seed = row.sample_percent = row.sample_least = None
        session.delete(session.scalars(select(SampleCommitment)).one())
        session.scalars(select(Draw)).one().seed = 4711
        kept = set(session.scalars(select(Sampled.claim)))
    seen = world.get(f"/v1/batches/{batch}", FINN)
    assert [each["chosen_seed"] for each in seen["draws"]] == [4711] and seen["needed"] == 11
    assert (seen["commitment"], seen["seed"]) == (None, None)
    sampling = world.get(f"/v1/batches/{batch}/sampling", OTTO)
    assert (sampling["scheme"], sampling["seed"], len(sampling["sample"])) == (None, None, 2)
    for claim in drawn:
        find(world, batch, claim, "upheld")
    assert submit(world, batch).status_code == 409
    rest = world.post(f"/v1/batches/{batch}/sample", OTTO, {}).json()["drawn"]
    assert len(rest) == 9 and not set(map(UUID, rest)) & kept
    for claim in rest:
        find(world, batch, claim, "upheld")
    assert submit(world, batch).status_code == 200
