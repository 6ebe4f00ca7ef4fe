"""Versions of outcomes plans, as they were in force first."""

import sqlalchemy as sa
from alembic import op

from chassis.db import UtcDateTime

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outcomes_plan_version",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("plan", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.UniqueConstraint("plan", "version", name="outcomes_plan_version_once"),
    )


def downgrade() -> None:
    op.drop_table("outcomes_plan_version")
