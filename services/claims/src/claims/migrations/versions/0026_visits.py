"""Assurance visits, and the claims that each may look at."""

import sqlalchemy as sa
from alembic import op

from chassis.db import UtcDateTime

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "assurance_visit",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("visitor", sa.String(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("opened_by", sa.String(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("closed_by", sa.String(), nullable=True),
        sa.Column("closed_because", sa.String(), nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index("ix_assurance_visit_visitor", "assurance_visit", ["visitor"])
    op.create_table(
        "visited_claim",
        sa.Column("visit", sa.Uuid(), sa.ForeignKey("assurance_visit.id"), primary_key=True),
        sa.Column("claim", sa.Uuid(), sa.ForeignKey("claim.id"), primary_key=True),
        sa.Column("batch", sa.Uuid(), sa.ForeignKey("batch.id"), nullable=False),
    )
    op.create_index("ix_visited_claim_claim", "visited_claim", ["claim"])


def downgrade() -> None:
    op.drop_table("visited_claim")
    op.drop_table("assurance_visit")
