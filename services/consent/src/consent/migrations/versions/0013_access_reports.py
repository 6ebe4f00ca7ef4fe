"""Reports to people of who saw what about them, as they were made."""

import sqlalchemy as sa
from alembic import op

from chassis.db import UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "access_report",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("deputy_for", sa.String(), nullable=True),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("kept_back", sa.JSON(), nullable=False),
    )
    op.create_index("ix_access_report_person", "access_report", ["person"])


def downgrade() -> None:
    op.drop_table("access_report")
