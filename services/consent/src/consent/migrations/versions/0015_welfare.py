"""Requests for the welfare of a child, their answers, the rules that may answer, and who acts for a named body."""

import sqlalchemy as sa
from alembic import op

from chassis.db import UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "acting_service",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("contract", sa.String(), nullable=False),
        sa.Column("begins", sa.Date(), nullable=False),
        sa.Column("ends", sa.Date(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.Column("ended_reason", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("acting_service_service", "acting_service", ["service"])
    op.create_index("acting_service_agency", "acting_service", ["agency"])
    op.create_table(
        "welfare_rule",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("asking_services", sa.JSON(), nullable=False),
        sa.Column("asking_roles", sa.JSON(), nullable=False),
        sa.Column("answers_at_most", sa.Integer(), nullable=False),
        sa.Column("begins", sa.Date(), nullable=False),
        sa.Column("ends", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("drafted_by", sa.String(), nullable=False),
        sa.Column("drafted_at", UtcDateTime(), nullable=False),
        sa.Column("confirmed_by", sa.String(), nullable=True),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_reason", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("welfare_rule_holder", "welfare_rule", ["holder"])
    op.create_table(
        "welfare_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("acts_for", sa.String(), nullable=True),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("function", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("referral", sa.String(), nullable=True),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("overdue_told", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("welfare_request_holder", "welfare_request", ["holder", "status", "due_on"])
    op.create_index("welfare_request_by", "welfare_request", ["by"])
    op.create_index("welfare_request_service", "welfare_request", ["service"])
    op.create_table(
        "welfare_request_person",
        sa.Column("request", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("relation", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["request"], ["welfare_request.id"]),
        sa.PrimaryKeyConstraint("request", "person"),
    )
    op.create_table(
        "welfare_answer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("people", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("asker_may_know", sa.Boolean(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("rule", sa.Uuid(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("shown_until", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.Column("ended_reason", sa.String(), nullable=True),
        sa.Column("to_review", sa.Boolean(), nullable=False),
        sa.Column("review_by", sa.Date(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("reviewed_by", sa.String(), nullable=True),
        sa.Column("reviewed_at", UtcDateTime(), nullable=True),
        sa.Column("review_note", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["request"], ["welfare_request.id"]),
        sa.ForeignKeyConstraint(["rule"], ["welfare_rule.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("welfare_answer_request", "welfare_answer", ["request"])
    op.create_index("welfare_answer_rule", "welfare_answer", ["rule", "at"])


def downgrade() -> None:
    for table in ("welfare_answer", "welfare_request_person", "welfare_request", "welfare_rule", "acting_service"):
        op.drop_table(table)
