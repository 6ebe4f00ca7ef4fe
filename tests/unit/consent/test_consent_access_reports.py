"""Who saw what about a person, made to be handed to them: in plain words, and without a trace of what is kept back."""

import csv
import io
from html.parser import HTMLParser
from typing import Any

import pytest
from httpx import Response
from sqlalchemy import update

from consent.access_reports.handing_over import plain_cell
from consent.log import LOG
from consent.models import AccessReport
from fixtures.stack import Programs
from fixtures.tokens import token
from transparency.checking import walk_log
from unit.consent.world import HANA, IRIS, JONAS, LEO, NOBODY, PETRA, World, caller, day, somebody, term

LEAD, MASH = caller(roles=["lead_professional"]), caller("childrens-social-care", ["mash_worker"])
SCHOOL = [("attendance", "education"), ("identity", "education")]
ENQUIRY = {"kind": "enquiry", "reference": "0190a000-0000-7000-8000-000000000009"}


@pytest.fixture
def world(programs: Programs) -> World:
    world = World.begin(programs)
    world.agree("education", "programme", term("support", "attendance"), term("support", "identity"),
                term("support", "address"))  # fmt: skip
    return world


def told_person(world: World) -> str:
    """Somebody who was told of all this, so that routine sharing goes on."""
    person = somebody()
    world.inform(person)
    return person


def share(world: World, person: Any, items: list[tuple[str, str]], **more: Any) -> str:
    answer = world.decide([person], items, share=True, **({"asker": LEAD} | more))
    assert [v["verdict"] for v in answer.json()["verdicts"]] == ["permit"] * len(items), answer.text
    return str(answer.json()["decision"])


def make(world: World, person: str, who: str = IRIS, key: str | None = None, **more: Any) -> Response:
    body = {"person": person, "reference": "RR 7", "asked_on": day()} | more
    return world.post("/v1/access-reports", body, who, key)


def report_on(world: World, person: str, **more: Any) -> dict[str, Any]:
    made = make(world, person, **more)
    assert made.status_code == 201, made.text
    shown: dict[str, Any] = world.get(f"/v1/access-reports/{made.json()['id']}").json()
    return shown


def handed(world: World, person: str, **more: Any) -> str:
    """A report in all its forms, but for what is new in each: its id and when it was made."""
    shown = report_on(world, person, **more)
    path = f"/v1/access-reports/{shown['id']}"
    forms = [str(shown), world.get(f"{path}/page").text, world.get(f"{path}/table").text]
    return "".join(forms).replace(shown["id"], "").replace(shown["made_at"], "")


def test_a_person_is_told_in_plain_words(world: World) -> None:
    person = told_person(world)
    decision = share(world, person, SCHOOL)
    share(world, person, SCHOOL)
    (line,) = report_on(world, person)["lines"]
    assert line == {
        "day": day(), "recipient": "Programme", "role": "Lead professional", "purpose": "Support a family",
        "purpose_means": "Assess, plan and give support together with the family.",
        "categories": ["Identity", "School attendance"], "source": "Education",
        "basis": "Public task. UK GDPR Art 6(1)(e): needed for a task in the public interest, laid down by law.",
        "ground": None, "sent": "Not confirmed",
    }  # fmt: skip
    families = token("families", client="families", scopes=["consent:decide"], purposes=[])
    marks = {"items": [{"decision": decision, "at": f"{day()}T23:59:59Z"}]}
    assert world.post("/v1/sent-marks", marks, families).json() == {"marked": 1}
    assert sorted(line["sent"] for line in report_on(world, person)["lines"]) == ["Not confirmed", "Sent"]


class Page(HTMLParser):
    """The tags of a page, with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def test_the_page_can_be_read_aloud_and_printed_and_runs_nothing(world: World) -> None:
    person = told_person(world)
    share(world, person, SCHOOL)
    made = report_on(world, person, reference="<script>alert(1)</script> & Co")
    answer = world.get(f"/v1/access-reports/{made['id']}/page")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
    page = Page(answer.text)
    assert page.named("html") == [{"lang": "en-GB"}] and not page.named("script")
    assert len(page.named("h1")) == len(page.named("main")) == len(page.named("caption")) == 1
    assert {cell["scope"] for cell in page.named("th")} == {"col", "row"}
    assert len(page.named("tr")) == 2 and "@media print" in answer.text
    assert "&lt;script&gt;" in answer.text and "Not confirmed" in answer.text


def test_the_table_is_csv_that_no_spreadsheet_runs(world: World) -> None:
    person = told_person(world)
    share(world, person, SCHOOL)
    made = report_on(world, person)
    answer = world.get(f"/v1/access-reports/{made['id']}/table")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["content-disposition"]
    headings, row = csv.reader(io.StringIO(answer.text))
    assert row[headings.index("What")] == "Identity; School attendance"
    assert row[headings.index("Who was shown it")] == "Programme"
    assert [plain_cell(text) for text in ("=1+1", "+1", "-1", "@x", "\tx", "\rx", "x=1", "")] == [
        "'=1+1", "'+1", "'-1", "'@x", "'\tx", "'\rx", "x=1", "",
    ]  # fmt: skip


def test_an_enquiry_leaves_no_trace_in_any_form(world: World) -> None:
    father = told_person(world)
    share(world, father, SCHOOL)
    before = handed(world, father)
    share(world, father, SCHOOL, purpose="safeguarding", asker=MASH, ground=ENQUIRY)
    assert handed(world, father) == before
    made = make(world, father).json()["id"]
    (kept,) = {item["because"] for item in world.get(f"/v1/access-reports/{made}/kept-back").json()["items"]}
    assert kept == "child_protection"


def test_nor_does_what_the_police_were_shown(world: World) -> None:
    world.agree("education", "neighbourhood-policing", term("support", "attendance"))
    person = told_person(world)
    world.inform(person, who=PETRA)
    before = handed(world, person)
    officer = caller("neighbourhood-policing", ["lead_professional"])
    share(world, person, SCHOOL[:1], asker=officer)
    assert handed(world, person) == before


def test_of_a_protected_person_nothing_is_told_that_locates(world: World) -> None:
    mother = told_person(world)
    share(world, mother, [*SCHOOL, ("address", "education")])
    assert report_on(world, mother)["lines"][0]["categories"] == ["Address", "Identity", "School attendance"]
    world.protection(mother)
    shown = report_on(world, mother)
    assert shown["lines"][0]["categories"] == ["Identity", "School attendance"]
    assert shown["explanation"] == report_on(world, told_person(world))["explanation"]


def test_a_landlord_is_told_by_its_kind(world: World) -> None:
    world.agree("education", "housing", term("support", "identity"))
    person = told_person(world)
    share(world, person, SCHOOL[1:], asker=caller("housing", ["lead_professional"]))
    (line,) = report_on(world, person)["lines"]
    assert line["recipient"] == "Housing: the council's housing service and registered providers"


def test_who_were_taken_for_one_are_told_nothing_of_each_other(world: World) -> None:
    twin, other = told_person(world), told_person(world)
    share(world, twin, SCHOOL)
    alone = report_on(world, twin)["lines"]
    share(world, (other, [twin]), [*SCHOOL, ("address", "education")])
    world.standing.merged = {one: [other, twin] for one in (twin, other)}
    (as_one,) = report_on(world, twin)["lines"]
    assert "Address" in as_one["categories"]
    world.standing.merged = {}
    assert report_on(world, twin)["lines"] == alone
    assert report_on(world, other)["lines"] == []


def test_an_officer_keeps_back_more_and_nothing_by_mistake(world: World) -> None:
    person, another = told_person(world), told_person(world)
    first, theirs = share(world, person, SCHOOL), share(world, another, SCHOOL)
    refused = make(world, person, keep_back=[{"decision": theirs, "because": "serious_harm"}])
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/body/keep_back/0/decision"
    unknown = make(world, person, keep_back=[{"decision": first, "because": "because_i_say_so"}])
    assert unknown.status_code == 422
    made = make(world, person, keep_back=[{"decision": first, "because": "serious_harm"}]).json()["id"]
    assert world.get(f"/v1/access-reports/{made}").json()["lines"] == []
    assert world.get(f"/v1/access-reports/{made}/kept-back").json()["items"] == [
        {
            "decision": first, "because": "serious_harm", "name": "It could cause somebody serious harm",
            "law": "Data Protection Act 2018, Schedule 3, Part 2",
        }
    ]  # fmt: skip


def test_a_report_is_made_and_read_by_officers_of_its_agency_alone(world: World) -> None:
    person = told_person(world)
    share(world, person, SCHOOL)
    made = make(world, person).json()["id"]
    machine = token("case-system", client="case-system", scopes=["subject-access:write"], purposes=[])
    for path in ("", "/page", "/table", "/kept-back"):
        assert world.get(f"/v1/access-reports/{made}{path}").status_code == 200
        for who in (PETRA, HANA, JONAS):
            theirs = world.get(f"/v1/access-reports/{made}{path}", who)
            nobodys = world.get(f"/v1/access-reports/{NOBODY}{path}", who)
            assert theirs.status_code == nobodys.status_code == 404
            same = ("type", "title", "status", "detail")
            assert [theirs.json().get(name) for name in same] == [nobodys.json().get(name) for name in same]
        for who in (LEO, machine):
            assert world.get(f"/v1/access-reports/{made}{path}", who).status_code == 403
    assert make(world, person, machine).status_code == make(world, person, LEO).status_code == 403
    world.standing.strangers = {person}
    assert make(world, person).status_code == 404
    assert world.get(f"/v1/access-reports/{made}").status_code == 404


def test_another_agencys_report_tells_of_its_own_log_alone(world: World) -> None:
    person = told_person(world)
    share(world, person, SCHOOL)
    made = make(world, person, HANA).json()["id"]
    assert world.get(f"/v1/access-reports/{made}", HANA).json()["lines"] == []


def test_a_report_stays_as_it_was_handed_out_and_a_change_is_found(world: World) -> None:
    person = told_person(world)
    share(world, person, SCHOOL)
    first = report_on(world, person)
    share(world, person, [("address", "education")])
    assert world.get(f"/v1/access-reports/{first['id']}").json() == first
    again = make(world, person, key="key-of-one-report").json()
    assert make(world, person, key="key-of-one-report").json() == again
    runtime = world.running.runtime
    runtime.state["head_every"] = 0.0
    world.running.work()
    assert walk_log(runtime, LOG).faults == []
    with runtime.write() as session:
        session.execute(update(AccessReport).values(kept_back=[]).where(AccessReport.reference == "RR 7"))
        session.execute(update(AccessReport).values(lines=[]))
    assert walk_log(runtime, LOG).faults
