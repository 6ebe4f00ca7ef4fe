"""By whom people are told what the recipient does with what it obtains; of agreements of before, nobody says."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("agreement", sa.Column("notice_given_by", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("agreement", "notice_given_by")
