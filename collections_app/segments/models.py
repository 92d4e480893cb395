"""Dynamic groups: criteria as data, the scenario and team that follow, dated membership."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from collections_app.scenarios.models import Scenario
from crm.accounts.models import Entity, Team
from crm.core.references import SetForeignKey
from crm.customers.models import Customer


class Rehearsal(models.TextChoices):
    """What a group says of rehearsing; a group that says nothing follows its entity."""

    AS_ENTITY = "", _("as the entity")
    LIVE = "live", _("live")
    REHEARSING = "rehearsing", _("in rehearsal")


class Group(models.Model):
    """The first group, by ascending priority, whose criteria a customer meets is his; the default one takes the rest.

    `criteria` is a tree: {"all": [...]} | {"any": [...]} | {"not": {...}} | {"fact": name, "is": operator, "value": v}.
    """

    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="groups", verbose_name=_("entity"))
    code = models.SlugField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=120)
    priority = models.PositiveSmallIntegerField(_("priority"), help_text=_("1 is tried first."))
    criteria = models.JSONField(_("criteria"), default=dict, blank=True)
    is_default = models.BooleanField(_("default group"), default=False)
    scenario = models.ForeignKey(
        Scenario, on_delete=models.PROTECT, null=True, blank=True, related_name="groups", verbose_name=_("scenario")
    )
    # Of its entity: a reference of both columns (migration 0004).
    team = models.ForeignKey(
        Team,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        db_constraint=False,
        related_name="groups",
        verbose_name=_("team"),
    )
    rehearsal = models.CharField(
        _("rehearsal"), max_length=10, choices=Rehearsal, default=Rehearsal.AS_ENTITY, db_default="", editable=False
    )
    archived = models.BooleanField(_("archived"), default=False)

    class Meta:
        verbose_name = _("group")
        verbose_name_plural = _("groups")
        constraints = [
            models.UniqueConstraint(
                fields=["entity", "code"],
                name="segments_group_code",
                violation_error_message=_("A group with this code already exists in the entity."),
            ),
            models.UniqueConstraint(
                fields=["entity", "priority"],
                condition=Q(archived=False),
                name="segments_group_priority",
                violation_error_message=_("Two groups of an entity never share a priority."),
            ),
            models.UniqueConstraint(
                fields=["entity"],
                condition=Q(is_default=True, archived=False),
                name="segments_one_default",
                violation_error_message=_("An entity has one default group."),
            ),
            models.CheckConstraint(
                name="segments_group_rehearsal", condition=Q(rehearsal__in=("", "live", "rehearsing"))
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A customer was in a group from `from_on` up to but not including `to_on` (empty: he still is).

    `turns_on`: the first day on which the date alone may give him another.
    """

    pk = models.CompositePrimaryKey("customer_id", "from_on")  # one a day

    entity = SetForeignKey(Entity, on_delete=models.CASCADE, related_name="+", db_index=False)
    customer = SetForeignKey(Customer, on_delete=models.CASCADE, related_name="memberships", db_index=False)
    group = SetForeignKey(Group, on_delete=models.CASCADE, related_name="memberships", db_index=False)
    from_on = models.DateField(_("from"))
    to_on = models.DateField(_("until (excluded)"), null=True, blank=True)
    turns_on = models.DateField(null=True, editable=False)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(
                fields=["customer"],
                condition=Q(to_on__isnull=True),
                include=["group"],  # who is in a group is read from it: a night keeps one index less
                name="segments_one_group_at_a_time",
            ),
            models.CheckConstraint(
                name="segments_membership_in_order",
                condition=Q(to_on__isnull=True) | Q(to_on__gt=models.F("from_on")),
            ),
        ]
