from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ScenariosConfig(AppConfig):
    name = "collections_app.scenarios"
    label = "scenarios"
    verbose_name = _("Scenarios")

    def ready(self) -> None:
        """Keep who changed scenarios; tell which templates leave as formal notices."""
        from collections_app.letters.registry import tell_what_notices_use
        from collections_app.scenarios.audit import register_for_audit
        from collections_app.scenarios.queries import used_by_a_notice

        tell_what_notices_use(used_by_a_notice)
        register_for_audit()
