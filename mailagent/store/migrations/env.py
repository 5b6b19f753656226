"""What Alembic runs to apply the migrations, on the connection that `database.upgrade` hands it."""

from __future__ import annotations

from alembic import context

from mailagent.store.tables import metadata

# The metadata are here for their naming convention only: a step spells out its own tables.
context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
