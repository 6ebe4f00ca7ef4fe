"""What is heard, what is made of it, and the money."""

import sqlalchemy as sa
from alembic import op

from chassis.db import BigNumber, UtcDateTime
from chassis.migrations import create_chassis_tables, drop_chassis_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_chassis_tables(op)
    op.create_table(
        "batch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("framework", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("frozen_on", sa.Date(), nullable=False),
        sa.Column("frozen_by", sa.String(), nullable=False),
        sa.Column("submitted_on", sa.Date(), nullable=True),
        sa.Column("submitted_by", sa.String(), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "clock",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "dirty_family",
        sa.Column("family", sa.Uuid(), nullable=False),
        sa.Column("mark", UtcDateTime(), nullable=False),
        sa.Column("heard_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("family"),
    )
    op.create_table(
        "fact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("begins", sa.Date(), nullable=False),
        sa.Column("ends", sa.Date(), nullable=True),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("record", sa.Uuid(), nullable=False),
        sa.Column("supersedes", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("superseded_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("fact_supersedes", "fact", ["supersedes"], unique=False)
    op.create_index("ix_fact_person", "fact", ["person"], unique=False)
    op.create_table(
        "family",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("area", sa.String(), nullable=True),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("composed_on", sa.Date(), nullable=True),
        sa.Column("lead", sa.String(), nullable=True),
        sa.Column("lead_on", sa.Date(), nullable=True),
        sa.Column("lead_sequence", BigNumber, nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_family_area", "family", ["area"], unique=False)
    op.create_index("ix_family_place", "family", ["place"], unique=False)
    op.create_index("ix_family_lead", "family", ["lead"], unique=False)
    op.create_table(
        "fee_settlement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("framework", sa.String(), nullable=False),
        sa.Column("year", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("families", sa.Integer(), nullable=False),
        sa.Column("pence", BigNumber, nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("framework", "year", "number", name="one_settlement_at_a_time"),
    )
    op.create_table(
        "membership",
        sa.Column("membership", sa.Uuid(), nullable=False),
        sa.Column("sequence", BigNumber, nullable=False),
        sa.Column("family", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("begins", sa.Date(), nullable=False),
        sa.Column("ends", sa.Date(), nullable=True),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("membership", "sequence"),
    )
    op.create_index("ix_membership_family", "membership", ["family"], unique=False)
    op.create_index("ix_membership_person", "membership", ["person"], unique=False)
    op.create_table(
        "person",
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("sequence", BigNumber, nullable=False),
        sa.Column("born", sa.String(), nullable=True),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("person", "sequence"),
    )
    op.create_table(
        "push",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("feed", sa.String(), nullable=True),
        sa.Column("service", sa.String(), nullable=True),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("covers_from", sa.Date(), nullable=True),
        sa.Column("covers_to", sa.Date(), nullable=True),
        sa.Column("expected", sa.Integer(), nullable=True),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("complete_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "redirect",
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("sequence", BigNumber, nullable=False),
        sa.Column("into", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("person", "sequence"),
    )
    op.create_index("ix_redirect_into", "redirect", ["into"], unique=False)
    op.create_table(
        "standing",
        sa.Column("family", sa.Uuid(), nullable=False),
        sa.Column("framework", sa.String(), nullable=False),
        sa.Column("plan", sa.String(), nullable=False),
        sa.Column("plan_version", sa.Integer(), nullable=False),
        sa.Column("as_at", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("eligible", sa.Boolean(), nullable=False),
        sa.Column("criteria", sa.JSON(), nullable=False),
        sa.Column("attached_on", sa.Date(), nullable=True),
        sa.Column("missing", sa.JSON(), nullable=False),
        sa.Column("progress", sa.JSON(), nullable=False),
        sa.Column("evaluated_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("family"),
    )
    op.create_index("ix_standing_attached_on", "standing", ["attached_on"], unique=False)
    op.create_index("ix_standing_state", "standing", ["state"], unique=False)
    op.create_table(
        "supply",
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("category", "source"),
    )
    op.create_table(
        "support",
        sa.Column("family", sa.Uuid(), nullable=False),
        sa.Column("sequence", BigNumber, nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("family", "sequence"),
    )
    op.create_table(
        "target",
        sa.Column("framework", sa.String(), nullable=False),
        sa.Column("year", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("families", sa.Integer(), nullable=False),
        sa.Column("cumulative", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("framework", "year"),
        sa.UniqueConstraint("id"),
    )
    op.create_table(
        "claim",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("family", sa.Uuid(), nullable=False),
        sa.Column("framework", sa.String(), nullable=False),
        sa.Column("plan", sa.String(), nullable=False),
        sa.Column("plan_version", sa.Integer(), nullable=False),
        sa.Column("component", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("result_date", sa.Date(), nullable=False),
        sa.Column("attached_on", sa.Date(), nullable=False),
        sa.Column("pence", BigNumber, nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("known_at", UtcDateTime(), nullable=False),
        sa.Column("drafted_at", UtcDateTime(), nullable=False),
        sa.Column("bundle", sa.Uuid(), nullable=True),
        sa.Column("hash", sa.String(), nullable=True),
        sa.Column("material", sa.String(), nullable=False),
        sa.Column("trace", sa.JSON(), nullable=False),
        sa.Column("uses", sa.JSON(), nullable=False),
        sa.Column("denied", sa.JSON(), nullable=False),
        sa.Column("checked_by", sa.String(), nullable=True),
        sa.Column("checked_on", sa.Date(), nullable=True),
        sa.Column("batch", sa.Uuid(), nullable=True),
        sa.Column("ended_because", sa.String(), nullable=True),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["batch"],
            ["batch.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("claim_status", "claim", ["status"], unique=False)
    op.create_index("ix_claim_batch", "claim", ["batch"], unique=False)
    op.create_index("ix_claim_family", "claim", ["family"], unique=False)
    op.create_index(
        "one_live_claim",
        "claim",
        ["family", "framework"],
        unique=True,
        sqlite_where=sa.text("status IN ('drafted', 'checked', 'frozen', 'submitted', 'paid')"),
        postgresql_where=sa.text("status IN ('drafted', 'checked', 'frozen', 'submitted', 'paid')"),
    )
    op.create_table(
        "draw",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("batch", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("seed", BigNumber, nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch"],
            ["batch.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("batch", "number", name="one_draw_at_a_time"),
    )
    op.create_table(
        "payment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("batch", sa.Uuid(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("pence", BigNumber, nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch"],
            ["batch.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("batch"),
    )
    op.create_table(
        "claim_check",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("claim", sa.Uuid(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["claim"],
            ["claim.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_claim_check_claim", "claim_check", ["claim"], unique=False)
    op.create_table(
        "finding",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("batch", sa.Uuid(), nullable=False),
        sa.Column("claim", sa.Uuid(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch"],
            ["batch.id"],
        ),
        sa.ForeignKeyConstraint(
            ["claim"],
            ["claim.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_finding_batch", "finding", ["batch"], unique=False)
    op.create_index("ix_finding_claim", "finding", ["claim"], unique=False)
    op.create_table(
        "ledger_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("framework", sa.String(), nullable=False),
        sa.Column("year", sa.String(), nullable=False),
        sa.Column("pence", BigNumber, nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("family", sa.Uuid(), nullable=True),
        sa.Column("claim", sa.Uuid(), nullable=True),
        sa.Column("payment", sa.Uuid(), nullable=True),
        sa.Column("settlement", sa.Uuid(), nullable=True),
        sa.Column("first_place", sa.Integer(), nullable=True),
        sa.Column("places", sa.Integer(), nullable=True),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["claim"],
            ["claim.id"],
        ),
        sa.ForeignKeyConstraint(
            ["payment"],
            ["payment.id"],
        ),
        sa.ForeignKeyConstraint(
            ["settlement"],
            ["fee_settlement.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ledger_entry_framework_on", "ledger_entry", ["framework", "on"], unique=False)
    op.create_index(
        "one_fee",
        "ledger_entry",
        ["framework", "first_place"],
        unique=True,
        sqlite_where=sa.text("kind = 'attachment_fee'"),
        postgresql_where=sa.text("kind = 'attachment_fee'"),
    )
    op.create_index(
        "one_result",
        "ledger_entry",
        ["framework", "family"],
        unique=True,
        sqlite_where=sa.text("kind = 'result'"),
        postgresql_where=sa.text("kind = 'result'"),
    )
    op.create_table(
        "sampled",
        sa.Column("claim", sa.Uuid(), nullable=False),
        sa.Column("batch", sa.Uuid(), nullable=False),
        sa.Column("draw", sa.Uuid(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["batch"],
            ["batch.id"],
        ),
        sa.ForeignKeyConstraint(
            ["claim"],
            ["claim.id"],
        ),
        sa.ForeignKeyConstraint(
            ["draw"],
            ["draw.id"],
        ),
        sa.PrimaryKeyConstraint("claim"),
    )
    op.create_index("ix_sampled_batch", "sampled", ["batch"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_sampled_batch", table_name="sampled")
    op.drop_table("sampled")
    op.drop_index(
        "one_result",
        table_name="ledger_entry",
        sqlite_where=sa.text("kind = 'result'"),
        postgresql_where=sa.text("kind = 'result'"),
    )
    op.drop_index(
        "one_fee",
        table_name="ledger_entry",
        sqlite_where=sa.text("kind = 'attachment_fee'"),
        postgresql_where=sa.text("kind = 'attachment_fee'"),
    )
    op.drop_index("ledger_entry_framework_on", table_name="ledger_entry")
    op.drop_table("ledger_entry")
    op.drop_index("ix_finding_claim", table_name="finding")
    op.drop_index("ix_finding_batch", table_name="finding")
    op.drop_table("finding")
    op.drop_index("ix_claim_check_claim", table_name="claim_check")
    op.drop_table("claim_check")
    op.drop_table("payment")
    op.drop_table("draw")
    op.drop_index(
        "one_live_claim",
        table_name="claim",
        sqlite_where=sa.text("status IN ('drafted', 'checked', 'frozen', 'submitted', 'paid')"),
        postgresql_where=sa.text("status IN ('drafted', 'checked', 'frozen', 'submitted', 'paid')"),
    )
    op.drop_index("ix_claim_family", table_name="claim")
    op.drop_index("ix_claim_batch", table_name="claim")
    op.drop_index("claim_status", table_name="claim")
    op.drop_table("claim")
    op.drop_table("target")
    op.drop_table("support")
    op.drop_table("supply")
    op.drop_index("ix_standing_state", table_name="standing")
    op.drop_index("ix_standing_attached_on", table_name="standing")
    op.drop_table("standing")
    op.drop_index("ix_redirect_into", table_name="redirect")
    op.drop_table("redirect")
    op.drop_table("push")
    op.drop_table("person")
    op.drop_index("ix_membership_person", table_name="membership")
    op.drop_index("ix_membership_family", table_name="membership")
    op.drop_table("membership")
    op.drop_table("fee_settlement")
    op.drop_index("ix_family_place", table_name="family")
    op.drop_index("ix_family_lead", table_name="family")
    op.drop_index("ix_family_area", table_name="family")
    op.drop_table("family")
    op.drop_index("ix_fact_person", table_name="fact")
    op.drop_index("fact_supersedes", table_name="fact")
    op.drop_table("fact")
    op.drop_table("dirty_family")
    op.drop_table("clock")
    op.drop_table("batch")
    drop_chassis_tables(op)
