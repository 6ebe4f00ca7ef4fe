"""Agreements, as the parties' information governance officers see them."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from chassis.db import new_id, now, today
from chassis.events import Received, event_type
from consent.app import program
from consent.models import Agreement
from fixtures.agreements import draft
from fixtures.stack import Programs
from fixtures.tokens import token
from identity.events import ServiceRegistered
from unit.consent.world import (
    COUNCIL,
    HANA,
    IDA,
    IRIS,
    JONAS,
    LEO,
    NOBODY,
    OFFICER,
    PAUL,
    PETRA,
    World,
    caller,
    day,
    somebody,
    term,
)

MACHINE = token("machine", client="machine", scopes=OFFICER, roles=["information_governance_officer"])
CLERK = token("clerk", scopes=OFFICER, roles=["analyst"])
ASB = term("support", "anti_social_behaviour")
TOMORROW = (today() + timedelta(days=1)).isoformat()
NEXT_WEEK = (today() + timedelta(days=7)).isoformat()
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


def test_between_two_services_of_one_agency_two_of_its_people_sign(world: World) -> None:
    made = world.draft("education", "programme", term("support", "attendance")).json()
    assert world.sign(made["id"], IRIS).json()["status"] == "draft"
    again = world.sign(made["id"], IRIS)
    assert (again.status_code, again.json()["title"]) == (409, "Signed the other side")
    assert world.sign(made["id"], IRIS, side="supplier").json()["status"] == "draft"
    assert world.sign(made["id"], IDA).json()["status"] == "in_force"
    shown = world.get(f"/v1/agreements/{made['id']}").json()
    assert [(one["side"], one["agency"], one["by"]) for one in shown["signatures"]] == [
        ("supplier", COUNCIL, "iris"), ("recipient", COUNCIL, "ida"),
    ]  # fmt: skip


def test_signing_twice_changes_nothing(world: World) -> None:
    agreement = world.agree("neighbourhood-policing", "programme", ASB)
    before = world.get(f"/v1/agreements/{agreement}")
    for who in (PETRA, PAUL):
        again = world.sign(agreement, who)
        assert (again.status_code, again.json()["etag"]) == (200, before.headers["ETag"])
    assert len(world.events()) == 1


def test_each_party_lets_go_of_what_it_suspended_and_nobody_else(world: World) -> None:
    agreement = world.agree("neighbourhood-policing", "programme", ASB)
    step(world, agreement, "suspend", PETRA)
    refused = step(world, agreement, "resume", IRIS)
    assert (refused.status_code, refused.json()["title"]) == (409, "Held by the other party")
    assert step(world, agreement, "suspend", IRIS).json()["status"] == "suspended"
    assert step(world, agreement, "resume", PAUL).json()["status"] == "suspended"
    assert step(world, agreement, "resume", IDA).json()["status"] == "in_force"
    assert [name for name, _ in world.events()] == ["agreement.in-force", "agreement.suspended", "agreement.in-force"]


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
    for who in (MACHINE, CLERK):  # what an administrator granted a machine, or somebody without the role
        refused = world.draft("neighbourhood-policing", "programme", ASB, who=who)
        assert (refused.status_code, refused.json()["title"]) == (403, "Not an officer")


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
    world.sign_both(one, "education", "programme")
    assert world.sign(other, IRIS).status_code == 200
    lost = world.sign(other, IDA)
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
    world.begin_log()
    agreement = world.agree("education", "programme", term("support", "attendance"), **{"from": TOMORROW})
    assert status(world, agreement) == "signed"
    assert world.running.work() == 0 and world.events() == []
    with world.running.runtime.write() as session:
        session.execute(update(Agreement).values(begins=today()))
    assert world.running.work() == 1 and [name for name, _ in world.events()] == ["agreement.in-force"]
    assert status(world, agreement) == "in_force" and world.running.work() == 0


def test_an_agreement_lapses_by_itself_after_its_last_day(world: World) -> None:
    world.begin_log()
    agreement = world.agree("education", "programme", term("support", "attendance"), to=YESTERDAY)
    assert status(world, agreement) == "lapsed"
    assert world.running.work() == 1 and world.events() == []  # its time went by before anybody could be told


def test_a_repeated_draft_is_one_agreement(world: World) -> None:
    body = draft("education", "programme", term("support", "identity", gateway="Children Act 2004 s10"))
    first, second = (world.post("/v1/agreements", body, key="the-same-key") for _ in range(2))
    assert first.json() == second.json() and first.headers["Location"] == f"/v1/agreements/{first.json()['id']}"
    other = world.post("/v1/agreements", body | {"dpia": "DPIA 8"}, key="the-same-key")
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
        ({"supplier_agency": "health-trust"}, "/body/supplier_agency"),
        ({"recipient": "library"}, "/body/recipient"),
        ({"review_by": "2015-01-01"}, "/body"),
        ({"tier": "district"}, "/body"),
        ({"terms": [term("support", "identity", necessity="")]}, "/body/terms/0/necessity"),
        ({"terms": [term("support", "support", article_9=None)]}, "/body/terms/0/article_9"),
        ({"terms": [term("support", "support", article_9="official_authority")]}, "/body/terms/0/article_9"),
        ({"terms": [term("support", "support", schedule_1=None)]}, "/body/terms/0/schedule_1"),
        ({"terms": [term("support", "support", schedule_1="18")]}, "/body/terms/0/schedule_1"),
        ({"terms": [term("support", "support", schedule_1="99")]}, "/body/terms/0/schedule_1"),
        ({"terms": [term("support", "identity", schedule_1="2")]}, "/body/terms/0/schedule_1"),
        ({"terms": [term("support", "benefits", policy_document=None)]}, "/body/terms/0/policy_document"),
        ({"terms": [ASB | {"article_10": None}]}, "/body/terms/0/article_10"),
        (
            {
                "paper": {
                    "reference": "Box 7",
                    "sha256": "0",
                    "supplier_signed_on": "2016-01-01",
                    "recipient_signed_on": "2016-01-01",
                }
            },
            "/body/paper/sha256",
        ),
    ],
)
def test_what_is_no_agreement_is_refused(world: World, change: dict[str, Any], pointer: str) -> None:
    body = draft("education", "programme", term("support", "identity"))
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
    assert purposes == ["identify", "support", "claim", "safeguarding", "welfare_of_child"] and "location" in categories
    assert {entry["code"] for entry in world.get("/v1/bases").json()["items"]} >= {"consent", "statute"}
    assert somebody() not in categories


def test_the_conditions_for_special_data_can_be_read(world: World) -> None:
    special = {one["code"]: one["article"] for one in world.get("/v1/categories").json()["items"] if one["special"]}
    assert special == {"anti_social_behaviour": 10, "benefits": 9, "social_care": 9, "support": 9}
    conditions = {one["code"]: one for one in world.get("/v1/conditions").json()["items"]}
    paragraphs = conditions["substantial_public_interest"]["paragraphs"]
    assert {"code": "6", "name": "Statutory and government purposes", "policy_document": True} in paragraphs
    assert conditions["vital_interests"]["paragraphs"] == []


DRAFT = draft("education", "housing", term("support", "identity"), term("support", "address"))


def narrower(frame: str, *terms: dict[str, Any], **more: Any) -> dict[str, Any]:
    return draft("education", "housing", *terms, **({"tier": "district", "under": frame} | more))


@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        ({"terms": [term("support", "attendance")]}, "/body/terms/0"),
        ({"terms": [term("claim", "identity")]}, "/body/terms/0"),
        ({"terms": [term("support", "identity", "consent")]}, "/body/terms/0/basis"),
        ({"from": "2016-03-31"}, "/body/from"),
        ({"to": None}, "/body/to"),
        ({"to": "2031-01-01"}, "/body/to"),
        ({"supplier": "neighbourhood-policing"}, "/body/under"),
        ({"under": NOBODY}, "/body/under"),
    ],
)
def test_a_district_agreement_never_widens_its_frame(world: World, more: dict[str, Any], pointer: str) -> None:
    frame = world.agree("education", "housing", *DRAFT["terms"], to="2030-12-31")
    refused = world.post("/v1/agreements", narrower(frame, term("support", "identity"), to="2030-01-01") | more)
    assert (refused.status_code, [one["pointer"] for one in refused.json()["errors"]]) == (422, [pointer])


def test_a_district_agreement_stands_under_a_strategic_one_that_both_have_signed(world: World) -> None:
    unsigned = world.post("/v1/agreements", DRAFT).json()["id"]
    assert world.post("/v1/agreements", narrower(unsigned, term("support", "identity"))).status_code == 422
    world.sign_both(unsigned, "education", "housing")
    district = world.post("/v1/agreements", narrower(unsigned, term("support", "identity"))).json()["id"]
    further = world.post("/v1/agreements", narrower(district, term("support", "identity")))
    assert further.json()["errors"][0]["code"] == "unknown_frame"
    step(world, unsigned, "end")
    refused = world.sign(district, IRIS)
    assert (refused.status_code, refused.json()["title"]) == (409, "Frame over")


def test_a_district_agreement_narrows_what_its_frame_shares_and_is_worth_no_more(world: World) -> None:
    both = [("identity", "education"), ("address", "education")]
    asked = caller("housing", ["partner_practitioner"])
    person = somebody()
    world.inform(person)

    def shown() -> list[str]:
        return world.reasons([person], both, asker=asked)

    frame = world.agree("education", "housing", *DRAFT["terms"])
    assert shown() == ["agreed", "agreed"]
    later = narrower(frame, term("support", "identity"), **{"from": TOMORROW})
    ahead = world.post("/v1/agreements", later).json()["id"]
    world.sign_both(ahead, "education", "housing")
    assert shown() == ["agreed", "agreed"]  # its first day has not come
    district = world.post("/v1/agreements", narrower(frame, term("support", "identity"))).json()["id"]
    assert shown() == ["agreed", "agreed"]  # nobody has signed it
    world.sign_both(district, "education", "housing")
    assert shown() == ["agreed", "no_agreement"]
    step(world, frame, "suspend")
    assert shown() == ["no_agreement", "no_agreement"]
    step(world, frame, "resume")
    assert shown() == ["agreed", "no_agreement"]
    step(world, district, "suspend")
    assert shown() == ["no_agreement", "no_agreement"]  # stopping the narrower one does not bring back the wider one
    step(world, district, "end")
    assert shown() == ["agreed", "agreed"]


def test_a_district_agreement_opens_to_another_service_of_the_same_agency_what_the_frame_leaves_room_for(
    world: World,
) -> None:
    frame = world.agree("education", "housing", *DRAFT["terms"])
    body = narrower(frame, term("support", "identity")) | {"recipient": "early-help"}
    made = world.post("/v1/agreements", body).json()["id"]
    world.sign_both(made, "education", "early-help")
    person = somebody()
    world.inform(person)
    items = [("identity", "education"), ("address", "education")]
    asked = caller("early-help", ["lead_professional"])
    assert world.reasons([person], items, asker=asked) == ["agreed", "no_agreement"]
    step(world, frame, "end")
    assert world.reasons([person], items, asker=asked) == ["no_agreement", "no_agreement"]


def test_an_agreement_past_its_review_is_listed_and_carries_nothing_routine_until_two_people_have_reviewed_it(
    world: World,
) -> None:
    late = world.agree("education", "programme", term("support", "attendance"), review_by=YESTERDAY)
    due = world.agree("education", "housing", term("support", "attendance"), review_by=TOMORROW)
    world.agree("education", "early-help", term("support", "attendance"))
    shown = {one["id"]: (one["status"], one["review"]) for one in world.get("/v1/agreements").json()["items"]}
    assert (shown[late], shown[due]) == (("under_review", "overdue"), ("in_force", "due"))
    assert sorted(review for _, review in shown.values() if review) == ["due", "overdue"]
    for review, one in (("due", due), ("overdue", late)):
        assert [row["id"] for row in world.get("/v1/agreements", review=review).json()["items"]] == [one]
    assert world.get("/v1/agreements", service="housing").status_code == 200
    refused = world.get("/v1/agreements", service="housings")
    [fault] = refused.json()["errors"]
    assert (refused.status_code, fault["pointer"], fault["code"]) == (422, "/query/service", "unknown_service")
    person = somebody()
    world.inform(person)
    assert world.reasons([person], [("attendance", "education")]) == ["no_agreement"]

    def reviewed(who: str, on: str) -> Any:
        return world.post(f"/v1/agreements/{late}/review", {"date": day(), "review_by": on}, who)

    assert reviewed(IRIS, day()).json()["errors"][0]["pointer"] == "/body/review_by"
    assert reviewed(IRIS, TOMORROW).json()["status"] == "under_review"
    assert reviewed(IRIS, TOMORROW).json()["title"] == "Signed the other side"
    assert reviewed(IDA, NEXT_WEEK).json()["status"] == "under_review"  # another day is another proposal
    assert reviewed(IDA, TOMORROW).json()["status"] == "in_force"
    assert reviewed(HANA, NEXT_WEEK).status_code == 404
    assert world.reasons([person], [("attendance", "education")]) == ["agreed"]


def test_a_paper_agreement_comes_in_as_a_draft_that_each_sides_own_officer_confirms(world: World) -> None:
    paper = {
        "reference": "Cabinet paper 12/2016", "sha256": "ab" * 32,
        "supplier_signed_on": "2016-03-01", "recipient_signed_on": "2016-03-09",
    }  # fmt: skip
    made = world.draft("neighbourhood-policing", "programme", ASB, paper=paper).json()
    assert made["status"] == "draft" and world.events() == []
    assert world.sign(made["id"], IRIS).json()["status"] == "draft"
    assert world.sign(made["id"], IDA).json()["status"] == "draft"  # of the same side
    assert world.sign(made["id"], PETRA).json()["status"] == "in_force"
    assert world.get(f"/v1/agreements/{made['id']}").json()["paper"] == paper


def moved(world: World, service: str, agency: str, sector: str = "housing") -> None:
    """Identity tells that a service is another agency's from now on."""
    told = ServiceRegistered(service=service, agency=agency, sector=sector, since=now())
    kind, data = event_type(told.topic, told.name), told.model_dump(mode="json")
    event = Received(new_id(), kind, told.name, told.key, 2, now(), data)
    with world.running.runtime.write() as session:
        reaction = program.reactions.to(event.type)
        assert reaction
        reaction(session, [event])


def test_an_agreement_of_a_service_that_moved_waits_for_its_new_owner(world: World) -> None:
    early = world.draft("education", "housing", term("support", "attendance")).json()["id"]
    agreement = world.agree("education", "housing", term("support", "identity"))
    person = somebody()
    world.inform(person)
    world.inform(person, who=HANA)  # the new owner is a controller of its own
    asked = caller("housing", ["partner_practitioner"], agency="health-trust")
    ended = world.agree("programme", "housing", term("support", "support"))
    step(world, ended, "end")
    moved(world, "housing", "health-trust")
    assert world.reasons([person], [("identity", "education")], asker=asked) == ["no_agreement"]
    assert status(world, agreement) == "suspended" and world.events()[-1][0] == "agreement.suspended"
    # Its new owner sees what is open, its owner of then all of it, and those behind them read alone.
    assert {row["id"] for row in world.get("/v1/agreements", HANA).json()["items"]} == {early, agreement}
    assert {row["id"] for row in world.get("/v1/agreements").json()["items"]} == {early, agreement, ended}
    assert step(world, agreement, "resume", HANA).json()["title"] == "Held by the other party"
    assert world.sign(agreement, IRIS).json()["status"] == "suspended"  # its own side is signed
    assert world.sign(agreement, HANA).json()["status"] == "in_force"
    assert world.reasons([person], [("identity", "education")], asker=asked) == ["agreed"]
    shown = world.get(f"/v1/agreements/{agreement}", HANA).json()
    assert (shown["supplier_agency"], shown["recipient_agency"]) == (COUNCIL, "health-trust")
    assert [one["kind"] for one in shown["steps"]] == ["drafted", "signed", "signed", "other_owner", "signed"]
    assert world.sign(early, IRIS).json()["status"] == "draft"
    assert world.sign(early, HANA).json()["status"] == "in_force"


def test_who_has_lost_the_service_reads_what_was_and_changes_nothing(world: World) -> None:
    agreement = world.agree("neighbourhood-policing", "programme", ASB)
    moved(world, "neighbourhood-policing", "health-trust", "police")
    assert world.get(f"/v1/agreements/{agreement}", PETRA).status_code == 200
    for verb in ("suspend", "end"):
        assert step(world, agreement, verb, PETRA).json()["title"] == "Not a party"
    assert world.sign(agreement, PETRA).json()["title"] == "Not a party"
    assert world.get(f"/v1/agreements/{agreement}", JONAS).status_code == 404


def test_a_service_that_comes_back_is_signed_for_anew(world: World) -> None:
    agreement = world.agree("neighbourhood-policing", "programme", ASB)
    moved(world, "neighbourhood-policing", "health-trust", "police")
    moved(world, "neighbourhood-policing", "police", "police")
    assert status(world, agreement) == "suspended"
    assert world.sign(agreement, PAUL).json()["status"] == "in_force"
