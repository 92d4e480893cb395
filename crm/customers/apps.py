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
        self._say_what_a_merge_does()

    def _say_what_a_merge_does(self) -> None:
        from crm.customers.operations.merging import move_addresses, move_children
        from crm.customers.registry import moves, on_merge

        moves("customers.Contact.customer")
        on_merge("customers.Address.customer", move_addresses)
        on_merge("customers.Customer.parent", move_children)
        moves("customers.Customer.merged_into")
