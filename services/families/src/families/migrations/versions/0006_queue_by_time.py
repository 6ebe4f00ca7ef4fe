"""Who waits longest to be composed is found without reading the queue."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("to_compose_at", "to_compose", ["at"])


def downgrade() -> None:
    op.drop_index("to_compose_at", "to_compose")
