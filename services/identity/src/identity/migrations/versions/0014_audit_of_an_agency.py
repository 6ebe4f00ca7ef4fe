"""An agency's officer reads the audit of their own agency, the newest first."""

from alembic import op

from chassis.migrations import create_index_in_use, drop_index_in_use

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_index_in_use(op, "audit_entry_agency", "audit_entry", ["agency", "id"])


def downgrade() -> None:
    drop_index_in_use(op, "audit_entry_agency", "audit_entry")
