"""An authorization code carries the nonce that its ID token hands back."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("authorization_code", sa.Column("nonce", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("authorization_code", "nonce")
