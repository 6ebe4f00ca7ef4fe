"""Lists inside of a family and a person come in pages, and count as what they may bring."""

from collections.abc import Callable
from typing import Any

import pytest
from starlette.responses import JSONResponse, Response

from unit.gateway.openapi import Maker, component, documents
from unit.gateway.standin import Call, family_id, person_id
from unit.gateway.under_test import Gateway

FACTS = "query ($id: UUID!, $after: String, $measure: String) { person(id: $id) { facts(first: 3, after: $after, "
FACTS += "measure: $measure) { items { id measure } next } } }"


def facts_behind(gateway: Gateway, rows: list[dict[str, Any]]) -> None:
    answer = {"items": [{"person": person_id(1), "facts": rows}]}
    gateway.behind.answers["POST /v1/facts/lookup"] = lambda _: JSONResponse(answer)


def rows_of(gateway: Gateway, numbers: range) -> list[dict[str, Any]]:
    return [gateway.behind.fact(n, "asb.role") | {"fact": person_id(7000 + n)} for n in numbers]


def pages(gateway: Gateway, **more: Any) -> list[list[str]]:
    found, after = list[list[str]](), None
    while True:
        page = gateway.ask(FACTS, {"id": person_id(1), "after": after, **more})["person"]["facts"]
        found.append([fact["id"] for fact in page["items"]])
        after = page["next"]
        if after is None:
            return found


@pytest.mark.parametrize(("many", "sizes"), [(0, [0]), (2, [2]), (3, [3]), (7, [3, 3, 1])])
def test_pages_hold_every_row_once(gateway: Gateway, many: int, sizes: list[int]) -> None:
    facts_behind(gateway, rows_of(gateway, range(many)))
    found = pages(gateway)
    assert [len(page) for page in found] == sizes
    assert [id for page in found for id in page] == [person_id(7000 + n) for n in range(many)]


def test_facts_of_one_measure_are_asked_of_the_program_once_for_all_people(gateway: Gateway) -> None:
    """Which measures there are, families knows: of an unknown one the gateway alone showed an empty list."""
    facts_behind(gateway, rows_of(gateway, range(2)))
    asked = 'facts(measure: "asb.role") { items { id } } others: facts { items { id } }'
    gateway.ask(f"{{ families(first: 3) {{ items {{ members {{ person {{ {asked} }} }} }} }} }}")
    queries = sorted(call.query for call in gateway.behind.calls if call.path == "/v1/facts/lookup")
    assert queries == ["", "measure=asb.role"]


def test_the_next_page_goes_on_behind_the_row_that_was_last(gateway: Gateway) -> None:
    facts_behind(gateway, rows_of(gateway, range(6)))
    first = gateway.ask(FACTS, {"id": person_id(1)})["person"]["facts"]
    facts_behind(gateway, rows_of(gateway, range(90, 92)) + rows_of(gateway, range(6)))
    following = gateway.ask(FACTS, {"id": person_id(1), "after": first["next"]})["person"]["facts"]
    assert [fact["id"] for fact in following["items"]] == [person_id(7003), person_id(7004), person_id(7005)]


@pytest.mark.parametrize("after", ["", "x", "Mi4w", "ä", "9" * 5_000, "LTEueA"])
def test_a_cursor_that_no_page_gave_is_refused(gateway: Gateway, after: str) -> None:
    facts_behind(gateway, rows_of(gateway, range(6)))
    found = gateway.refused(FACTS, {"id": person_id(1), "after": after})
    assert (found["status"], found["title"]) == (400, "Cursor not valid")


@pytest.mark.parametrize(
    "part", ["facts { items { id } next }", "consents { items { id } next }", "notices { items { code } next }"]
)
def test_what_each_of_many_may_bring_is_counted(gateway: Gateway, part: str) -> None:
    query = "{ families(first: 100) { items { members { person { %s } } } } }"
    assert gateway.refused(query % part)["title"] == "Too costly"
    small = part.replace(" {", "(first: 5) {", 1)
    assert "errors" not in gateway.post(query % small).json()
    assert gateway.refused(query % part.replace(" {", "(first: 101) {", 1))["title"] == "Page too long"


def test_what_is_not_shown_is_not_read(gateway: Gateway) -> None:
    rows = [*rows_of(gateway, range(3)), {"no": "fact"}]
    facts_behind(gateway, rows)
    assert len(gateway.ask(FACTS, {"id": person_id(1)})["person"]["facts"]["items"]) == 3


def test_timeline_links_and_claims_have_pages_too(gateway: Gateway) -> None:
    def listed(rows: list[dict[str, Any]]) -> Callable[[Call], Response]:
        return lambda _: JSONResponse({"items": rows, "next": None})

    moments = [{"on": f"2017-0{n}-01", "kind": "step"} for n in range(1, 6)]
    gateway.behind.answers[f"GET /v1/families/{family_id(1)}/timeline"] = listed(moments)
    claims = [gateway.behind.claim(n) for n in range(3)]
    gateway.behind.answers["POST /v1/claims/lookup"] = listed([{"family": family_id(1), "claims": claims}])
    links = [
        {"record": person_id(n), "feed": "f", "key": "k", "source": "s", "how": "h", "explanation": {},
         "at": "2017-01-02T09:30:00.000Z"}
        for n in range(3)
    ]  # fmt: skip
    gateway.behind.answers[f"GET /v1/people/{person_id(1)}/links"] = listed(links)
    family = f'family(id: "{family_id(1)}") {{ timeline(first: 2) {{ items {{ on }} next }} '
    family += "claims(first: 2) { items { id } next } }"
    data = gateway.ask(f'{{ {family} person(id: "{person_id(1)}") {{ links(first: 2) {{ items {{ key }} next }} }} }}')
    for page in (data["family"]["timeline"], data["family"]["claims"], data["person"]["links"]):
        assert len(page["items"]) == 2 and page["next"]


def test_claims_and_sample_of_a_batch_have_pages(gateway: Gateway) -> None:
    """A batch may hold all that a year brought, and a hundred batches came with all of theirs."""
    document = documents()["claims"]
    batch = Maker(document).make(component(document, "BatchView"))
    ids = [person_id(n) for n in range(60)]
    rows = {"items": [batch | {"claims": ids, "sample": ids[::7]}], "next": None}
    gateway.behind.answers["GET /v1/batches"] = lambda _: JSONResponse(rows)
    asked = "query ($after: String) { batches { items { claims(after: $after) { items next } sample(first: 9) "
    asked += "{ items next } } } }"
    [first] = gateway.ask(asked, {"after": None})["batches"]["items"]
    assert (first["claims"]["items"], first["sample"]) == (ids[:50], {"items": ids[::7], "next": None})
    [second] = gateway.ask(asked, {"after": first["claims"]["next"]})["batches"]["items"]
    assert second["claims"] == {"items": ids[50:], "next": None}
    wide = "{ batches(first: 100) { items { claims(first: 100) { items } sample(first: 100) { items } } } }"
    assert gateway.refused(wide)["title"] == "Too costly"


@pytest.mark.parametrize(
    ("field", "path"),
    [
        ("bars", "/v1/bars"),
        ("covers", "/v1/covers"),
        ("ownCovers", "/v1/covers/own"),
        ("governanceNotes", "/v1/governance-notes"),
        (f'findings(batch: "{person_id(1)}"', f"/v1/batches/{person_id(1)}/findings"),
    ],
)
def test_pages_are_asked_of_the_program(gateway: Gateway, field: str, path: str) -> None:
    gateway.behind.answers[f"GET {path}"] = lambda _: JSONResponse({"items": [], "next": "further"})
    asked = f"{field}, " if "(" in field else f"{field}("
    (page,) = gateway.ask(f'{{ {asked}first: 7, after: "back") {{ items {{ id }} next }} }}').values()
    assert page == {"items": [], "next": "further"}
    assert gateway.behind.calls[-1].query == "after=back&limit=7"
