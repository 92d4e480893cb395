from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "crm.accounts"
    label = "accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        """Follow who changes rights and settings, and say where the law of an entity is of another country than it."""
        from crm.accounts.audit import register_for_audit
        from crm.accounts.operations import law_of_elsewhere
        from crm.accounts.registry import remarks

        register_for_audit()
        remarks.append(law_of_elsewhere)
