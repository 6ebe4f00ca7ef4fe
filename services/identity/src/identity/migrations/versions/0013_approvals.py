"""What waits for a second administrator; whose password is their own; which agency an entry of the audit concerns."""

import sqlalchemy as sa
from alembic import op

from chassis.db import UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "approval",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("object_id", sa.Uuid(), nullable=False),
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("held", sa.JSON(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_approval_object_id", "approval", ["object_id"])
    waits = sa.text("status = 'waiting'")
    op.create_index(
        "approval_waits_once",
        "approval",
        ["kind", "object_id"],
        unique=True,
        sqlite_where=waits,
        postgresql_where=waits,
    )
    op.add_column("user_account", sa.Column("own_password", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("audit_entry", sa.Column("agency", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("audit_entry", "agency")
    op.drop_column("user_account", "own_password")
    op.drop_table("approval")
