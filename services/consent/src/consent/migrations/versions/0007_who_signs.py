"""Who signed which side of an agreement, what a governance officer must show of it, and what frames it."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from chassis.db import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ADDED: list[tuple[str, str, Any]] = [
    ("agreement", "drafted_at", UtcDateTime()),
    ("agreement", "ended_at", UtcDateTime()),
    ("agreement", "under", sa.Uuid()),
    ("agreement", "control", sa.String()),
    ("agreement", "retention", sa.String()),
    ("agreement", "security", sa.String()),
    ("agreement", "dpia", sa.String()),
    ("agreement", "paper", sa.JSON()),
    ("term", "article_9", sa.String()),
    ("term", "article_10", sa.String()),
    ("term", "schedule_1", sa.String()),
    ("term", "policy_document", sa.String()),
    ("term", "necessity", sa.String()),
    ("agreement_step", "side", sa.String()),
    ("agreement_step", "sponsored", sa.String()),
    ("agreement_step", "deputy_for", sa.String()),
    ("agreement_step", "review_by", sa.Date()),
]


def upgrade() -> None:
    for table, name, kind in ADDED:
        op.add_column(table, sa.Column(name, kind, nullable=True))


def downgrade() -> None:
    for table, name, _ in reversed(ADDED):
        op.drop_column(table, name)
