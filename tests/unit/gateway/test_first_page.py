"""The first page, what it leads to, and that nobody can wear the programs out by asking for it."""

import re
from collections.abc import Callable
from functools import partial
from html import unescape
from html.parser import HTMLParser
from urllib.parse import urljoin

import pytest
from starlette.responses import JSONResponse

from families.feeds import service as feeds
from unit.gateway.standin import Call
from unit.gateway.under_test import Gateway
from vocabulary.programs import PROGRAMS, SERVICES

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
ADDRESS = "https://families.example"


class Links(HTMLParser):
    """Where a page leads to, and what it loads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.leads: list[str] = []
        self.loads: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        for name, found in (("href", self.leads if tag == "a" else self.loads), ("src", self.loads)):
            if held.get(name):
                found.append(str(held[name]))
        if held.get("data-document"):
            self.loads.append(str(held["data-document"]))


def answer_with(body: object, _: Call) -> JSONResponse:
    return JSONResponse(body)


def answer_all(gateway: Gateway) -> Gateway:
    """Let the programs behind answer what everybody may ask of them."""
    listed = feeds.list_feeds().model_dump(by_alias=True, mode="json")
    answers = {
        "/health/ready": {"status": "ready"},
        "/openapi.json": {"servers": [{"url": ADDRESS}]},
        "/v1/feeds": listed,
    }
    for feed in listed["items"]:
        answers[f"/v1/feeds/{feed['feed']}"] = feeds.show_feed(feed["feed"]).model_dump(by_alias=True, mode="json")
    for path, body in answers.items():
        gateway.behind.answers[f"GET {path}"] = partial(answer_with, body)
    return gateway


@pytest.fixture
def open_gateway(gateway_with: Callable[..., Gateway]) -> Gateway:
    return answer_all(gateway_with())


def test_a_machine_reads_what_runs_here_and_where(open_gateway: Gateway) -> None:
    page = open_gateway.http.get("/").json()
    assert [each["program"] for each in page["programs"]] == list(PROGRAMS)
    assert all(each["ready"] for each in page["programs"])
    families = next(each for each in page["programs"] if each["program"] == "families")
    assert families["address"] == ADDRESS and families["openapi"] == f"{ADDRESS}/openapi.json"
    assert page["feeds"] == f"{ADDRESS}/v1/feeds"


def test_a_person_follows_every_link_to_a_page_and_nothing_comes_from_another_site(open_gateway: Gateway) -> None:
    http, own = open_gateway.http, open_gateway.running.runtime.settings.own_url
    seen, left = set[str](), ["/"]
    while left:
        path = left.pop()
        if path in seen:
            continue
        seen.add(path)
        answer = http.get(path, headers=BROWSER)
        assert answer.status_code == 200, path
        if not answer.headers["Content-Type"].startswith("text/html"):
            continue
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        links = Links(answer.text)
        for link in links.leads + links.loads:
            whole = urljoin(f"{own}{path}", link).partition("#")[0]
            if whole.startswith(own):
                left.append(whole.removeprefix(own))
            else:
                assert link in links.leads and whole.startswith(ADDRESS), f"{path} loads {link}"
    assert {"/feeds", "/first-push", "/first-query", "/problems", "/assets/swagger-ui-bundle.js"} < seen
    assert {f"/explore/{program}" for program in PROGRAMS} | {f"/explore/{one}/openapi" for one in PROGRAMS} < seen
    assert "/problems/too-costly" in seen


def test_a_program_that_is_away_is_shown_as_not_ready_and_the_page_stands(gateway_with: Callable[..., Gateway]) -> None:
    gateway = gateway_with(claims_url="http://127.0.0.1:9")
    answer_all(gateway)
    page = {each["program"]: each for each in gateway.http.get("/").json()["programs"]}
    assert not page["claims"]["ready"] and page["claims"]["address"] is None
    assert page["families"]["ready"] and page["gateway"]["ready"]
    shown = gateway.http.get("/", headers=BROWSER)
    assert shown.status_code == 200 and "not ready" in shown.text
    assert gateway.http.get("/explore/claims/openapi").status_code == 503


def test_however_often_somebody_asks_the_programs_are_asked_once(open_gateway: Gateway) -> None:
    for _ in range(20):
        assert open_gateway.http.get("/").status_code == 200
    assert open_gateway.behind.paths().count("GET /health/ready") == len(SERVICES)
    assert open_gateway.behind.paths().count("GET /openapi.json") == len(SERVICES)
    for path in ("/feeds", "/explore/claims/openapi"):
        for _ in range(5):
            assert open_gateway.http.get(path).status_code == 200
    asked = open_gateway.behind.paths()
    assert asked.count("GET /v1/feeds") == 1 and asked.count("GET /openapi.json") == len(SERVICES) + 1


@pytest.mark.parametrize(
    "garbage", [None, [], {"servers": "x"}, {"servers": [{}]}, {"servers": [None]}, {"servers": []}]
)
def test_an_address_that_a_program_does_not_tell_is_not_invented(
    gateway_with: Callable[..., Gateway], garbage: object
) -> None:
    gateway = answer_all(gateway_with())
    gateway.behind.answers["GET /openapi.json"] = lambda _: JSONResponse(garbage)
    page = gateway.http.get("/").json()
    assert all(not each["address"] for each in page["programs"] if each["program"] != "gateway")


@pytest.mark.parametrize(
    "path", ["/explore/nothing", "/assets/nothing", "/assets/..%2Froutes.py", "/explore/nothing/openapi"]
)
def test_there_is_nothing_else(open_gateway: Gateway, path: str) -> None:
    assert open_gateway.http.get(path).status_code == 404


def test_the_feeds_are_a_page_with_every_column_and_its_example(open_gateway: Gateway) -> None:
    text = open_gateway.http.get("/feeds", headers=BROWSER).text
    for feed in feeds.list_feeds().items:
        for column in feeds.show_feed(feed.feed).columns:
            assert f"<code>{column.name}</code>" in text


def test_the_first_query_names_the_address_and_is_answered(open_gateway: Gateway) -> None:
    text = open_gateway.http.get("/first-query", headers=BROWSER).text
    query = unescape(text.partition("<code>query")[2].partition("</code>")[0])
    assert f"{open_gateway.running.runtime.settings.own_url}/graphql" in text and "oauth/authorize" in text
    assert set(open_gateway.ask(f"query{query}")) == {"me", "families"}
    assert "journey token" not in text


def test_on_a_laptop_the_page_says_how_to_get_a_token_of_that_platform(gateway_with: Callable[..., Gateway]) -> None:
    gateway = gateway_with(token_command="journey token ana --var '/tmp/its own'")
    text = unescape(gateway.http.get("/first-query", headers=BROWSER).text)
    assert "<code>journey token ana --var '/tmp/its own'</code>" in text


TOLD = {"type": "plan-lost", "title": "Plan lost", "status": 404, "explanation": ["<b>Look</b> again."], "newer": 1}


def test_the_page_of_any_programs_problem_is_found_here(open_gateway: Gateway) -> None:
    other = TOLD | {"type": "not-signed-in", "explanation": ["Something else."]}
    open_gateway.behind.answers["GET /problems"] = lambda _: JSONResponse({"items": [TOLD, other], "next": None})
    found = open_gateway.http.get("/problems/plan-lost").json()
    assert found == {name: value for name, value in TOLD.items() if name != "newer"} | {"program": SERVICES[0]}
    page = open_gateway.http.get("/problems/plan-lost", headers=BROWSER).text
    assert "<h1>Plan lost</h1>" in page and f"by {SERVICES[0]} with the status 404" in page and "<b>" not in page
    shared = open_gateway.http.get("/problems/not-signed-in").json()
    assert shared["status"] == 401 and shared["explanation"].count(f"Of {SERVICES[0]}: Something else.") == 1
    assert open_gateway.http.get("/problems/nothing").status_code == 404
    assert open_gateway.behind.paths().count("GET /problems") == len(SERVICES)


@pytest.mark.parametrize("garbage", [None, [], {}, {"items": None}, {"items": [{"type": "plan-lost"}]}])
def test_a_program_that_does_not_tell_its_problems_spoils_no_page(open_gateway: Gateway, garbage: object) -> None:
    open_gateway.behind.answers["GET /problems"] = lambda _: JSONResponse(garbage)
    assert open_gateway.http.get("/problems/too-costly").json()["status"] == 400
    assert open_gateway.http.get("/problems/plan-lost").status_code == 503


def test_every_problem_leads_to_the_one_public_address(gateway_with: Callable[..., Gateway]) -> None:
    gateway = gateway_with(problems_url="https://platform.example/")
    types = [
        gateway.http.get("/nothing").json()["type"],
        gateway.http.get("/graphql").json()["errors"][0]["extensions"]["problem"]["type"],
        gateway.refused("{ nothing }")["type"],
        gateway.http.get("/nothing", headers={"X-Long": "x" * 20_000}).json()["type"],
    ]
    assert all(one.startswith("https://platform.example/problems/") for one in types), types


def test_the_first_push_names_the_addresses_of_this_platform(open_gateway: Gateway) -> None:
    text = open_gateway.http.get("/first-push", headers=BROWSER).text
    assert f"FAMILIES={ADDRESS}" in text and re.search(r"pip install httpx", text)
