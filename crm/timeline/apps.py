from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TimelineConfig(AppConfig):
    name = "crm.timeline"
    label = "timeline"
    verbose_name = _("Timeline")

    def ready(self) -> None:
        from crm.customers.registry import Panel, journals, moves, register_panel
        from crm.timeline.operations import record
        from crm.timeline.panels import history

        journals.append(record)
        moves("timeline.Entry.customer")
        register_panel(Panel("history", _("History"), "customers/_history.html", history, order=300))
