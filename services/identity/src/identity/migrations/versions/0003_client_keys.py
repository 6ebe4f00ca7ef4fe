"""Clients may prove themselves with a key: it takes one of the two slots that their secrets had."""

import sqlalchemy as sa
from alembic import op

from chassis.db import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The default stays: a program of the release before goes on inserting while this one starts.
    op.add_column("client_secret", sa.Column("kind", sa.String(), server_default="secret", nullable=False))
    op.add_column("client_secret", sa.Column("public", sa.JSON(), nullable=True))
    op.create_index(
        "client_secret_key_once",
        "client_secret",
        ["client_id", "digest"],
        unique=True,
        sqlite_where=sa.text("kind = 'key'"),
        postgresql_where=sa.text("kind = 'key'"),
    )
    op.create_table(
        "used_assertion",
        sa.Column("digest", sa.String(), primary_key=True),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
    )
    op.create_index("ix_used_assertion_expires_at", "used_assertion", ["expires_at"])


def downgrade() -> None:
    op.drop_table("used_assertion")
    op.drop_index("client_secret_key_once", "client_secret")
    op.execute("DELETE FROM client_secret WHERE kind = 'key'")  # the release before would take them for secrets
    op.drop_column("client_secret", "public")
    op.drop_column("client_secret", "kind")
