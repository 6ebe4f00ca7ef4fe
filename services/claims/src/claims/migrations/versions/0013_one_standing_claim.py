"""One claim that stands a family and framework, one that is to be repaid included."""

import sqlalchemy as sa
from alembic import op

from chassis.migrations import create_index_in_use, drop_index_in_use

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None
STANDING = "status IN ('drafted', 'checked', 'frozen', 'submitted', 'paid', 'to_repay')"


def upgrade() -> None:
    create_index_in_use(
        op,
        "one_standing_claim",
        "claim",
        ["family", "framework"],
        unique=True,
        sqlite_where=sa.text(STANDING),
        postgresql_where=sa.text(STANDING),
    )


def downgrade() -> None:
    drop_index_in_use(op, "one_standing_claim", "claim")
