"""Marks of what was sent, as the programs that asked tell it."""

import sqlalchemy as sa
from alembic import op

from chassis.db import UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sent_batch",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("program", sa.String(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
    )
    op.create_table(
        "sent_mark",
        sa.Column("decision", sa.Uuid(), sa.ForeignKey("decision.id"), primary_key=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("batch", sa.Uuid(), sa.ForeignKey("sent_batch.id"), nullable=False),
    )
    op.create_index("ix_sent_mark_batch", "sent_mark", ["batch"])


def downgrade() -> None:
    op.drop_table("sent_mark")
    op.drop_table("sent_batch")
