"""Money that goes back, and payments that were recorded wrongly: entries of their own, beside what they reverse."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("payment", sa.Column("number", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("payment", sa.Column("reversed_on", sa.Date(), nullable=True))
    op.add_column("payment", sa.Column("reversed_by", sa.String(), nullable=True))
    op.add_column("payment", sa.Column("reversed_because", sa.String(), nullable=True))
    op.add_column("ledger_entry", sa.Column("number", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("ledger_entry", sa.Column("reverses", sa.Uuid(), nullable=True))
    op.add_column("ledger_entry", sa.Column("reference", sa.String(), nullable=True))
    op.add_column("ledger_entry", sa.Column("reason", sa.String(), nullable=True))
    op.add_column("ledger_entry", sa.Column("by", sa.String(), nullable=True))


def downgrade() -> None:
    for column in ("by", "reason", "reference", "reverses", "number"):
        op.drop_column("ledger_entry", column)
    for column in ("reversed_because", "reversed_by", "reversed_on", "number"):
        op.drop_column("payment", column)
