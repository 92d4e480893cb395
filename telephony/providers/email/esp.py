"""Where the providers Anymail knows differ for us. A test holds these tables against Anymail's own code."""

from django.core.mail.backends.base import BaseEmailBackend

# They keep no metadata of ours: their news is recognised by their own number.
WITHOUT_METADATA = frozenset({"mailersend", "postal"})

# Tracking is a setting of the account there, not of a message: it has to be switched off at the provider.
TRACKING_BY_ACCOUNT = frozenset({"amazon_ses", "brevo", "mailtrap", "postal", "resend", "scaleway", "sendinblue"})

# Headers that make the provider keep what we wrote.
EXTRA_HEADERS = {"postmark": {"X-PM-KeepID": "true"}}


def provider_of(backend: BaseEmailBackend) -> str:
    """Name of the provider behind a backend: last part of its module, e.g. "mailgun", "smtp", "locmem"."""
    return type(backend).__module__.rpartition(".")[2]


def is_anymail(backend: BaseEmailBackend) -> bool:
    """Whether Anymail's attributes (metadata, tracking) mean something to it."""
    return type(backend).__module__.startswith("anymail.")
