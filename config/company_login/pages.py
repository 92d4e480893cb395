"""Login servers in the settings."""

from typing import Any

from allauth.socialaccount.models import SocialApp
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from config.company_login.forms import CompanyLoginForm
from config.company_login.server import redirect_address
from crm.accounts.rules import administers
from crm.core.backoffice import RuleAdmin


class CompanyLogins(RuleAdmin):
    """Whoever registers a server can open every account through it: administrators alone."""

    form = CompanyLoginForm
    reads = staticmethod(administers)
    writes = staticmethod(administers)
    removes = staticmethod(administers)
    list_display = ["name", "provider_id", "server"]
    ordering = ["name"]
    fieldsets = [
        (
            None,
            {
                "fields": ["name", "provider_id", "redirect", "server_url", "client_id", "secret", "domains"],
                "description": _(
                    "A login server (OpenID Connect) opens the accounts that exist, found by the e-mail address it "
                    "verified; it makes none, and the second factor is asked for as after a password. It can open "
                    "every account of such an address, an administrator’s too: register only servers of your company."
                ),
            },
        )
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: SocialApp | None = None) -> list[str]:
        """The identifier of a server that knows our address does not change."""
        return ["redirect", *(["provider_id"] if obj else [])]

    @admin.display(description=_("redirect address to give the server"))
    def redirect(self, obj: SocialApp) -> str:
        """With a word in its place while there is no identifier."""
        return redirect_address(obj if obj.provider_id else SocialApp(provider_id=str(_("identifier")).upper()))

    @admin.display(description=_("address of the server"))
    def server(self, obj: SocialApp) -> Any:
        return obj.settings.get("server_url", "")
