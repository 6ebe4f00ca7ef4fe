"""On what ground a decision rests, and restrictions of the use of a person's data."""

import sqlalchemy as sa
from alembic import op

from chassis.db import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("decision", sa.Column("ground", sa.String(), nullable=True))
    op.add_column("decision", sa.Column("ground_reference", sa.String(), nullable=True))
    op.create_table(
        "restriction",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("because", sa.String(), nullable=False),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("lifted_on", sa.Date(), nullable=True),
        sa.Column("person_told_on", sa.Date(), nullable=True),
        sa.Column("lifted_reason", sa.String(), nullable=True),
        sa.Column("lifted_at", UtcDateTime(), nullable=True),
        sa.Column("lifted_by", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_restriction_person", "restriction", ["person"])


def downgrade() -> None:
    op.drop_table("restriction")
    op.drop_column("decision", "ground_reference")
    op.drop_column("decision", "ground")
