"""Runs jobs on a copy of the tree, each in a child that begins with all imported that no job changes.

`python jobs.py COPY` reads a list of jobs from standard input and writes one result a job. A job first writes files
(null: the file goes), then runs pytest or Python; `restore` brings the files back behind it. Without the fork each
job would import FastAPI, SQLAlchemy and Strawberry anew, which is two thirds of its time.

Shape: `{"files": {path: text | null}, "restore": bool, "pytest": [id …]}`, or `"python": [module or file, argument …]`
for the last; result `{"code": exit code, "said": the end of its output, "cpu": seconds}`.
"""

import contextlib
import gc
import importlib
import json
import os
import runpy
import sys
import tempfile
from pathlib import Path
from typing import Any

OPTIONS = (
    *("-q", "-x", "-k", "not production"),
    *("-p", "no:cacheprovider", "-p", "pytest_timeout"),
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),
)
BROKE = 70
"""The job's own exit code for what pytest cannot tell."""
FOREIGN = (
    "alembic.command", "fastapi", "httpx", "kafka", "prometheus_client", "psycopg", "pydantic_settings", "pytest",
    "pytest_timeout", "sqlalchemy.orm", "strawberry", "structlog", "uvicorn",
)  # fmt: skip

CHASSIS = ("chassis.cli", "chassis.contracts", "chassis.listener", "chassis.migrations", "chassis.relay")
"""Of the copy, and the same in all jobs: no recipe touches the chassis, which knows no noun."""


def main(copy: Path) -> None:
    sys.path.insert(0, str(copy / "services/chassis/src"))
    for name in (*FOREIGN, *CHASSIS):
        importlib.import_module(name)
    os.chdir(copy)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # schemathesis alone takes a second to load
    results = []
    for job in json.load(sys.stdin):
        before = {name: read(copy / name) for name in job["files"]}
        write(copy, job["files"])
        with tempfile.TemporaryFile("w+") as out:
            child = os.fork()
            if child == 0:
                gc.disable()
                os.dup2(out.fileno(), 1)
                os.dup2(out.fileno(), 2)
                sys.path[:0] = [str(path) for path in (*copy.glob("services/*/src"), *copy.glob("*/src"))]
                os._exit(run(job))
            _, status, used = os.wait4(child, 0)
            out.seek(0)
            cpu = used.ru_utime + used.ru_stime
            results.append({"code": os.waitstatus_to_exitcode(status), "said": out.read()[-4000:], "cpu": cpu})
        if job["restore"]:
            write(copy, before)
    json.dump(results, sys.stdout)


def run(job: dict[str, Any]) -> int:
    """Errors: none; whatever goes wrong is the exit code."""
    try:
        if "pytest" in job:
            import pytest

            return int(pytest.main([*OPTIONS, *job["pytest"]]))
        sys.argv = job["python"]
        if job["python"][0].endswith(".py"):
            sys.path.insert(0, str(Path(job["python"][0]).parent))
            runpy.run_path(job["python"][0], run_name="__main__")
        else:
            runpy.run_module(job["python"][0], run_name="__main__")
        return 0
    except SystemExit as left:
        print(left.code or "")
        return left.code if isinstance(left.code, int) else int(left.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        return BROKE
    finally:
        with contextlib.suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()


def read(path: Path) -> str | None:
    return path.read_text() if path.is_file() else None


def write(copy: Path, files: dict[str, str | None]) -> None:
    for name, text in files.items():
        path = copy / name
        # Compiled code is known by its second and its size, and two edits may share both.
        for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"):
            compiled.unlink()
        if text is None:
            path.unlink(missing_ok=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
