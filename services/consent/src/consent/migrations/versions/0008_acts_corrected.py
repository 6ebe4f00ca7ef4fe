"""What was recorded about a person can be answered and corrected, and keeps its history."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from chassis.db import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ADDED: dict[str, dict[str, Any]] = {
    "delivery": {"received_by": sa.Uuid()},
    "delivered": {"corrected_at": UtcDateTime()},
    "consent": {"service": sa.String(), "corrected_at": UtcDateTime(), "replaced_by": sa.Uuid()},
    "protection": {"lift_asked_on": sa.Date(), "lift_asked_by": sa.String()},
}


def upgrade() -> None:
    op.create_table(
        "act_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("act", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_act_step_act", "act_step", ["act"])
    for table, columns in ADDED.items():
        for name, kind in columns.items():
            op.add_column(table, sa.Column(name, kind))
    op.add_column("objection", sa.Column("status", sa.String(), nullable=False, server_default="raised"))
    op.add_column("objection", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))


def downgrade() -> None:
    op.drop_column("objection", "version")
    op.drop_column("objection", "status")
    for table, columns in ADDED.items():
        for name in columns:
            op.drop_column(table, name)
    op.drop_table("act_step")
