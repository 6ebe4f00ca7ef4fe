"""Writing the borough to a folder: CSVs as pushed, and the answer book as JSON."""

import json
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox import actors
from sandbox.calendar import STORY_ENDS

if TYPE_CHECKING:
    from sandbox.borough import Borough


def write(borough: "Borough", folder: Path) -> list[Path]:
    """Write every push and the truth. Returns what was written, in order of pushing."""
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for wave in borough.waves:
        for push in wave.pushes:
            path = folder / push.name
            path.write_bytes(push.csv)
            about = path.with_suffix(".truth.json")
            about.write_text(_json(push.truth))
            written += [path, about]
    for name, content in (("truth.json", truth(borough)), ("actors.json", seeding())):
        (folder / name).write_text(_json(content))
        written.append(folder / name)
    return written


def truth(borough: "Borough") -> dict[str, object]:
    """The answer book: members, acts, what is owed, and what the stories promise."""
    book = borough.truth
    return {
        "seed": borough.seed,
        "families": [
            asdict(due) | {"members": [asdict(member) for member in borough.families[due.family].members]}
            for due in book.families.values()
        ],
        "totals": asdict(book.totals),
        "acts": [asdict(act) for act in borough.acts],
        "expected": [asdict(expectation) for expectation in borough.expected],
        "communal_premises": [asdict(premises) for premises in borough.communal_premises],
        "doubles": borough.doubles,
        "ends": STORY_ENDS,
    }


def seeding() -> dict[str, object]:
    """Agencies, services, users, clients and agreements."""
    return {
        "agencies": [asdict(agency) for agency in actors.AGENCIES],
        "services": [asdict(service) for service in actors.SERVICES],
        "users": [asdict(user) for user in actors.USERS],
        "clients": [asdict(client) | {"scopes": client.scopes} for client in actors.CLIENTS],
        "agreements": [asdict(agreement) for agreement in actors.AGREEMENTS],
    }


def _json(content: object) -> str:
    return json.dumps(content, indent=1, default=_plain) + "\n"


def _plain(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value).__name__)
