"""Columns take the words of today: area, last area, funded places.

A renaming: the code of before and of after cannot work on the same tables, so stop the programs while it runs.
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

COLUMNS = (
    ("family", "place", "last_area"),
    ("push", "place", "area"),
    ("former_area", "place", "area"),
    ("ledger_entry", "first_place", "first_funded_place"),
    ("ledger_entry", "places", "funded_places"),
)


def upgrade() -> None:
    op.drop_index("ix_family_place", "family")
    op.rename_table("former_place", "former_area")
    for table, before, after in COLUMNS:
        op.execute(f"ALTER TABLE {table} RENAME COLUMN {before} TO {after}")
    op.create_index("ix_family_last_area", "family", ["last_area"])


def downgrade() -> None:
    op.drop_index("ix_family_last_area", "family")
    for table, before, after in COLUMNS:
        op.execute(f"ALTER TABLE {table} RENAME COLUMN {after} TO {before}")
    op.rename_table("former_area", "former_place")
    op.create_index("ix_family_place", "family", ["place"])
