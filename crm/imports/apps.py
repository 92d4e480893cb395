from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ImportsConfig(AppConfig):
    name = "crm.imports"
    label = "imports"
    verbose_name = _("Imports")

    def ready(self) -> None:
        from crm.accounts.rules import reads_imports
        from crm.core import navigation
        from crm.customers.registry import moves

        moves("imports.FecLine.customer")
        navigation.register(navigation.Entry(80, _("Imports"), "upload", "imports", reads_imports))
