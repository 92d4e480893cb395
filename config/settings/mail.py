"""Mail, by SMTP or by any provider Anymail knows."""

from config import env
from config.settings.base import PRODUCTION

EMAIL_BACKEND = env.text(
    "EMAIL_BACKEND",
    "django.core.mail.backends.smtp.EmailBackend" if PRODUCTION else "django.core.mail.backends.console.EmailBackend",
)
EMAIL_HOST = env.text("EMAIL_HOST", "localhost")
EMAIL_PORT = env.integer("EMAIL_PORT", 25, least=1)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", default=False)
EMAIL_USE_SSL = env.flag("EMAIL_USE_SSL", default=False)
EMAIL_TIMEOUT = env.integer("EMAIL_TIMEOUT", 20, least=1)
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "Acquit <acquit@localhost>")
SERVER_EMAIL = env.text("SERVER_EMAIL", "acquit@localhost")

# Outside production a message leaves only for these addresses, or for any address of an "@domain".
# The value "*" lets everything through; it is the default of production and of nothing else.
MAIL_RECIPIENT_ALLOWLIST = env.names("MAIL_RECIPIENT_ALLOWLIST", "*" if PRODUCTION else "")
