from django.apps import AppConfig

HIDDEN = "•••"


class CompanyLoginConfig(AppConfig):
    """Found by allauth through its module `provider`; the rows are allauth's."""

    name = "config.company_login"
    label = "company_login"

    def ready(self) -> None:
        """Follow who changes which server may open accounts."""
        from allauth.socialaccount.models import SocialApp
        from auditlog.registry import auditlog

        # The library's own mask would show half of the secret.
        auditlog.register(SocialApp, mask_fields=["secret"], mask_callable="config.company_login.apps.hidden")


def hidden(value: str) -> str:
    """That a secret is there, and nothing of it; "None" is how the journal writes what was not there."""
    return value if value in ("", "None") else HIDDEN
