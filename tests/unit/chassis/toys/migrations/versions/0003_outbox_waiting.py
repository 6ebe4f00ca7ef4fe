"""What waits in the outbox is found by an index of its own."""

from alembic import op

from chassis.migrations import index_positions, index_what_waits

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    index_what_waits(op)


def downgrade() -> None:
    index_positions(op)
