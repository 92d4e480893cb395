from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TimelineConfig(AppConfig):
    name = "crm.timeline"
    label = "timeline"
    verbose_name = _("Timeline")

    def ready(self) -> None:
        from crm.customers.registry import journals, moves
        from crm.timeline.operations import record

        journals.append(record)
        moves("timeline.Entry.customer")
