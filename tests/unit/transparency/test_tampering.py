"""A store that somebody changes behind the program's back: nothing passes the verifier.

Some hundred random changes in each run, and three thousand in `make soak`; the seed is the number of the change.
"""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.orm import Session
from verify_log import check_log, is_signed

from consent.log import LOG
from fixtures.soak import times
from fixtures.stack import Programs
from transparency.checking import walk_log
from transparency.export import export_heads, export_leaves
from unit.consent.world import World, term
from unit.transparency.world import decide_some, sign_heads

TABLES = ("decision", "sharing", "shared_as", "sent_batch", "sent_mark", "log_leaf", "log_head", "log_note")
HARMLESS = {("log_leaf", "at"), ("log_leaf", "seq")}
"""How long a leaf waited, and in which order leaves that waited were given their positions: no part of the tree."""
PARTS = (
    *(("sharing", "decision"), ("shared_as", "decision"), ("sent_mark", "decision"), ("decision", "id")),
    *(("sent_mark", "batch"), ("sent_batch", "id"), ("log_note", "id")),
)
"""Where what a leaf stands for is kept, and by which column."""
ON_FILES = pytest.mark.parametrize("footing", ["embedded"], indirect=True)


@dataclass
class Copy:
    """A copy of the store, which a change is made on, beside the heads that others hold and an older copy's rows."""

    session: Session
    held: list[dict[str, Any]]
    older: dict[str, list[dict[str, Any]]]
    known: dict[str, bool]

    def faults(self) -> list[str]:
        heads = [*export_heads(self.session, LOG), *self.held]
        return list(check_log("consent", export_leaves(self.session, LOG), heads, self.held[0]["key"], self.signed))

    def signed(self, head: dict[str, Any]) -> bool:
        """Each head's signature is checked once: the same few are looked at after every change."""
        text_of = json.dumps([head[name] for name in ("size", "at", "root", "signature", "key")])
        if text_of not in self.known:
            self.known[text_of] = is_signed(head)
        return self.known[text_of]

    def rows(self, table: str) -> list[dict[str, Any]]:
        found = self.session.execute(text(f"SELECT rowid AS rowid_, * FROM {table} ORDER BY 1"))
        return [dict(row._mapping) for row in found]

    def run(self, statement: str, **values: Any) -> None:
        self.session.execute(text(statement), values)


@pytest.fixture
def copy(programs: Programs, tmp_path: Path) -> Iterator[Copy]:
    world, dice = World.begin(programs), Random(815)
    world.agree("education", "programme", term("identify", "identity"), term("identify", "attendance"))
    decide_some(world, dice, 6)
    sign_heads(world)
    with world.running.runtime.read() as session:
        older = {name: [dict(r._mapping) for r in session.execute(text(f"SELECT * FROM {name}"))] for name in TABLES}
    for _ in range(3):
        decide_some(world, dice, 5)
        sign_heads(world)
    with world.running.runtime.read() as session:
        held = [head | {"seen_by": "claims"} for head in export_heads(session, LOG)]
    assert walk_log(world.running.runtime, LOG).faults == []
    store = Path(make_url(world.running.runtime.settings.store_url).database or "")
    with world.running.runtime.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine = create_engine(f"sqlite:///{shutil.copy(store, tmp_path / 'copy.sqlite3')}")
    with Session(engine) as session:
        yield Copy(session, held, older, {})
    engine.dispose()


def edit(copy: Copy, dice: Random) -> str:
    """One member of one row gets another value of its kind."""
    while True:
        table = dice.choice(TABLES)
        row = dice.choice(copy.rows(table))
        column = dice.choice([name for name in row if name != "rowid_" and (table, name) not in HARMLESS])
        after = another(row[column], dice)
        copy.run(f'UPDATE OR IGNORE {table} SET "{column}" = :after WHERE rowid = :id', after=after, id=row["rowid_"])
        if row not in copy.rows(table):  # else it would have been another row's key, and nothing was written
            return f"{table}.{column}"


def another(value: Any, dice: Random) -> Any:
    match value:
        case bytes():
            at = dice.randrange(len(value))
            return value[:at] + bytes([value[at] ^ 1 << dice.randrange(8)]) + value[at + 1 :]
        case int():
            return value + dice.choice([-1, 1])
        case None:
            return "0" * 32
        case str() if value.startswith("{"):
            return json.dumps({"role": {"benefits jobcentre": ["01938b5c-7d3e-7cc1-8000-0123456789ab"]}})
        case str() if value.startswith("["):
            return '["programme_coordinator"]'
        case str() if value.startswith("20") and value[4:5] == "-":
            return "2001" + value[4:]
        case str() if len(value) == 32:
            return value[:-1] + format(int(value[-1], 16) ^ 1, "x")
    return f"{value}x"


def delete(copy: Copy, dice: Random) -> str:
    """One to three rows of a table go."""
    table = dice.choice(TABLES)
    for row in dice.sample(copy.rows(table), dice.randrange(1, 1 + min(3, len(copy.rows(table))))):
        copy.run(f"DELETE FROM {table} WHERE rowid = :id", id=row["rowid_"])
    return table


def delete_whole(copy: Copy, dice: Random) -> str:
    """A decision goes with its leaves and all that tells of it; mostly the leaves behind it move up."""
    decision = dice.choice(copy.rows("decision"))["id"]
    for table, column in (*PARTS, ("log_leaf", "record")):
        copy.run(f"DELETE FROM {table} WHERE {column} = :id", id=decision)
    if dice.random() < 0.7:
        number_anew(copy)
    return "all of a decision"


def number_anew(copy: Copy) -> None:
    left = sorted(copy.rows("log_leaf"), key=lambda row: int(row["position"]))
    for position, row in enumerate(left):
        copy.run("UPDATE log_leaf SET position = :p WHERE seq = :s", p=position, s=row["seq"])


def reorder(copy: Copy, dice: Random) -> str:
    """Two leaves change their positions."""
    one, other = dice.sample(copy.rows("log_leaf"), 2)
    for seq, position in ((one["seq"], None), (other["seq"], one["position"]), (one["seq"], other["position"])):
        copy.run("UPDATE log_leaf SET position = :p WHERE seq = :s", p=position, s=seq)
    return "two leaves"


def roll_back(copy: Copy, dice: Random) -> str:
    """The store is as it was before, heads and all: an older copy, or without what came after one of its heads."""
    if dice.random() < 0.2:
        for name in reversed(TABLES):
            copy.run(f"DELETE FROM {name}")
        for name, rows in copy.older.items():
            for row in rows:
                columns = ", ".join(f'"{column}"' for column in row)
                copy.run(f"INSERT INTO {name} ({columns}) VALUES ({', '.join(f':{c}' for c in row)})", **row)
        return "the whole store"
    size = dice.choice(sorted(row["size"] for row in copy.rows("log_head"))[:-1])
    for record in {row["record"] for row in copy.rows("log_leaf") if row["position"] >= size}:
        for table, column in PARTS:
            copy.run(f"DELETE FROM {table} WHERE {column} = :id", id=record)
    copy.run("DELETE FROM log_leaf WHERE position >= :n", n=size)
    copy.run("DELETE FROM log_head WHERE size > :n", n=size)
    return f"back to {size}"


def insert(copy: Copy, dice: Random) -> str:
    """A line is put in that nobody shared."""
    row = dice.choice(copy.rows("sharing"))
    row |= {"id": format(dice.getrandbits(128), "032x"), "source": "housing"}
    del row["rowid_"]
    copy.run(f"INSERT INTO sharing ({', '.join(row)}) VALUES ({', '.join(f':{c}' for c in row)})", **row)
    return "a line"


CHANGES: list[Callable[[Copy, Random], str]] = [edit, edit, edit, delete, delete_whole, reorder, roll_back, insert]


@ON_FILES
def test_every_change_to_the_store_is_found_and_none_where_there_is_none(copy: Copy) -> None:
    assert copy.faults() == []
    missed = []
    for seed in range(times(200, 3_000)):
        change, dice = CHANGES[seed % len(CHANGES)], Random(seed)
        what = change(copy, dice)
        if not copy.faults():
            missed.append((seed, change.__name__, what))
        copy.session.rollback()
    assert missed == []
    assert copy.faults() == []
