"""What has been read is kept by stream: a producer's log may be many."""

from alembic import op

from chassis.migrations import positions_by_producer, positions_by_stream

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    positions_by_stream(op)


def downgrade() -> None:
    positions_by_producer(op)
