"""The tables of a log as they were in the first release that had one; called by a migration of each program."""

from typing import Any

import sqlalchemy as sa

from chassis.db import BigNumber, UtcDateTime


def create_log_tables(op: Any) -> None:
    op.create_table(
        "log_leaf",
        sa.Column("seq", BigNumber, primary_key=True, autoincrement=True),
        sa.Column("position", BigNumber, nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("record", sa.Uuid(), nullable=False),
        sa.Column("part", sa.Uuid(), nullable=True),
        sa.Column("at", BigNumber, nullable=False),
        sa.Column("salt", sa.LargeBinary(16), nullable=True),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
    )
    op.create_index("log_leaf_position", "log_leaf", ["position"], unique=True)
    op.create_index("log_leaf_record", "log_leaf", ["record"])
    waiting = sa.text("position IS NULL")
    op.create_index("log_leaf_waiting", "log_leaf", ["seq"], sqlite_where=waiting, postgresql_where=waiting)
    op.create_table(
        "log_block",
        sa.Column("level", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("index", BigNumber, primary_key=True, autoincrement=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
    )
    op.create_table(
        "log_head",
        sa.Column("size", BigNumber, primary_key=True, autoincrement=False),
        sa.Column("at", BigNumber, nullable=False),
        sa.Column("root", sa.LargeBinary(32), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "seen_head",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("log", sa.String(), nullable=False),
        sa.Column("size", BigNumber, nullable=False),
        sa.Column("at", BigNumber, nullable=False),
        sa.Column("root", sa.LargeBinary(32), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
    )
    op.create_index("seen_head_log_size", "seen_head", ["log", "size"])
    op.create_table(
        "log_check",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("ended_at", UtcDateTime(), nullable=False),
        sa.Column("size", BigNumber, nullable=False),
        sa.Column("faults", sa.JSON(), nullable=False),
    )
    op.create_table(
        "log_note",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
    )


def drop_log_tables(op: Any) -> None:
    for table in ("log_note", "log_check", "seen_head", "log_head", "log_block", "log_leaf"):
        op.drop_table(table)
