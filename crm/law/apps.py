from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.db import connection
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class LawConfig(AppConfig):
    name = "crm.law"
    label = "law"
    verbose_name = _("Law")

    def ready(self) -> None:
        post_migrate.connect(deliver, sender=self)


def deliver(*, using: str, plan: Sequence[tuple[Any, bool]] = (), **kwargs: Any) -> None:
    """After each migration forward: an upgrade brings its new rates and rules, a flushed test database finds them."""
    backwards = any(backward for _migration, backward in plan)
    if using == "default" and not backwards and "law_rule" in connection.introspection.table_names():
        from crm.law.operations import load_law

        load_law()
