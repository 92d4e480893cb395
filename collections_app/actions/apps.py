from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ActionsConfig(AppConfig):
    name = "collections_app.actions"
    label = "actions"
    verbose_name = _("Actions")

    def ready(self) -> None:
        from collections_app.actions.queries import waiting_for
        from crm.accounts.rules import reads_pages
        from crm.core.navigation import Entry, register

        register(Entry(10, _("To do"), "list-checks", "worklist", reads_pages, waiting_for))
