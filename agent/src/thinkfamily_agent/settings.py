"""The agent's settings: one TOML file.

    platform = "https://families.thornbury.example"
    issuer = "https://identity.thornbury.example"
    client_id = "school-mis"
    secret_file = "secret.txt"           # or key_file = "key.pem", the private half of a key of your own

    [[feed]]
    name = "school_attendance"
    folder = "attendance"
    area = "thornbury"
    files = 'attendance_(?P<from>\\d{4}-\\d{2}-\\d{2})_(?P<to>\\d{4}-\\d{2}-\\d{2})\\.csv'

The name of a file says for which days it tells all that there is to tell: `from` and `to`, or `month` (2026-11). The
platform concludes from it that what the file does not say did not happen, so it is never guessed from the rows.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from thinkfamily_agent.problems import AgentProblem

DAYS = ({"from", "to"}, {"month"})


@dataclass(frozen=True)
class FeedSettings:
    """One feed's folder. Shape: `files` are the names that belong to it, with the groups that say the days."""

    name: str
    folder: Path
    area: str
    files: re.Pattern[str]


@dataclass(frozen=True)
class Settings:
    """Shape: one of `secret_file` and `key_file`; `token_endpoint` is empty where the issuer says it.

    Units: `settled` in seconds: how long a file must have been left alone before it is taken, since an export takes a
    while to be written.
    """

    platform: str
    issuer: str
    client_id: str
    secret_file: Path | None
    key_file: Path | None
    token_endpoint: str
    receipts: Path
    feeds: tuple[FeedSettings, ...]
    settled: float


def read_settings(path: Path) -> Settings:
    """Paths are relative to the file. Errors: AgentProblem, with the setting to mend."""
    try:
        told = tomllib.loads(path.read_text("utf-8"))
    except OSError as reason:
        raise AgentProblem(f"{path} cannot be read ({reason.strerror}).") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as reason:
        raise AgentProblem(f"{path} is no TOML: {reason}.") from None
    here = path.resolve().parent
    known = {
        "platform",
        "issuer",
        "client_id",
        "secret_file",
        "key_file",
        "token_endpoint",
        "receipts",
        "settled",
        "feed",
    }
    _refuse_unknown(told, known, str(path))
    secret, key = _path(told, "secret_file", here), _path(told, "key_file", here)
    if (secret is None) == (key is None):
        raise AgentProblem(f"{path}: give one of `secret_file` and `key_file`.")
    feeds = told.get("feed")
    if not isinstance(feeds, list) or not feeds:
        raise AgentProblem(f"{path}: name at least one [[feed]].")
    settled = told.get("settled", 10)
    if isinstance(settled, bool) or not isinstance(settled, int | float) or settled < 0:
        raise AgentProblem(f"{path}: `settled` is a number of seconds.")
    return Settings(
        platform=_text(told, "platform", path).rstrip("/"),
        issuer=_text(told, "issuer", path).rstrip("/"),
        client_id=_text(told, "client_id", path),
        secret_file=secret,
        key_file=key,
        token_endpoint=_text(told, "token_endpoint", path) if "token_endpoint" in told else "",
        receipts=_path(told, "receipts", here) or here / "receipts",
        feeds=tuple(_read_feed(feed, here, path) for feed in feeds),
        settled=float(settled),
    )


def _read_feed(told: Mapping[str, Any], here: Path, path: Path) -> FeedSettings:
    _refuse_unknown(told, {"name", "folder", "area", "files"}, f"{path}, [[feed]]")
    try:
        files = re.compile(_text(told, "files", path))
    except re.error as reason:
        raise AgentProblem(f"{path}: `files` is no regular expression: {reason}.") from None
    if set(files.groupindex) not in DAYS:
        raise AgentProblem(f"{path}: `files` must have the groups `from` and `to`, or `month`.")
    return FeedSettings(_text(told, "name", path), here / _text(told, "folder", path), _text(told, "area", path), files)


def _text(told: Mapping[str, Any], name: str, path: Path) -> str:
    value = told.get(name)
    if not isinstance(value, str) or not value:
        raise AgentProblem(f"{path}: `{name}` is missing, or is no text.")
    return value


def _path(told: Mapping[str, Any], name: str, here: Path) -> Path | None:
    return here / told[name] if isinstance(told.get(name), str) else None


def _refuse_unknown(told: Mapping[str, Any], known: set[str], where: str) -> None:
    if unknown := sorted(set(told) - known):
        raise AgentProblem(f"{where}: `{unknown[0]}` is no setting; there are {', '.join(sorted(known))}.")
