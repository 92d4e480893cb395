"""Who owes, whom to talk to there, and where they can be reached."""

from datetime import date
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import Entity, Team, User
from crm.accounts.queries import seen


class CustomerKind(models.TextChoices):
    PROFESSIONAL = "professional", _("professional")
    CONSUMER = "consumer", _("consumer")
    PUBLIC_BODY = "public_body", _("public body")
    ASSOCIATION = "association", _("association")


class PlainText(Func):
    """Lower case without accents: how names are searched and sorted."""

    function = "plain_text"
    output_field = models.TextField()


def let_in(user: Any, entities: Any, teams: Any, *, customer: str = "") -> Q:
    """The one rule of rows: those of these entities and teams, and the person's own portfolio. Entities and teams are
    keys or sub-queries; `customer` is the path to the customer from rows with an `entity`: "customer__", or nothing."""
    of_team, own = {f"{customer}team__in": teams}, {f"{customer}collector": user}
    return Q(entity__in=entities) | Q(**of_team) | Q(**own)


class CustomerQuerySet(models.QuerySet["Customer"]):
    def visible_to(self, user: Any) -> "CustomerQuerySet":
        """Rows of the entities and teams the user was given, and his own portfolio."""
        if user.is_superuser:
            return self
        return self.filter(let_in(user.pk, seen(user, "see_entity"), seen(user, "see_team")))

    def current(self) -> "CustomerQuerySet":
        """Without those merged into another."""
        return self.filter(merged_into__isnull=True)

    def standing_for(self, pk: int) -> "CustomerQuerySet":
        """The record in use that a key leads to: its own, or the one it was merged into."""
        return self.filter(pk__in=Customer.objects.filter(pk=pk).values(in_use=Coalesce(F("merged_into"), F("pk"))))


class Customer(models.Model):
    entity = models.ForeignKey(
        Entity, on_delete=models.PROTECT, related_name="customers", verbose_name=_("entity"), db_index=False
    )
    external_id = models.CharField(_("account"), max_length=60)
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=20, choices=CustomerKind, default=CustomerKind.PROFESSIONAL)
    siren = models.CharField(_("SIREN"), max_length=9, blank=True)
    siret = models.CharField(_("SIRET"), max_length=14, blank=True)
    vat_number = models.CharField(_("VAT number"), max_length=20, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True, help_text=_("Empty: that of the entity."))
    time_zone = models.CharField(_("time zone"), max_length=50, blank=True, help_text=_("Empty: that of the entity."))
    country = models.CharField(_("country"), max_length=2, blank=True)
    city = models.CharField(_("city"), max_length=80, blank=True)
    category = models.CharField(_("category"), max_length=60, blank=True)
    tags = ArrayField(models.CharField(max_length=40), verbose_name=_("tags"), default=list, blank=True)
    attributes = models.JSONField(_("free attributes"), default=dict, blank=True)
    parent = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("parent group"),
    )
    collector = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="portfolio",
        verbose_name=_("portfolio collector"),
        db_index=False,
    )
    # Of his entity: a reference of both columns (migration 0005).
    team = models.ForeignKey(
        Team,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        db_constraint=False,
        related_name="customers",
        verbose_name=_("team"),
    )
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged", verbose_name=_("merged into")
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = CustomerQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        constraints = [
            models.UniqueConstraint(
                fields=["entity", "external_id"],
                name="customers_customer_account",
                violation_error_message=_("This account already exists in the entity."),
            ),
            models.CheckConstraint(
                name="customers_customer_not_merged_into_self",
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=models.F("pk")),
            ),
        ]
        indexes = [
            GinIndex(OpClass(PlainText("name"), name="gin_trgm_ops"), name="customers_name_trigrams"),
            models.Index("entity", PlainText("name"), "id", name="customers_by_name"),
            models.Index(fields=["siren"], condition=~Q(siren=""), name="customers_by_siren"),
            # What a person sees of an entity, one look each (sql/reach.sql).
            models.Index(fields=["entity", "team"], name="customers_by_team"),
            models.Index(fields=["collector", "entity"], name="customers_by_collector"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.external_id})"


class ContactRole(models.TextChoices):
    DUNNING = "dunning", _("dunning")
    INVOICES = "invoices", _("receives invoices")
    MANAGEMENT = "management", _("management")
    LEGAL = "legal", _("legal")
    OTHER = "other", _("other")


class Contact(models.Model):
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="contacts")
    name = models.CharField(_("name"), max_length=120)
    role = models.CharField(_("role"), max_length=20, choices=ContactRole, default=ContactRole.DUNNING)
    position = models.CharField(_("position"), max_length=80, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")

    def __str__(self) -> str:
        return self.name


class Channel(models.TextChoices):
    EMAIL = "email", _("e-mail")
    POST = "post", _("letter")
    SMS = "sms", _("SMS")
    PHONE = "phone", _("call")


class Consent(models.TextChoices):
    UNKNOWN = "unknown", _("unknown")
    GIVEN = "given", _("given")
    REFUSED = "refused", _("refused")


REFUSED = Q(opted_out_at__isnull=False) | Q(consent=Consent.REFUSED)


# Among addresses of one channel, the one to use first: put first by a person, sent last, else the oldest.
FIRST_USED = ("-preferred", F("sent_at").desc(nulls_last=True), "pk")


class Address(models.Model):
    """One way to reach a customer. `value` is an e-mail in lower case, an E.164 number or a postal address (lines)."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="addresses")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, null=True, blank=True, related_name="addresses")
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    value = models.TextField(_("address"))
    preferred = models.BooleanField(_("preferred"), default=False)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    invalid_since = models.DateField(_("invalid since"), null=True, blank=True)
    invalid_reason = models.CharField(_("why invalid"), max_length=200, blank=True)
    consent = models.CharField(_("consent"), max_length=10, choices=Consent, default=Consent.UNKNOWN)
    opted_out_at = models.DateTimeField(_("opted out at"), null=True, blank=True)
    # When another system or a list of customers said that it is his, where another one served before.
    sent_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "channel", "value"],
                name="customers_address_once",
                violation_error_message=_("This address is already recorded for the customer."),
            ),
            models.CheckConstraint(
                name="customers_address_email_in_lower_case",
                condition=~Q(channel="email", value__regex="[A-Z]"),
                violation_error_message=_("An e-mail address is stored in lower case."),
            ),
        ]
        indexes = [models.Index(fields=["channel", "value"], name="customers_address_lookup")]

    def __str__(self) -> str:
        return self.value

    @property
    def refused(self) -> bool:
        """Whether the customer does not want to be reached there, as `REFUSED` says it."""
        return self.opted_out_at is not None or self.consent == Consent.REFUSED

    def serves(self, on: date) -> bool:
        """Whether it may be written to on a date: valid then, found good, refused by nobody."""
        return not (self.invalid_since or self.refused) and (self.valid_from or on) <= on <= (self.valid_until or on)
