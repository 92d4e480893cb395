"""Mail, by SMTP or by any provider Anymail knows."""

from config import env
from config.settings.base import ENVIRONMENT, PRODUCTION, SITE_URL

# The local provider speaks Mailgun's language, so the demo runs the same code as production does with Mailgun.
LOCAL_MAIL = ENVIRONMENT in ("demo", "test")
_SMTP = "django.core.mail.backends.smtp.EmailBackend"
_BACKENDS = {
    "production": _SMTP,
    "demo": "anymail.backends.mailgun.EmailBackend",
}
EMAIL_BACKEND = env.text("EMAIL_BACKEND", _BACKENDS.get(ENVIRONMENT, "django.core.mail.backends.console.EmailBackend"))
EMAIL_HOST = env.text("EMAIL_HOST", "localhost")
EMAIL_PORT = env.integer("EMAIL_PORT", 25, least=1)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", default=False)
EMAIL_USE_SSL = env.flag("EMAIL_USE_SSL", default=False)
# Where the server's certificate comes from an authority the system does not know; usually EMAIL_CA_FILE=/etc/ssl/….pem.
EMAIL_CA = env.certificates("EMAIL_CA")
if EMAIL_CA:
    if EMAIL_BACKEND != _SMTP:
        raise env.BadEnvironment(f"EMAIL_CA: only SMTP asks for it, and EMAIL_BACKEND is {EMAIL_BACKEND}.")
    EMAIL_BACKEND = "telephony.providers.email.smtp.EmailBackend"
EMAIL_TIMEOUT = env.integer("EMAIL_TIMEOUT", 20, least=1)
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "Acquit <acquit@localhost>")
SERVER_EMAIL = env.text("SERVER_EMAIL", "acquit@localhost")

# Outside production a message leaves only for these addresses, or for any address of an "@domain".
# The value "*" lets everything through; it is the default of production and of nothing else.
MAIL_RECIPIENT_ALLOWLIST = env.names("MAIL_RECIPIENT_ALLOWLIST", "*" if PRODUCTION else "")

# Settings of a provider, under Anymail's own names: ANYMAIL_MAILGUN_API_KEY, ANYMAIL_POSTMARK_SERVER_TOKEN…
# Its webhooks stay closed while ANYMAIL_WEBHOOK_SECRET ("user:password") is not set.
ANYMAIL = env.prefixed("ANYMAIL_")
if LOCAL_MAIL and not ANYMAIL:
    ANYMAIL = {
        "MAILGUN_API_URL": f"{SITE_URL}/demo/esp/v3",
        "MAILGUN_API_KEY": "local",
        "MAILGUN_WEBHOOK_SIGNING_KEY": "local-signing-key",
        "WEBHOOK_SECRET": "local:secret",
    }
    # Nothing leaves the computer: every recipient may be written to.
    if "mailgun" in EMAIL_BACKEND:
        MAIL_RECIPIENT_ALLOWLIST = MAIL_RECIPIENT_ALLOWLIST or ["*"]
# Replies come back to this mailbox, with a token after a plus: replies@example.org -> replies+3f…@example.org.
MAIL_REPLY_TO = env.text("MAIL_REPLY_TO", "replies@acquit.example" if LOCAL_MAIL else "")
# Where plain SMTP servers send delivery reports; the sender's own address when empty.
MAIL_BOUNCE_TO = env.text("MAIL_BOUNCE_TO")

# Mailbox read every five minutes for delivery reports and replies, where no webhook tells them.
IMAP_HOST = env.text("IMAP_HOST")
IMAP_PORT = env.integer("IMAP_PORT", 993, least=1)
IMAP_USER = env.text("IMAP_USER")
IMAP_PASSWORD = env.text("IMAP_PASSWORD")
IMAP_FOLDER = env.text("IMAP_FOLDER", "INBOX")
IMAP_TLS = env.flag("IMAP_TLS", default=True)
# Where its certificate comes from an authority the system does not know; usually IMAP_CA_FILE=/etc/ssl/….pem.
IMAP_CA = env.certificates("IMAP_CA")

# Days after which what is kept to be looked at once more is forgotten: a mail received, of which its text stays, one
# of nobody's whole, and what providers sent along with their news. The longest may be the only copy of what somebody
# enclosed.
RAW_MAILS_KEPT_DAYS = env.integer("RAW_MAILS_KEPT_DAYS", 365, least=1)
UNATTACHED_MAILS_KEPT_DAYS = env.integer("UNATTACHED_MAILS_KEPT_DAYS", 365, least=1)
NEWS_KEPT_DAYS = env.integer("NEWS_KEPT_DAYS", 90, least=1)

CHANNELS = ("email", "post", "sms", "phone")  # those of crm.customers, which settings cannot read
# Channels something carries today: a step of another channel is done by a person, who gets the text to copy.
CONNECTED_CHANNELS = env.choices("CONNECTED_CHANNELS", "email,post", CHANNELS)
