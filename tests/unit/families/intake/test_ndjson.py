"""Pushes as NDJSON: what may stand in a line, and that it is the same push as in CSV."""

import json
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from families.feeds.registry import FEEDS, get_feed
from families.intake.ndjson import make_plan
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

SCHOOL, POLICE, BENEFITS = "school_attendance", "anti_social_behaviour", "benefits"
NDJSON = "application/x-ndjson"
MAYA = attendance(MAYA_UPN, forename="Maya")


def ndjson_of(*rows: dict[str, Any]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def changed(**values: Any) -> str:
    return json.dumps(attendance() | values)


@pytest.mark.parametrize(("feed", "row"), [(SCHOOL, attendance()), (POLICE, incident()), (BENEFITS, claim())])
def test_a_line_says_the_same_in_either_format(town: Borough, feed: str, row: dict[str, str]) -> None:
    first = town.push_body(feed, ndjson_of(row), media_type=NDJSON)
    assert (first["format"], first["counts"]["recorded"]) == ("ndjson", 1)
    facts = town.told("families.fact")
    again = town.push(feed, row)
    assert (again["format"], again["counts"]["unchanged"], again["facts"]) == ("csv", 1, 0)
    once_more = town.push_body(feed, ndjson_of(row), media_type="application/jsonl; charset=utf-8")
    assert (once_more["counts"]["unchanged"], town.told("families.fact")) == (1, facts)


def test_a_correction_in_the_other_format_supersedes(town: Borough) -> None:
    town.push(SCHOOL, attendance())
    pushed = town.push_body(SCHOOL, ndjson_of(attendance(sessions_authorised_absent="5")), media_type=NDJSON)
    assert (pushed["counts"]["recorded"], pushed["facts"]) == (1, 1)
    assert town.told("families.fact")[-1]["name"] == "fact.corrected"


def test_numbers_nulls_and_members_left_out_mean_what_the_cells_of_csv_mean(town: Borough) -> None:
    row = {name: cell for name, cell in attendance().items() if cell}
    counts = {name: int(row[name]) for name in row if name.startswith("sessions")}
    plain = row | counts | {"uprn": int(row["uprn"]), "carer_surname": None, "carer_forename": "", "sex": " female "}
    town.push_body(SCHOOL, ndjson_of(plain), media_type=NDJSON)
    assert town.push(SCHOOL, attendance())["counts"]["unchanged"] == 1


def test_members_may_stand_in_any_order_lines_end_as_on_windows_and_blank_ones_only_count(town: Borough) -> None:
    backwards = json.dumps(dict(reversed(attendance().items())))
    body = f"{backwards}\r\n\r\n  {json.dumps(MAYA, ensure_ascii=False)} ".encode("utf-8-sig")
    push = town.push_body(SCHOOL, body, media_type=NDJSON)
    assert [(line["line"], line["outcome"]) for line in town.lines(push)] == [(1, "recorded"), (3, "recorded")]


WRONG: list[tuple[str | bytes, str, str]] = [
    ("Wanda Canary", "", "not_an_object"),
    ('"Wanda Canary"', "", "not_an_object"),
    ("[]", "", "not_an_object"),
    ("null", "", "not_an_object"),
    (changed() + changed(), "", "not_an_object"),
    (changed()[:-1], "", "not_an_object"),
    (changed(sessions_possible=float("nan")), "", "not_an_object"),
    (changed(sessions_possible=0)[:-2] + "9" * 5000 + "}", "", "not_an_object"),
    ('{"surname": "Wanda\x00Canary"}', "", "not_an_object"),
    ("[" * 60_000, "", "nested"),
    ('{"surname": ' + "[" * 60_000, "", "nested"),
    (changed(surname=["Wanda Canary"]), "surname", "nested"),
    (changed(surname={"Wanda": "Canary"}), "surname", "nested"),
    (changed(wanda_canary="1"), "", "member_unknown"),
    (changed()[:-1] + ', "upn": "Wanda Canary"}', "upn", "member_repeated"),
    (changed(surname=1980), "surname", "wrong_type"),
    (changed(surname=True), "surname", "wrong_type"),
    (changed(sessions_possible=130.0), "sessions_possible", "wrong_type"),
    (changed(sessions_possible=False), "sessions_possible", "wrong_type"),
    (changed(sessions_possible=-1), "sessions_possible", "not_a_count"),
    (changed(sessions_possible=1000), "sessions_possible", "not_a_count"),
    (changed(upn=None), "upn", "missing"),
    (changed(surname="Wanda\x00Canary"), "surname", "not_text"),
    (changed(address_line="Wanda Canary \ud800"), "address_line", "not_text"),
    (changed(surname="=Wanda Canary"), "surname", "not_a_name"),
    (changed(address_line="Wanda Canary" * 6000), "", "line_too_long"),
    (b'{"surname": "M\xfcller"}', "", "not_utf8"),
    (b'{"surname": "\xed\xa0\x80"}', "", "not_utf8"),
]
"""A line, and the column and code of its refusal."""


def test_each_line_that_is_wrong_is_refused_alone_and_never_repeated(
    town: Borough, caplog: pytest.LogCaptureFixture
) -> None:
    lines = [line if isinstance(line, bytes) else line.encode() for line, _, _ in WRONG]
    push = town.push_body(SCHOOL, b"\n".join([*lines, ndjson_of(MAYA).encode()]), media_type=NDJSON)
    *bad, good = town.lines(push)
    assert (push["status"], good["outcome"], good["line"]) == ("finished", "recorded", len(WRONG) + 1)
    told = [(line["outcome"], *[(error["column"], error["code"]) for error in line["errors"]]) for line in bad]
    assert told == [("refused", (column, code)) for _, column, code in WRONG]
    text = town.get(f"/v1/pushes/{push['id']}/lines", pusher(SCHOOL)).text + caplog.text
    assert "anda" not in text and "anary" not in text


def test_all_that_is_wrong_with_a_line_is_said_at_once(town: Borough) -> None:
    line = changed(sex=1, term=[], colour="blue", shape="round")[:-1] + ', "sex": 2}'
    errors = town.lines(town.push_body(SCHOOL, line, media_type=NDJSON))[0]["errors"]
    assert [(error["column"], error["code"]) for error in errors] == [
        ("term", "nested"),
        ("sex", "wrong_type"),
        ("", "member_unknown"),
        ("sex", "member_repeated"),
    ]


def test_lines_too_long_stand_alone_cut_off_and_hold_up_nobody(programs: Programs, tmp_path: Path) -> None:
    town = open_town(programs, tmp_path, chunk_lines=3, line_limit=500)
    long = changed(address_line="x" * 70_000) + "\n"
    body = long + ndjson_of(attendance()) + long + long + ndjson_of(MAYA) + long.rstrip("\n")
    answer = town.send(SCHOOL, body, media_type=NDJSON, dry_run="true")
    chunks = stored_chunks(town)
    assert [len(body) <= 501 for body in chunks] == [True] * 6
    town.running.work()
    lines = town.lines(town.seen(answer.json()["id"], pusher(SCHOOL)))
    assert [line["outcome"] for line in lines] == ["refused", "recorded", "refused", "refused", "recorded", "refused"]
    assert [line["line"] for line in lines] == [1, 2, 3, 4, 5, 6]


def stored_chunks(town: Borough) -> list[bytes]:
    from sqlalchemy import select

    from families.models.intake import PushChunk

    with town.runtime.read() as session:
        return list(session.scalars(select(PushChunk.body).order_by(PushChunk.number)))


def test_a_file_is_cut_on_line_ends_and_each_line_is_in_one_piece() -> None:
    lines = [f'{{"n": {n}}}'.encode() + b" " * (n % 7) for n in range(1000)]
    file = BytesIO(b"\n\n".join(lines))
    plan = make_plan(file, ["n"], chunk_lines=30, line_limit=100)
    assert (plan.lines, len(plan.pieces)) == (1000, 34)
    found = [
        (number, raw)
        for _, piece, body in plan.bodies(file)
        for number, raw in enumerate(body.split(b"\n"), piece.first_line)
        if raw
    ]
    assert found == [(2 * n + 1, line) for n, line in enumerate(lines)]


def test_another_media_type_is_refused_before_anything_is_taken_in(town: Borough) -> None:
    for media_type in ("application/json", "text/plain", "application/x-www-form-urlencoded", "text/csv2", ""):
        problem = town.send(SCHOOL, csv_of(SCHOOL, [attendance()]), media_type=media_type)
        assert problem.status_code == 415 and problem.json()["type"].endswith("/problems/wrong-content-type")
        assert problem.json()["accepts"] == ["text/csv", NDJSON, "application/jsonl"]
    assert town.get("/v1/pushes").json()["items"] == []


def test_utf_16_is_refused_at_the_door(town: Borough) -> None:
    problem = town.send(SCHOOL, ndjson_of(attendance()).encode("utf-16"), media_type=NDJSON)
    assert problem.status_code == 422 and problem.json()["errors"][0]["code"] == "not_utf8"


def test_one_key_is_not_used_for_the_same_bytes_in_another_format(town: Borough) -> None:
    body, key = "", "a-key-of-the-school"
    assert town.send(SCHOOL, body, key=key, media_type=NDJSON).status_code == 202
    assert town.send(SCHOOL, body, key=key, media_type="application/jsonl").status_code == 202
    assert town.send(SCHOOL, csv_of(SCHOOL, []), key=key).status_code == 422
    assert len(town.get("/v1/pushes").json()["items"]) == 1


def test_many_refusals_pause_a_push_in_this_format_too(programs: Programs, tmp_path: Path) -> None:
    town = open_town(programs, tmp_path, chunk_lines=2, pause_refused_lines=2)
    push = town.push_body(SCHOOL, "{}\n{}\n" + ndjson_of(attendance()), media_type=NDJSON)
    assert push["status"] == "paused" and push["paused_because"].startswith("many_refusals: 2 of 2")


@pytest.mark.parametrize("feed", FEEDS)
def test_a_feeds_page_shows_an_example_that_can_be_pushed_and_says_the_same_as_its_csv(
    town: Borough, feed: str
) -> None:
    page = town.running.client.get(f"/v1/feeds/{feed}").json()
    assert page["accepts"] == ["text/csv", NDJSON, "application/jsonl"]
    numbers = [column["name"] for column in page["columns"] if column["number"]]
    assert [column.name for column in get_feed(feed).columns if column.numeric] == numbers
    assert set(json.loads(page["example_ndjson"])) <= set(COLUMNS[feed])
    pushed = town.push_body(feed, page["example_ndjson"], media_type=NDJSON, covers_to="2018-12-31")
    assert pushed["counts"]["recorded"] == 1, town.lines(pushed)
    assert town.push_body(feed, page["example"], covers_to="2018-12-31")["counts"]["unchanged"] == 1


@pytest.mark.parametrize("make", [ndjson_of, lambda *rows: csv_of(SCHOOL, rows)], ids=["ndjson", "csv"])
def test_a_dry_run_reports_line_by_line(town: Borough, make: Callable[..., str]) -> None:
    media_type = NDJSON if make is ndjson_of else "text/csv"
    push = town.push_body(SCHOOL, make(attendance(), MAYA | {"term": "winter"}), media_type=media_type, dry_run="true")
    assert (push["counts"]["recorded"], push["counts"]["refused"], push["facts"]) == (1, 1, 0)
    assert town.told("families.fact") == []
