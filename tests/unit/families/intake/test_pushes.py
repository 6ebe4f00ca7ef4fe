"""Pushes, as the school's, the police's and the Jobcentre's systems see them."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from families.feeds.registry import FEEDS
from families.intake.worker import PushWorker
from families.models.intake import PushChunk
from fixtures.stack import Programs
from unit.families.borough import (
    COLUMNS,
    MAYA_UPN,
    Borough,
    attendance,
    claim,
    csv_of,
    incident,
    open_town,
    pusher,
)

PIECE_LIMIT = 2000
SCHOOL, POLICE, BENEFITS = "school_attendance", "anti_social_behaviour", "benefits"


def test_a_push_is_taken_worked_on_and_reported_line_by_line(town: Borough) -> None:
    answer = town.send(SCHOOL, csv_of(SCHOOL, [attendance(), attendance(MAYA_UPN, date_of_birth="17/15/2008")]))
    assert answer.status_code == 202 and answer.json()["status"] == "received"
    assert answer.headers["Location"] == f"/v1/pushes/{answer.json()['id']}"
    town.running.work()
    push = town.seen(answer.json()["id"], pusher(SCHOOL))
    assert (push["status"], push["progress"], push["lines"], push["facts"]) == ("finished", 1.0, 2, 3)
    assert push["counts"] == {"recorded": 1, "unchanged": 0, "held": 0, "refused": 1}
    good, bad = town.lines(push)
    assert (good["line"], good["outcome"], good["errors"]) == (2, "recorded", [])
    assert (bad["line"], bad["outcome"]) == (3, "refused")
    assert (bad["errors"][0]["column"], bad["errors"][0]["code"]) == ("date_of_birth", "not_a_date")
    assert "17/15/2008" not in town.get(f"/v1/pushes/{push['id']}/lines", pusher(SCHOOL)).text
    assert [line["line"] for line in town.lines(push, outcome="refused")] == [3]


def test_each_line_says_its_facts_in_events_without_a_name(town: Borough) -> None:
    push = town.push(SCHOOL, attendance())
    facts = town.told("families.fact")
    assert [(f["measure"], f["value"], f["unit"]) for f in facts] == [
        ("sessions.possible", 130, "sessions"),
        ("sessions.authorised", 4, "sessions"),
        ("sessions.unauthorised", 12, "sessions"),
    ]
    assert {f["record"] for f in facts} == {facts[0]["record"]}
    assert facts[0] | {"fact": "", "person": "", "record": ""} == {
        "name": "fact.recorded", "fact": "", "person": "", "measure": "sessions.possible", "from": "2016-08-01",
        "to": "2016-12-31", "value": 130, "unit": "sessions", "age_at_event": None, "source": "education",
        "category": "attendance", "record": "", "push": push["id"], "supersedes": None,
    }  # fmt: skip
    born = town.told("families.person")
    assert born == [{"name": "person.registered", "person": facts[0]["person"], "born": "2008-05"}]
    names = [event["name"] for event in town.told("families.push")]
    assert names == ["push.received", "push.finished"]
    assert town.told("families.push")[1]["facts"] == 3


def test_an_incident_carries_the_age_on_that_day(town: Borough) -> None:
    town.push(POLICE, incident(date_of_birth="1999-11-06"))
    assert [(f["measure"], f["value"], f["age_at_event"]) for f in town.told("families.fact")] == [
        ("asb.role", "suspect", 16),
        ("asb.action", "warning", 16),
    ]


def test_a_claim_states_benefit_regime_and_work(town: Borough) -> None:
    town.push(BENEFITS, claim(benefit="uc", regime="intensive", ended_on="2017-05-01", work_started_on="2017-04-30"))
    assert [(f["measure"], f["value"], f["from"], f["to"]) for f in town.told("families.fact")] == [
        ("benefit.claim", "uc", "2016-04-01", "2017-05-01"),
        ("benefit.regime", "intensive", "2016-04-01", "2017-05-01"),
        ("work.spell", 1, "2017-04-30", None),
    ]


def test_the_same_content_again_is_unchanged_and_other_content_a_correction(town: Borough) -> None:
    town.push(SCHOOL, attendance())
    again = town.push(SCHOOL, attendance())
    assert (again["counts"]["unchanged"], again["facts"]) == (1, 0)
    corrected = town.push(SCHOOL, attendance(sessions_authorised_absent="5"))
    assert (corrected["counts"]["recorded"], corrected["facts"]) == (1, 1)
    facts = town.told("families.fact")
    assert len(facts) == 4
    before, after = facts[1], facts[3]
    assert (after["name"], after["measure"], after["value"]) == ("fact.corrected", "sessions.authorised", 5)
    assert after["supersedes"] == before["fact"] and after["record"] == before["record"]


def test_what_a_record_no_longer_states_is_ended(town: Borough) -> None:
    town.push(BENEFITS, claim(work_started_on="2017-04-30"))
    town.push(BENEFITS, claim())
    work, ended = [f for f in town.told("families.fact") if f["measure"] == "work.spell"]
    assert (ended["name"], ended["fact"]) == ("fact.ended", work["fact"])


def test_a_repeated_key_returns_the_first_push(town: Borough) -> None:
    body, key = csv_of(SCHOOL, [attendance()]), str(uuid4())
    first, second = town.send(SCHOOL, body, key=key), town.send(SCHOOL, body, key=key)
    assert first.json()["id"] == second.json()["id"] and second.headers["Location"] == first.headers["Location"]
    assert town.send(SCHOOL, csv_of(SCHOOL, [attendance(MAYA_UPN)]), key=key).status_code == 422
    town.running.work()
    assert len(town.get("/v1/pushes").json()["items"]) == 1


def test_without_an_agreement_nothing_is_taken(town: Borough) -> None:
    town.consent.may_not_supply.add("education")
    problem = town.send(SCHOOL, csv_of(SCHOOL, [attendance()]))
    assert problem.status_code == 403 and problem.json()["type"].endswith("/problems/supply-not-agreed")
    town.consent.down = True
    assert town.send(SCHOOL, csv_of(SCHOOL, [attendance()])).status_code == 503
    assert town.get("/v1/pushes").json()["items"] == []


def test_a_client_pushes_only_the_feed_of_its_scope(town: Borough) -> None:
    wrong = town.send(SCHOOL, csv_of(SCHOOL, [attendance()]), who=pusher(POLICE))
    assert wrong.status_code == 403 and wrong.json()["scope"] == "push:school_attendance"


def test_another_services_push_answers_like_one_that_never_was(town: Borough) -> None:
    push = town.push(SCHOOL, attendance())
    for path in ("", "/lines"):
        theirs = town.get(f"/v1/pushes/{push['id']}{path}", pusher(POLICE))
        nobodys = town.get(f"/v1/pushes/{uuid4()}{path}", pusher(POLICE))
        assert theirs.status_code == nobodys.status_code == 404
        assert theirs.json()["detail"] == nobodys.json()["detail"]
    assert town.get("/v1/pushes", pusher(POLICE)).json()["items"] == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (csv_of(SCHOOL, [attendance()]).encode("utf-16-le"), "not_utf8"),
        (csv_of(SCHOOL, [attendance(surname="Müller")]).encode("cp850"), "not_utf8"),
        (csv_of(SCHOOL, [attendance()]).replace("upn,", "pupil,", 1).encode(), "column_unknown"),
        (csv_of(SCHOOL, [attendance()]).replace("postcode,", "upn,", 1).encode(), "column_repeated"),
        ((",".join(COLUMNS[SCHOOL][:-1]) + "\r\n").encode(), "column_missing"),
        (b"", "column_missing"),
        (csv_of(SCHOOL, [attendance(surname='"Ash')]).encode(), "quote_not_closed"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_at_the_door(town: Borough, body: bytes, code: str) -> None:
    problem = town.send(SCHOOL, body)
    assert problem.status_code == 422 and problem.json()["type"].endswith("/problems/file-not-valid")
    assert code in [error["code"] for error in problem.json()["errors"]]
    assert "pupil" not in problem.text and "Müller" not in problem.text
    assert town.get("/v1/pushes").json()["items"] == []


def test_a_byte_order_mark_other_column_order_and_line_breaks_in_cells_are_understood(town: Borough) -> None:
    row = attendance(address_line="Flat 2\n3 Mill Street")
    columns = list(reversed(COLUMNS[SCHOOL]))
    cells = [f'"{row[name]}"' if "\n" in row.get(name, "") else row.get(name, "") for name in columns]
    second = [attendance(MAYA_UPN, forename="Maya").get(name, "") for name in columns]
    text = "\n".join([",".join(columns), ",".join(cells), "", ",".join(second)])
    answer = town.send(SCHOOL, text.encode("utf-8-sig"))
    town.running.work()
    push = town.seen(answer.json()["id"], pusher(SCHOOL))
    assert push["counts"]["recorded"] == 2
    assert [line["line"] for line in town.lines(push)] == [2, 4]


def test_a_sheet_as_a_partner_saves_it_is_recorded_and_its_sender_told_how_it_was_read(town: Borough) -> None:
    row = attendance(surname="Müller", date_of_birth="17/05/2008", sessions_possible="130.0", address_line="")
    columns = [name.replace("_", " ").title() for name in COLUMNS[SCHOOL]] + ["Tutor group"]
    lines = ["Attendance, autumn", ";".join(columns), ";".join([*(row.get(n, "") for n in COLUMNS[SCHOOL]), "7B"])]
    push = town.push_body(SCHOOL, "\r\n".join([*lines, ";" * len(columns)]).encode("cp1252"))
    assert (push["counts"]["recorded"], push["facts"]) == (1, 3), town.lines(push)
    assert [line["line"] for line in town.lines(push)] == [3]
    assert [note["code"] for note in push["notes"]] == [
        "read_as_windows_1252", "separator", "rows_above", "columns_passed_over", "day_before_month",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "column", "code"),
    [
        ({"upn": "A000123417001"}, "upn", "upn_check_letter"),
        ({"upn": ""}, "upn", "missing"),
        ({"academic_year": "2016/18"}, "academic_year", "not_an_academic_year"),
        ({"academic_year": "20１６/１７"}, "academic_year", "not_an_academic_year"),
        ({"date_of_birth": "2008-05-٠٧"}, "date_of_birth", "not_a_date"),
        ({"term": "winter"}, "term", "not_a_code"),
        ({"term": "spring"}, "term", "before_term_ended"),
        ({"surname": "=cmd|' /C calc'!A0"}, "surname", "not_a_name"),
        ({"date_of_birth": "2108-05-17"}, "date_of_birth", "in_the_future"),
        ({"sessions_possible": "-1"}, "sessions_possible", "not_a_count"),
        ({"sessions_possible": "10"}, "sessions_possible", "absent_more_than_possible"),
    ],
)
def test_a_line_that_is_wrong_is_refused_with_its_column(
    town: Borough, change: dict[str, str], column: str, code: str
) -> None:
    push = town.push(SCHOOL, attendance(**change))
    error = town.lines(push)[0]["errors"][0]
    assert (push["counts"]["refused"], error["column"], error["code"]) == (1, column, code)
    assert error["detail"] and error["fix"]


@pytest.mark.parametrize(
    ("change", "column", "code"),
    [
        ({"benefit": "uc"}, "regime", "regime_missing"),
        ({"regime": "intensive"}, "regime", "regime_without_uc"),
        ({"ended_on": "2016-03-01"}, "ended_on", "ends_before_start"),
        ({"work_ended_on": "2016-05-01"}, "work_started_on", "end_without_start"),
    ],
)
def test_a_claim_that_is_wrong_is_refused_with_its_column(
    town: Borough, change: dict[str, str], column: str, code: str
) -> None:
    push = town.push(BENEFITS, claim(**change))
    error = town.lines(push)[0]["errors"][0]
    assert (error["column"], error["code"]) == (column, code)


@pytest.mark.parametrize("odd", [b"\x00", b"\xed\xa0\x80"])
def test_a_cell_that_no_store_can_hold_is_refused_and_its_neighbours_are_not(town: Borough, odd: bytes) -> None:
    rows = [attendance(address_line="3? Mill Street"), attendance(MAYA_UPN, forename="Maya")]
    push = town.push_body(SCHOOL, csv_of(SCHOOL, rows).encode().replace(b"?", odd))
    assert [line["outcome"] for line in town.lines(push)] == ["refused", "recorded"]
    error = town.lines(push)[0]["errors"][0]
    assert (error["column"], error["code"]) == ("address_line", "not_text")


def test_blank_lines_without_end_make_no_piece_without_end(town: Borough, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("families.intake.pieces.PIECE_LIMIT", PIECE_LIMIT)
    body = csv_of(SCHOOL, [attendance(), attendance(MAYA_UPN, forename="Maya")]).encode()
    header, first, second, _ = body.split(b"\r\n")
    push = town.push_body(SCHOOL, b"\n".join([header, first, b"\n" * PIECE_LIMIT, second]))
    assert [line["line"] for line in town.lines(push)] == [2, PIECE_LIMIT + 4]


def test_a_line_that_names_nobody_is_held(town: Borough) -> None:
    push = town.push(POLICE, incident(surname=""), incident("INC-2"))
    assert push["counts"] == {"recorded": 1, "unchanged": 0, "held": 1, "refused": 0}
    assert town.lines(push, outcome="held")[0]["errors"][0]["code"] == "person_not_named"


def test_a_key_that_comes_twice_in_a_push_with_other_content_is_refused(town: Borough) -> None:
    push = town.push(POLICE, incident(), incident(action="none"), incident())
    assert push["counts"] == {"recorded": 1, "unchanged": 1, "held": 0, "refused": 1}
    assert town.lines(push, outcome="refused")[0]["errors"][0]["code"] == "key_repeated"


def test_a_key_under_which_somebody_else_is_named_now_is_held(town: Borough) -> None:
    town.push(BENEFITS, claim())
    push = town.push(BENEFITS, claim(nino="MW000999B", forename="Gary", surname="Lomax", date_of_birth="1961-09-30"))
    assert town.lines(push, outcome="held")[0]["errors"][0]["code"] == "key_names_another_person"
    assert push["facts"] == 0


def test_a_dry_run_reports_and_keeps_nothing(town: Borough) -> None:
    push = town.push(SCHOOL, attendance(), attendance(MAYA_UPN, term="winter"), dry_run="true")
    assert push["status"] == "finished" and push["facts"] == 0
    assert push["counts"] == {"recorded": 1, "unchanged": 0, "held": 0, "refused": 1}
    assert len(town.lines(push)) == 2
    assert town.told("families.fact") == town.told("families.push") == town.told("families.person") == []
    assert town.push(SCHOOL, attendance())["counts"]["recorded"] == 1


@pytest.fixture
def strict(programs: Programs, tmp_path: Path) -> Borough:
    settings = {"chunk_lines": 2, "pause_refused_lines": 2, "pause_rows_expected": 4}
    return open_town(programs, tmp_path, **settings)


def test_many_refusals_pause_a_push_until_its_sender_resumes_it(strict: Borough) -> None:
    rows = [attendance(term="winter"), attendance(MAYA_UPN, term="winter"), attendance()]
    push = strict.push(SCHOOL, *rows)
    assert push["status"] == "paused" and push["paused_because"].startswith("many_refusals: 2 of 2")
    assert [event["name"] for event in strict.told("families.push")] == ["push.received", "push.paused"]
    stranger = strict.post(f"/v1/pushes/{push['id']}/resume", who=pusher(POLICE))
    assert stranger.status_code == 404
    assert strict.post(f"/v1/pushes/{push['id']}/resume", who=pusher(SCHOOL)).json()["status"] == "processing"
    strict.running.work()
    finished = strict.seen(push["id"], pusher(SCHOOL))
    assert (finished["status"], finished["counts"]["recorded"]) == ("finished", 1)
    late = strict.post(f"/v1/pushes/{push['id']}/resume", who=pusher(SCHOOL))
    assert late.status_code == 409


def test_many_fewer_rows_than_the_last_time_pause_a_push(strict: Borough) -> None:
    strict.push(BENEFITS, *(claim(f"CL-{n}", nino="") for n in range(8)))
    push = strict.push(BENEFITS, claim("CL-1", nino=""))
    assert push["status"] == "paused" and push["paused_because"].startswith("many_fewer_rows")
    assert strict.post(f"/v1/pushes/{push['id']}/abandon", who=pusher(BENEFITS)).json()["status"] == "abandoned"
    assert strict.post(f"/v1/pushes/{push['id']}/resume", who=pusher(BENEFITS)).status_code == 409
    assert strict.post(f"/v1/pushes/{push['id']}/abandon", who=pusher(BENEFITS)).status_code == 200


def test_of_events_fewer_are_expected_of_fewer_days(strict: Borough) -> None:
    strict.push(POLICE, *(incident(f"INC-{n}") for n in range(24)))
    month: dict[str, Any] = {"covers_from": "2017-09-01", "covers_to": "2017-09-30"}
    assert strict.push(POLICE, incident("INC-99", occurred_on="2017-09-02"), **month)["status"] == "finished"


def test_a_worker_killed_in_the_middle_goes_on_and_doubles_nothing(
    strict: Borough, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [incident(f"INC-{n}") for n in range(5)]
    push = strict.send(POLICE, csv_of(POLICE, rows)).json()["id"]
    worker = PushWorker()
    assert worker.step(strict.runtime)

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt  # the process ends after the last statement and before the commit

    with monkeypatch.context() as patch:
        patch.setattr("families.intake.repository.drop_chunks", die)
        with pytest.raises(KeyboardInterrupt):
            worker.step(strict.runtime)
    strict.running.work()
    shown = strict.seen(push, pusher(POLICE))
    assert (shown["status"], shown["counts"]["recorded"], shown["facts"]) == ("finished", 5, 10)
    assert len(strict.told("families.fact")) == 10
    with strict.runtime.read() as session:
        assert session.scalar(select(func.count()).select_from(PushChunk)) == 0


def test_a_push_of_no_lines_covers_its_days_all_the_same(town: Borough) -> None:
    push = town.push(POLICE)
    assert (push["status"], push["lines"]) == ("finished", 0)
    assert town.told("families.push")[-1]["covers_to"] == "2017-08-31"


@pytest.mark.parametrize(
    "query", [{"covers_to": "2016-08-31"}, {"covers_to": "2999-01-01"}, {"covers_from": "0"},
              {"covers_from": "0001-01-01"}, {"mode": "replace"}, {"area": "Thornbury!"}, {"colour": "blue"}]
)  # fmt: skip
def test_coverage_that_makes_no_sense_is_refused(town: Borough, query: dict[str, Any]) -> None:
    assert town.send(SCHOOL, csv_of(SCHOOL, []), **query).status_code == 422


def test_feed_pages_are_open_and_their_examples_can_be_pushed(town: Borough) -> None:
    feeds = town.running.client.get("/v1/feeds").json()["items"]
    assert [feed["feed"] for feed in feeds] == list(FEEDS)
    for feed in feeds:
        page = town.running.client.get(f"/v1/feeds/{feed['feed']}").json()
        assert [column["name"] for column in page["columns"]] == COLUMNS[feed["feed"]]
        answer = town.send(feed["feed"], page["example"], covers_to="2018-12-31")
        town.running.work()
        push = town.seen(answer.json()["id"], pusher(feed["feed"]))
        assert push["counts"]["recorded"] == 1, town.lines(push)
    assert town.running.client.get("/v1/feeds/gas_bills").status_code == 404


def test_a_protected_persons_lines_never_tell_whether_they_are_news(town: Borough) -> None:
    town.push(BENEFITS, claim(), claim("CL-2", nino="MW000777A", forename="Gary"))
    protection(town, town.person("CL-1"))
    push = town.push(BENEFITS, claim(), claim("CL-2", nino="MW000777A", forename="Gary"))
    assert [line["outcome"] for line in town.lines(push)] == ["recorded", "unchanged"]


def protection(town: Borough, person: str) -> None:
    from uuid import UUID

    from families.models.protections import ProtectedPerson

    with town.runtime.write() as session:
        session.add(ProtectedPerson(person=UUID(person)))
