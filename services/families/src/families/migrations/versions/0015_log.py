"""A log that shows whether anything in it was changed: leaves, heads, and what was heard of other logs."""

from alembic import op

from transparency.migrations import create_log_tables, drop_log_tables

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_log_tables(op)


def downgrade() -> None:
    drop_log_tables(op)
