"""How tests that commit leave an empty database behind them."""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.management import create_permissions
from django.contrib.contenttypes.management import create_contenttypes
from django.db import connection
from django.db.models.signals import post_migrate

# They say which models there are; what made them before the first test need not look again after each.
KEPT = {"django_content_type", "auth_permission"}


def empty_by_deleting() -> None:
    """From now on `flush` deletes rows: TRUNCATE makes new files for every table and every index, full or empty."""
    operations: Any = type(connection.ops)
    truncate = operations.sql_flush

    def sql_flush(self: Any, style: Any, tables: Sequence[str], **options: bool) -> list[str]:
        if options.get("reset_sequences"):
            return list(truncate(self, style, tables, **options))
        post_migrate.disconnect(create_contenttypes)
        post_migrate.disconnect(dispatch_uid=f"{create_permissions.__module__}.{create_permissions.__name__}")
        deleted = [f"delete from {self.quote_name(table)}" for table in tables if table not in KEPT]
        # Neither order nor triggers matter where nothing stays.
        return ["set local session_replication_role = replica", ";".join(deleted)] if deleted else []

    operations.sql_flush = sql_flush
