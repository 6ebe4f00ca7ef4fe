"""What was decided of a match review, and taken back, stays."""

import sqlalchemy as sa
from alembic import op

from chassis.db import UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "review_act",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("review", sa.Uuid(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["review"], ["match_review.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("review_act_review", "review_act", ["review"])


def downgrade() -> None:
    op.drop_table("review_act")
