"""What happened, written in the same statement as the change, for whoever must react."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _


class Event(models.Model):
    """A fact others react to. Entity and customer are ids: this app stands below theirs.

    `delivered_at`, which is not kept: when a consumer is handed it. That may be another day than the one it tells of.
    """

    delivered_at: datetime

    entity_id = models.BigIntegerField()
    customer_id = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=60)
    payload = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")

    def __str__(self) -> str:
        return f"{self.kind} ({self.pk})"


class Delivery(models.Model):
    """That one consumer still has to see one event (`processed_at` empty) or has seen it."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="deliveries", verbose_name=_("event"))
    consumer = models.CharField(_("told to"), max_length=60)
    processed_at = models.DateTimeField(_("taken at"), null=True)
    failures = models.PositiveSmallIntegerField(_("failures"), default=0)
    last_error = models.TextField(_("last error"), blank=True)
    retry_at = models.DateTimeField(_("to be tried again at"), null=True)

    class Meta:
        verbose_name = _("delivery of an event")
        verbose_name_plural = _("deliveries of events")
        constraints = [models.UniqueConstraint(fields=["event", "consumer"], name="events_delivery_once")]
        indexes = [
            models.Index(
                fields=["consumer", "event"],
                condition=models.Q(processed_at__isnull=True),
                name="events_delivery_waiting",
            )
        ]

    def __str__(self) -> str:
        return f"{self.event.kind} → {self.consumer}"
