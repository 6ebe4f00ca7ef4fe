"""The tools' own lists in `pyproject.toml` name every program: they are data, and cannot read the vocabulary."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from vocabulary.programs import PROGRAMS

from .houses import ROOT
from .rules import Rule


@dataclass(frozen=True)
class Listed:
    """Shape: `homes` is the folder of each program; `tools` what `pyproject.toml` says of the tools."""

    homes: Mapping[str, str]
    tools: Mapping[str, Any]


def finds_programs_that_a_tool_does_not_know(listed: Listed) -> Iterator[str]:
    linted, typed = set(listed.tools["ruff"]["src"]), set(listed.tools["mypy"]["mypy_path"].split(":"))
    imports = listed.tools["importlinter"]
    independent = {name for held in imports["contracts"] for name in held.get("modules", [])}
    shut_out = [held for held in imports["contracts"] if held["type"] == "forbidden"]
    measured, floors = set(listed.tools["coverage"]["run"]["source_pkgs"]), listed.tools["thinkfamily"]["coverage"]
    for program, home in listed.homes.items():
        if program not in measured or program not in floors:
            yield f"{program}: its coverage is not measured, or has no floor"
        if f"{home}/src" not in linted:
            yield f"{program}: ruff does not know {home}/src, and sorts its imports as a stranger's"
        if f"$MYPY_CONFIG_FILE_DIR/{home}/src" not in typed:
            yield f"{program}: mypy does not find {home}/src"
        if program not in imports["root_packages"] or program not in independent:
            yield f"{program}: nothing keeps it and the other programs from importing each other"
        for held in shut_out:
            if program not in held["forbidden_modules"]:
                yield f"{program}: {', '.join(held['source_modules'])} may import it"


def tools(*packages: str, **other: Any) -> dict[str, Any]:
    """An example of a `pyproject.toml` that knows these programs."""
    folders = [f"services/{name}/src" for name in packages]
    shut_out = {"type": "forbidden", "source_modules": ["chassis"], "forbidden_modules": packages}
    apart = {"type": "independence", "modules": packages}
    return {
        "coverage": {"run": {"source_pkgs": packages}},
        "thinkfamily": {"coverage": dict.fromkeys(packages, 90)},
        "ruff": {"src": folders},
        "mypy": {"mypy_path": ":".join(f"$MYPY_CONFIG_FILE_DIR/{folder}" for folder in folders)},
        "importlinter": {"root_packages": packages, "contracts": [apart, shut_out]},
    } | other


TOYS = {"toys": "services/toys"}
APART = {"type": "independence", "modules": ["toys"]}
EVERY_TOOL_KNOWS_EVERY_PROGRAM = Rule(
    says="ruff, mypy, coverage and the import contracts know each program of the vocabulary",
    finds=finds_programs_that_a_tool_does_not_know,
    valid={"all three": Listed(TOYS, tools("toys", "games"))},
    invalid={
        "no ruff": (Listed(TOYS, tools("toys", ruff={"src": []})), "ruff does not know services/toys/src"),
        "no coverage": (
            Listed(TOYS, tools("toys", coverage={"run": {"source_pkgs": []}})),
            "toys: its coverage is not measured",
        ),
        "no floor": (Listed(TOYS, tools("toys", thinkfamily={"coverage": {}})), "toys: its coverage is not measured"),
        "no mypy": (Listed(TOYS, tools("toys", mypy={"mypy_path": ""})), "mypy does not find services/toys/src"),
        "a program that may be imported": (Listed(TOYS, tools("games")), "nothing keeps it and the other programs"),
        "a program that the chassis may import": (
            Listed(
                TOYS,
                tools(
                    "toys",
                    importlinter={
                        "root_packages": ["toys"],
                        "contracts": [
                            APART,
                            {"type": "forbidden", "source_modules": ["chassis"], "forbidden_modules": ["games"]},
                        ],
                    },
                ),
            ),
            "toys: chassis may import it",
        ),
    },
)


def test_every_tool_knows_every_program() -> None:
    homes = {name: program.home for name, program in PROGRAMS.items()}
    EVERY_TOOL_KNOWS_EVERY_PROGRAM.check(Listed(homes, tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]))
