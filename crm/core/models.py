"""What every floor writes and none owns."""

from django.db import models
from django.db.models.functions import Now


class Removed(models.Model):
    """What an integrator may have kept and is no longer there (an import undone), by its identifier. Written by
    triggers, never by hand.

    `entity_id` is no reference: this app stands below. The order it is followed in: `crm.core.changed`.
    """

    entity_id = models.BigIntegerField()
    kind = models.CharField(max_length=20)
    external_id = models.CharField(max_length=120)
    installment = models.PositiveSmallIntegerField(null=True)
    removed_at = models.DateTimeField(db_default=Now())

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.kind} {self.external_id}"
