"""Contracts are committed files: `python -m chassis.contracts FOLDER=PROGRAM …` writes them, a test compares them.

Shape: `FOLDER/contract/openapi.json` and `FOLDER/contract/events/<type>.json`.
"""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from chassis.cli import load
from chassis.keys import StaticKeys
from chassis.program import Program
from chassis.runtime import make_runtime


def application(program: Program, folder: Path) -> FastAPI:
    """The program's application, not started, on a store that is not there yet."""
    settings = program.settings(var=folder, public_url=f"https://thinkfamily.example/{program.name}")
    return program.build(make_runtime(settings, stores_data=program.base is not None, keys=StaticKeys()))


def contracts(program: Program) -> dict[str, dict[str, Any]]:
    """Shape: path under `contract/` → document."""
    with tempfile.TemporaryDirectory() as folder:
        app = application(program, Path(folder))
        document = app.openapi()
    found = {"openapi.json": document}
    for event in program.events:
        schema = event.model_json_schema(by_alias=True)
        found[f"events/{event.type()}.json"] = schema | {"x-topic": event.topic}
    return found


def rendered(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def write(folder: Path, program: Program) -> None:
    wanted = contracts(program)
    target = folder / "contract"
    for old in target.glob("events/*.json"):
        if f"events/{old.name}" not in wanted:
            old.unlink()
    for name, document in wanted.items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(rendered(document))


if __name__ == "__main__":
    for pair in sys.argv[1:]:
        folder, _, name = pair.partition("=")
        write(Path(folder), load(name))
