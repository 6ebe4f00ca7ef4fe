"""Addresses are looked up by postcode: whoever lives at one without a number, and what kind of place a line is."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("address_statement_postcode", "address_statement", ["postcode"])


def downgrade() -> None:
    op.drop_index("address_statement_postcode", "address_statement")
