"""When the oldest and the newest news was heard is found without reading the queue."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("dirty_family_heard", "dirty_family", ["heard_at"])


def downgrade() -> None:
    op.drop_index("dirty_family_heard", "dirty_family")
