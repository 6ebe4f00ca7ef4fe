"""Whose a service was, and since when; as far back as the directory knows."""

import sqlalchemy as sa
from alembic import op

from chassis.db import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "directory_service_owner",
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("sector", sa.String(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("service", "since"),
    )
    # Told before, and kept without a history; there are a few dozen.
    op.execute(
        "INSERT INTO directory_service_owner (service, since, agency, sector, recorded_at) "
        "SELECT service, recorded_at, agency, sector, recorded_at FROM directory_service"
    )


def downgrade() -> None:
    op.drop_table("directory_service_owner")
