"""The index that did not know of claims that are to be repaid goes: another keeps the promise."""

import sqlalchemy as sa
from alembic import op

from chassis.migrations import create_index_in_use, drop_index_in_use

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None
LIVE = "status IN ('drafted', 'checked', 'frozen', 'submitted', 'paid')"


def upgrade() -> None:
    drop_index_in_use(op, "one_live_claim", "claim")


def downgrade() -> None:
    create_index_in_use(
        op,
        "one_live_claim",
        "claim",
        ["family", "framework"],
        unique=True,
        sqlite_where=sa.text(LIVE),
        postgresql_where=sa.text(LIVE),
    )
