"""Clients keep what they may do under the scopes' names of today: protections:write and premises:write."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

NAMES = {"seals:write": "protections:write", "places:write": "premises:write"}


def upgrade() -> None:
    _rename(NAMES)


def downgrade() -> None:
    _rename({now: before for before, now in NAMES.items()})


def _rename(names: dict[str, str]) -> None:
    client = sa.table("client", sa.column("id", sa.Uuid()), sa.column("scopes", sa.JSON()))
    connection = op.get_bind()
    for id, scopes in connection.execute(sa.select(client.c.id, client.c.scopes)).all():
        renamed = sorted({names.get(scope, scope) for scope in scopes})
        if renamed != scopes:
            connection.execute(sa.update(client).where(client.c.id == id).values(scopes=renamed))
