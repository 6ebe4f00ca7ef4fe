"""Who said that premises are a refuge or shared, and who asked that they protect less."""

import sqlalchemy as sa
from alembic import op

from chassis.db import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

STANDS, WAITS = sa.text("ended_at IS NULL"), sa.text("status = 'waiting'")


def upgrade() -> None:
    op.create_table(
        "premises_flag",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("uprn", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("agency", sa.String(), nullable=True),
        sa.Column("service", sa.String(), nullable=True),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("replaced_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "premises_flag_stands", "premises_flag", ["uprn", "agency"], unique=True, sqlite_where=STANDS,
        postgresql_where=STANDS,
    )  # fmt: skip
    op.create_index("premises_flag_uprn", "premises_flag", ["uprn"])
    op.create_table(
        "premises_lowering",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("flag", sa.Uuid(), nullable=False),
        sa.Column("to", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("decided_reason", sa.String(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_agency", sa.String(), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["flag"], ["premises_flag.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_premises_lowering_flag", "premises_lowering", ["flag"])
    op.create_index(
        "premises_lowering_waits", "premises_lowering", ["flag"], unique=True, sqlite_where=WAITS,
        postgresql_where=WAITS,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("premises_lowering")
    op.drop_table("premises_flag")
