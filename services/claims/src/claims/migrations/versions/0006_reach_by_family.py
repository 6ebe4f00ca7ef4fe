"""Whether one family is within somebody's reach, and the next few that are, is found without reading all that are."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("family_area_id", "family", ["area", "id"])
    op.create_index("family_lead_id", "family", ["lead", "id"])
    op.drop_index("ix_family_area", "family")
    op.drop_index("ix_family_lead", "family")


def downgrade() -> None:
    op.create_index("ix_family_lead", "family", ["lead"])
    op.create_index("ix_family_area", "family", ["area"])
    op.drop_index("family_lead_id", "family")
    op.drop_index("family_area_id", "family")
