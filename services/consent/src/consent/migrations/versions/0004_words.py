"""The table of protections takes its word of today; it was called `seal`.

A renaming: the code of before and of after cannot work on the same tables, so stop the programs while it runs.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_seal_person", "seal")
    op.rename_table("seal", "protection")
    op.create_index("ix_protection_person", "protection", ["person"])


def downgrade() -> None:
    op.drop_index("ix_protection_person", "protection")
    op.rename_table("protection", "seal")
    op.create_index("ix_seal_person", "seal", ["person"])
