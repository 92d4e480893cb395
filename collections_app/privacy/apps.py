from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PrivacyConfig(AppConfig):
    name = "collections_app.privacy"
    label = "privacy"
    verbose_name = _("Personal data")

    def ready(self) -> None:
        from auditlog.registry import auditlog

        from collections_app.engine.training import WipedFirst, wiped_first
        from collections_app.privacy.exports import WIPE, files_of
        from collections_app.privacy.models import Retention
        from collections_app.privacy.panels import personal_data
        from collections_app.privacy.rules import sees_purges
        from crm.core.navigation import Entry, register
        from crm.customers.registry import Panel, moves, register_panel, stays

        auditlog.register(Retention)
        moves("privacy.PersonExport.customer")
        moves("privacy.Request.customer")
        stays("privacy.Anonymised.customer")
        register(Entry(80, _("Personal data"), "shield-check", "retention", sees_purges))
        wiped_first.append(WipedFirst(WIPE, files_of))
        register_panel(
            Panel("personal_data", _("Personal data"), "customers/_personal_data.html", personal_data, order=595)
        )
