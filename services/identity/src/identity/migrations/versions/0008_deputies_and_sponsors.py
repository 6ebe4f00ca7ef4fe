"""Who deputises for an officer, and which agency signs for one that has no officer here."""

import sqlalchemy as sa
from alembic import op

from chassis.db import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "deputy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.Column("deputy_id", sa.Uuid(), nullable=False),
        sa.Column("begins", sa.Date(), nullable=False),
        sa.Column("ends", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["officer_id"], ["user_account.id"]),
        sa.ForeignKeyConstraint(["deputy_id"], ["user_account.id"]),
    )
    op.create_index("ix_deputy_officer_id", "deputy", ["officer_id"])
    op.create_index("ix_deputy_deputy_id", "deputy", ["deputy_id"])
    op.create_table(
        "sponsor",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("sponsor_id", sa.Uuid(), nullable=False),
        sa.Column("begins", sa.Date(), nullable=False),
        sa.Column("ends", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"]),
        sa.ForeignKeyConstraint(["sponsor_id"], ["agency.id"]),
    )
    op.create_index("ix_sponsor_agency_id", "sponsor", ["agency_id"])


def downgrade() -> None:
    op.drop_table("sponsor")
    op.drop_table("deputy")
