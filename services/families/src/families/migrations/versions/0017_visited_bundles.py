"""Which bundles an official of the department may read, and when."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "visited_bundle",
        sa.Column("visit", sa.Uuid(), primary_key=True),
        sa.Column("bundle", sa.Uuid(), primary_key=True),
        sa.Column("visitor", sa.String(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
    )
    op.create_index("ix_visited_bundle_bundle", "visited_bundle", ["bundle"])


def downgrade() -> None:
    op.drop_table("visited_bundle")
