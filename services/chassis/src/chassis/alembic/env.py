"""Run by Alembic for every service; the engine and metadata come from `chassis.migrations`."""

from alembic import context

config = context.config
engine = config.attributes["engine"]

with engine.execution_options(writes=True).connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=config.attributes["metadata"],
        render_as_batch=connection.dialect.name == "sqlite",
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
