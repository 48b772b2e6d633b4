"""Alembic's entrance: runs the migrations on the connection that the caller brought."""

from alembic import context

from cophub.warehouse.tables import metadata
from cophub.warehouse.upgrade import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
