"""How late acts were recorded, by whom, and who confirmed them."""

import sqlalchemy as sa
from alembic import op

from chassis.db import UtcDateTime

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

COLUMNS = (
    ("support", "recorded_on", sa.Date()),
    ("support", "recorded_by", sa.String()),
    ("support", "days_late", sa.Integer()),
    ("support", "confirmed_by", sa.String()),
    ("support", "empty_at", UtcDateTime()),
    ("claim", "gate", sa.JSON()),
    ("batch", "frozen_days_late", sa.Integer()),
    ("batch", "submitted_days_late", sa.Integer()),
)


def upgrade() -> None:
    for table, name, type in COLUMNS:
        op.add_column(table, sa.Column(name, type, nullable=True))


def downgrade() -> None:
    for table, name, _ in reversed(COLUMNS):
        op.drop_column(table, name)
