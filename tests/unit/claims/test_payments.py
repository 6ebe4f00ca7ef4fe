"""Money in, refused, back, and what was recorded wrongly of it: the ledger comes to what is held at every step."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from claims.models import LedgerEntry
from unit.claims.test_drafts import DAY, find, frozen, recovered, statuses, submit, told
from unit.claims.test_same_people import DORA, agree, answer, nominated, questions
from unit.claims.world import CLARE, FAYE, FINN, A, World, person, pushes_until_attachment, recovery, smiths

LATER = "2026-02-05"


def submitted(world: World, size: int = 1) -> tuple[str, list[dict[str, Any]]]:
    """A submitted batch, and its claims."""
    s = world.story
    families = [smiths(s) for _ in range(size)]
    for family in families:
        s.incident(family.son, "2017-06-01")
    pushes_until_attachment(s)
    for family in families:
        s.attach(family.family, A)
    recovery(s, *(family.son for family in families))
    world.settle()
    return batch_of_drafts(world)


def batch_of_drafts(world: World, checker: dict[str, str] = CLARE) -> tuple[str, list[dict[str, Any]]]:
    batch = frozen(world, checker)
    for claim in drawn(world, batch):
        find(world, batch, claim, "upheld")
    assert submit(world, batch).status_code == 200
    return batch, world.claims(batch=batch)


def drawn(world: World, batch: str) -> list[str]:
    sample: list[str] = world.draw(batch).json()["sample"]
    return sample


def pay(world: World, batch: str, pence: int, *refused: str, on: str = DAY, who: dict[str, str] = FAYE) -> Any:
    body = {"batch": batch, "date": on, "pence": pence, "reference": "R1"}
    named = [{"claim": claim, "reason": "no proof of the school's figures"} for claim in refused]
    return world.post("/v1/payments", who, body | {"refused": named})


def reverse(world: World, path: str, on: str = LATER, who: dict[str, str] = FAYE) -> Any:
    return world.post(f"/v1/{path}/reverse", who, {"reason": "another council's payment", "date": on})


def repay(world: World, claim: str, pence: int = 80_000, on: str = LATER, who: dict[str, str] = FAYE) -> Any:
    return world.post("/v1/repayments", who, {"claim": claim, "date": on, "pence": pence, "reference": "B7"})


def results(world: World, **params: Any) -> int:
    return int(world.get("/v1/ledger", FINN, **params)["totals"]["results"]["pence"])


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rpartition("/")[2]


def report(world: World, **params: Any) -> dict[tuple[str, str | None], tuple[int, int]]:
    rows = world.get("/v1/reports/results", FINN, **params)["rows"]
    return {(row["status"], row["year"]): (row["claims"], row["value"]["pence"]) for row in rows}


def test_a_payment_refuses_some_claims_of_a_batch_with_a_reason_each(world: World) -> None:
    batch, [first, second, third] = submitted(world, 3)
    assert code(pay(world, batch, 240_000, second["id"])) == (409, "payment-differs")
    strange = pay(world, batch, 160_000, batch)
    assert strange.status_code == 422
    assert strange.json()["errors"][0]["pointer"] == "/body/refused/0/claim"
    assert pay(world, batch, 80_000, second["id"], second["id"]).status_code == 422
    paid = pay(world, batch, 160_000, second["id"])
    assert (paid.status_code, paid.json()["status"]) == (201, "paid")
    assert {c["id"]: c["status"] for c in world.claims()} == {
        first["id"]: "paid", second["id"]: "rejected", third["id"]: "paid",
    }  # fmt: skip
    assert results(world) == 160_000 and told(world).count("claim.rejected") == 1
    assert world.get(f"/v1/batches/{batch}", FINN)["value"] == {"pence": 160_000}
    # What was refused is not drafted again by itself.
    world.settle()
    assert sorted(statuses(world)) == ["paid", "paid", "rejected"]
    assert report(world)["rejected", None] == (1, 80_000)


def test_a_payment_may_refuse_all(world: World) -> None:
    batch, [only] = submitted(world)
    assert pay(world, batch, 0, only["id"]).json()["status"] == "rejected"
    assert (statuses(world), results(world)) == (["rejected"], 0)
    assert world.get(f"/v1/batches/{batch}", FINN)["status"] == "rejected"


def test_a_payment_recorded_wrongly_is_reversed_and_recorded_again(world: World) -> None:
    batch, [first, second] = submitted(world, 2)
    payment = pay(world, batch, 80_000, second["id"]).json()["id"]
    assert reverse(world, f"payments/{payment}", on="2025-12-31").status_code == 422
    robot = person("robot", "finance_officer", client="robot")
    assert reverse(world, f"payments/{payment}", who=robot).status_code == 403
    assert reverse(world, f"payments/{first['id']}").status_code == 404
    assert reverse(world, f"payments/{payment}").json()["status"] == "reversed"
    assert (statuses(world), results(world)) == (["submitted", "submitted"], 0)
    assert results(world, as_at=DAY) == 80_000
    assert code(reverse(world, f"payments/{payment}")) == (409, "payment-not-open")
    world.settle()
    assert pay(world, batch, 160_000, on=LATER).status_code == 201
    assert (statuses(world), results(world)) == (["paid", "paid"], 160_000)
    assert [(i["kind"], i["pence"], bool(i["reverses"])) for i in world.get("/v1/ledger", FINN)["items"]] == [
        ("result", 80_000, False), ("reversal", -80_000, True), ("result", 80_000, False), ("result", 80_000, False),
    ]  # fmt: skip
    assert report(world) == {("paid", "2025/26"): (2, 160_000)}
    assert told(world).count("claim.payment-reversed") == 2


def test_one_request_counts_once_however_often_it_is_sent(world: World) -> None:
    batch, [first, _] = submitted(world, 2)
    body = {"batch": batch, "date": DAY, "pence": 80_000, "reference": "R1"}
    body["refused"] = [{"claim": first["id"], "reason": "no proof"}]
    answers = [world.post("/v1/payments", FAYE, body, key="the-same-key").json()["id"] for _ in range(2)]
    assert answers[0] == answers[1] and results(world) == 80_000
    ends = [
        world.post(f"/v1/payments/{answers[0]}/reverse", FAYE, {"reason": "r", "date": LATER}, key="another-key")
        for _ in range(2)
    ]
    assert [end.json()["status"] for end in ends] == ["reversed", "reversed"] and results(world) == 0


def test_a_result_found_twice_is_repaid_and_is_no_result_any_more(world: World) -> None:
    family = recovered(world)
    batch, _ = batch_of_drafts(world)
    assert pay(world, batch, 80_000).status_code == 201
    nominated(world, (family.mother, "adult"), (family.son, "child"))
    [question] = questions(world)
    agree(world, question["id"], "different_family")
    world.settle()
    batch, [second] = batch_of_drafts(world, DORA)
    assert code(repay(world, second["id"])) == (409, "claim-not-open")
    assert pay(world, batch, 80_000).status_code == 201 and results(world) == 160_000
    assert code(repay(world, second["id"])) == (409, "claim-not-open")
    assert answer(world, question["id"], "same_family").status_code == 201
    assert code(repay(world, second["id"], 79_999)) == (409, "payment-differs")
    assert repay(world, second["id"], on="2026-01-04").status_code == 422
    repaid = repay(world, second["id"], on="2026-04-05")
    assert repaid.json()["status"] == "repaid"
    assert sorted(statuses(world)) == ["paid", "repaid"] and results(world) == 80_000
    assert report(world) == {("paid", "2025/26"): (1, 80_000), ("repaid", None): (1, 80_000)}
    assert report(world, as_at="2026-04-04")["paid", "2025/26"] == (2, 160_000)
    entry = world.get("/v1/ledger", FINN)["items"][-1]
    assert (entry["kind"], entry["pence"], entry["year"], entry["claim"]) == (
        "repayment", -80_000, "2026/27", second["id"],
    )  # fmt: skip
    # Recorded for the wrong claim: taken back, and the claim is to be repaid as before.
    assert reverse(world, f"repayments/{repaid.json()['id']}", on="2026-04-06").status_code == 200
    assert sorted(statuses(world)) == ["paid", "to_repay"] and results(world) == 160_000
    assert code(reverse(world, f"repayments/{repaid.json()['id']}", on="2026-04-06")) == (409, "payment-not-open")
    assert repay(world, second["id"], on="2026-04-07").status_code == 201 and results(world) == 80_000
    assert told(world).count("claim.repaid") == 2


def test_a_payment_of_which_a_claim_was_repaid_is_not_taken_back_as_a_whole(world: World) -> None:
    family = recovered(world)
    batch, _ = batch_of_drafts(world)
    assert pay(world, batch, 80_000).status_code == 201
    nominated(world, (family.mother, "adult"), (family.son, "child"))
    [question] = questions(world)
    agree(world, question["id"], "different_family")
    world.settle()
    batch, _ = batch_of_drafts(world, DORA)
    payment = pay(world, batch, 80_000).json()["id"]
    assert answer(world, question["id"], "same_family").status_code == 201
    assert code(reverse(world, f"payments/{payment}")) == (409, "payment-not-open")
    assert results(world) == 160_000


def test_nothing_is_paid_while_it_is_asked_whether_it_was_paid_before(world: World) -> None:
    s = world.story
    batch, [first, second] = submitted(world, 2)
    with world.running.runtime.read() as session:
        assert session.scalars(select(LedgerEntry)).all() == []
    sons = [row["persons"][0] for claim in (first, second) for row in claim["evidence"]["rule_trace"]["needs"][:1]]
    s.merge(*(UUID(son) for son in sons))
    waits = pay(world, batch, 160_000)
    assert code(waits) == (409, "payment-held") and waits.json()["waiting"] == 2
    world.settle()
    waits = pay(world, batch, 160_000)
    assert code(waits) == (409, "payment-held") and set(waits.json()["held"]) == {first["id"], second["id"]}
    [question] = questions(world, kind="same_people")
    assert answer(world, question["id"], "same_family").status_code == 201
    world.settle()
    assert statuses(world) == ["submitted", "retracted"]
    # Each term is told of him twice now, which is news of the claim that is left.
    assert pay(world, batch, 80_000).json()["held"] == [first["id"]]
    [news] = [each for each in questions(world, kind="news") if each["claims"][0]["claim"] == first["id"]]
    agree(world, news["id"], "stands")
    world.settle()
    assert pay(world, batch, 80_000).status_code == 201
    assert funded_without_target(world) == 409


def funded_without_target(world: World) -> int:
    asked = {"framework": "2015", "year": "2017/18", "date": DAY}
    return int(world.post("/v1/fees", FINN, asked).status_code)
