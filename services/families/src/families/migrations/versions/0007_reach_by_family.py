"""Whether one family is within somebody's reach, and the next few that are, is found without reading all that are."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("family_area_id", "family", ["area", "id"])
    op.create_index("lead_professional_user_family", "lead_professional", ["user", "family"])
    op.create_index("team_member_service_family", "team_member", ["service", "family"])
    op.drop_index("family_area", "family")
    op.drop_index("lead_professional_user", "lead_professional")
    op.drop_index("team_member_service", "team_member")


def downgrade() -> None:
    op.create_index("team_member_service", "team_member", ["service"])
    op.create_index("lead_professional_user", "lead_professional", ["user"])
    op.create_index("family_area", "family", ["area"])
    op.drop_index("team_member_service_family", "team_member")
    op.drop_index("lead_professional_user_family", "lead_professional")
    op.drop_index("family_area_id", "family")
