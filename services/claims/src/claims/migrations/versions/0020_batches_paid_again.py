"""A batch may be paid again, once what was recorded wrongly was reversed: `one_payment` keeps the promise."""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None
NAMES = {"uq": "%(table_name)s_%(column_0_name)s_key"}
"""As PostgreSQL names what was made without a name."""


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.drop_constraint("payment_batch_key", "payment")
        return
    with op.batch_alter_table("payment", naming_convention=NAMES) as table:
        table.drop_constraint("payment_batch_key", type_="unique")


def downgrade() -> None:
    with op.batch_alter_table("payment", naming_convention=NAMES) as table:
        table.create_unique_constraint("payment_batch_key", ["batch"])
