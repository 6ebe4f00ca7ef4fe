"""How a push's file is read, as its whole file decided, and what its sender is told of it."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("push", sa.Column("reading", sa.JSON(), server_default="{}", nullable=False))
    op.add_column("push", sa.Column("notes", sa.JSON(), server_default="[]", nullable=False))


def downgrade() -> None:
    op.drop_column("push", "notes")
    op.drop_column("push", "reading")
