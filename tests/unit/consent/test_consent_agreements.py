"""Agreements, as the parties' information governance officers see them."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from chassis.db import today
from consent.models import Agreement
from fixtures.stack import Programs
from unit.consent.world import HANA, IRIS, JONAS, LEO, NOBODY, PETRA, World, day, somebody, term

ASB = term("support", "anti_social_behaviour")
TOMORROW = (today() + timedelta(days=1)).isoformat()
YESTERDAY = (today() - timedelta(days=1)).isoformat()


@pytest.fixture
def world(programs: Programs) -> Iterator[World]:
    yield World.begin(programs)


def step(world: World, agreement: str, verb: str, who: str = IRIS) -> Any:
    return world.post(f"/v1/agreements/{agreement}/{verb}", {"date": day(), "reason": "As agreed by both"}, who)


def status(world: World, agreement: str) -> str:
    return str(world.get(f"/v1/agreements/{agreement}").json()["status"])


def test_an_agreement_is_in_force_when_both_parties_have_signed(world: World) -> None:
    made = world.draft("neighbourhood-policing", "programme", ASB).json()
    assert made["status"] == "draft"
    assert world.sign(made["id"], IRIS).json()["status"] == "draft"
    signed = world.sign(made["id"], PETRA).json()
    assert (signed["status"], signed["etag"]) == ("in_force", '"v3"')
    assert world.events() == [
        (
            "agreement.in-force",
            {
                "agreement": made["id"],
                "supplier": "neighbourhood-policing",
                "recipient": "programme",
                "purposes": ["support"],
                "categories": ["anti_social_behaviour"],
            },
        )
    ]


def test_between_two_services_of_one_agency_one_signature_is_enough(world: World) -> None:
    made = world.draft("education", "programme", term("support", "attendance")).json()
    assert world.sign(made["id"], IRIS).json()["status"] == "in_force"


def test_signing_twice_changes_nothing(world: World) -> None:
    agreement = world.agree("neighbourhood-policing", "programme", ASB)
    before = world.get(f"/v1/agreements/{agreement}")
    again = world.sign(agreement, PETRA)
    assert (again.status_code, again.json()["etag"]) == (200, before.headers["ETag"])
    assert len(world.events()) == 1


def test_an_agreement_of_others_answers_like_one_that_never_was(world: World) -> None:
    agreement = world.agree("neighbourhood-policing", "programme", ASB)
    for verb in ("get", "sign", "end"):
        answers = []
        for which in (agreement, NOBODY):
            if verb == "get":
                answer = world.get(f"/v1/agreements/{which}", JONAS)
            else:
                answer = world.post(
                    f"/v1/agreements/{which}/{verb}",
                    {"date": day()} | ({"reason": "x"} if verb == "end" else {}),
                    JONAS,
                )
            assert answer.status_code == 404
            body = answer.json()
            answers.append({k: v for k, v in body.items() if k not in ("instance", "request_id")})
        assert answers[0] == answers[1]
    assert world.get("/v1/agreements", JONAS).json()["items"] == []
    assert len(world.get("/v1/agreements", PETRA).json()["items"]) == 1


def test_a_stranger_cannot_draft_for_two_others(world: World) -> None:
    refused = world.draft("neighbourhood-policing", "programme", ASB, who=HANA)
    assert (refused.status_code, refused.json()["title"]) == (403, "Not a party")


def test_a_purpose_and_category_rest_on_one_basis_between_two_services(world: World) -> None:
    first = world.agree("education", "programme", term("claim", "attendance", "consent"))
    clash = world.draft("education", "programme", term("claim", "identity"), term("claim", "attendance", "public_task"))
    assert clash.status_code == 409
    assert [fault["pointer"] for fault in clash.json()["errors"]] == ["/terms/1/basis"]
    assert world.draft("education", "programme", term("claim", "attendance", "consent")).status_code == 201
    assert world.draft("education", "housing", term("claim", "attendance", "public_task")).status_code == 201
    step(world, first, "end")
    assert world.draft("education", "programme", term("claim", "attendance", "public_task")).status_code == 201


def test_of_two_drafts_with_different_bases_the_second_to_be_signed_loses(world: World) -> None:
    one = world.draft("education", "programme", term("claim", "attendance", "consent")).json()["id"]
    other = world.draft("education", "programme", term("claim", "attendance", "public_task")).json()["id"]
    assert world.sign(one, IRIS).status_code == 200
    lost = world.sign(other, IRIS)
    assert (lost.status_code, lost.json()["errors"][0]["code"]) == (409, "basis_already_settled")
    assert status(world, other) == "draft"


def test_a_basis_stays_settled_while_any_agreement_rests_on_it(world: World) -> None:
    one, other = (world.agree("education", "programme", term("claim", "attendance", "consent")) for _ in range(2))
    changed = term("claim", "attendance", "public_task")
    step(world, one, "end")
    assert world.draft("education", "programme", changed).status_code == 409
    step(world, other, "end")
    assert world.draft("education", "programme", changed).status_code == 201


def test_an_agreement_is_suspended_resumed_and_ended_once_each(world: World) -> None:
    agreement = world.agree("neighbourhood-policing", "programme", ASB)
    told = []
    for verb, then in (("suspend", "suspended"), ("resume", "in_force"), ("end", "ended")):
        for _ in range(2):
            assert step(world, agreement, verb, PETRA).json()["status"] == then
        told.append(world.events()[-1][0])
    assert told == ["agreement.suspended", "agreement.in-force", "agreement.ended"] and len(world.events()) == 4
    kinds = [done["kind"] for done in world.get(f"/v1/agreements/{agreement}").json()["steps"]]
    assert kinds == ["drafted", "signed", "signed", "suspended", "resumed", "ended"]
    assert step(world, agreement, "resume").status_code == 409


def test_a_draft_cannot_be_suspended_but_given_up(world: World) -> None:
    draft = world.draft("neighbourhood-policing", "programme", ASB).json()["id"]
    assert step(world, draft, "suspend").status_code == 409
    assert step(world, draft, "end").json()["status"] == "ended"
    assert world.events() == []


def test_an_agreement_signed_ahead_comes_into_force_on_its_day(world: World) -> None:
    agreement = world.agree("education", "programme", term("support", "attendance"), **{"from": TOMORROW})
    assert status(world, agreement) == "signed"
    assert world.running.work() == 0 and world.events() == []
    with world.running.runtime.write() as session:
        session.execute(update(Agreement).values(begins=today()))
    assert world.running.work() == 1 and [name for name, _ in world.events()] == ["agreement.in-force"]
    assert status(world, agreement) == "in_force" and world.running.work() == 0


def test_an_agreement_lapses_by_itself_after_its_last_day(world: World) -> None:
    agreement = world.agree("education", "programme", term("support", "attendance"), to=YESTERDAY)
    assert status(world, agreement) == "lapsed"
    assert world.running.work() == 1 and world.events() == []  # its time went by before anybody could be told


def test_a_repeated_draft_is_one_agreement(world: World) -> None:
    body = {
        "supplier": "education", "recipient": "programme", "supplier_agency": "thornbury-council",
        "recipient_agency": "thornbury-council", "tier": "district", "from": "2016-04-01",
        "terms": [term("support", "identity", gateway="Children Act 2004 s10")],
    }  # fmt: skip
    first, second = (world.post("/v1/agreements", body, key="the-same-key") for _ in range(2))
    assert first.json() == second.json() and first.headers["Location"] == f"/v1/agreements/{first.json()['id']}"
    other = world.post("/v1/agreements", body | {"tier": "strategic"}, key="the-same-key")
    assert other.status_code == 422
    assert len(world.get("/v1/agreements").json()["items"]) == 1


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"terms": []}, "/body/terms"),
        ({"terms": [term("support", "secrets")]}, "/body/terms/0/category"),
        ({"terms": [term("gossip", "identity")]}, "/body/terms/0/purpose"),
        ({"terms": [term("support", "identity", "habit")]}, "/body/terms/0/basis"),
        ({"terms": [term("support", "identity"), term("support", "identity", "consent")]}, "/body"),
        ({"recipient": "education"}, "/body"),
        ({"to": "2015-01-01"}, "/body"),
        ({"from": 0}, "/body/from"),
        ({"status": "in_force"}, "/body/status"),
    ],
)
def test_what_is_no_agreement_is_refused(world: World, change: dict[str, Any], pointer: str) -> None:
    body = {
        "supplier": "education", "recipient": "programme", "supplier_agency": "thornbury-council",
        "recipient_agency": "thornbury-council", "tier": "district", "from": "2016-04-01",
        "terms": [term("support", "identity")],
    }  # fmt: skip
    refused = world.post("/v1/agreements", body | change)
    assert refused.status_code == 422 and refused.json()["errors"][0]["pointer"] == pointer


def test_a_lead_professional_has_no_business_with_agreements(world: World) -> None:
    assert world.get("/v1/agreements", LEO).status_code == 403
    assert world.draft("education", "programme", ASB, who=LEO).status_code == 403


def test_pages_of_agreements_join_up(world: World) -> None:
    made = [world.draft("education", "programme", term("support", "attendance")).json()["id"] for _ in range(5)]
    seen: list[str] = []
    after: dict[str, str] = {}
    while True:
        page = world.get("/v1/agreements", limit=2, **after).json()
        seen += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert seen == made


def test_the_words_of_agreements_can_be_read(world: World) -> None:
    purposes = [entry["code"] for entry in world.get("/v1/purposes").json()["items"]]
    categories = [entry["code"] for entry in world.get("/v1/categories").json()["items"]]
    assert purposes == ["identify", "support", "claim", "safeguarding"] and "location" in categories
    assert {entry["code"] for entry in world.get("/v1/bases").json()["items"]} >= {"consent", "statute"}
    assert somebody() not in categories
