"""What every page of ours needs around its content."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from crm.core import navigation

THEMES = (("auto", _("As the system"), "monitor"), ("light", _("Light"), "sun"), ("dark", _("Dark"), "moon"))
THEME_COOKIE = "theme"


def theme_of(request: HttpRequest) -> str:
    """The theme a person chose, else that of this browser, else "auto"."""
    user = getattr(request, "user", None)
    chosen = user.theme if user is not None and user.is_authenticated else request.COOKIES.get(THEME_COOKIE)
    return chosen if chosen in {value for value, _label, _icon in THEMES} else "auto"


def shell(request: HttpRequest) -> dict[str, Any]:
    """`theme`, `themes`, `navigation` (computed only where the menu is drawn) and the nonce under htmx's name."""
    return {
        "theme": theme_of(request),
        "themes": THEMES,
        "navigation": SimpleLazyObject(lambda: navigation.links(request)),
        "csp_nonce": getattr(request, "csp_nonce", None),
    }
