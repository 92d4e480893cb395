from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PrivacyConfig(AppConfig):
    name = "collections_app.privacy"
    label = "privacy"
    verbose_name = _("Personal data")

    def ready(self) -> None:
        from collections_app.engine.training import WipedFirst, wiped_first
        from collections_app.privacy.exports import WIPE, files_of
        from collections_app.privacy.panels import personal_data
        from crm.customers.registry import Panel, moves, register_panel

        moves("privacy.PersonExport.customer")
        wiped_first.append(WipedFirst(WIPE, files_of))
        register_panel(
            Panel("personal_data", _("Personal data"), "customers/_personal_data.html", personal_data, order=595)
        )
