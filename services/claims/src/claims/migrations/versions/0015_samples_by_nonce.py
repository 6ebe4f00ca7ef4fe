"""An auditor commits to a nonce before the freeze; what was frozen, and why a claim is looked at whole, is kept."""

import sqlalchemy as sa
from alembic import op

from chassis.db import UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

COLUMNS = (
    ("batch", "sample_percent", sa.Integer()),
    ("batch", "sample_least", sa.Integer()),
    ("batch", "content_hash", sa.String()),
    ("batch", "seed", sa.String()),
    ("batch", "abandoned_on", sa.Date()),
    ("batch", "abandoned_by", sa.String()),
    ("batch", "abandoned_because", sa.String()),
    ("claim", "risks", sa.JSON()),
    ("claim", "prepared_by", sa.JSON()),
)


def upgrade() -> None:
    for table, name, type in COLUMNS:
        op.add_column(table, sa.Column(name, type, nullable=True))
    op.create_table(
        "sample_commitment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("framework", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("replaced_at", UtcDateTime(), nullable=True),
        sa.Column("batch", sa.Uuid(), nullable=True),
        sa.Column("nonce", sa.String(), nullable=True),
        sa.Column("revealed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["batch"], ["batch.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("batch"),
        sa.UniqueConstraint("hash"),
    )
    op.create_table(
        "batch_claim",
        sa.Column("batch", sa.Uuid(), nullable=False),
        sa.Column("claim", sa.Uuid(), nullable=False),
        sa.Column("stratum", sa.Integer(), nullable=False),
        sa.Column("whole", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["batch"], ["batch.id"]),
        sa.ForeignKeyConstraint(["claim"], ["claim.id"]),
        sa.PrimaryKeyConstraint("batch", "claim"),
    )
    op.create_index("ix_batch_claim_claim", "batch_claim", ["claim"])


def downgrade() -> None:
    op.drop_table("batch_claim")
    op.drop_table("sample_commitment")
    for table, name, _ in reversed(COLUMNS):
        op.drop_column(table, name)
