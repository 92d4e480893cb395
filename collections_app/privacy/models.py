"""What a person may ask of what is kept about him: the copy of his file."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import User
from crm.customers.models import Customer


class PersonExport(models.Model):
    """A copy of everything kept about a customer, asked of a worker (GDPR art. 15 and 20).

    `finished_at`: when it was made, or `failure` tells why it could not be. `erased_at`: its file is gone.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+", verbose_name=_("customer"))
    asked_at = models.DateTimeField(_("asked at"))
    asked_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("asked by"), db_index=False
    )
    finished_at = models.DateTimeField(_("finished at"), null=True)
    file = models.FileField(_("file"), upload_to="personal_data/%Y/%m/", blank=True)
    size = models.BigIntegerField(_("size"), default=0)
    failure = models.TextField(_("failure"), blank=True)
    erased_at = models.DateTimeField(_("erased at"), null=True)

    class Meta:
        verbose_name = _("copy of a file")
        verbose_name_plural = _("copies of files")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["customer"], condition=Q(finished_at__isnull=True), name="privacy_one_export_at_a_time"
            ),
        ]
        indexes = [models.Index(fields=["asked_at"], condition=Q(erased_at__isnull=True), name="privacy_export_kept")]

    def __str__(self) -> str:
        return f"{self.customer}, {self.asked_at:%Y-%m-%d}"

    @property
    def ready(self) -> bool:
        """Whether its file may be downloaded."""
        return bool(self.file)
