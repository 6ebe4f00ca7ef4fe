"""A finding is final; another auditor's may stand in its place, and says which one that is."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("finding", sa.Column("corrects", sa.Uuid(), nullable=True))


def downgrade() -> None:
    op.drop_column("finding", "corrects")
