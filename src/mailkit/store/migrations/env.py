"""Alembic's door. The connection and the schema come from `mailkit.store.upgrade`, never from an ini file."""

from typing import Any

from alembic import context

from mailkit.store.schema import VERSION_TABLE, metadata

config = context.config
connection = config.attributes.get("connection")
schema = config.attributes.get("schema")
options: dict[str, Any] = {
    "target_metadata": metadata,
    "version_table": VERSION_TABLE,
    "version_table_schema": schema,
    "transactional_ddl": True,
}

if connection is None:
    context.configure(
        dialect_name=config.attributes.get("dialect", "sqlite"), as_sql=True, literal_binds=True, **options
    )
    with context.begin_transaction():
        context.run_migrations()
else:
    # The transaction is the caller's (it holds the upgrade lock), so none is begun here.
    context.configure(connection=connection, transaction_per_migration=False, **options)
    context.run_migrations()
