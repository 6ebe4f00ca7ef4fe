"""One payment at a time for a batch: a second one after the first was reversed."""

from alembic import op

from chassis.migrations import create_index_in_use, drop_index_in_use

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_index_in_use(op, "one_payment", "payment", ["batch", "number"], unique=True)


def downgrade() -> None:
    drop_index_in_use(op, "one_payment", "payment")
