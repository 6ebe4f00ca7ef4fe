"""How somebody has to do with people: told to consent alone, from this store alone."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from chassis.db import new_id
from families.app import program
from families.models.safeguarding import Bar, BarredFrom
from fixtures.costs import noted
from fixtures.directory import know_everybody
from fixtures.silent import Silent
from fixtures.stack import Programs, Running
from fixtures.tokens import as_, token
from unit.families import household
from unit.families.household import BENEFITS, POLICE, Street, scoped

CONSENT = token("consent", client="consent", scopes=["people:standing"], purposes=[])
OFFICER = "information_governance_officer"
petra = scoped("petra", OFFICER, "", "identify", service="neighbourhood-policing", agency="police")
hana = scoped("hana", OFFICER, "", "identify", service="school-nursing", agency="health-trust")
jonas = scoped("jonas", OFFICER, "", "identify", service="jobcentre", agency="jobcentre-plus")
lena = scoped("lena", "lead_professional", "", "support", service="early-help")
ada = scoped("ada", "analyst", "", "identify", service="neighbourhood-policing", agency="police")
police_system = scoped("police-system", "", "", "identify", client="police-system", service="neighbourhood-policing",
                       agency="police")  # fmt: skip
Who = Callable[..., dict[str, str]]


def ask(running: Running, ids: list[str], who: Who, asker: str = CONSENT) -> Any:
    forwarded = who()["Authorization"].removeprefix("Bearer ")
    body = {"ids": ids}
    return running.client.post("/v1/people/standing", json=body, headers=as_(asker, caller_token=forwarded))


def ways(street: Street, who: Who, *people: UUID) -> list[list[str]]:
    answer = ask(street.running, [str(person) for person in people], who)
    assert answer.status_code == 200, answer.text
    found = {one: item["ways"] for item in answer.json()["items"] for one in item["ids"]}
    return [found.get(str(person), []) for person in people]


@pytest.fixture
def ashes(street: Street) -> tuple[UUID, UUID, UUID]:
    """A family that leo leads, with housing on its team; the Jobcentre sent a record of the mother, the police none."""
    mia, leo, rose = street.ashes()
    street.record(rose, BENEFITS)
    [family] = street.families()
    path = f"/v1/families/{family['id']}"
    lead = {"user": "leo", "service": "programme", "sector": "programme", "date": "2017-09-01"}
    assert street.post(f"{path}/lead-professional", lead).status_code == 201
    assert street.post(f"{path}/team", {"service": "housing", "from": "2017-09-01"}).status_code == 201
    return mia, leo, rose


def test_each_way_joins_those_whom_it_should_and_nobody_else(street: Street, ashes: tuple[UUID, UUID, UUID]) -> None:
    mia, _, rose = ashes
    stranger = street.person("Zoe Elm", 2009)
    met = street.person("Max Oak", 1979)
    street.record(met, POLICE)
    asked = (mia, rose, stranger, met, new_id())
    obtained = ["obtained"]
    assert ways(street, household.iris, *asked) == [obtained] * 4 + [[]]
    assert ways(street, household.leo, *asked) == [["leads", "obtained"]] * 2 + [obtained] * 2 + [[]]
    assert ways(street, household.cora, *asked) == [["coordinates", "obtained"]] * 2 + [obtained] * 2 + [[]]
    assert ways(street, household.carl, mia) == [obtained]  # of another area
    assert ways(street, household.ana, *asked) == [["obtained", "oversees"]] * 4 + [[]]
    assert ways(street, household.harriet, mia, stranger) == [["obtained", "team"], obtained]
    assert ways(street, lena, mia) == [obtained]
    assert ways(street, jonas, *asked) == [[], ["supplied"], [], [], []]
    assert ways(street, petra, *asked) == [[], [], [], ["supplied"], []]
    assert ways(street, hana, *asked) == [[]] * 5
    assert ways(street, ada, *asked) == [[], [], [], ["supplied"], []]  # an analyst of another agency is none of ours
    assert ways(street, police_system, met) == [[]]  # acts about people are people's


def test_whoever_left_or_is_protected_is_no_longer_the_coordinators(
    street: Street, ashes: tuple[UUID, UUID, UUID]
) -> None:
    mia, leo, rose = ashes
    [family] = street.families()
    path = f"/v1/families/{family['id']}/members"
    [held] = [row for row in street.get(path, household.cora).json()["items"] if row["person"] == str(leo)]
    left = street.client.patch(
        f"{path}/{held['id']}", json={"to": "2017-12-01"}, headers=household.cora(If_Match=held["etag"])
    )
    assert left.status_code == 200, left.text
    assert ways(street, household.cora, mia, leo) == [["coordinates", "obtained"], ["obtained"]]
    with street.runtime.write() as session:
        from families.models.families import Family

        session.get_one(Family, UUID(family["id"])).protected = True
    assert ways(street, household.cora, rose) == [["obtained"]]
    assert ways(street, household.leo, rose) == [["leads", "obtained"]]


def test_somebody_who_was_merged_is_found_by_each_of_their_ids(street: Street, ashes: tuple[UUID, UUID, UUID]) -> None:
    mia, _, rose = ashes
    twice = street.person("Mia Ash", 2008)
    merged = street.post(f"/v1/people/{mia}/merge", {"other": str(twice), "reason": "One child"}, household.ana)
    assert merged.status_code == 200, merged.text
    for one in (mia, twice):
        [item] = ask(street.running, [str(one)], household.leo).json()["items"]
        assert item["ways"] == ["leads", "obtained"] and set(item["ids"]) == {str(mia), str(twice)}
        assert item["person"] == item["ids"][0]
    answer = ask(street.running, [str(mia), str(twice), str(rose)], household.leo).json()["items"]
    assert len(answer) == 2  # one person, one item


def test_nobody_is_looked_for_as_somebody_is(street: Street, ashes: tuple[UUID, UUID, UUID]) -> None:
    sent = []
    for person in (ashes[0], new_id()):
        for who in (household.cora, household.leo, household.ana, petra):
            with noted(street.runtime.engine) as statements:
                ask(street.running, [str(person)], who)
            sent.append(statements)
    assert sent[:4] == sent[4:]


def test_consents_own_client_alone_may_ask_and_only_for_somebody(street: Street) -> None:
    mine = household.leo()["Authorization"].removeprefix("Bearer ")
    assert ask(street.running, [str(new_id())], household.leo, asker=mine).status_code == 403
    nobody = street.client.post("/v1/people/standing", json={"ids": [str(new_id())]}, headers=as_(CONSENT))
    assert (nobody.status_code, nobody.json()["title"]) == (403, "Caller not verified")
    forged = as_(CONSENT, caller_token=mine[:-4] + "AAAA")
    assert street.client.post("/v1/people/standing", json={"ids": [str(new_id())]}, headers=forged).status_code == 403


def test_it_answers_while_every_slot_is_held_by_who_waits_for_consent(programs: Programs, tmp_path: Path) -> None:
    """Without threads of its own, consent would wait for families, and families for consent."""
    consent, secret = Silent(), tmp_path / "families.secret"
    secret.write_text("secret")
    running = programs.start(program, consent_url=consent.url, identity_url=consent.url, client_secret_file=secret)
    running.runtime.state["own_tokens"] = type("Own", (), {"token": lambda *_, **__: "own"})()
    know_everybody(running.runtime)
    slots = running.app.state.thread_slots
    with ThreadPoolExecutor(40) as crowd:
        waiting = [crowd.submit(running.client.get, "/v1/families", headers=household.harriet()) for _ in range(40)]
        try:
            deadline = time.monotonic() + 60
            while not slots.locked():
                assert time.monotonic() < deadline
                time.sleep(0.01)
            answer = ask(running, [str(new_id())], household.iris)
            assert (answer.status_code, answer.json()) == (200, {"items": []})
            assert not any(each.done() for each in waiting)
        finally:
            consent.close()


def test_it_is_given_up_when_its_own_time_is_over(programs: Programs, tmp_path: Path) -> None:
    running = programs.start(program, standing_patience=0.0)
    assert ask(running, [str(new_id())], household.iris).status_code == 503


def test_staff_have_nothing_to_do_with_their_own_relatives(street: Street, ashes: tuple[UUID, UUID, UUID]) -> None:
    mia, leo, _ = ashes
    bar = new_id()
    with street.runtime.write() as session:
        session.add(
            Bar(id=bar, user="leo", service="programme", agency="thornbury-council", because="relative",
                recorded_by="mona")
        )  # fmt: skip
        session.flush()
        session.add(BarredFrom(bar=bar, id=mia, is_family=False))
    assert ways(street, household.leo, mia, leo) == [[], []]  # nor with whoever is of their family
    assert ways(street, household.cora, mia, leo) == [["coordinates", "obtained"]] * 2
