"""Notices, consents, objections and protections, as the people who record them see them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from chassis.db import today
from fixtures.stack import Programs
from fixtures.tokens import token
from unit.consent.world import HANA, IRIS, LEO, NOBODY, OFFICER, PETRA, World, day, people, somebody

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
        ("notices:write", "POST", "/v1/notices", {"code": "n", "version": 1, "language": "en", "text": "t"}),
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
        headers = {"Idempotency-Key": f"door-{scope}"}
        for scopes, expected in ((every - {scope}, {403}), ({scope}, {200, 201})):
            bearer = {"Authorization": f"Bearer {token('x', scopes=scopes)}"}
            answer = world.running.client.request(method, path, json=body, headers=headers | bearer)
            assert answer.status_code in expected, (scope, answer.text)
