"""Tables and columns take the words of today: premises, area, protection, resumed, matching lock.

A renaming: the code of before and of after cannot work on the same tables, so stop the programs while it runs.
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TABLES = (
    ("place", "premises"),
    ("seal", "protection"),
    ("sealed_person", "protected_person"),
    ("placing", "matching_lock"),
)
COLUMNS = (("family", "sealed", "protected"), ("push", "place", "area"), ("push", "released", "resumed"))


def upgrade() -> None:
    op.drop_index("seal_person", "seal")
    for before, after in TABLES:
        op.rename_table(before, after)
    for table, before, after in COLUMNS:
        op.execute(f"ALTER TABLE {table} RENAME COLUMN {before} TO {after}")
    op.create_index("protection_person", "protection", ["person"])


def downgrade() -> None:
    op.drop_index("protection_person", "protection")
    for table, before, after in COLUMNS:
        op.execute(f"ALTER TABLE {table} RENAME COLUMN {after} TO {before}")
    for before, after in TABLES:
        op.rename_table(after, before)
    op.create_index("seal_person", "seal", ["person"])
