"""Leads without an account, plans before an assessment, assessments that found nothing, confirmed late acts."""

import sqlalchemy as sa
from alembic import op

from chassis.db import UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("assessment", sa.Column("none_found_because", sa.String(), nullable=True))
    op.add_column("assessment", sa.Column("found_empty_at", UtcDateTime(), nullable=True))
    op.add_column("plan", sa.Column("found_empty_at", UtcDateTime(), nullable=True))
    op.add_column("lead_professional", sa.Column("name", sa.String(), nullable=True))
    with op.batch_alter_table("plan") as table:
        table.alter_column("assessment", existing_type=sa.Uuid(), nullable=True)
    op.create_table(
        "late_confirmation",
        sa.Column("act", sa.Uuid(), nullable=False),
        sa.Column("family", sa.Uuid(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("act_on", sa.Date(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["family"], ["family.id"]),
        sa.PrimaryKeyConstraint("act"),
    )
    op.create_index("ix_late_confirmation_family", "late_confirmation", ["family"])


def downgrade() -> None:
    op.drop_table("late_confirmation")
    # What this release alone can say goes with it.
    op.execute("DELETE FROM plan WHERE assessment IS NULL")
    with op.batch_alter_table("plan") as table:
        table.alter_column("assessment", existing_type=sa.Uuid(), nullable=False)
    op.drop_column("lead_professional", "name")
    op.drop_column("plan", "found_empty_at")
    op.drop_column("assessment", "found_empty_at")
    op.drop_column("assessment", "none_found_because")
