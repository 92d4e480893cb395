from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class LocalMailConfig(AppConfig):
    """A mail provider that delivers nowhere: for the demo and the tests, never in production."""

    name = "telephony.localmail"
    label = "localmail"
    verbose_name = _("Local mail provider")

    def ready(self) -> None:
        """Add its page to the menu where it is served."""
        if not settings.LOCAL_MAIL:
            return
        from crm.accounts.rules import reads_pages
        from crm.core.navigation import Entry, register

        register(Entry(900, _("Demo mail"), "mail", "localmail:list", reads_pages))
