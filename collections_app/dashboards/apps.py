from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DashboardsConfig(AppConfig):
    name = "collections_app.dashboards"
    label = "dashboards"
    verbose_name = _("Dashboards")

    def ready(self) -> None:
        from collections_app.dashboards.rules import supervises
        from crm.accounts.rules import reads_pages
        from crm.core.navigation import Entry, register

        register(Entry(40, _("Supervision"), "chart-column", "supervision", supervises))
        register(Entry(45, _("Performance"), "scale", "performance", supervises))
        register(Entry(50, _("Aged balance"), "hourglass", "aged_balance", reads_pages))
