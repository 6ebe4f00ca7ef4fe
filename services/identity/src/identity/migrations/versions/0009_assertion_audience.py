"""Clients are registered for the audience that their assertions name."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("client", sa.Column("assertion_audience", sa.String(), server_default="issuer", nullable=False))
    # Up to now both were taken of everybody. Who holds a key goes on as it does, until an administrator says otherwise.
    op.execute(
        "UPDATE client SET assertion_audience = 'token_endpoint'"
        " WHERE id IN (SELECT client_id FROM client_secret WHERE kind = 'key' AND ended_at IS NULL)"
    )


def downgrade() -> None:
    op.drop_column("client", "assertion_audience")
