from django.db import models
from django.utils.translation import gettext_lazy as _


class LocalMail(models.Model):
    """A mail handed to the local provider, by its HTTP interface or by SMTP, as it would have left."""

    received_at = models.DateTimeField(_("received at"), auto_now_add=True)
    message_id = models.CharField(_("Message-ID"), max_length=300)
    sender = models.CharField(_("from"), max_length=320)
    recipient = models.CharField(_("recipient"), max_length=320)
    subject = models.CharField(_("subject"), max_length=300)
    variables = models.JSONField(default=dict)
    raw = models.BinaryField()
    last_event = models.CharField(_("last event"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("mail of the demo")
        verbose_name_plural = _("mails of the demo")

    def __str__(self) -> str:
        return self.subject
