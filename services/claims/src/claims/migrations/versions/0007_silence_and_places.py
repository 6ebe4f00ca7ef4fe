"""How many lines of a push were refused, since its silence then says nothing; and where a family was known to live
before, since that decides which pushes covered it."""

import sqlalchemy as sa
from alembic import op

from chassis.db import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("push", sa.Column("refused", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "former_place",
        sa.Column("family", sa.Uuid(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.Column("place", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("family", "until"),
    )


def downgrade() -> None:
    op.drop_table("former_place")
    op.drop_column("push", "refused")
