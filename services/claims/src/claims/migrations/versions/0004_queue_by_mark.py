"""The family whose news is oldest is found without reading the queue."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("dirty_family_mark", "dirty_family", ["mark", "family"])


def downgrade() -> None:
    op.drop_index("dirty_family_mark", "dirty_family")
