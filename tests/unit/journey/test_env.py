"""The environment is made once, and again when it is half made, moved, or of other locks."""

import errno
import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import IO

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """tools/env.py in a folder of its own, which notes what it would install instead of installing it."""
    spec = importlib.util.spec_from_file_location("env", ROOT / "tools" / "env.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    locks = {name: tmp_path / f"{name}.lock" for name in ("run", "test", "npm")}
    for path in locks.values():
        path.write_text("nothing==1\n")
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "HOME", tmp_path / ".venv")
    monkeypatch.setattr(module, "STAMP", tmp_path / ".venv" / "thinkfamily.stamp.json")
    monkeypatch.setattr(module, "LOCKS", locks)
    module.done = []  # type: ignore[attr-defined]
    monkeypatch.setattr(module, "create", lambda: make_folder(module.HOME))
    monkeypatch.setattr(module, "install", module.done.append)
    monkeypatch.setattr(module, "install_npm", module.done.append)
    return module


def make_folder(home: Path) -> None:
    (home / "bin").mkdir(parents=True)
    (home / "lib" / "python3" / "site-packages").mkdir(parents=True)
    (home / "bin" / "python").symlink_to(sys.executable)


def test_it_is_made_once_and_tests_are_added_when_they_are_asked_for(env: ModuleType) -> None:
    env.make(test=False, reset=False)
    env.make(test=False, reset=False)
    assert env.done == ["run"]
    env.make(test=True, reset=False)
    env.make(test=True, reset=False)
    assert env.done == ["run", "test", "npm"]
    (pth,) = env.HOME.glob("lib/*/site-packages/thinkfamily.pth")
    assert str(env.ROOT / "journey/src") in pth.read_text().splitlines()


def test_other_locks_a_missing_stamp_or_a_dead_python_make_it_anew(env: ModuleType) -> None:
    env.make(test=False, reset=False)
    env.LOCKS["run"].write_text("nothing==2\n")
    env.make(test=False, reset=False)
    assert env.done == ["run"] * 2
    env.STAMP.unlink()
    env.make(test=False, reset=False)
    assert env.done == ["run"] * 3
    (env.HOME / "bin" / "python").unlink()
    env.make(test=False, reset=False)
    assert env.done == ["run"] * 4


def test_other_packages_of_npm_are_installed_alone(env: ModuleType) -> None:
    env.make(test=True, reset=False)
    env.LOCKS["npm"].write_text("{}")
    env.make(test=False, reset=False)
    env.make(test=True, reset=False)
    assert env.done == ["run", "test", "npm", "npm"]


def test_a_copied_environment_is_made_anew_where_it_was_copied_to(
    env: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    env.make(test=False, reset=False)
    copied = env.HOME.with_name("copied")
    env.HOME.rename(copied)
    monkeypatch.setattr(env, "HOME", copied)
    monkeypatch.setattr(env, "STAMP", copied / env.STAMP.name)
    env.make(test=False, reset=False)
    assert env.done == ["run"] * 2


def test_without_a_python_that_is_new_enough_make_says_so_in_one_line(tmp_path: Path) -> None:
    for tool in ("make", "sh", "echo"):
        found = next(Path(folder) / tool for folder in os.get_exec_path() if (Path(folder) / tool).exists())
        (tmp_path / tool).symlink_to(found)
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    done = subprocess.run(
        ["make", "-C", str(ROOT), "env"], env={"PATH": str(tmp_path)}, capture_output=True, text=True, timeout=60
    )
    assert done.returncode
    lines = [line for line in done.stderr.splitlines() if not line.startswith("make")]
    assert len(lines) == 1 and "Python 3.11 or later is needed, and none found" in lines[0]


def test_a_python_that_is_named_and_is_none_is_refused_though_there_are_others() -> None:
    done = subprocess.run(
        ["make", "-C", str(ROOT), "env", "PYTHON=/nowhere/python"], capture_output=True, text=True, timeout=60
    )
    assert done.returncode and "PYTHON=/nowhere/python is not one" in done.stderr


def test_a_folder_that_cannot_be_written_matters_only_when_something_is_to_be_written(
    env: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["env.py"])
    env.make(test=False, reset=False)
    monkeypatch.setattr(Path, "open", refuse_writing)
    assert env.main() == 0
    monkeypatch.setattr(sys, "argv", ["env.py", "--test"])
    assert env.main() == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "cannot be written (Read-only file system)" in said


def refuse_writing(path: Path, mode: str = "r", *_: object, **__: object) -> IO[str]:
    if "w" in mode or "a" in mode:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))
    return open(path, mode)
