"""Pick'd's PostgreSQL: how to reach it, and the versions of its schema."""

from jobs.database.migrate import Migration, SchemaState, check_schema, migrate, migrations, schema_state
from jobs.database.pool import Connection, Pool, connect, database_url, open_pool, without_rows

__all__ = [
    "Connection",
    "Migration",
    "Pool",
    "SchemaState",
    "check_schema",
    "connect",
    "database_url",
    "migrate",
    "migrations",
    "open_pool",
    "schema_state",
    "without_rows",
]
