"""What was ended before its time, in the order of commits; and from when on tokens are good."""

import uuid

import sqlalchemy as sa
from alembic import op

from chassis.db import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "revocation",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("before", UtcDateTime(), nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("position"),
    )
    op.create_index("ix_revocation_mark", "revocation", ["mark"])
    op.create_index("ix_revocation_made_at", "revocation", ["made_at"])
    count = op.create_table(
        "revocation_count",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("series", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.bulk_insert(count, [{"id": 1, "series": uuid.uuid4().hex, "position": 0}])
    op.add_column("client", sa.Column("tokens_from", UtcDateTime(), nullable=True))
    op.add_column("sign_in_session", sa.Column("tokens_from", UtcDateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("sign_in_session", "tokens_from")
    op.drop_column("client", "tokens_from")
    op.drop_table("revocation_count")
    op.drop_table("revocation")
