"""Areas are registered, as agencies and services are. Those that people are said to be of are there from the start."""

import uuid
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from chassis.db import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    area = op.create_table(
        "area",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code"),
    )
    if op.get_context().as_sql:  # written as text, with no store to look at
        return
    user = sa.table("user_account", sa.column("areas", sa.JSON()))
    codes = sorted({code for (held,) in op.get_bind().execute(sa.select(user.c.areas)) for code in held})
    at = datetime.now(UTC)
    op.bulk_insert(area, [{"id": uuid.uuid4(), "code": code, "name": code, "created_at": at} for code in codes])


def downgrade() -> None:
    op.drop_table("area")
