from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HoldsConfig(AppConfig):
    name = "crm.holds"
    label = "holds"
    verbose_name = _("Holds")

    def ready(self) -> None:
        from crm.customers.registry import Panel, moves, register_panel
        from crm.holds.panels import account

        register_panel(Panel("account", _("Account"), "customers/_account.html", account, order=100))
        moves("holds.Hold.customer")
