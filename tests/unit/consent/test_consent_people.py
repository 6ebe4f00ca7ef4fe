"""Notices, consents, objections and protections, as the people who record them see them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from chassis.db import today
from fixtures.costs import noted
from fixtures.stack import Programs
from fixtures.tokens import token
from unit.consent.world import COUNCIL, HANA, INA, IRIS, LEO, NOBODY, OFFICER, PETRA, World, day, people, somebody

TOMORROW = (today() + timedelta(days=1)).isoformat()


@pytest.fixture
def world(programs: Programs) -> Iterator[World]:
    yield World.begin(programs)


def same_but_for_the_request(one: Any, other: Any) -> bool:
    bodies = [{k: v for k, v in a.json().items() if k not in ("instance", "request_id")} for a in (one, other)]
    return one.status_code == other.status_code == 404 and bodies[0] == bodies[1]


def test_a_notice_is_published_once_and_never_changed(world: World) -> None:
    notice = world.notice()
    shown = world.get(f"/v1/notices/{notice}")
    assert (shown.json()["version"], shown.headers["ETag"]) == ("1", '"v1"')
    assert shown.json()["agency"] == COUNCIL
    body = {"code": "think-family", "version": "1", "language": "en", "text": "Something else"}
    assert world.post("/v1/notices", body).status_code == 409
    assert world.post("/v1/notices", body | {"language": "pl"}).status_code == 201
    assert [entry["language"] for entry in world.get("/v1/notices").json()["items"]] == ["en", "pl"]


def test_five_hundred_people_are_given_a_notice_at_once_and_no_more(world: World) -> None:
    everybody = people(501)
    assert world.inform(*everybody).status_code == 422
    made = world.inform(*everybody[:500], everybody[0])
    assert (made.status_code, made.json()["status"]) == (201, "delivered")
    given = world.post("/v1/notices/lookup", {"ids": everybody[:499] + everybody[500:]}, IRIS).json()["items"]
    assert [entry["person"] for entry in given] == everybody[:499]
    assert given[0]["notices"][0] | {"delivery": "", "notice": ""} == {
        "delivery": "", "notice": "", "code": "think-family", "version": "1", "language": "en", "date": day(),
        "channel": "letter",
    }  # fmt: skip


def test_a_delivery_is_shown_to_the_agency_that_made_it(world: World) -> None:
    ada, ben = people(2)
    made = world.inform(ada, ben)
    shown = world.get(made.headers["Location"])
    assert sorted(shown.json()["persons"]) == sorted([ada, ben]) and shown.headers["ETag"]
    assert world.post("/v1/notices/lookup", {"ids": [ada]}, PETRA).json()["items"] == []
    other = f"/v1/notices/{world.notice()}/deliveries/{NOBODY}"
    assert same_but_for_the_request(world.get(made.headers["Location"], PETRA), world.get(other, PETRA))


def test_a_notice_that_never_was_cannot_be_delivered(world: World) -> None:
    body = {"date": day(), "channel": "letter", "persons": [somebody()]}
    assert world.post(f"/v1/notices/{NOBODY}/deliveries", body).status_code == 404


def test_a_consent_is_recorded_shown_and_looked_up(world: World) -> None:
    ada, ben, mother = people(3)
    more = {"given_by": "representative", "representative": mother, "recipients": ["housing", "housing"]}
    made = world.consent(ada, ["claim", "claim"], ["attendance"], **more)
    assert (made.status_code, made.json()["status"], made.headers["ETag"]) == (201, "given", '"v1"')
    shown = world.get(f"/v1/consents/{made.json()['id']}", LEO).json()
    assert (shown["status"], shown["purposes"], shown["recipients"]) == ("given", ["claim"], ["housing"])
    assert (shown["given_by"], shown["representative"]) == ("representative", mother)
    assert world.get("/v1/consents", LEO, person=ada).json()["items"] == [shown]
    found = world.post("/v1/consents/lookup", {"ids": [ben, ada]}, LEO).json()["items"]
    assert found == [{"person": ada, "consents": [shown]}]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"given_by": "representative"}, "/body"),
        ({"representative": NOBODY}, "/body"),
        ({"notice": NOBODY}, "/body/notice"),
        ({"date": TOMORROW}, "/body/date"),
        ({"purposes": []}, "/body/purposes"),
        ({"categories": ["everything"]}, "/body/categories/0"),
        ({"representative": "ada"}, "/body/representative"),
        ({"name": "Ada"}, "/body/name"),
    ],
)
def test_what_is_no_consent_is_refused_and_never_repeated(world: World, change: dict[str, Any], pointer: str) -> None:
    refused = world.consent(somebody(), **{"purposes": ["claim"], "categories": ["attendance"]} | change)
    assert refused.status_code == 422 and refused.json()["errors"][0]["pointer"] == pointer
    assert "Ada" not in refused.text and [name for name, _ in world.events()] == []


def test_another_agencys_consent_answers_like_one_that_never_was(world: World) -> None:
    ada = somebody()
    consent = world.consent(ada, ["claim"], ["attendance"]).json()["id"]
    nurse = token("nora", scopes=["consents:read", "consents:write"], agency="health-trust", service="school-nursing")
    assert same_but_for_the_request(
        world.get(f"/v1/consents/{consent}", HANA), world.get(f"/v1/consents/{NOBODY}", HANA)
    )
    body = {"date": day()}
    there, nowhere = (world.post(f"/v1/consents/{c}/withdrawal", body, nurse) for c in (consent, NOBODY))
    assert same_but_for_the_request(there, nowhere)
    assert world.get("/v1/consents", HANA, person=ada).json()["items"] == []
    assert world.post("/v1/consents/lookup", {"ids": [ada]}, HANA).json()["items"] == []


def test_a_consent_cannot_be_withdrawn_before_it_was_given(world: World) -> None:
    consent = world.consent(somebody(), ["claim"], ["attendance"]).json()["id"]
    early = world.withdraw(consent, date=(today() - timedelta(days=1)).isoformat())
    assert (early.status_code, early.json()["errors"][0]["code"]) == (422, "before_consent")


def test_of_many_withdrawals_at_once_one_is_told(world: World) -> None:
    consent = world.consent(somebody(), ["claim"], ["attendance"]).json()["id"]
    with ThreadPoolExecutor(20) as crowd:
        answers = list(crowd.map(lambda _: world.withdraw(consent), range(20)))
    assert {a.status_code for a in answers} == {200} and {a.json()["etag"] for a in answers} == {'"v2"'}
    assert [name for name, _ in world.events()] == ["consent.given", "consent.withdrawn"]


def test_a_protections_reason_is_never_shown(world: World) -> None:
    protection = world.protection(somebody())
    shown = world.get(f"/v1/protections/{protection}")
    assert shown.json()["status"] == "set" and "refuge" not in shown.text
    assert same_but_for_the_request(
        world.get(f"/v1/protections/{protection}", PETRA), world.get(f"/v1/protections/{NOBODY}", PETRA)
    )
    lift = {"date": day(), "reason": "No"}
    assert world.post(f"/v1/protections/{protection}/lift", lift, PETRA).status_code == 404
    assert world.post(f"/v1/protections/{protection}/lift", lift | {"date": TOMORROW}).status_code == 422
    assert all("reason" not in data for _, data in world.events())


def test_a_protections_reason_is_bounded(world: World) -> None:
    body = {"person": somebody(), "kind": "location", "date": day(), "reason": "x" * 501}
    assert world.post("/v1/protections", body).status_code == 422
    assert world.post("/v1/protections", body | {"reason": "x", "kind": "everything"}).status_code == 422


def test_an_objection_is_shown_to_the_agency_that_recorded_it(world: World) -> None:
    body = {"person": somebody(), "date": day(), "purposes": ["support"]}
    made = world.post("/v1/objections", body).json()
    assert world.get(f"/v1/objections/{made['id']}").json()["purposes"] == ["support"]
    assert world.get(f"/v1/objections/{made['id']}", PETRA).status_code == 404
    assert world.post("/v1/objections", body | {"purposes": ["gossip"]}).status_code == 422


def test_each_door_asks_for_its_own_scope(world: World) -> None:
    consent = world.consent(somebody(), ["claim"], ["attendance"]).json()["id"]
    for scope, method, path, body in (
        ("notices:publish", "POST", "/v1/notices", {"code": "n", "version": 1, "language": "en", "text": "t"}),
        ("consents:read", "GET", f"/v1/consents/{consent}", None),
        ("consents:write", "POST", f"/v1/consents/{consent}/withdrawal", {"date": day()}),
        (
            "protections:write",
            "POST",
            "/v1/protections",
            {"person": NOBODY, "kind": "location", "date": day(), "reason": "r"},
        ),
        ("objections:write", "POST", "/v1/objections", {"person": NOBODY, "date": day(), "purposes": ["support"]}),
    ):
        every = {*OFFICER, "consents:write", "consent:decide"}
        roles = ["information_governance_officer", "lead_professional"]
        headers = {"Idempotency-Key": f"door-{scope}"}
        for scopes, expected in ((every - {scope}, {403}), ({scope}, {200, 201})):
            bearer = {"Authorization": f"Bearer {token('x', scopes=scopes, roles=roles)}"}
            answer = world.running.client.request(method, path, json=body, headers=headers | bearer)
            assert answer.status_code in expected, (scope, answer.text)


# --- correcting


def kinds(shown: dict[str, Any]) -> list[str]:
    return [step["kind"] for step in shown["steps"]]


def test_a_consent_that_was_recorded_wrongly_counts_for_nothing_and_stays_readable(world: World) -> None:
    ada = somebody()
    wrong, right = (world.consent(ada, [what], ["attendance"]).json()["id"] for what in ("claim", "support"))
    other = world.consent(somebody(), ["claim"], ["attendance"]).json()["id"]
    path = f"/v1/consents/{wrong}/correction"
    for no_replacement in (wrong, other, NOBODY):
        refused = world.post(path, {"reason": "Another box", "replaced_by": no_replacement}, LEO)
        assert refused.status_code == 422 and refused.json()["errors"][0]["pointer"] == "/body/replaced_by"
    body = {"reason": "She ticked the other box", "replaced_by": right}
    first, again = world.post(path, body, LEO), world.post(path, body, LEO)
    assert first.status_code == 200 and again.json() == first.json()
    shown = world.get(f"/v1/consents/{wrong}", LEO).json()
    assert (shown["status"], shown["replaced_by"], kinds(shown)) == ("corrected", right, ["given", "corrected"])
    assert shown["steps"][1]["reason"] == "She ticked the other box" and shown["steps"][1]["by"] == "leo"
    assert world.events()[-1][1]["replaced_by"] == right
    assert [name for name, _ in world.events()].count("consent.corrected") == 1
    assert world.post(path, {"reason": "x" * 501}, LEO).status_code == 422


def test_an_objection_is_answered_anew_and_taken_back_with_its_history(world: World) -> None:
    father = somebody()
    raised = world.post("/v1/objections", {"person": father, "date": day(), "purposes": ["support"]}).json()["id"]
    path, said = f"/v1/objections/{raised}", {"date": day(), "reason": "The children's safety outweighs it"}
    for answer, status in (("overridden", "overridden"), ("overridden", "overridden"), ("upheld", "upheld")):
        assert world.post(f"{path}/answer", {"answer": answer, **said}).json()["status"] == status
    assert world.post(f"{path}/withdrawal", said).json()["status"] == "withdrawn"
    assert world.post(f"{path}/answer", {"answer": "upheld", **said}).status_code == 409
    assert kinds(world.get(path).json()) == ["raised", "overridden", "upheld", "withdrawn"]
    assert [name for name, _ in world.events()][-4:] == [
        "objection.raised", "objection.answered", "objection.answered", "objection.withdrawn",
    ]  # fmt: skip
    early = {"date": "2016-01-01", "reason": "Too early"}
    assert world.post(f"{path}/withdrawal", early).json()["errors"][0]["code"] == "before_objection"


def test_one_person_sets_a_protection_and_two_lift_it(world: World) -> None:
    protection = world.protection(somebody())
    path, said = f"/v1/protections/{protection}", {"date": day(), "reason": "On the police's word"}
    for verb in ("confirmation", "refusal"):
        assert world.post(f"{path}/lift/{verb}", said, INA).status_code == 409
    assert [world.post(f"{path}/lift", said).json()["status"] for _ in range(2)] == ["lift_asked"] * 2
    own = world.post(f"{path}/lift/confirmation", said)
    assert (own.status_code, own.json()["title"]) == (403, "Another person needed")
    assert world.post(f"{path}/lift/refusal", said, INA).json()["status"] == "set"
    assert world.post(f"{path}/lift", said, INA).json()["status"] == "lift_asked"
    assert [name for name, _ in world.events()] == ["protection.set"]  # it binds until another one has confirmed
    assert [world.post(f"{path}/lift/confirmation", said).json()["status"] for _ in range(2)] == ["lifted"] * 2
    assert [name for name, _ in world.events()] == ["protection.set", "protection.lifted"]
    assert kinds(world.get(path).json()) == ["set", "lift_asked", "lift_refused", "lift_asked", "lifted"]


def test_a_notice_that_came_back_was_not_delivered(world: World) -> None:
    ada, ben, mother = people(3)
    body = {"date": day(), "channel": "letter", "persons": [ada, ben], "received_by": mother}
    made = world.post(f"/v1/notices/{world.notice()}/deliveries", body)
    path = made.headers["Location"]
    assert world.post(f"{path}/correction", {"persons": [mother], "reason": "Not hers"}).status_code == 404
    back = {"persons": [ben], "reason": "Returned by post"}
    assert [world.post(f"{path}/correction", back).json()["etag"] for _ in range(2)] == ['"v2"'] * 2
    shown = world.get(path).json()
    assert (shown["persons"], shown["not_delivered"], shown["received_by"]) == ([ada], [ben], mother)
    assert kinds(shown) == ["delivered", "corrected"] and shown["language"] == "en"
    given = world.post("/v1/notices/lookup", {"ids": [ada, ben]}).json()["items"]
    assert [entry["person"] for entry in given] == [ada]
    assert [data["person"] for name, data in world.events() if name == "notice.not-delivered"] == [ben]
    named_twice = body | {"received_by": ada}
    assert world.post(f"/v1/notices/{world.notice()}/deliveries", named_twice).status_code == 422


# --- for whom one may act


def test_somebody_out_of_reach_answers_like_nobody_after_the_same_work(world: World) -> None:
    """Whether a record is there must not be told by words, nor by how much was done."""
    ada, stranger = people(2)
    consent = world.consent(stranger, ["claim"], ["attendance"]).json()["id"]
    protection, delivery = world.protection(stranger), world.inform(stranger, ada).headers["Location"]
    objection = world.post("/v1/objections", {"person": stranger, "date": day(), "purposes": ["claim"]}).json()["id"]
    restriction = world.restrict(stranger)
    world.standing.strangers.add(stranger)
    said = {"date": day(), "reason": "Because"}
    cleo = token("cleo", scopes=["consents:read", "consents:write"], roles=["lead_professional"])
    doors = [
        (cleo, "/v1/consents/{}", consent, None),
        (cleo, "/v1/consents/{}/withdrawal", consent, {"date": day()}),
        (cleo, "/v1/consents/{}/correction", consent, {"reason": "Because"}),
        (IRIS, "/v1/objections/{}", objection, None),
        (IRIS, "/v1/objections/{}/answer", objection, {"answer": "upheld", **said}),
        (IRIS, "/v1/objections/{}/withdrawal", objection, said),
        (IRIS, "/v1/protections/{}", protection, None),
        (IRIS, "/v1/protections/{}/lift", protection, said),
        (IRIS, "/v1/protections/{}/lift/confirmation", protection, said),
        (IRIS, "/v1/protections/{}/lift/refusal", protection, said),
        (IRIS, "/v1/restrictions/{}", restriction, None),
        (IRIS, "/v1/restrictions/{}/lift", restriction, said | {"person_told_on": day()}),
    ]
    for who, path, there, body in doors:
        answers, costs = [], []
        for one in (there, NOBODY):
            asked, before = path.format(one), len(world.standing.asked)
            with noted(world.running.runtime.engine) as sent:
                answers.append(world.get(asked, who) if body is None else world.post(asked, body, who))
            costs.append((sent, len(world.standing.asked) - before))
        assert same_but_for_the_request(*answers), path
        assert costs[0] == costs[1] and costs[0][1] == 1, path
    # A list and a lookup of theirs are those of nobody; a delivery shows whom one may act for, and no more.
    assert world.get("/v1/consents", LEO, person=stranger).json()["items"] == []
    assert world.post("/v1/consents/lookup", {"ids": [stranger]}, LEO).json()["items"] == []
    assert world.post("/v1/notices/lookup", {"ids": [stranger]}).json()["items"] == []
    assert world.get(delivery).json()["persons"] == [ada]
    world.standing.strangers.add(ada)
    assert same_but_for_the_request(world.get(delivery), world.get(delivery[:-36] + NOBODY))


def test_nothing_is_recorded_of_somebody_out_of_reach(world: World) -> None:
    stranger, ada = people(2)
    world.standing.strangers.add(stranger)
    notice, written = world.notice(), len(world.events())
    consents = {"given_by": "person", "date": day(), "purposes": ["claim"], "categories": ["attendance"],
                "notice": notice, "channel": "letter"}  # fmt: skip
    for who, path, body, pointer in (
        (LEO, "/v1/consents", consents | {"person": stranger}, "/body/person"),
        (LEO, "/v1/consents", consents | {"person": ada, "given_by": "representative", "representative": stranger},
         "/body/representative"),
        (LEO, f"/v1/notices/{notice}/deliveries", {"date": day(), "channel": "letter", "persons": [ada, stranger]},
         "/body/persons/1"),
        (IRIS, "/v1/objections", {"person": stranger, "date": day(), "purposes": ["claim"]}, "/body/person"),
        (IRIS, "/v1/protections", {"person": stranger, "kind": "location", "date": day(), "reason": "r"},
         "/body/person"),
        (IRIS, "/v1/restrictions", {"person": stranger, "because": "unlawful", "date": day(), "reason": "r"},
         "/body/person"),
    ):  # fmt: skip
        refused = world.post(path, body, who)
        assert (refused.status_code, refused.json()["title"]) == (404, "Person not found"), path
        assert [fault["pointer"] for fault in refused.json()["errors"]] == [pointer]
    assert len(world.events()) == written


def test_all_fails_closed_while_families_is_away_but_a_withdrawal(world: World) -> None:
    ada = somebody()
    consents = [world.consent(ada, ["claim"], ["attendance"]).json()["id"] for _ in range(3)]
    protection, told = world.protection(ada), len(world.events())
    world.standing.down = True
    colleague, elsewhere = (
        token(name, scopes=["consents:write"], roles=["lead_professional"], service=service)
        for name, service in (("lea", "programme"), ("lena", "early-help"))
    )
    said = {"date": day(), "reason": "Because"}
    for answer in (
        world.consent(ada, ["claim"], ["attendance"]),
        world.get(f"/v1/consents/{consents[0]}", LEO),
        world.get("/v1/consents", LEO, person=ada),
        world.post("/v1/consents/lookup", {"ids": [ada]}, LEO),
        world.post(f"/v1/consents/{consents[0]}/correction", {"reason": "Because"}, LEO),
        world.post(f"/v1/consents/{consents[0]}/withdrawal", {"date": day()}, elsewhere),
        world.post(f"/v1/consents/{NOBODY}/withdrawal", {"date": day()}, LEO),
        world.inform(ada),
        world.post("/v1/objections", {"person": ada, "date": day(), "purposes": ["claim"]}),
        world.post(f"/v1/protections/{protection}/lift", said),
        world.get(f"/v1/protections/{protection}"),
    ):
        assert answer.status_code == 503, answer.text
    assert len(world.events()) == told
    asked = len(world.standing.asked)
    assert world.withdraw(consents[0]).status_code == 200
    assert len(world.standing.asked) == asked  # who recorded it is not made to wait
    assert world.post(f"/v1/consents/{consents[1]}/withdrawal", {"date": day()}, colleague).status_code == 200


def test_a_colleague_withdraws_only_for_whom_they_work_while_families_says_who_that_is(world: World) -> None:
    ada = somebody()
    consent = world.consent(ada, ["claim"], ["attendance"]).json()["id"]
    world.standing.ways = {"lea": [], "lena": ["team"]}
    lea, lena = (
        token(name, scopes=["consents:write"], roles=["lead_professional"], service=service)
        for name, service in (("lea", "programme"), ("lena", "early-help"))
    )
    assert world.post(f"/v1/consents/{consent}/withdrawal", {"date": day()}, lea).status_code == 404
    assert world.post(f"/v1/consents/{consent}/withdrawal", {"date": day()}, lena).status_code == 200


def test_consents_are_listed_under_each_id_of_a_person(world: World) -> None:
    ada, formerly = people(2)
    world.consent(formerly, ["claim"], ["attendance"])
    world.standing.merged = {one: [ada, formerly] for one in (ada, formerly)}
    assert [row["person"] for row in world.get("/v1/consents", LEO, person=ada).json()["items"]] == [formerly]


@pytest.mark.parametrize(
    ("agency", "service", "ways", "may"),
    [
        ("police", "neighbourhood-policing", ["supplied"], 201),
        ("police", "neighbourhood-policing", [], 404),
        ("health-trust", "school-nursing", ["supplied", "team"], 404),
        ("thornbury-council", "housing", ["supplied"], 201),
        ("thornbury-council", "education", ["supplied"], 404),
        ("thornbury-council", "programme", ["obtained"], 201),
        ("thornbury-council", "programme", ["oversees"], 404),
    ],
)
def test_who_may_protect_is_said_by_sector(world: World, agency: str, service: str, ways: list[str], may: int) -> None:
    officer = token("olive", scopes=OFFICER, roles=["information_governance_officer"], agency=agency, service=service)
    world.standing.ways = {"olive": ways}
    body = {"person": somebody(), "kind": "location", "date": day(), "reason": "On her word"}
    assert world.post("/v1/protections", body, officer).status_code == may


def test_the_councils_officer_lifts_beside_the_agency_that_set_it_and_nobody_else(world: World) -> None:
    ada = somebody()
    body = {"person": ada, "kind": "location", "date": day(), "reason": "On her word"}
    protection = world.post("/v1/protections", body, PETRA).json()["id"]
    path, said = f"/v1/protections/{protection}/lift", {"date": day(), "reason": "She asked for it"}
    assert world.post(path, said, HANA).status_code == 404
    assert world.post(path, said, PETRA).json()["status"] == "lift_asked"
    assert world.post(f"{path}/confirmation", said, HANA).status_code == 404
    assert world.post(f"{path}/confirmation", said, PETRA).status_code == 403
    assert world.post(f"{path}/confirmation", said, IRIS).json()["status"] == "lifted"
