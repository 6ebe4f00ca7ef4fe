"""Whom somebody must not meet, as families tells it."""

import sqlalchemy as sa
from alembic import op

from chassis.db import UtcDateTime

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "barred_from",
        sa.Column("bar", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user", sa.String(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("bar", "id"),
    )
    op.create_index("barred_from_user", "barred_from", ["user"])


def downgrade() -> None:
    op.drop_table("barred_from")
