"""What a session was granted, and by whom and of what a refresh token came: a lost answer may be asked for again."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sign_in_session", sa.Column("granted", sa.String(), nullable=True))
    op.add_column("refresh_token", sa.Column("came_of", sa.String(), nullable=True))
    op.add_column("refresh_token", sa.Column("used_by", sa.Uuid(), nullable=True))


def downgrade() -> None:
    op.drop_column("refresh_token", "used_by")
    op.drop_column("refresh_token", "came_of")
    op.drop_column("sign_in_session", "granted")
