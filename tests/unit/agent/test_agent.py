"""The agent's own decisions: settings, names of files, rows, receipts, and how often it tries again."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from fixtures.stack import serve
from thinkfamily_agent.__main__ import main
from thinkfamily_agent.checking import check_table, find_missing_columns
from thinkfamily_agent.exports import Export, list_exports, put_aside
from thinkfamily_agent.platform import TRIES, Platform
from thinkfamily_agent.problems import AgentProblem, NotNow, Refused
from thinkfamily_agent.receipts import Receipt, Receipts
from thinkfamily_agent.reports import write_marked
from thinkfamily_agent.rounds import one_at_a_time
from thinkfamily_agent.settings import FeedSettings, Settings, read_settings
from thinkfamily_agent.tables import read_table

SETTINGS = """
platform = "http://families.example/"
issuer = "http://identity.example"
client_id = "school-mis"
secret_file = "secret.txt"

[[feed]]
name = "school_attendance"
folder = "attendance"
area = "thornbury"
files = 'attendance_(?P<month>\\d{4}-\\d{2})\\.csv'
"""
FEED = {"columns": [{"name": "upn", "required": True}, {"name": "first_name", "required": False}]}


def test_settings_are_read_from_beside_their_file(tmp_path: Path) -> None:
    (tmp_path / "agent.toml").write_text(SETTINGS)
    settings = read_settings(tmp_path / "agent.toml")
    assert (settings.platform, settings.secret_file) == ("http://families.example", tmp_path / "secret.txt")
    assert settings.feeds[0].folder == tmp_path / "attendance" and settings.settled == 10


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("secret_file", "secretfile"), "`secretfile` is no setting"),
        (('secret_file = "secret.txt"', ""), "one of `secret_file` and `key_file`"),
        (("month>", "day>"), "`from` and `to`, or `month`"),
        (("(?P", "(?Q"), "no regular expression"),
        (('area = "thornbury"', ""), "`area` is missing"),
        (('client_id = "school-mis"', "client_id = 7"), "`client_id` is missing, or is no text"),
        (("[[feed]]", "[feed]"), "at least one [[feed]]"),
        (("platform =", "platform"), "is no TOML"),
        (("\n[[feed]]", 'settled = "long"\n[[feed]]'), "`settled` is a number"),
    ],
)
def test_a_setting_that_is_wrong_is_named(tmp_path: Path, change: tuple[str, str], told: str) -> None:
    path = tmp_path / "agent.toml"
    path.write_text(SETTINGS.replace(*change))
    with pytest.raises(AgentProblem, match=re.escape(told)):
        read_settings(path)


def folder_of(tmp_path: Path, pattern: str) -> FeedSettings:
    return FeedSettings("school_attendance", tmp_path, "thornbury", re.compile(pattern))


def test_a_name_says_the_days_and_what_does_not_fit_is_left_alone(tmp_path: Path) -> None:
    for name in ("a_2024-02.csv", "a_2024-02.csv.part", "b.csv"):
        (tmp_path / name).write_text("upn\nX\n")
    (tmp_path / "a_2024-03.csv").mkdir()
    [export] = list_exports(folder_of(tmp_path, r"a_(?P<month>\d{4}-\d{2})\.csv"), 0)
    assert (export.path.name, export.covers_from, export.covers_to) == (
        "a_2024-02.csv", date(2024, 2, 1), date(2024, 2, 29),
    )  # fmt: skip
    pattern = r"a_(?P<from>\S{10})_(?P<to>\S{10})\.csv"
    (tmp_path / "a_2024-01-08_2024-03-28.csv").write_text("upn\n")
    [export] = list_exports(folder_of(tmp_path, pattern), 0)
    assert (export.covers_from, export.covers_to) == (date(2024, 1, 8), date(2024, 3, 28))
    (tmp_path / "a_2024-02-30_2024-03-28.csv").write_text("upn\n")
    with pytest.raises(AgentProblem, match="its name gives no days"):
        list(list_exports(folder_of(tmp_path, pattern), 0))


def test_a_file_that_may_still_be_written_is_left_for_the_next_round(tmp_path: Path) -> None:
    path = tmp_path / "a_2024-02.csv"
    path.write_text("upn\n")
    feed = folder_of(tmp_path, r"a_(?P<month>\d{4}-\d{2})\.csv")
    assert list(list_exports(feed, 60)) == []
    os.utime(path, (0, 0))
    assert len(list(list_exports(feed, 60))) == 1


def test_the_key_is_of_the_bytes_and_of_what_they_are_about(tmp_path: Path) -> None:
    feed = folder_of(tmp_path, r"x")
    days = date(2024, 1, 1), date(2024, 1, 31)
    export = Export(tmp_path / "a.csv", feed, *days, "00")
    assert export.key == Export(tmp_path / "renamed.csv", feed, *days, "00").key
    others = [
        Export(export.path, feed, *days, "01"),
        Export(export.path, feed, days[0], date(2024, 2, 1), "00"),
        Export(export.path, FeedSettings(feed.name, tmp_path, "sallow", feed.files), *days, "00"),
        Export(export.path, FeedSettings("benefits", tmp_path, feed.area, feed.files), *days, "00"),
    ]
    assert len({one.key for one in (export, *others)}) == 5


def test_nothing_that_was_put_aside_before_is_overwritten(tmp_path: Path) -> None:
    feed = folder_of(tmp_path, "x")
    for text in ("first", "second"):
        (tmp_path / "a.csv").write_text(text)
        put_aside(Export(tmp_path / "a.csv", feed, date(2024, 1, 1), date(2024, 1, 31), text), "done")
    assert sorted(path.read_text() for path in (tmp_path / "done").iterdir()) == ["first", "second"]


@pytest.mark.parametrize(
    ("raw", "delimiter"),
    [
        (b"upn,first_name\r\nA,Zo\xc3\xab\r\n\r\nB,\"two\r\nlines\"\r\nC,x\r\n", ","),
        (b"\xef\xbb\xbfupn;first_name\nA;Zo\xc3\xab\n\nB;\"two\nlines\"\nC;x\n", ";"),
        (b"upn\tfirst_name\nA\tZo\xeb\n\nB\t\"two\nlines\"\nC\tx", "\t"),
    ],
)  # fmt: skip
def test_rows_are_numbered_as_a_spreadsheet_numbers_them(tmp_path: Path, raw: bytes, delimiter: str) -> None:
    """The third row is empty and counts; the fourth has a cell with a line break and counts once."""
    (tmp_path / "a.csv").write_bytes(raw)
    table = read_table(tmp_path / "a.csv")
    assert table and table.delimiter == delimiter
    assert [number for number, _ in table.rows] == [1, 2, 4, 5]
    assert table.rows[1][1] == ["A", "Zoë"] and table.rows[2][1][1].split() == ["two", "lines"]


def test_titles_above_the_headings_and_a_line_for_spreadsheets_are_no_headings(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("sep=|\nAttendance of autumn\n\nupn|first_name\nA|Ruby\n|Noah\n")
    table = read_table(tmp_path / "a.csv")
    assert table and table.rows == [(3, ["upn", "first_name"]), (4, ["A", "Ruby"]), (5, ["", "Noah"])]
    assert [str(one) for one in check_table(table, FEED)] == ["row 5, upn: This must be filled in."]


@pytest.mark.parametrize("raw", [b"PK\x03\x04\0\0", "upn\n".encode("utf-16")])
def test_what_is_no_text_in_rows_is_not_read_here(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "a.xlsx").write_bytes(raw)
    assert read_table(tmp_path / "a.xlsx") is None


def test_only_what_is_certainly_wrong_is_told_and_no_cell_is_repeated(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("Forename,UPN \nRuby,\n,A1\nNoah\n")
    table = read_table(tmp_path / "a.csv")
    assert table and find_missing_columns(table, FEED) == []
    assert [str(one) for one in check_table(table, FEED)] == [
        "row 2, upn: This must be filled in.", "row 4, upn: This must be filled in.",
    ]  # fmt: skip
    (tmp_path / "b.csv").write_text("first name\nRuby\n")
    table = read_table(tmp_path / "b.csv")
    assert table and find_missing_columns(table, FEED) == ["upn"]
    (tmp_path / "c.csv").write_text("upn\n" + ",\n" * 3 + " ,x\n" * 90)
    table = read_table(tmp_path / "c.csv")
    assert table and len(check_table(table, FEED)) == 51


def test_the_report_is_joined_to_the_rows_that_it_is_about(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('upn;first_name\nA;Ruby\nB;"No\nah"\nC\n')
    table = read_table(tmp_path / "a.csv")
    assert table
    error = {"column": "upn", "code": "upn_check_letter", "detail": "It is no UPN.", "fix": "Check it."}
    lines = [
        {"line": 3, "outcome": "refused", "errors": [error]},
        {"line": 4, "outcome": "held", "errors": []},
        {"line": 99, "outcome": "refused", "errors": [error]},
    ]
    assert write_marked(tmp_path / "marked.csv", table, lines) == 3
    marked = read_table(tmp_path / "marked.csv")
    assert marked and [cells for _, cells in marked.rows[1:]] == [
        ["B", "No\nah", "refused", "upn", "upn_check_letter", "It is no UPN. Check it."],
        ["C", "", "held", "", "", ""],
        ["", "", "refused (row 99)", "upn", "upn_check_letter", "It is no UPN. Check it."],
    ]


def test_a_receipt_is_replaced_whole(tmp_path: Path) -> None:
    receipts = Receipts(tmp_path / "receipts")
    assert receipts.find("k") is None and receipts.list_all() == []
    receipt = receipts.keep(Receipt("k", "benefits", "thornbury", "a.csv", "2024-01-01", "2024-01-31", "00"))
    assert not receipt.is_over and receipts.find("k") == receipt
    (tmp_path / "receipts" / "k.part").write_text("{")  # the machine went off while it was written
    assert receipts.find("k") == receipt
    over = receipts.keep(receipt, state="finished", push="p")
    assert over.is_over and receipts.list_all() == [over]


def test_a_second_agent_on_the_same_receipts_ends_at_once(tmp_path: Path) -> None:
    begin = "from pathlib import Path; from thinkfamily_agent.rounds import one_at_a_time as only\n"
    begin += f"with only(Path({str(tmp_path)!r})): pass"
    with one_at_a_time(tmp_path):
        second = subprocess.run([sys.executable, "-c", begin], capture_output=True, text=True, timeout=60)
    assert second.returncode == 1 and "Another agent works" in second.stderr
    assert subprocess.run([sys.executable, "-c", begin], timeout=60).returncode == 0


@contextmanager
def platform(tmp_path: Path, answer: Callable[[int], Response]) -> Iterator[tuple[Platform, list[str]]]:
    """A platform that answers as it is told: `answer` gets the number of the request for anything but a token."""
    asked: list[str] = []

    async def all_else(request: Request) -> Response:
        asked.append(request.headers["Authorization"])
        return answer(len(asked))

    async def token(request: Request) -> Response:
        return JSONResponse({"access_token": f"t{len(asked)}", "token_type": "Bearer", "expires_in": 300})

    async def metadata(request: Request) -> Response:
        return JSONResponse({"issuer": url, "token_endpoint": f"{url}/oauth/token"})

    routes = [
        Route("/.well-known/oauth-authorization-server", metadata),
        Route("/oauth/token", token, methods=["POST"]),
        Route("/{rest:path}", all_else, methods=["GET", "POST"]),
    ]
    url, stop = serve(Starlette(routes=routes))
    (tmp_path / "secret.txt").write_text("s\n")
    settings = Settings(url, url, "mis", tmp_path / "secret.txt", None, "", tmp_path, (), 0)
    asking = Platform(settings, pause=0)
    try:
        yield asking, asked
    finally:
        asking.close()
        stop()


def test_what_may_pass_is_tried_again_and_what_is_refused_is_not(tmp_path: Path) -> None:
    answers = [503, 429, 502, 200]
    with platform(tmp_path, lambda attempt: JSONResponse({"id": "p"}, answers[attempt - 1])) as (asking, asked):
        assert asking.push("benefits", {}, b"x", "text/csv", "k") == {"id": "p"} and len(asked) == 4
    with platform(tmp_path, lambda _: JSONResponse({}, 503)) as (asking, asked):
        with pytest.raises(NotNow):
            asking.show_push("p")
        assert len(asked) == TRIES
    fault = {"pointer": "/query/area", "code": "area_unknown", "detail": "There is no such area.", "fix": "Name one."}
    problem = {"title": "Not valid", "detail": "Mend it.", "errors": [fault]}
    with platform(tmp_path, lambda _: JSONResponse(problem, 422)) as (asking, asked):
        with pytest.raises(Refused, match=re.escape("/query/area: There is no such area. Name one.")):
            asking.show_push("p")
        assert len(asked) == 1
    running = {"type": "http://x/problems/key-running", "title": "Still running"}
    answers = [409, 200]
    with platform(tmp_path, lambda attempt: JSONResponse(running, answers[attempt - 1])) as (asking, asked):
        asking.resume_push("p")
        assert len(asked) == 2


def test_a_token_that_is_over_is_asked_for_anew_once(tmp_path: Path) -> None:
    with platform(tmp_path, lambda attempt: JSONResponse({}, 401 if attempt == 1 else 200)) as (asking, asked):
        asking.resume_push("p")
        assert asked == ["Bearer t0", "Bearer t1"]
    with platform(tmp_path, lambda _: JSONResponse({}, 401)) as (asking, asked):
        with pytest.raises(AgentProblem):
            asking.resume_push("p")
        assert len(asked) == 2


def test_a_credential_is_given_to_nobody_but_the_issuer(tmp_path: Path) -> None:
    with platform(tmp_path, lambda _: JSONResponse({})) as (asking, asked):
        url = asking._settings.issuer.replace("127.0.0.1", "localhost")
        other = Platform(replace(asking._settings, issuer=url), pause=0)
        with pytest.raises(AgentProblem, match="who answers there is"):
            other.resume_push("p")
        other.close()
        assert not asked


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        (ECKey.generate_key("P-256"), "ES256"),
        (OKPKey.generate_key("Ed25519"), "Ed25519"),
        (RSAKey.generate_key(2048), "PS256"),
    ],
)
def test_who_has_a_key_signs_with_it(tmp_path: Path, key: ECKey | OKPKey | RSAKey, algorithm: str) -> None:
    (tmp_path / "key.pem").write_bytes(key.as_pem(private=True))
    settings = Settings("http://f", "http://i", "mis", None, tmp_path / "key.pem", "", tmp_path, (), 0)
    form = Platform(settings)._assertion(tmp_path / "key.pem")
    read = jwt.decode(form["client_assertion"], key, algorithms=[algorithm])
    assert (read.header["alg"], read.claims["iss"], read.claims["sub"], read.claims["aud"]) == (
        algorithm, "mis", "mis", "http://i",
    )  # fmt: skip
    (tmp_path / "public.pem").write_bytes(key.as_pem(private=False))
    with pytest.raises(AgentProblem, match="holds no private key"):
        Platform(settings)._assertion(tmp_path / "public.pem")


def test_a_platform_that_is_away_is_for_the_next_round_and_a_wrong_setting_for_a_person(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("thinkfamily_agent.platform.LONGEST_PAUSE", 0)
    away = SETTINGS.replace("families.example/", "127.0.0.1:9").replace("identity.example", "127.0.0.1:9")
    (tmp_path / "agent.toml").write_text(away)
    (tmp_path / "secret.txt").write_text("s")
    told = ["--settings", str(tmp_path / "agent.toml")]
    assert main([*told, "run"]) == 3  # there is no folder
    folder = tmp_path / "attendance"
    folder.mkdir()
    (folder / "attendance_2024-02.csv").write_text("upn\n,\n")
    os.utime(folder / "attendance_2024-02.csv", (0, 0))
    assert main([*told, "run"]) == 2
    assert "the next round tries again" in capsys.readouterr().out
    assert main([*told, "status"]) == 0 and main([*told, "check", "x", str(folder / "none.csv")]) == 3
    assert main([*told[:1], "nowhere.toml", "status"]) == 3
    assert json.dumps(capsys.readouterr().err).count("thinkfamily-agent: ") == 2


def test_nothing_of_the_platform_is_needed_to_run_it() -> None:
    """Its own declaration says what it needs; what else stands in this environment is not there at a partner."""
    find = "import sys; import thinkfamily_agent.__main__; print(*{name.partition('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", find], capture_output=True, text=True, check=True, timeout=60)
    ours: set[Any] = {"chassis", "vocabulary", "identity", "families", "consent", "claims", "gateway", "fastapi"}
    assert not ours & set(loaded.stdout.split())
