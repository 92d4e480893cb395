from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HoldsConfig(AppConfig):
    name = "crm.holds"
    label = "holds"
    verbose_name = _("Holds")

    def ready(self) -> None:
        from crm.customers.registry import Panel, moves, register_panel
        from crm.holds.panels import account, holds

        register_panel(Panel("account", _("Account"), "customers/_account.html", account, order=100))
        register_panel(Panel("holds", _("Holds"), "customers/_holds.html", holds, order=510))
        moves("holds.Hold.customer")
