"""One entry of a kind at a time for a family: a second result only after the first was repaid or reversed."""

from alembic import op

from chassis.migrations import create_index_in_use, drop_index_in_use

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_index_in_use(op, "one_entry", "ledger_entry", ["framework", "family", "kind", "number"], unique=True)


def downgrade() -> None:
    drop_index_in_use(op, "one_entry", "ledger_entry")
