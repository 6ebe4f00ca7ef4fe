"""What a platform may take for its own, delete, and be signed in to."""

import contextlib
import io
import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from journey.__main__ import main
from journey.data_folder import RECORD, DataFolder
from journey.platform import ROOT, Addresses, Platform, last_line, write_token_command
from journey.ports import FOR_PROGRAMS, find_first_free
from journey.stopping import CannotGoOn
from vocabulary.programs import FIRST_PORT


@pytest.fixture
def var(tmp_path: Path) -> Path:
    """A platform's data, as it is left behind when the platform has stopped."""
    path = tmp_path / "var"
    fill(path)
    return path


def fill(path: Path) -> None:
    DataFolder(path).claim(9_000, "embedded").close()
    for name in ("families.sqlite3", "families.sqlite3-wal", "sandbox-credentials.json", "journey.json"):
        (path / name).write_text("{}")
    (path / "log").mkdir()


@contextlib.contextmanager
def running(path: Path, port_base: int = 9_000) -> Iterator[None]:
    with DataFolder(path).claim(port_base, "embedded"):
        yield


def say(*arguments: str) -> tuple[int, str]:
    """What a command says at a terminal, and how it ends."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            return main(list(arguments)), said.getvalue()
        except SystemExit as ended:
            return int(ended.code or 0), said.getvalue()


def test_a_folder_that_was_never_a_platforms_is_not_deleted(tmp_path: Path) -> None:
    for name in ("logs", "secrets", "photos"):
        (tmp_path / "home" / name).mkdir(parents=True)
        (tmp_path / "home" / name / "kept").write_text("mine")
    code, said = say("reset", "--var", str(tmp_path / "home"))
    assert code == 1 and "no platform's folder: nothing was deleted" in said
    assert len(list((tmp_path / "home").rglob("kept"))) == 3


def test_what_is_deleted_is_said_and_nothing_else_goes(var: Path) -> None:
    (var / "notes.txt").write_text("mine")
    fill(var / "production")
    elsewhere = var.parent / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "kept").write_text("mine")
    (var / "spool").symlink_to(elsewhere)
    code, said = say("reset", "--var", str(var))
    assert code == 0
    assert sorted(path.name for path in var.iterdir()) == ["notes.txt", "production"]
    assert (elsewhere / "kept").exists(), "a link is removed, and not what it leads to"
    deleted, left = said.splitlines()
    assert "families.sqlite3, families.sqlite3-wal" in deleted and "secrets" in deleted
    assert left.endswith("notes.txt, production")
    assert (var / "production" / "families.sqlite3").exists()


def test_a_folder_that_holds_nothing_else_goes_with_its_data(var: Path) -> None:
    assert say("reset", "--var", str(var))[0] == 0
    assert not var.exists()
    code, said = say("reset", "--var", str(var))
    assert code == 0 and "there is no data" in said


def test_while_a_platform_runs_its_data_stays_and_one_beside_it_is_not_touched(var: Path) -> None:
    fill(var / "production")
    with running(var):
        code, said = say("reset", "--var", str(var))
        assert code == 1 and "in use by a platform that is running" in said
        assert (var / "families.sqlite3").exists()
    with running(var / "production"):
        assert say("reset", "--var", str(var))[0] == 0
        assert (var / "production" / "families.sqlite3").exists()


def test_a_platform_takes_no_folder_in_which_its_names_are_somebody_elses(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir(mode=0o755)
    with pytest.raises(CannotGoOn, match="secrets, which no platform made"):
        DataFolder(tmp_path).claim(FIRST_PORT, "embedded")
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o755
    (tmp_path / "photos").mkdir()
    (tmp_path / "secrets").rmdir()
    DataFolder(tmp_path).claim(FIRST_PORT, "embedded").close()


def test_a_folder_that_cannot_be_written_is_named_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotGoOn, match=r"cannot be written \(Not a directory\); choose another folder with VAR="):
        DataFolder(tmp_path / "file" / "var").claim(FIRST_PORT, "embedded")


def test_a_password_goes_to_the_platform_of_its_data_and_to_no_other(var: Path) -> None:
    folder = DataFolder(var)
    with pytest.raises(CannotGoOn, match="no platform runs on"):
        folder.find_port_base(None)
    with running(var, 9_300):
        assert folder.find_port_base(None) == 9_300 == folder.find_port_base(9_300)
        with pytest.raises(CannotGoOn, match=r"answers from port 9300 on, and not 9000: PORT_BASE=9300"):
            folder.find_port_base(9_000)


def test_a_token_is_asked_of_no_platform_but_that_of_the_data(var: Path) -> None:
    held = {"ana": {"email": "a@b.example", "password": "x", "name": "Ana", "role": "analyst", "service": "programme"}}
    (var / "sandbox-credentials.json").write_text(json.dumps({"people": held, "clients": {}}))
    code, said = say("token", "ana", "--var", str(var), "--port-base", "9000")
    assert code == 1 and "no platform runs on" in said


def test_data_of_containers_has_no_record_and_is_asked_for_where_the_caller_says(var: Path) -> None:
    (var / RECORD).unlink()
    assert DataFolder(var).find_port_base(None) == FIRST_PORT
    assert DataFolder(var).find_port_base(9_100) == 9_100


@pytest.mark.parametrize("port", ["100000", "65536", "65530", "80", "0", "-1", "many"])
def test_a_port_that_is_none_is_refused_as_such_and_not_as_taken(tmp_path: Path, port: str) -> None:
    code, said = say("up", f"--port-base={port}", "--var", str(tmp_path / "var"))
    assert code == 2 and f"{port} is no first port: give one from 1024 to 65" in said
    assert not (tmp_path / "var").exists()


def test_a_log_is_quoted_from_this_start_on(tmp_path: Path) -> None:
    log = tmp_path / "claims.log"
    log.write_text("stopped in order\n")
    before = log.stat().st_size
    assert last_line(log, before) == "(nothing)"
    with log.open("a") as file:
        file.write("no such database\n")
    assert last_line(log, before) == "no such database"
    log.write_text("new\n")
    assert last_line(log, before) == "new"
    os.unlink(log)
    assert last_line(log, before) == "(nothing)"


def test_a_platform_whose_port_is_taken_leaves_no_folder_behind(tmp_path: Path) -> None:
    port = find_first_free(20, FOR_PROGRAMS)
    path = tmp_path / "nowhere" / "var"
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        with pytest.raises(CannotGoOn, match=f"port {port} .* is taken"):
            Platform(path, Addresses(port)).start()
    assert not path.parent.exists()


def test_the_token_command_names_the_data_of_its_own_platform(tmp_path: Path) -> None:
    assert write_token_command(ROOT / "var") == ".venv/bin/python -m journey token ana"
    other = tmp_path / "its own"
    assert write_token_command(other).endswith(f"journey token ana --var '{other}'")
    assert Platform(other, Addresses())._environment()["GATEWAY_TOKEN_COMMAND"] == write_token_command(other)
