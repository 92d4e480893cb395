from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HouseConfig(AppConfig):
    """The assembly itself: no model, only the checks told at start."""

    name = "config"
    label = "config"

    def ready(self) -> None:
        """Register the start-up checks and the way into the admin; make ours the Celery application of every process
        that sends a task."""
        from collections_app.engine import training as made_again
        from config import celery, checks, training  # noqa: F401 - registering needs the apps loaded
        from crm.accounts.rules import opens_admin
        from crm.core.navigation import Entry, register

        made_again.portfolios[made_again.SAMPLE] = made_again.Portfolio(training.create, training.fill)
        register(Entry(90, _("Settings"), "settings", "admin:index", opens_admin))
