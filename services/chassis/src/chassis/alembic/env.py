"""Run by Alembic for every service; the engine and metadata come from `chassis.migrations`."""

from alembic import context
from sqlalchemy import text

config = context.config
engine = config.attributes["engine"]

with engine.execution_options(writes=True).connect() as connection:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET lock_timeout = '5s'"))
        connection.execute(text("SELECT pg_advisory_lock(815)"))
        connection.commit()
    context.configure(
        connection=connection,
        target_metadata=config.attributes["metadata"],
        render_as_batch=connection.dialect.name == "sqlite",
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_unlock(815)"))
        connection.commit()
