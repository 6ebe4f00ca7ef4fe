"""Who may do each act, as the tables of this folder say it. Nothing here asks the platform's code."""

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

from vocabulary.feeds import FEEDS

HERE = Path(__file__).parent
PROGRAMS = ("identity", "families", "consent", "claims")
EVERY = "every_program"
Verdict = Literal["open", "may", "lacks the scope", "like nothing", "somehow refused"]


@dataclass(frozen=True)
class Who:
    """Somebody who asks. Shape: `account` is the sandbox's name of a person, or the feed that a machine pushes."""

    name: str
    words: str
    service: str
    role: str = ""
    agency: str = ""
    account: str = ""
    area: str = ""
    sector: str = "social-care"
    program: str = ""
    scopes: str = ""
    machine: bool = False
    misplaced: bool = False


@dataclass(frozen=True)
class Group:
    """Several who may do the same, with the words for which they stand."""

    words: str
    members: list[str]


@dataclass(frozen=True)
class Kind:
    """Acts that the same roles do. Shape: `machines` are names of `Who`."""

    name: str
    words: str
    because: str
    roles: frozenset[str] = frozenset()
    machines: frozenset[str] = frozenset()
    purpose: str = ""
    open: bool = False
    everybody: bool = False


@dataclass(frozen=True)
class Act:
    """A route, by whom it may be asked about the town's family.

    Shape: `written` and `named` are route and `may` as the table writes them; `shows` is a thing that a list shows or
    not; `on` is the thing that the path's first id names, where it is not the one that the parameter is called after;
    `refused` is the problem that says no where no 404 does, since the request names whom it is about in its body: the
    same for who is not there.
    """

    program: str
    method: str
    path: str
    says: str
    kind: Kind
    may: frozenset[str]
    written: str = ""
    named: tuple[str, ...] = ()
    shows: str = ""
    ground: str = ""
    on: str = ""
    refused: str = ""

    @property
    def route(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def name(self) -> str:
        more = [f" of {self.on}" if self.on else "", f" on {self.ground}" if self.ground else ""]
        return f"{self.program} {self.route}" + "".join(more)

    def judge(self, who: Who) -> Verdict:
        """What this one must be answered."""
        if self.kind.open:
            return "open"
        if self.kind.everybody or who.name in self.may:
            return "may"
        if who.scopes:
            return "somehow refused"
        does_such = who.name in self.kind.machines if who.machine else who.role in self.kind.roles
        return "like nothing" if does_such and not who.misplaced else "lacks the scope"


@dataclass(frozen=True)
class Oracle:
    who: dict[str, Who]
    groups: dict[str, Group]
    kinds: dict[str, Kind]
    acts: list[Act]

    def list_acts(self, program: str, route: str) -> list[Act]:
        return [act for act in self.acts if act.program in (program, EVERY) and act.route == route]


@cache
def read_oracle() -> Oracle:
    """The tables. Errors: AssertionError where one names what is not there."""
    said = _read("who")
    groups = {name: Group(**row) for name, row in said["group"].items()}
    who = {name: Who(name, **row) for name, row in said["who"].items()}
    for feed in FEEDS.values():
        if not any(one.account == feed.code for one in who.values()):
            name = f"{feed.code}_system"
            who[name] = Who(name, f"the system that pushes {feed.code}", feed.supplier, account=feed.code, machine=True)
            groups["suppliers"].members.append(name)
    kinds = {name: _kind(name, row, groups, who) for name, row in said["kind"].items()}
    acts = [
        act
        for program in (*PROGRAMS, EVERY)
        for row in _read(program)["act"]
        for act in _each_feed(_act(program, row, kinds, groups, who), row, who)
    ]
    names = [act.name for act in acts]
    assert len(names) == len(set(names)), sorted(name for name in names if names.count(name) > 1)
    return Oracle(who, groups, kinds, acts)


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((HERE / f"{name}.toml").read_text())


def _kind(name: str, row: dict[str, Any], groups: dict[str, Group], who: dict[str, Who]) -> Kind:
    named = {
        "roles": frozenset(row.get("roles", [])),
        "machines": frozenset(_named(row.get("machines", []), groups, who)),
    }
    return Kind(name, **(row | named))


def _act(
    program: str, row: dict[str, Any], kinds: dict[str, Kind], groups: dict[str, Group], who: dict[str, Who]
) -> Act:
    method, path = row["route"].split()
    kind, may = kinds[row["kind"]], frozenset(_named(row.get("may", []), groups, who))
    for name in may:
        one = who[name]
        does_such = name in kind.machines if one.machine else one.role in kind.roles
        assert does_such or one.scopes, f"{row['route']}: {name} does no such thing at all ({kind.name})"
    more = {name: row[name] for name in ("shows", "ground", "on", "refused") if name in row}
    return Act(program, method, path, row["says"], kind, may, row["route"], tuple(row.get("may", ())), **more)


def _each_feed(act: Act, row: dict[str, Any], who: dict[str, Who]) -> Iterator[Act]:
    """The act for each feed, by its own supplier's system alone; or the act itself."""
    if not row.get("each_feed"):
        yield act
        return
    for feed in FEEDS:
        own = frozenset(name for name, one in who.items() if one.account == feed)
        kind = replace(act.kind, machines=own)
        yield replace(act, path=act.path.replace("{feed}", feed), kind=kind, may=own)


def _named(names: Iterable[str], groups: dict[str, Group], who: dict[str, Who]) -> Iterator[str]:
    for name in names:
        for one in groups[name].members if name in groups else [name]:
            assert one in who, f"who.toml knows no {one}"
            yield one
