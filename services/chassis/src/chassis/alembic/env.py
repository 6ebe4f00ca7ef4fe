"""Run by Alembic for every service; the engine and metadata come from `chassis.migrations`."""

from alembic import context

from chassis.migrations import bound_waiting, check_references, let_references_go

config = context.config
engine, settings = config.attributes["engine"], config.attributes["settings"]

with engine.execution_options(writes="nobody").connect() as connection:
    bound_waiting(connection, settings.migration_lock_timeout, settings.migration_statement_timeout)
    let_references_go(connection)
    try:
        context.configure(
            connection=connection,
            target_metadata=config.attributes["metadata"],
            render_as_batch=connection.dialect.name == "sqlite",
            transaction_per_migration=True,
            on_version_apply=lambda ctx, **_: check_references(ctx.connection),
        )
        with context.begin_transaction():
            context.run_migrations()
    finally:
        connection.invalidate()  # nobody else waits as long as a migration, or lets references go
