"""Relance → Traitements de nuit → Répétition: who rehearses, what waits, and lifting it."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from collections_app.engine import rehearsal, training
from collections_app.engine.exceptions import RehearsalRefused, ResetRefused
from collections_app.engine.failures import reset_sentence
from collections_app.engine.models import TrainingReset
from collections_app.segments.models import Group, Rehearsal
from crm.accounts.models import Entity, User
from crm.accounts.queries import entities_of
from crm.accounts.rules import administers, changes_settings, reads_settings

FOLDER = "admin/engine/precautions/"


class LiftForm(forms.Form):
    """What becomes of what was decided meanwhile."""

    choice = forms.ChoiceField(
        label=gettext_lazy("What was decided meanwhile"), choices=rehearsal.Lifting.choices, widget=forms.RadioSelect
    )


class GroupSaysForm(forms.Form):
    """What one group says of rehearsing; the choice counts where that lets its messages leave."""

    group = forms.ModelChoiceField(Group.objects.none())
    says = forms.ChoiceField(choices=Rehearsal.choices, required=False)
    choice = forms.ChoiceField(choices=rehearsal.Lifting.choices)

    def __init__(self, *args: Any, entity: Entity, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["group"].queryset = Group.objects.filter(entity=entity, archived=False)  # type: ignore[attr-defined]


def rehearsals(request: HttpRequest) -> HttpResponse:
    """The entities of the person, with what is said of each."""
    _may_read(request)
    entities = list(entities_of(request.user).order_by("code"))
    if len(entities) == 1:
        return HttpResponseRedirect(reverse("admin:engine_rehearsal", args=[entities[0].pk]))
    return _page(request, "rehearsals", title=_("Rehearsal"), entities=entities)


def one_rehearsal(request: HttpRequest, entity_id: int) -> HttpResponse:
    """Start it, lift it, or say it of one group."""
    _may_read(request)
    entity = get_object_or_404(entities_of(request.user), pk=entity_id)
    if request.method == "POST":
        return _changed(request, entity)
    states = rehearsal.group_states(entity)
    return _page(
        request,
        "rehearsal",
        title=_("Rehearsal of %(entity)s") % {"entity": entity.legal_name},
        entity=entity,
        states=states,
        waiting=sum(state.waiting for state in states if state.rehearses),
        pilots=[state for state in states if state.group and state.rehearses != bool(entity.rehearsing_since)],
        choices=rehearsal.Lifting.choices,
        says=Rehearsal.choices,
    )


class TrainingForm(forms.ModelForm):
    """The code of a new training entity."""

    class Meta:
        model = Entity
        fields = ["code"]


def trainings(request: HttpRequest) -> HttpResponse:
    """The training entities of the person, each with its button; an administrator opens one."""
    _may_read(request)
    if request.method == "POST":
        return _open_training(request)
    entities = list(entities_of(request.user).filter(training=True).order_by("code"))
    resets = TrainingReset.objects.filter(entity__in=entities).order_by("entity", "-pk").distinct("entity")
    last = {reset.entity_id: reset for reset in resets}
    rows = [_training_row(entity, last.get(entity.pk)) for entity in entities]
    may_open = administers(request.user)
    return _page(request, "trainings", title=_("Training"), rows=rows, may_open=may_open, form=TrainingForm())


def _training_row(entity: Entity, reset: TrainingReset | None) -> dict[str, Any]:
    return {"entity": entity, "reset": reset, "error": reset_sentence(reset.error) if reset else ""}


def reset_training(request: HttpRequest, entity_id: int) -> HttpResponse:
    """Have one wiped and made again."""
    entity = get_object_or_404(entities_of(request.user).filter(training=True), pk=entity_id)
    if request.method != "POST" or not changes_settings(request.user):
        raise PermissionDenied
    assert isinstance(request.user, User)
    try:
        training.ask_reset(entity, by=request.user, at=timezone.now())
    except ResetRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("%(entity)s is being made again: reload in a minute.") % {"entity": entity.code})
    return HttpResponseRedirect(reverse("admin:engine_trainings"))


def _open_training(request: HttpRequest) -> HttpResponse:
    if not administers(request.user):
        raise PermissionDenied
    assert isinstance(request.user, User)
    form = TrainingForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return HttpResponseRedirect(reverse("admin:engine_trainings"))
    try:
        entity = training.open_training(code=form.cleaned_data["code"], by=request.user, at=timezone.now())
    except ResetRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("%(entity)s is being made: reload in a minute.") % {"entity": entity.code})
    return HttpResponseRedirect(reverse("admin:engine_trainings"))


def _may_read(request: HttpRequest) -> None:
    if not reads_settings(request.user):
        raise PermissionDenied


def _page(request: HttpRequest, name: str, **more: Any) -> HttpResponse:
    context = {**admin.site.each_context(request), "may_write": changes_settings(request.user), **more}
    return render(request, f"{FOLDER}{name}.html", context)


def _changed(request: HttpRequest, entity: Entity) -> HttpResponse:
    if not changes_settings(request.user):
        raise PermissionDenied
    assert isinstance(request.user, User)
    verb = {"start": _start, "lift": _lift, "group": _group}.get(request.POST.get("verb", ""))
    if verb:
        verb(request, entity, {"by": request.user, "at": timezone.now()})
    return HttpResponseRedirect(reverse("admin:engine_rehearsal", args=[entity.pk]))


def _start(request: HttpRequest, entity: Entity, common: dict[str, Any]) -> None:
    rehearsal.start(entity, **common)
    messages.success(request, _("%(entity)s is in rehearsal: nothing leaves any more.") % {"entity": entity.legal_name})


def _lift(request: HttpRequest, entity: Entity, common: dict[str, Any]) -> None:
    form = LiftForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose what becomes of what was decided meanwhile."))
        return
    try:
        taken_back = rehearsal.lift(entity, choice=form.cleaned_data["choice"], **common)
    except RehearsalRefused as refused:
        messages.error(request, str(refused))
    else:
        _tell_lifted(request, taken_back)


def _group(request: HttpRequest, entity: Entity, common: dict[str, Any]) -> None:
    form = GroupSaysForm(request.POST, entity=entity)
    if not form.is_valid():
        messages.error(request, _("Choose a group, and what becomes of what was decided meanwhile."))
        return
    given = form.cleaned_data
    taken_back = rehearsal.set_group(given["group"], given["says"], choice=given["choice"], **common)
    messages.success(
        request,
        _("%(group)s: %(says)s.") % {"group": given["group"], "says": given["group"].get_rehearsal_display()},
    )
    if taken_back:
        _tell_lifted(request, taken_back)


def _tell_lifted(request: HttpRequest, taken_back: int) -> None:
    text = _("Messages leave again from the next night on.")
    if taken_back:
        text = ngettext(
            "%(count)s action decided meanwhile was taken back; messages leave again from the next night on.",
            "%(count)s actions decided meanwhile were taken back; messages leave again from the next night on.",
            taken_back,
        ) % {"count": taken_back}
    messages.success(request, text)
