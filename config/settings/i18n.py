"""Languages, time, formats."""

from django.utils.translation import gettext_lazy as _

from config import env
from config.settings.base import BASE_DIR

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", _("French")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["config.formats"]
USE_I18N = True
USE_THOUSAND_SEPARATOR = True
TIME_ZONE = env.text("TIME_ZONE", "Europe/Paris")
USE_TZ = True
