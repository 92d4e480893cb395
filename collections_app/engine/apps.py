from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EngineConfig(AppConfig):
    name = "collections_app.engine"
    label = "engine"
    verbose_name = _("Night runs")

    def ready(self) -> None:
        from collections_app.engine import alerts
        from collections_app.engine.planned import NOTHING_PLANNED, nothing_planned
        from collections_app.engine.undo_guard import night_at_work
        from crm.customers.registry import Panel, register_panel, stays
        from crm.events.registry import register
        from crm.imports.registry import undo_guards
        from crm.receivables.registry import Situation, register_situation
        from telephony.core.outgoing import wordings

        register("alerts", alerts.WORDS, alerts.on_alert)

        wordings["night"] = alerts.night_cancelled
        stays("engine.Account.customer")
        stays("engine.Decision.customer")
        undo_guards.append(night_at_work)
        register_situation(Situation(NOTHING_PLANNED, _("Late, and nothing is planned"), nothing_planned))
        register_panel(Panel("why", _("Why?"), "customers/_why.html", lambda customer, user: {}, order=505))
