from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ScenariosConfig(AppConfig):
    name = "collections_app.scenarios"
    label = "scenarios"
    verbose_name = _("Scenarios")

    def ready(self) -> None:
        """Keep who changed scenarios."""
        from collections_app.scenarios.audit import register_for_audit

        register_for_audit()
