"""Django's SMTP, to a server whose certificate comes from a private authority (EMAIL_CA)."""

import ssl

from django.conf import settings
from django.core.mail.backends import smtp
from django.utils.functional import cached_property

from telephony.providers.email import tls


class EmailBackend(smtp.EmailBackend):
    """Settings choose it in the place of Django's when EMAIL_CA is given."""

    @cached_property
    def ssl_context(self) -> ssl.SSLContext:
        """For STARTTLS and for TLS from the first byte."""
        return tls.context(settings.EMAIL_CA)
