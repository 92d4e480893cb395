from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SegmentsConfig(AppConfig):
    name = "collections_app.segments"
    label = "segments"
    verbose_name = _("Groups")

    def ready(self) -> None:
        """Declare the standard facts, what follows a change of facts, a merge, and the panel of the customer page."""
        from collections_app.segments import audit, consumers, standard_facts

        standard_facts.register_standard_facts()
        consumers.register_consumers()
        audit.register_for_audit()
