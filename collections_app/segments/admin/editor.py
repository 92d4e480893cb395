"""The criteria editor: nested conditions drawn by the server, with a live count."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _, ngettext

from collections_app.segments import operations
from collections_app.segments.admin.pages import FOLDER, context, opened
from collections_app.segments.criteria import WrongCriteria, parse
from collections_app.segments.form_tree import (
    KINDS,
    Branch,
    Widgets,
    as_criteria,
    changed,
    from_criteria,
    from_post,
    path_in_form,
)
from collections_app.segments.forms import GroupForm
from collections_app.segments.models import Group
from collections_app.segments.queries import Match, preview
from collections_app.segments.regrouping import GroupNotReadable
from collections_app.segments.wording import no_team_sentence, sentence
from crm.accounts.calendars import today
from crm.core.formats import number
from crm.core.remembering import remembering

if TYPE_CHECKING:
    from collections_app.segments.admin.groups import GroupAdmin


@remembering()
def edit(model_admin: "GroupAdmin", request: HttpRequest, pk: Any) -> HttpResponse:
    """Show or save a group; without script each button sends the whole page and draws it again."""
    posted = request.method == "POST"
    group = opened(model_admin, request, pk, to_write=posted)
    # What the person read, also while buttons draw the page again.
    read = request.POST.get("read") or operations.mark_of(group)
    form = GroupForm(request.POST if posted else None, instance=group)
    typed = posted and not group.is_default
    root = from_post(request.POST) if typed else from_criteria(group.criteria, group.entity.currency)
    verb = request.POST.get("verb", "save")
    if posted and verb in ("save", "use"):
        return saved(model_admin, request, group, form, root, read, use=verb == "use")
    if posted:
        root = changed(root, verb)
    return page(model_admin, request, group, form, root, read)


def saved(
    model_admin: "GroupAdmin",
    request: HttpRequest,
    group: Group,
    form: GroupForm,
    root: Branch,
    read: str,
    *,
    use: bool,
) -> HttpResponse:
    """What was typed is written, and with `use` the group put in use with it: both, or neither with the reason."""
    user: Any = request.user
    if not form.is_valid():
        return page(model_admin, request, group, form, root, read)
    group = form.instance
    try:
        group.criteria = {} if group.is_default else as_criteria(root, group.entity.currency)
        with transaction.atomic():
            operations.save_group(group, by=user, read=read)
            if use:
                operations.unarchive(group, by=user)
    except (WrongCriteria, ValidationError, operations.GroupRefused) as wrong:
        told = " ".join(wrong.messages) if isinstance(wrong, ValidationError) else getattr(wrong, "message", str(wrong))
        return page(model_admin, request, group, form, root, read, error=told, status=409)
    messages.success(request, _("The group is saved; customers move to it at the next night or change of their facts."))
    return HttpResponseRedirect(reverse("admin:segments_group_change", args=[group.pk]))


def page(
    model_admin: "GroupAdmin",
    request: HttpRequest,
    group: Group,
    form: GroupForm,
    root: Branch,
    read: str,
    *,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    lonely = group.scenario_id and not group.team_id and not group.archived
    more = {
        "group": group,
        "form": form,
        "read": read,
        "error": error,
        "no_team": no_team_sentence([group]) if lonely else "",
        **drawn(group, root, form),
    }
    return render(request, f"{FOLDER}edit.html", context(model_admin, request, title=group.name, **more), status=status)


@remembering()
def fragment(model_admin: "GroupAdmin", request: HttpRequest, pk: int) -> HttpResponse:
    """The editor after a button or a choice, or the count alone while a value is typed."""
    group = opened(model_admin, request, pk)
    root = changed(from_post(request.POST), request.GET.get("verb", ""))
    name = "_recounted.html" if request.GET.get("only") == "preview" else "_redrawn.html"
    form = GroupForm(request.POST, instance=group)
    may_write = model_admin.has_change_permission(request, group)
    return render(request, f"{FOLDER}{name}", {"group": group, "may_write": may_write, **drawn(group, root, form)})


def drawn(group: Group, root: Branch, form: GroupForm) -> dict[str, Any]:
    """What the editor and its count are drawn from."""
    if group.is_default:
        return {}
    widgets = Widgets(group.entity)
    return {
        "root": root,
        "kinds": list(KINDS.items()),
        "widgets": widgets,
        "fact_sections": widgets.facts(),
        "fragment_url": reverse("admin:segments_group_criteria", args=[group.pk]),
        **counted(group, root, form),
    }


def counted(group: Group, root: Branch, form: GroupForm) -> dict[str, Any]:
    """The count and sample, with what is asked before the group is put in use; or what is wrong and where."""
    try:
        tree = as_criteria(root, group.entity.currency)
        words = sentence(parse(tree), group.entity)
    except WrongCriteria as wrong:
        return {"problem": wrong.message, "wrong": path_in_form(wrong.path)}
    on = today(group.entity, timezone.now())
    # Put in use, it stands after all the others.
    before = operations.next_priority(group.entity) if group.archived else group.priority
    try:
        match = preview(group.entity, tree, on=on, before=before)
    except GroupNotReadable as error:
        told = _("The group “%(group)s”, tried before, is to be corrected first: nobody can be counted.")
        return {"problem": told % {"group": error.group.name}}
    follows, has_team = (bool(form[name].value()) for name in ("scenario", "team"))
    return {"sentence": words, "match": match, "ask_use": use_question(match, follows=follows, has_team=has_team)}


def use_question(match: Match, *, follows: bool, has_team: bool) -> str:
    """Before a group is put in use: whom it takes, and what they lack there."""
    told = ngettext(
        "Put in use? %(count)s customer will enter it.", "Put in use? %(count)s customers will enter it.", match.left
    )
    about = "" if match.asked is None else "≈ "
    lacking = "" if follows else _("It has no scenario: nothing is opened for those it takes.")
    if follows and not has_team:
        lacking = _("It has no team: what opens for a customer without portfolio collector is nobody’s task.")
    return " ".join(filter(None, [told % {"count": about + number(match.left)}, lacking]))
