from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReceivablesConfig(AppConfig):
    name = "crm.receivables"
    label = "receivables"
    verbose_name = _("Receivables")

    def ready(self) -> None:
        from crm.accounts.rules import reads_pages
        from crm.core.navigation import Entry, register

        register(Entry(20, _("Customers"), "users", "customers", reads_pages))
        register(Entry(30, _("Invoices"), "receipt-text", "invoices", reads_pages))
        self._say_what_a_merge_does()

    def _say_what_a_merge_does(self) -> None:
        from crm.customers.registry import moves

        for model in ("Invoice", "Credit", "Movement", "Interruption"):
            moves(f"receivables.{model}.customer")
