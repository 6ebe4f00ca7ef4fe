"""The index that knew of no repayment goes: `one_entry` keeps the promise."""

import sqlalchemy as sa
from alembic import op

from chassis.migrations import create_index_in_use, drop_index_in_use

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None
RESULT = "kind = 'result'"


def upgrade() -> None:
    drop_index_in_use(op, "one_result", "ledger_entry")


def downgrade() -> None:
    create_index_in_use(
        op,
        "one_result",
        "ledger_entry",
        ["framework", "family"],
        unique=True,
        sqlite_where=sa.text(RESULT),
        postgresql_where=sa.text(RESULT),
    )
