"""Whom a request for the welfare of a child lets somebody meet."""

import sqlalchemy as sa
from alembic import op

from chassis.db import UtcDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "welfare_reach",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("user", sa.String(), nullable=True),
        sa.Column("until", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("welfare_reach_request", "welfare_reach", ["request"])


def downgrade() -> None:
    op.drop_table("welfare_reach")
