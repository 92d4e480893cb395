from functools import partial

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HoldsConfig(AppConfig):
    name = "crm.holds"
    label = "holds"
    verbose_name = _("Holds")

    def ready(self) -> None:
        from crm.core.sql import statement
        from crm.customers.registry import Panel, moves, register_panel
        from crm.holds.panels import account, holds
        from crm.holds.queries import covered_since
        from crm.receivables.registry import tell_what_stops_late_charges, tell_what_unapplied_money_covers

        tell_what_unapplied_money_covers(covered_since)
        tell_what_stops_late_charges(partial(statement, "crm.holds", "insolvent_since"))
        register_panel(Panel("account", _("Account"), "customers/_account.html", account, order=100))
        register_panel(Panel("holds", _("Holds"), "customers/_holds.html", holds, order=510))
        moves("holds.Hold.customer")
