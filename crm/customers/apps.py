from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CustomersConfig(AppConfig):
    name = "crm.customers"
    label = "customers"
    verbose_name = _("Customers")

    def ready(self) -> None:
        from crm.customers.panels import identity, people
        from crm.customers.registry import Panel, register_panel

        register_panel(Panel("people", _("Contacts"), "customers/_people.html", people, order=500))
        register_panel(Panel("identity", _("Identity"), "customers/_identity.html", identity, order=590))
