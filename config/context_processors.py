from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

BANNERS = {
    "development": _("Development: nothing here is real"),
    "test": _("Test: nothing here is real"),
    "demo": _("Demonstration: nothing here is real"),
}


def environment_banner(request: HttpRequest) -> dict[str, object]:
    """`environment` (a word) and `environment_banner` (a sentence, empty in production) for every template."""
    return {"environment": settings.ENVIRONMENT, "environment_banner": BANNERS.get(settings.ENVIRONMENT, "")}
