"""Which composition of a family was the last to be heard: one that is handled late must not undo it."""

import sqlalchemy as sa
from alembic import op

from chassis.db import BigNumber

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("family", sa.Column("composed_sequence", BigNumber, nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("family", "composed_sequence")
