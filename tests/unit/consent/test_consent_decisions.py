"""Decisions and the sharing log, as the programs and the officers meet them."""

import random
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from joserfc.jwk import ECKey
from sqlalchemy import event

from consent.decisions.rules import BOOK
from fixtures.stack import Programs
from fixtures.tokens import token
from unit.consent.world import (
    CLAIMS,
    COUNCIL,
    EVERY_PURPOSE,
    FAMILIES,
    HANA,
    IRIS,
    JONAS,
    LEO,
    NOBODY,
    PETRA,
    World,
    caller,
    day,
    people,
    somebody,
    term,
)
from vocabulary.categories import CATEGORIES_VERSION

SCHOOL = [("attendance", "education"), ("address", "education"), ("identity", "education")]
MASH = caller("childrens-social-care", ["mash_worker"])


@pytest.fixture
def world(programs: Programs) -> Iterator[World]:
    world = World.begin(programs)
    world.agree(
        "education",
        "programme",
        *(term(purpose, what) for purpose in ("identify", "support") for what in ("identity", "address", "attendance")),
        term("claim", "attendance", "consent"),
    )
    yield world


def claimed(world: World, *who: str, share: bool = False) -> list[str]:
    """How attendance is decided for claiming, by a program."""
    return world.reasons(who, SCHOOL[:1], purpose="claim", operation="use", share=share)


def test_a_decision_answers_for_each_subject_and_item_in_order(world: World) -> None:
    ada, ben = people(2)
    world.inform(ada)
    answer = world.decide([ada, ben], [*SCHOOL[:2], ("benefits", "jobcentre"), ("support", "programme")]).json()
    assert [verdict["person"] for verdict in answer["verdicts"]] == [ada] * 4 + [ben] * 4
    assert [verdict["reason"] for verdict in answer["verdicts"]] == [
        "agreed", "agreed", "no_agreement", "own_record", "notice_due", "notice_due", "no_agreement", "own_record",
    ]  # fmt: skip
    first = answer["verdicts"][0]
    assert first["basis"] == "public_task" and first["agreement"] and first["sentence"].endswith(".")
    assert answer["verdicts"][3]["basis"] == "own" and answer["verdicts"][2]["agreement"] is None
    assert answer["rule_version"] == f"{BOOK.version}/{CATEGORIES_VERSION}"


def test_nothing_is_permitted_where_nothing_was_agreed(world: World) -> None:
    asked = caller("housing", ["partner_practitioner"])
    assert world.reasons([somebody()], SCHOOL, asker=asked) == ["no_agreement"] * 3


def test_a_withdrawal_stops_what_rests_on_consent_and_names_what_continues(world: World) -> None:
    ada = somebody()
    assert claimed(world, ada) == ["no_consent"]
    consent = world.consent(ada, ["claim"], ["attendance"]).json()
    assert claimed(world, ada) == ["agreed"]
    withdrawn = world.withdraw(consent["id"])
    assert withdrawn.status_code == 200 and withdrawn.headers["ETag"] == '"v2"'
    assert (withdrawn.json()["status"], withdrawn.json()["continues"]) == (
        "withdrawn",
        [
            {"purpose": purpose, "category": "attendance", "basis": "public_task", "recipient": "programme"}
            for purpose in ("identify", "support")
        ],
    )
    assert claimed(world, ada) == ["no_consent"]
    world.inform(ada)
    assert world.reasons([ada], SCHOOL[:1]) == ["agreed"]
    assert world.withdraw(consent["id"]).json() == withdrawn.json()
    names = [name for name, _ in world.events()]
    assert names == ["agreement.in-force", "consent.given", "consent.withdrawn"]
    assert world.events()[-1][1]["continues"] == withdrawn.json()["continues"]


def test_what_an_objection_or_a_protection_stops_does_not_continue(world: World) -> None:
    ada = somebody()
    consent = world.consent(ada, ["identify", "support"], ["address", "attendance"]).json()["id"]
    world.protection(ada)
    world.post("/v1/objections", {"person": ada, "date": day(), "purposes": ["identify"]})
    continues = world.withdraw(consent).json()["continues"]
    assert {(entry["purpose"], entry["category"]) for entry in continues} == {
        ("support", "identity"), ("support", "attendance"),
    }  # fmt: skip


def test_the_last_word_on_the_same_thing_counts_under_whatever_id(world: World) -> None:
    ada, formerly = people(2)
    world.consent(ada, ["claim"], ["attendance"])
    second = world.consent(formerly, ["claim"], ["attendance"]).json()["id"]
    world.withdraw(second)
    assert claimed(world, (ada, [formerly])) == ["no_consent"]  # type: ignore[arg-type]
    assert claimed(world, ada) == ["agreed"]
    world.consent(ada, ["claim"], ["attendance"])
    assert claimed(world, (ada, [formerly])) == ["agreed"]  # type: ignore[arg-type]


def test_a_consent_for_some_recipients_is_none_for_others(world: World) -> None:
    world.agree("education", "housing", term("support", "attendance", "consent"))
    ada = somebody()
    world.consent(ada, ["claim", "support"], ["attendance"], recipients=["housing"])
    assert claimed(world, ada) == ["no_consent"]
    housing = caller("housing", ["partner_practitioner"])
    assert world.reasons([ada], SCHOOL[:1], asker=housing) == ["agreed"]


def test_a_consent_and_a_notice_given_under_a_merged_id_hold(world: World) -> None:
    ada, formerly = people(2)
    world.consent(formerly, ["claim"], ["attendance"])
    world.inform(formerly)
    assert claimed(world, (ada, [formerly])) == ["agreed"]  # type: ignore[arg-type]
    assert world.reasons([(ada, [formerly])], SCHOOL[:1]) == ["agreed"]


def test_a_protection_on_any_id_hides_where_she_is_from_everybody_until_it_is_lifted(world: World) -> None:
    world.agree("education", "childrens-social-care", term("safeguarding", "address"))
    ada, formerly = people(2)
    world.inform(ada)
    protection = world.protection(formerly)
    for asker, purpose in ((None, "support"), (MASH, "safeguarding")):
        assert world.reasons([(ada, [formerly])], SCHOOL[1:2], asker=asker, purpose=purpose) == ["protected"]
    assert world.reasons([(ada, [formerly])], [("location", "programme"), SCHOOL[0]]) == ["protected", "agreed"]
    assert world.reasons([ada], SCHOOL[1:2]) == ["agreed"]
    lifted = world.lift(protection)
    assert lifted.json()["status"] == "lifted"
    assert world.reasons([(ada, [formerly])], SCHOOL[1:2]) == ["agreed"]
    assert [name for name, _ in world.events()][-2:] == ["protection.set", "protection.lifted"]


def test_two_protections_are_lifted_one_by_one(world: World) -> None:
    ada = somebody()
    world.inform(ada)
    first, second = world.protection(ada), world.protection(ada)
    for protection, reason in ((first, "protected"), (second, "agreed")):
        world.lift(protection)
        assert world.reasons([ada], SCHOOL[1:2]) == [reason]


def test_an_objection_stops_routine_work_and_not_safeguarding(world: World) -> None:
    world.agree("education", "childrens-social-care", term("safeguarding", "attendance"))
    father = somebody()
    world.inform(father)
    raised = world.post("/v1/objections", {"person": father, "date": day(), "purposes": ["support", "safeguarding"]})
    assert raised.status_code == 201
    assert world.reasons([father], SCHOOL[:1]) == ["objected"]
    assert world.reasons([father], SCHOOL[:1], purpose="safeguarding", asker=MASH) == ["agreed"]
    assert world.events()[-1] == (
        "objection.raised",
        {"objection": raised.json()["id"], "person": father, "purposes": ["safeguarding", "support"]},
    )


def test_a_suspension_stops_at_once_and_a_resumption_lets_go_on(world: World) -> None:
    agreement = world.agree("neighbourhood-policing", "programme", term("support", "identity"))
    ada = somebody()
    world.inform(ada)
    item = [("identity", "neighbourhood-policing")]
    seen = [world.reasons([ada], item)]
    for verb in ("suspend", "resume", "end"):
        world.post(f"/v1/agreements/{agreement}/{verb}", {"date": day(), "reason": "A breach"}, PETRA)
        seen.append(world.reasons([ada], item))
    assert seen == [["agreed"], ["no_agreement"], ["agreed"], ["no_agreement"]]


def test_a_draft_permits_nothing(world: World) -> None:
    draft = world.draft("neighbourhood-policing", "programme", term("support", "identity")).json()["id"]
    world.sign(draft, IRIS)
    assert world.reasons([somebody()], [("identity", "neighbourhood-policing")]) == ["no_agreement"]


def test_a_service_may_supply_what_an_agreement_lets_it_and_only_its_own(world: World) -> None:
    items = [("attendance", "education"), ("benefits", "education"), ("attendance", "housing")]
    answer = world.decide([], items, operation="supply", purpose="identify", asker=caller("education")).json()
    assert [(v["verdict"], v["person"]) for v in answer["verdicts"]] == [
        ("permit", None), ("deny", None), ("deny", None),
    ]  # fmt: skip
    assert world.decide([somebody()], items, operation="supply", asker=caller("education")).status_code == 422


def test_what_comes_from_the_jobcentre_stays_where_the_law_lets_it_go(world: World) -> None:
    """Neither a name nor an address of theirs goes to housing, whatever both officers signed; the school's does."""
    agreed = [term("support", category) for category in ("identity", "address", "benefits")]
    for supplier in ("jobcentre", "education"):
        world.agree(supplier, "housing", *agreed)
    ada = somebody()
    world.inform(ada)
    housing = caller("housing", ["partner_practitioner"])
    items = [(category, "jobcentre") for category in ("identity", "address", "benefits")]
    assert world.reasons([ada], items, asker=housing, share=True) == ["origin"] * 3
    assert world.reasons([ada], SCHOOL[1:], asker=housing) == ["agreed", "agreed"]
    assert log(world) == [] == log(world, JONAS)


# --- the sharing log


def log(world: World, who: str = IRIS, *person: str) -> list[dict[str, str]]:
    answer = world.get("/v1/sharing-log", who, person=list(person))
    assert answer.status_code == 200, answer.text
    items: list[dict[str, str]] = answer.json()["items"]
    return items


def test_what_is_shared_is_in_the_log_and_what_is_only_asked_is_not(world: World) -> None:
    ada, ben = people(2)
    world.inform(ada)
    world.decide([ada, ben], SCHOOL[:1])
    assert log(world) == []
    answer = world.decide([ada, ben], SCHOOL[:1], share=True).json()
    (line,) = log(world)
    expected = {
        "decision": answer["decision"], "person": ada, "category": "attendance", "source": "education",
        "service": "programme", "agency": "thornbury-council", "role": "lead_professional", "subject": "leo",
        "client": "portal", "purpose": "support", "operation": "read", "basis": "public_task",
        "agreement": answer["verdicts"][0]["agreement"],
    }  # fmt: skip
    assert {key: line[key] for key in expected} == expected and line["at"].endswith("Z")


def test_a_decision_keeps_what_it_refused_for_the_officer(world: World) -> None:
    ada, ben = people(2)
    world.inform(ada)
    decision = world.decide([ada, ben], SCHOOL[:2], share=True).json()["decision"]
    kept = world.get(f"/v1/decisions/{decision}").json()
    assert (kept["permits"], kept["program"], kept["caller"]["service"]) == (2, "families", "programme")
    assert [(r["person"], r["category"], r["reason"]) for r in kept["refusals"]] == [
        (ben, "attendance", "notice_due"), (ben, "address", "notice_due"),
    ]  # fmt: skip
    assert kept["covers"] == ["identity", "address", "attendance"]
    for which, who in ((decision, PETRA), (NOBODY, PETRA), (NOBODY, IRIS)):
        assert world.get(f"/v1/decisions/{which}", who).status_code == 404
    asked = world.decide([ada], SCHOOL[:1]).json()["decision"]
    assert world.get(f"/v1/decisions/{asked}").status_code == 404


def refused(world: World, decision: str, who: str) -> list[tuple[str, str]]:
    answer = world.get(f"/v1/decisions/{decision}", who)
    if answer.status_code == 404:
        return []
    return [(refusal["category"], refusal["source"]) for refusal in answer.json()["refusals"]]


def test_a_refusal_is_told_to_the_parties_of_its_agreement_and_to_nobody_else(world: World) -> None:
    """Only records that exist are asked about: whoever reads a refusal learns that there is one."""
    world.agree("neighbourhood-policing", "housing", term("support", "identity"))
    world.agree("school-nursing", "education", term("support", "identity"))
    items = [("identity", "neighbourhood-policing"), ("identity", "school-nursing"), ("attendance", "jobcentre")]
    nurse = caller("housing", ["partner_practitioner"])
    decision = world.decide([somebody()], items, share=True, asker=nurse).json()["decision"]
    assert refused(world, decision, PETRA) == [items[0]], "the police are a party"
    assert refused(world, decision, HANA) == [items[1]], "their record, under no agreement with housing"
    assert refused(world, decision, JONAS) == [items[2]]
    name, scopes = "police-records", ["sharing-log:read"]
    client = token(name, client=name, scopes=scopes, service="neighbourhood-policing", agency="police")
    assert refused(world, decision, client) == [], "a client of the police with the scope is no officer"
    # Iris is an officer of the council, whose housing asked: a party to the first, and to nothing else.
    assert refused(world, decision, IRIS) == [items[0]]
    own = world.get(f"/v1/decisions/{decision}").json()
    assert own["covers"] == ["identity"] and own["permits"] == 0
    assert world.get(f"/v1/decisions/{decision}", HANA).json()["permits"] is None


def test_what_a_decision_covers_is_the_same_whether_a_record_exists_or_not(world: World) -> None:
    world.agree("neighbourhood-policing", "housing", term("support", "identity"))
    asker = caller("housing", ["partner_practitioner"])
    answers = []
    for items in (
        [("identity", "neighbourhood-policing")],
        [("attendance", "school-nursing")],
        [("benefits", "jobcentre")],
    ):
        decision = world.decide([somebody()], items, share=True, asker=asker).json()["decision"]
        answers.append(world.get(f"/v1/decisions/{decision}").json())
    assert [answer["covers"] for answer in answers] == [["identity"]] * 3
    assert [answer["refusals"] for answer in answers[1:]] == [[], []]


def test_a_merged_persons_log_is_whole_under_each_of_their_ids(world: World) -> None:
    ada, formerly, ben = people(3)
    world.inform(ada, formerly, ben)
    world.decide([formerly], SCHOOL[:1], share=True)
    world.decide([(ada, [formerly]), ben], SCHOOL[:1], share=True)
    assert [line["person"] for line in log(world, IRIS, formerly)] == [formerly, ada]
    assert [line["person"] for line in log(world, IRIS, ada)] == [ada]
    assert [line["person"] for line in log(world, IRIS, ada, formerly)] == [formerly, ada]
    assert len(log(world)) == 3 and log(world, IRIS, somebody()) == []


def test_an_officer_reads_the_lines_that_concern_their_agency(world: World) -> None:
    world.agree("neighbourhood-policing", "programme", term("support", "identity"))
    world.agree("education", "school-nursing", term("support", "identity"))
    ada = somebody()
    world.inform(ada)
    world.inform(ada, who=HANA)
    world.decide([ada], [("identity", "neighbourhood-policing"), SCHOOL[0]], share=True)
    nurse = caller("school-nursing", ["partner_practitioner"])
    world.decide([ada], [("identity", "education")], share=True, asker=nurse)
    assert sorted(line["source"] for line in log(world)) == ["education", "education", "neighbourhood-policing"]
    assert [line["source"] for line in log(world, PETRA)] == ["neighbourhood-policing"]
    assert [line["service"] for line in log(world, HANA)] == ["school-nursing"]
    assert log(world, JONAS) == []


def test_pages_of_the_log_join_up(world: World) -> None:
    everybody = people(7)
    world.inform(*everybody)
    world.decide(everybody, SCHOOL[:1], share=True)
    seen: list[str] = []
    after: dict[str, str] = {}
    while True:
        page = world.get("/v1/sharing-log", limit=3, **after).json()
        seen += [item["person"] for item in page["items"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert sorted(seen) == sorted(everybody)
    assert world.get("/v1/sharing-log", after="nonsense").status_code == 400


# --- coverage


def test_coverage_says_what_a_purpose_covers_and_nothing_about_people(world: World) -> None:
    world.agree("jobcentre", "programme", term("support", "benefits", "statute"))
    world.agree("jobcentre", "housing", term("support", "benefits", "statute"))
    world.agree("programme", "housing", term("support", "support"))
    answer = world.get("/v1/coverage", LEO, purpose="support").json()
    assert answer["covers"] == ["identity", "address", "attendance", "support"]
    assert answer["ask"]["service"] == "programme"
    assert world.get("/v1/coverage", LEO, purpose="safeguarding").json()["covers"] == ["support"]

    def covers(asker: str) -> list[str]:
        answer = world.post("/v1/coverage", {"purpose": "support"}, FAMILIES, caller_token=asker)
        found: list[str] = answer.json()["covers"]
        return found

    assert covers(caller("housing", ["partner_practitioner"])) == ["support"]  # and no benefits: DWP's law forbids
    assert covers(caller("programme")) == ["identity", "address", "attendance", "benefits", "support"]
    assert covers(caller("school-nursing")) == []
    assert covers(caller("programme", ["finance_officer"])) == []


# --- doors, sizes, races, speed


def test_only_programs_decide_and_only_officers_read_the_log(world: World) -> None:
    body = {
        "purpose": "support",
        "operation": "read",
        "items": [{"category": "identity", "source": "x"}],
        "share": False,
    }
    assert world.post("/v1/decisions", body, LEO).status_code == 403
    assert world.get("/v1/sharing-log", LEO).status_code == 403
    assert world.get("/v1/sharing-log", FAMILIES).status_code == 403
    assert world.running.client.post("/v1/decisions", json=body).status_code == 401


def test_two_thousand_people_are_decided_at_once_and_one_more_is_refused(world: World) -> None:
    everybody = people(2000)
    answer = world.decide(everybody, SCHOOL[:1], purpose="identify", asker=caller(), share=True)
    assert [v["reason"] for v in answer.json()["verdicts"]] == ["agreed"] * 2000
    assert world.decide([*everybody, somebody()], SCHOOL[:1]).status_code == 422
    assert world.decide([somebody()], [("attendance", f"s{n}") for n in range(51)]).status_code == 422


@pytest.mark.parametrize("share", [True, False])
def test_a_call_reads_each_table_once_however_many_people(world: World, share: bool) -> None:
    counts = []
    for number in (1, 400):
        seen: list[str] = []

        def note(_c: object, _cursor: object, statement: str, *_: object, seen: list[str] = seen) -> None:
            seen.append(statement)

        engine = world.running.runtime.engine
        event.listen(engine, "before_cursor_execute", note)
        world.decide(people(number), SCHOOL, purpose="identify", asker=caller(), share=share)
        event.remove(engine, "before_cursor_execute", note)
        counts.append(len(seen))
        assert (not share and all(not s.startswith("INSERT") for s in seen)) or share
    assert counts[0] == counts[1] <= 11


def test_no_decision_asked_for_after_a_withdrawals_200_permits(world: World) -> None:
    """200 people withdraw while decisions about them are asked for without pause, by four at once."""
    everybody = people(200)
    consents = {one: world.consent(one, ["claim"], ["attendance"]).json()["id"] for one in everybody}
    body = {
        "purpose": "claim", "operation": "use",
        "items": [{"category": "attendance", "source": "education"}],
    }  # fmt: skip
    answered: dict[str, float] = {}
    asked: list[tuple[str, float, str]] = []
    done = threading.Event()

    def ask(number: int) -> None:
        dice = random.Random(number)
        while not done.is_set():
            among = dice.sample(everybody, 20)
            subjects = [{"person": one} for one in among]
            at = time.monotonic()
            answer = world.post("/v1/decisions", body | {"subjects": subjects, "share": dice.random() < 0.5}, CLAIMS)
            assert answer.status_code == 200
            asked.extend((v["person"], at, v["verdict"]) for v in answer.json()["verdicts"])

    def withdraw(person: str) -> None:
        assert world.withdraw(consents[person]).status_code == 200
        answered[person] = time.monotonic()

    with ThreadPoolExecutor(8) as crowd:
        askers = [crowd.submit(ask, number) for number in range(4)]
        list(crowd.map(withdraw, everybody))
        time.sleep(0.05)
        done.set()
        for asker in askers:
            asker.result()
    after = [verdict for person, at, verdict in asked if at > answered[person]]
    before = [verdict for person, at, verdict in asked if at <= answered[person]]
    assert set(after) == {"deny"} and len(after) > 500
    assert "permit" in before


def test_a_sharing_of_five_hundred_people_and_six_items_is_whole(world: World) -> None:
    world.agree(
        "neighbourhood-policing", "programme", term("identify", "anti_social_behaviour"), term("identify", "address")
    )
    items = [
        *SCHOOL,
        ("anti_social_behaviour", "neighbourhood-policing"),
        ("address", "neighbourhood-policing"),
        ("support", "programme"),
    ]
    everybody = people(500)
    world.inform(*everybody)
    answer = world.decide(everybody, items, purpose="identify", asker=caller(), share=True)
    verdicts = answer.json()["verdicts"]
    assert len(verdicts) == 500 * len(items) and {v["verdict"] for v in verdicts} == {"permit"}


def test_the_token_of_another_program_names_it_in_the_decision(world: World) -> None:
    answer = world.decide([somebody()], SCHOOL[:1], purpose="claim", operation="use", share=True)
    kept = world.get(f"/v1/decisions/{answer.json()['decision']}").json()
    claims = {"subject": "claims", "client": "claims", "agency": COUNCIL, "service": "programme", "roles": []}
    assert (kept["program"], kept["caller"]) == ("claims", claims)


# --- for whom a program asks

STRANGER = ECKey.generate_key("P-256", {"kid": "test", "alg": "ES256", "use": "sig"}, auto_kid=False)
LEAD = ["lead_professional"]
NOT_BELIEVED = {
    "nobody's": None,
    "no token at all": "leo",
    "cut off": caller(roles=LEAD)[:-5],
    "for another platform": caller(roles=LEAD, aud="elsewhere"),
    "of another issuer": caller(roles=LEAD, iss="https://elsewhere.example"),
    "signed by a stranger": caller(roles=LEAD, key=STRANGER),
    "expired": caller(roles=LEAD, lives=-60),
    "an id token": caller(roles=LEAD, typ="JWT"),
    "the program's own": FAMILIES,
    "another program's": CLAIMS,
}


@pytest.mark.parametrize("share", [True, False])
@pytest.mark.parametrize("shown", NOT_BELIEVED.values(), ids=NOT_BELIEVED)
def test_a_program_that_shows_no_good_token_of_its_caller_gets_nothing(
    world: World, shown: str | None, share: bool
) -> None:
    """Neither a decision nor a line of the log, and one and the same answer; whatever the body says of a caller."""
    ada = somebody()
    world.inform(ada)
    question = {
        "purpose": "claim", "operation": "read", "subjects": [{"person": ada}], "share": share,
        "items": [{"category": "attendance", "source": "education"}],
    }  # fmt: skip
    headers = {} if shown is None else {"caller_token": shown}
    refused = world.post("/v1/decisions", question, FAMILIES, **headers)
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (403, "caller-not-verified")
    assert world.post("/v1/decisions", question | {"operation": "supply", "subjects": []}, FAMILIES, **headers).json()[
        "title"
    ] == ("Caller not verified")
    if shown != CLAIMS:  # whose coverage another program may learn: it says nothing about people
        assert world.post("/v1/coverage", {"purpose": "claim"}, FAMILIES, **headers).status_code == 403
    assert log(world) == []


def test_two_tokens_are_no_token(world: World) -> None:
    headers = [
        ("Authorization", f"Bearer {FAMILIES}"), ("Caller-Token", caller(roles=LEAD)),
        ("Caller-Token", caller("housing", LEAD)),
    ]  # fmt: skip
    answer = world.running.client.post("/v1/coverage", json={"purpose": "support"}, headers=headers)
    assert answer.status_code == 403


def test_what_a_body_says_of_the_caller_is_refused(world: World) -> None:
    told = {"subject": "ana", "client": "portal", "agency": COUNCIL, "service": "programme", "roles": ["analyst"]}
    for path in ("/v1/decisions", "/v1/coverage"):
        body: dict[str, object] = {"caller": told, "purpose": "support"}
        if path == "/v1/decisions":
            body |= {"operation": "read", "items": [{"category": "identity", "source": "education"}], "share": True}
        refused = world.post(path, body, FAMILIES, caller_token=caller("housing", ["partner_practitioner"]))
        assert refused.status_code == 422
        assert [fault["pointer"] for fault in refused.json()["errors"]] == ["/body/caller"]


def test_the_purpose_asked_for_is_one_of_the_callers(world: World) -> None:
    ada, lead = somebody(), caller(roles=LEAD, purposes=["support"])
    world.inform(ada)
    assert world.decide([ada], SCHOOL[:1], purpose="support", asker=lead).status_code == 200
    other = world.decide([ada], SCHOOL[:1], purpose="identify", asker=lead)
    assert (other.status_code, other.json()["type"].rpartition("/")[2]) == (403, "purpose-not-allowed")
    covered = world.post("/v1/coverage", {"purpose": "identify"}, FAMILIES, caller_token=lead)
    assert covered.json()["type"].rpartition("/")[2] == "purpose-not-allowed"


def test_a_program_works_with_data_for_itself_and_for_its_own_purposes(world: World) -> None:
    """`use` is the program's own work: it forwards nobody, and does not get further than what it is there for."""
    ada = somebody()
    world.inform(ada)
    assert world.decide([ada], SCHOOL[:1], purpose="claim", operation="use").status_code == 200
    for purpose, program in (("identify", CLAIMS), ("claim", FAMILIES), ("identify", FAMILIES)):
        refused = world.decide([ada], SCHOOL[:1], purpose=purpose, operation="use", program=program)
        assert refused.json()["type"].rpartition("/")[2] == "purpose-not-allowed"
    question = {
        "purpose": "claim", "operation": "use", "subjects": [{"person": ada}], "share": False,
        "items": [{"category": "attendance", "source": "education"}],
    }  # fmt: skip
    forwarded = world.post("/v1/decisions", question, CLAIMS, caller_token=caller(roles=LEAD))
    assert (forwarded.status_code, forwarded.json()["title"]) == (403, "Caller not verified")


def test_a_supplier_without_a_purpose_of_its_own_may_ask_whether_it_may_supply(world: World) -> None:
    machine = caller("education", purposes=[])
    verdicts = world.decide([], SCHOOL[:1], operation="supply", purpose="identify", asker=machine).json()["verdicts"]
    assert [verdict["verdict"] for verdict in verdicts] == ["permit"]


def test_a_person_without_any_role_is_no_machine(world: World) -> None:
    """Identity leaves out roles that a service may not hold; who has none left must not see what a system sees."""
    ada = somebody()
    world.inform(ada)
    assert world.reasons([ada], SCHOOL[:1], asker=caller("programme")) == ["agreed"]
    bare = token("leo", purposes=EVERY_PURPOSE)
    assert world.reasons([ada], SCHOOL[:1], asker=bare) == ["no_case_content"]
    covered = world.post("/v1/coverage", {"purpose": "support"}, FAMILIES, caller_token=bare)
    assert covered.json()["covers"] == []


# --- what is asked of whom


def test_of_each_person_only_what_is_named_of_them_is_decided_and_logged(world: World) -> None:
    ada, ben, cat = people(3)
    world.inform(ada, ben, cat)
    body = {
        "purpose": "support",
        "operation": "read",
        "subjects": [{"person": ada, "items": [1]}, {"person": ben, "items": []}, {"person": cat, "items": [0, 1, 0]}],
        "items": [{"category": category, "source": source} for category, source in SCHOOL[:2]],
        "share": True,
    }
    lead = caller(roles=LEAD)
    answer = world.post("/v1/decisions", body, FAMILIES, caller_token=lead)
    decided = [(verdict["person"], verdict["category"]) for verdict in answer.json()["verdicts"]]
    assert decided == [(ada, SCHOOL[1][0]), (cat, SCHOOL[0][0]), (cat, SCHOOL[1][0])]
    assert sorted((line["person"], line["category"]) for line in log(world)) == sorted(decided)
    for wrong in ([2], [-1], [True], ["0"], [0] * 51):
        asked = body | {"subjects": [{"person": ada, "items": wrong}]}
        refused = world.post("/v1/decisions", asked, FAMILIES, caller_token=lead)
        assert refused.status_code == 422


# --- who was told (UK GDPR Art 14)


def test_another_agencys_notice_excuses_nobody_unless_an_agreement_says_so(world: World) -> None:
    """A false 'delivered' by any agency lifted `notice_due` for everybody."""
    world.agree("education", "school-nursing", term("support", "attendance"))
    ada, ben = people(2)
    nurse = caller("school-nursing", ["partner_practitioner"])
    body = {"date": day(), "channel": "letter", "persons": [ada]}
    # Nor does another agency's notice that one's own people handed out, whoever does it: it says what others do.
    for notice, who in ((world.notice(HANA), IRIS), (world.notice(), HANA), (world.notice(PETRA), IRIS)):
        assert world.post(f"/v1/notices/{notice}/deliveries", body, who).status_code == 201
        assert world.reasons([ada], SCHOOL[:1]) == ["notice_due"]
        assert world.reasons([ada], SCHOOL[:1], asker=nurse) == ["notice_due"]
    assert world.inform(ada, who=HANA).status_code == 201
    assert world.reasons([ada], SCHOOL[:1]) == ["notice_due"]
    assert world.reasons([ada], SCHOOL[:1], asker=nurse) == ["agreed"]
    world.inform(ben)
    assert world.reasons([ben], SCHOOL[:1]) == ["agreed"]
    assert world.reasons([ben], SCHOOL[:1], asker=nurse) == ["notice_due"]
    world.agree("housing", "school-nursing", term("support", "identity"), notice_given_by="supplier")
    assert world.reasons([ben], [("identity", "housing"), SCHOOL[0]], asker=nurse) == ["agreed", "notice_due"]


def test_a_notice_that_came_back_is_due_again(world: World) -> None:
    ada = somebody()
    path = world.inform(ada).headers["Location"]
    assert world.reasons([ada], SCHOOL[:1]) == ["agreed"]
    world.post(f"{path}/correction", {"persons": [ada], "reason": "Returned by post"})
    assert world.reasons([ada], SCHOOL[:1]) == ["notice_due"]
    world.inform(ada)
    assert world.reasons([ada], SCHOOL[:1]) == ["agreed"]


def test_a_consent_that_was_recorded_wrongly_permits_nothing_and_its_withdrawal_still_stops(world: World) -> None:
    ada = somebody()
    consents = [world.consent(ada, ["claim"], ["attendance"]).json()["id"] for _ in range(2)]
    world.post(f"/v1/consents/{consents[1]}/correction", {"reason": "Entered twice"}, LEO)
    assert claimed(world, ada) == ["agreed"]
    world.withdraw(consents[1])
    assert claimed(world, ada) == ["no_consent"]
    world.post(f"/v1/consents/{consents[0]}/correction", {"reason": "Another child's"}, LEO)
    world.consent(ada, ["claim"], ["attendance"])
    assert claimed(world, ada) == ["agreed"]


def test_an_objection_binds_until_it_is_overridden_or_taken_back(world: World) -> None:
    father = somebody()
    world.inform(father)
    raised = world.post("/v1/objections", {"person": father, "date": day(), "purposes": ["support"]}).json()["id"]
    said, seen = {"date": day(), "reason": "Compelling grounds"}, []
    for path, body in (
        ("answer", {"answer": "upheld"}), ("answer", {"answer": "overridden"}), ("answer", {"answer": "upheld"}),
        ("withdrawal", {}),
    ):  # fmt: skip
        world.post(f"/v1/objections/{raised}/{path}", body | said)
        seen += world.reasons([father], SCHOOL[:1])
    assert seen == ["objected", "agreed", "objected", "agreed"]
