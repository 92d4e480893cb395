from django.apps import AppConfig


class CompanyLoginConfig(AppConfig):
    """Found by allauth through its module `provider`; the rows are allauth's."""

    name = "config.company_login"
    label = "company_login"

    def ready(self) -> None:
        """Follow who changes which server may open accounts."""
        from allauth.socialaccount.models import SocialApp
        from auditlog.registry import auditlog

        from crm.accounts.audit import HIDE

        auditlog.register(SocialApp, mask_fields=["secret"], mask_callable=HIDE)
