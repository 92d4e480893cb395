"""A simulation somebody asked for: what it lives through, with which set-up, and what it found."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from collections_app.scenarios.models import Scenario, ScenarioVersion
from collections_app.segments.models import Group
from crm.accounts.models import Entity, User


class SimulationKind(models.TextChoices):
    NEXT = "next", _("the next days")
    REPLAY = "replay", _("replay of past months")


class SimulationState(models.TextChoices):
    WAITING = "waiting", _("waiting for a worker")
    RUNNING = "running", _("running")
    DONE = "done", pgettext_lazy("simulation", "done")
    CANCELLED = "cancelled", pgettext_lazy("simulation", "cancelled")
    FAILED = "failed", _("failed")


UNDER_WAY = (SimulationState.WAITING, SimulationState.RUNNING)


class Simulation(models.Model):
    """Nights lived through on copies. `version` is tried in place of the published one; `group` is tried with the
    scenario `group_scenario`, or put in force if it is archived; neither: today's set-up alone.

    `assumptions`: see `assumptions.Assumptions`. `days_done` counts the nights of every side, `days_in_all` is where it
    ends. `fence` grows with every taking of the lease and is part of the names of the schemas it works in.
    """

    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="+", verbose_name=_("entity"))
    kind = models.CharField(_("what is lived through"), max_length=10, choices=SimulationKind)
    from_on = models.DateField(_("from"))
    until_on = models.DateField(_("until (included)"))
    version = models.ForeignKey(
        ScenarioVersion,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("version tried"),
    )
    group = models.ForeignKey(
        Group, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("group tried")
    )
    group_scenario = models.ForeignKey(
        Scenario,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("scenario of the group"),
    )
    tried = models.CharField(_("what is tried"), max_length=300, blank=True)
    assumptions = models.JSONField(_("assumptions"), default=dict, encoder=DjangoJSONEncoder)
    asked_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("asked by")
    )
    asked_at = models.DateTimeField(_("asked at"))
    state = models.CharField(_("state"), max_length=10, choices=SimulationState, default=SimulationState.WAITING)
    days_done = models.PositiveIntegerField(default=0)
    days_in_all = models.PositiveIntegerField(default=0)
    fence = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    cancel_asked_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    report = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    error = models.TextField(_("error"), blank=True)

    class Meta:
        verbose_name = _("simulation")
        verbose_name_plural = _("simulations")
        constraints = [
            models.CheckConstraint(
                name="engine_simulation_in_order",
                condition=Q(until_on__gte=F("from_on")),
                violation_error_message=_("A simulation ends on or after the day it starts."),
            )
        ]
        indexes = [models.Index(fields=["entity", "-asked_at"], name="engine_simulation_latest")]

    def __str__(self) -> str:
        return f"{self.entity.code} {self.from_on} → {self.until_on}"
