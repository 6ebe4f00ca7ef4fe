"""Pushes come in more than one format; those that are there came as CSV."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The default stays: a program of the release before goes on inserting while this one starts.
    op.add_column("push", sa.Column("format", sa.String(), server_default="csv", nullable=False))


def downgrade() -> None:
    op.drop_column("push", "format")
