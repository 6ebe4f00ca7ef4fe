"""A family from facts to a paid claim, through HTTP."""

from unit.claims.world import (
    ANA,
    CLARE,
    CORA,
    FAYE,
    FINN,
    HARRIET,
    LENA,
    LEO,
    OTTO,
    TERMS,
    A,
    World,
    pushes_until_attachment,
    recovery,
    smiths,
)


def test_a_family_is_found_attached_progresses_and_is_paid(world: World) -> None:
    s = world.story
    family = smiths(s)
    s.incident(family.son, "2017-06-01")
    pushes_until_attachment(s)
    world.settle()
    found = world.get(f"/v1/families/{family.family}/eligibility", ANA)
    assert found["eligible"] is True and found["attached_on"] is None
    assert found["missing"] == ["agreement_to_be_supported", "lead_professional", "assessment", "plan"]
    assert {c["criterion"]: c["verdict"] for c in found["criteria"]} == {
        "attendance": "met", "crime_asb": "met", "work": "not_met",
    }  # fmt: skip
    assert [i["family"] for i in world.get("/v1/cohort", ANA, state="eligible")["items"]] == [str(family.family)]

    s.attach(family.family, A)
    world.settle()
    assert world.get(f"/v1/families/{family.family}/eligibility", ANA)["attached_on"] == A
    assert world.claims() == []

    recovery(s, family.son)
    world.settle()
    progress = world.get(f"/v1/families/{family.family}/progress", ANA)
    assert (progress["result_date"], progress["route"]) == ("2018-12-31", "significant_and_sustained_progress")
    [claim] = world.claims()
    assert (claim["status"], claim["pence"], claim["result_date"]) == ("drafted", 80_000, "2018-12-31")
    assert claim["evidence"]["hash"] and world.families.bundles[0]["as_at"] == "2018-12-31"

    today = "2026-01-05"
    checked = world.post(f"/v1/claims/{claim['id']}/check", CLARE, {"verdict": "agreed", "reason": "ok", "date": today})
    assert (checked.status_code, checked.json()["status"]) == (200, "checked")
    batch = world.freeze(today).json()["id"]
    assert world.claims()[0]["status"] == "frozen"
    assert world.post(f"/v1/batches/{batch}/submit", FINN, {"date": today}).status_code == 409
    drawn = world.draw(batch).json()
    assert (drawn["sample"], drawn["seed"]) == ([claim["id"]], world.get(f"/v1/batches/{batch}", OTTO)["seed"])
    finding = {"claim": claim["id"], "verdict": "upheld", "reason": "seen", "date": today}
    assert world.post(f"/v1/batches/{batch}/findings", OTTO, finding).status_code == 201
    assert world.post(f"/v1/batches/{batch}/submit", FINN, {"date": today}).json()["status"] == "submitted"
    payment = {"batch": batch, "date": today, "pence": 80_000, "reference": "R1"}
    assert world.post("/v1/payments", FAYE, payment | {"pence": 1}).status_code == 409
    assert world.post("/v1/payments", FAYE, payment).status_code == 201
    assert world.post("/v1/payments", FAYE, payment).status_code == 409
    assert world.claims()[0]["status"] == "paid"

    target = world.http.put("/v1/targets/2015/2017/18", headers=FINN, json={"families": 1, "cumulative": 1})
    assert target.status_code == 200 and target.headers["ETag"] == '"v1"'
    for _ in range(2):
        fees = world.post("/v1/fees", FINN, {"framework": "2015", "year": "2017/18", "date": today})
        assert fees.status_code == 201
    ledger = world.get("/v1/ledger", FINN)
    assert ledger["totals"] == {"results": {"pence": 80_000}, "fees": {"pence": 100_000}}
    assert [(i["kind"], i["pence"]) for i in ledger["items"]] == [("result", 80_000), ("attachment_fee", 100_000)]
    assert world.get("/v1/ledger", FINN, as_at="2025-12-31")["totals"]["results"]["pence"] == 0
    refused = world.http.get("/v1/ledger", headers=FINN, params={"framework": "2051"})
    [fault] = refused.json()["errors"]
    assert (refused.status_code, fault["pointer"], fault["code"]) == (422, "/query/framework", "unknown_framework")
    assert "2015" in fault["fix"] and "2051" not in refused.text
    then = world.http.post("/v1/recomputations", headers=OTTO, json={"all": True, "as": "known_then"}).json()
    assert then["items"] == [{"claim": claim["id"], "equal": True, "differences": []}]
    for report in ("attachments", "results", "coverage"):
        assert world.get(f"/v1/reports/{report}", FINN)["rows"]


def test_reach_is_by_role_and_relationship(world: World) -> None:
    s = world.story
    family = smiths(s)
    s.incident(family.son, "2017-06-01")
    pushes_until_attachment(s)
    s.attach(family.family, A, lead="leo")
    recovery(s, family.son)
    world.settle()
    [claim] = world.claims()
    path = f"/v1/families/{family.family}/progress"
    for who, status in ((ANA, 200), (CLARE, 200), (CORA, 200), (LEO, 200), (LENA, 404), (OTTO, 404), (FINN, 404)):
        assert world.http.get(path, headers=who).status_code == status
    assert world.http.get(path, headers=HARRIET).status_code == 404
    nobody = world.http.get("/v1/families/0199aaaa-0000-7000-8000-000000000000/progress", headers=LENA).json()
    hers = world.http.get(path, headers=LENA).json()
    assert {**nobody, "instance": "", "request_id": ""} == {**hers, "instance": "", "request_id": ""}

    assert world.get(f"/v1/claims/{claim['id']}", LEO)["pence"] is None
    finance = world.get(f"/v1/claims/{claim['id']}", FINN)
    assert finance["pence"] == 80_000 and finance["evidence"] is finance["type"] is finance["result_date"] is None
    assert world.http.get(f"/v1/claims/{claim['id']}", headers=OTTO).status_code == 404
    assert world.claims(LENA) == []


def test_what_is_withheld_looks_the_same_whether_it_exists_or_not(world: World) -> None:
    s = world.story
    first, second = smiths(s), smiths(s)
    s.incident(first.son, "2017-06-01")
    for term in ("autumn17", "spring18"):
        s.term(second.son, *TERMS[term], 120, 0)
    pushes_until_attachment(s)
    world.settle()
    world.consent.denied = {
        (str(who), category)
        for family in (first, second)
        for who in (family.mother, family.son)
        for category in ("attendance", "anti_social_behaviour", "benefits")
    }
    for path in ("eligibility", "progress"):
        one, other = (
            world.http.get(f"/v1/families/{f.family}/{path}", headers=ANA).content.replace(
                str(f.family).encode(), b"FAMILY"
            )
            for f in (first, second)
        )
        assert one == other and b"withheld" in one
    assert world.get("/v1/cohort", ANA)["items"] == []


def test_without_a_decision_nothing_is_shown(world: World) -> None:
    family = smiths(world.story)
    pushes_until_attachment(world.story)
    world.settle()
    world.consent.down = True
    assert world.http.get(f"/v1/families/{family.family}/eligibility", headers=ANA).status_code == 503


def test_a_filter_that_names_no_choice_is_refused_and_not_answered_with_an_empty_list(world: World) -> None:
    for path, name, known in (
        ("/v1/claims", "status", "to_repay"),
        ("/v1/cohort", "state", "unconfirmed"),
        ("/v1/questions", "status", "noted"),
        ("/v1/questions", "kind", "news"),
    ):
        assert world.get(path, CLARE, **{name: known})["items"] == []
        refused = world.http.get(path, headers=CLARE, params={name: "payed"})
        assert refused.status_code == 422, path
        assert [fault["pointer"] for fault in refused.json()["errors"]] == [f"/query/{name}"]
        assert "payed" not in refused.text
