"""Which agency published a notice, and who; unknown of those that are there."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("notice", sa.Column("agency", sa.String(), nullable=True))
    op.add_column("notice", sa.Column("by", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("notice", "by")
    op.drop_column("notice", "agency")
