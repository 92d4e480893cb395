"""What an administrator writes of a login server."""

import re
from typing import Any

from allauth.socialaccount.models import SocialApp
from django import forms
from django.core.validators import validate_domain_name
from django.utils.translation import gettext_lazy as _

from config.company_login.sealing import sealed
from config.company_login.server import PROVIDER, is_private

LONGEST = 1000
WELL_KNOWN = "/.well-known/openid-configuration"


class CompanyLoginForm(forms.ModelForm):
    """One login server. Its secret is written, never read again."""

    provider_id = forms.SlugField(
        label=_("identifier"), max_length=60, help_text=_("A short word; it stands in the redirect address for good.")
    )
    server_url = forms.CharField(
        label=_("address of the server"),
        max_length=500,
        help_text=_(
            "Its “issuer”, with https://. Acquit reads the rest at this address followed by "
            "/.well-known/openid-configuration."
        ),
    )
    secret = forms.CharField(
        label=_("client secret"),
        max_length=LONGEST,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Given by the server with the client identifier. It is not shown again; empty: it stays as it is."),
    )
    domains = forms.CharField(
        label=_("domains it is trusted with"),
        max_length=500,
        required=False,
        help_text=_(
            "Separated by commas, for example company.fr. Only addresses of these domains are then let in, also when "
            "the server does not say whether it verified them (Microsoft Entra ID). Empty: every address it calls "
            "verified."
        ),
    )

    class Meta:
        model = SocialApp
        fields = ["name", "provider_id", "client_id", "secret"]
        labels = {"name": _("name on the button"), "client_id": _("client identifier")}
        help_texts = {"client_id": _("Given by the server when Acquit is registered there as an application.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = self.instance.settings
        self.initial.update(
            secret="",  # else to leave it empty would be told as a change
            server_url=known.get("server_url", ""),
            domains=", ".join(known.get("domains", [])),
        )

    def clean_provider_id(self) -> str:
        """No two servers at one address."""
        word: str = self.cleaned_data["provider_id"]
        if SocialApp.objects.filter(provider_id=word).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("Another server has this identifier."))
        return word

    def clean_server_url(self) -> str:
        """Nothing is said to a server that others could read."""
        address = str(self.cleaned_data["server_url"]).removesuffix(WELL_KNOWN)
        try:
            private = is_private(address) and not re.search(r"[?#@\s]", address)
        except ValueError:
            private = False
        if not private:
            raise forms.ValidationError(
                _("Write the address as https://server/path, without a user name or a question mark.")
            )
        return address.removesuffix("/")

    def clean_secret(self) -> str:
        """The one given, sealed; else the one there is."""
        given: str = self.cleaned_data["secret"]
        secret: str = sealed(given) if given else self.instance.secret
        if not secret:
            raise forms.ValidationError(_("A new server needs its secret."))
        return secret

    def clean_domains(self) -> list[str]:
        """Each a name as in an address, without its @."""
        words = re.split(r"[,;\s]+", self.cleaned_data["domains"].lower())
        domains = [word.removeprefix("@") for word in words if word]
        for domain in domains:
            validate_domain_name(domain)
        return domains

    def _get_validation_exclusions(self) -> set[str]:
        # The library lets a secret have 191 characters; sealed, one of 111 has more, and the column holds it.
        return super()._get_validation_exclusions() | {"secret"}  # type: ignore[misc]

    def save(self, commit: bool = True) -> SocialApp:
        """What has no column of its own is kept as the library reads it."""
        self.instance.provider = PROVIDER
        self.instance.settings = {name: self.cleaned_data[name] for name in ("server_url", "domains")}
        return super().save(commit)
