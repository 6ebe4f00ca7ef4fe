"""Each program is asked once a level, however many families are shown."""

import pytest
from starlette.responses import JSONResponse

from gateway import loaders
from unit.gateway.standin import family_id, person_id
from unit.gateway.under_test import Gateway

WHOLE = """
query Whole($first: Int = 20) {
  families(first: $first) {
    next
    items {
      id area composedOn etag
      support { agreedOn plan { id } }
      access { purpose covers ask { service email } }
      eligibility { eligible criteria { criterion verdict reason } }
      progress { route needs { criterion } }
      claims { items { id pence status resultDate } }
      members { role from to person { id name dateOfBirth facts(first: 10) { items { measure value from } } } }
    }
  }
}
"""


@pytest.mark.parametrize("families", [1, 7, 20])
def test_any_number_of_families_takes_one_call_a_program_and_level(gateway: Gateway, families: int) -> None:
    gateway.behind.families = families
    page = gateway.ask(WHOLE, {"first": families})["families"]
    assert len(page["items"]) == families and page["next"] == "more"
    assert sorted(gateway.behind.paths()) == [
        "GET /v1/families",
        "POST /v1/claims/lookup",
        "POST /v1/eligibility/lookup",
        "POST /v1/facts/lookup",
        "POST /v1/people/lookup",
        "POST /v1/progress/lookup",
    ]


def test_what_was_asked_for_is_what_comes(gateway: Gateway) -> None:
    family = gateway.ask(WHOLE)["families"]["items"][2]
    assert family["id"] == family_id(2) and family["composedOn"] == "2017-08-31"
    assert family["access"] == {
        "purpose": "identify",
        "covers": ["identity"],
        "ask": {"service": "programme", "email": None},
    }
    assert family["eligibility"]["criteria"] == [
        {"criterion": "work", "verdict": "met", "reason": "On jsa on that day."}
    ]
    assert family["claims"]["items"] == [
        {"id": family_id(1002), "pence": 80_000, "status": "drafted", "resultDate": "2018-06-01"}
    ]
    member = family["members"][0]
    assert (member["role"], member["from"], member["to"]) == ("adult", "2016-09-01", None)
    assert member["person"]["name"] == "Person 6" and member["person"]["dateOfBirth"] == "2008-02-29"
    assert [fact["measure"] for fact in member["person"]["facts"]["items"]] == ["asb.role", "work.spell"]


def test_more_ids_than_a_call_takes_go_in_several(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loaders, "IDS_A_CALL", 200)
    gateway.behind.families = 200
    gateway.ask("{ families(first: 100) { items { members { person { id } } } } }")
    assert [len(call.body["ids"]) for call in gateway.behind.calls if "people" in call.path] == [200, 100]


def test_families_as_at_a_day_are_batched_all_the_same(gateway: Gateway) -> None:
    person = (
        "person { name facts(first: 10) { items { measure } } consents { items { id } } notices { items { code } } }"
    )
    selection = f"{{ items {{ id eligibility {{ eligible }} progress {{ route }} members {{ {person} }} }} }}"
    gateway.ask(f'{{ families(first: 5, asAt: "2018-03-31") {selection} }}')
    behind = {call.path: call for call in gateway.behind.calls}
    assert len(gateway.behind.calls) == len(behind) == 7
    assert behind["/v1/families"].query == "as_at=2018-03-31&limit=5"
    for looked_up in ("people", "facts", "consents", "notices"):
        assert behind[f"/v1/{looked_up}/lookup"].query == "as_at=2018-03-31"
    assert behind["/v1/eligibility/lookup"].body["as_at"] == "2018-03-31"
    assert behind["/v1/progress/lookup"].body["as_at"] == "2018-03-31"


@pytest.mark.parametrize("part", ["claims { items { id } }", "members { person { links { items { key } } } }"])
def test_a_part_that_is_known_of_today_only_says_so_and_is_not_asked_for(gateway: Gateway, part: str) -> None:
    answer = gateway.post(f'{{ family(id: "{family_id(1)}", asAt: "2016-12-31") {{ area {part} }} }}').json()
    assert answer["data"]["family"]["area"] == "thornbury"
    assert {error["extensions"]["problem"]["title"] for error in answer["errors"]} == {"Not known as at that day"}
    assert not [call.path for call in gateway.behind.calls if "claims" in call.path or "links" in call.path]


def test_a_merged_persons_consents_and_sharings_are_those_of_every_id(gateway: Gateway) -> None:
    former = [person_id(8), person_id(9)]
    gateway.behind.answers["POST /v1/people/lookup"] = lambda _: JSONResponse(
        {"items": [gateway.behind.person(1) | {"formerly": former}]}
    )
    wanted = "consents { items { id } } notices { items { code } } sharingLog(first: 7) { items { category } }"
    gateway.ask(f'{{ person(id: "{person_id(1)}") {{ {wanted} }} }}')
    behind = {call.path: call for call in gateway.behind.calls}
    assert behind["/v1/consents/lookup"].body["ids"] == [person_id(1), *former]
    assert behind["/v1/notices/lookup"].body["ids"] == [person_id(1), *former]
    people = "&".join(f"person={id}" for id in [person_id(1), *former])
    assert behind["/v1/sharing-log"].query == f"{people}&limit=7"


def test_families_named_one_by_one_are_looked_up_together(gateway: Gateway) -> None:
    names = " ".join(f'f{n}: family(id: "{family_id(n)}") {{ id members {{ person {{ name }} }} }}' for n in range(10))
    data = gateway.ask(f"{{ {names} }}")
    assert [data[f"f{n}"]["id"] for n in range(10)] == [family_id(n) for n in range(10)]
    assert gateway.behind.paths() == ["POST /v1/families/lookup", "POST /v1/people/lookup"]


def test_claims_and_the_cohort_lead_to_their_families_in_one_call(gateway: Gateway) -> None:
    gateway.ask("{ claims { items { id family { area } } } cohort { items { state family { area } } } }")
    assert sorted(gateway.behind.paths()) == ["GET /v1/claims", "GET /v1/cohort", "POST /v1/families/lookup"]


def test_a_merged_person_answers_to_a_former_id(gateway: Gateway) -> None:
    gateway.behind.answers["POST /v1/people/lookup"] = lambda call: JSONResponse(
        {"items": [gateway.behind.person(1) | {"formerly": call.body["ids"]}]}
    )
    assert gateway.ask(f'{{ person(id: "{person_id(9)}") {{ id }} }}')["person"]["id"] == person_id(1)


def test_nothing_is_remembered_between_two_requests(gateway: Gateway) -> None:
    query = f'{{ family(id: "{family_id(1)}") {{ area }} }}'
    gateway.ask(query)
    gateway.behind.answers["POST /v1/families/lookup"] = lambda _: JSONResponse({"items": []})
    assert gateway.refused(query)["status"] == 404
    assert len(gateway.behind.calls) == 2


def test_one_request_may_ask_for_two_purposes_and_keeps_them_apart(gateway: Gateway) -> None:
    one = f'family(id: "{family_id(1)}", purpose: "%s") {{ area }}'
    gateway.ask(f"{{ a: {one % 'support'} b: {one % 'claim'} c: {one % 'support'} }}")
    asked = [call.headers["purpose"] for call in gateway.behind.calls]
    assert sorted(asked) == ["claim", "support"]
