"""The criteria editor: nested conditions drawn by the server, with a live count."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

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
from collections_app.segments.queries import preview
from collections_app.segments.regrouping import GroupNotReadable
from collections_app.segments.wording import no_team_sentence, sentence
from crm.accounts.calendars import today
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
    if posted and verb == "save":
        return saved(model_admin, request, group, form, root, read)
    if posted:
        root = changed(root, verb)
    return page(model_admin, request, group, form, root, read)


def saved(
    model_admin: "GroupAdmin", request: HttpRequest, group: Group, form: GroupForm, root: Branch, read: str
) -> HttpResponse:
    user: Any = request.user
    if not form.is_valid():
        return page(model_admin, request, group, form, root, read)
    group = form.instance
    try:
        group.criteria = {} if group.is_default else as_criteria(root, group.entity.currency)
        operations.save_group(group, by=user, read=read)
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
        **drawn(group, root),
    }
    return render(request, f"{FOLDER}edit.html", context(model_admin, request, title=group.name, **more), status=status)


@remembering()
def fragment(model_admin: "GroupAdmin", request: HttpRequest, pk: int) -> HttpResponse:
    """The editor after a button or a choice, or the count alone while a value is typed."""
    group = opened(model_admin, request, pk)
    root = changed(from_post(request.POST), request.GET.get("verb", ""))
    name = "_preview.html" if request.GET.get("only") == "preview" else "_redrawn.html"
    return render(request, f"{FOLDER}{name}", {"group": group, **drawn(group, root)})


def drawn(group: Group, root: Branch) -> dict[str, Any]:
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
        **counted(group, root),
    }


def counted(group: Group, root: Branch) -> dict[str, Any]:
    """The count and sample, or what is wrong and where."""
    try:
        tree = as_criteria(root, group.entity.currency)
        words = sentence(parse(tree), group.entity)
    except WrongCriteria as wrong:
        return {"problem": wrong.message, "wrong": path_in_form(wrong.path)}
    on = today(group.entity, timezone.now())
    try:
        return {"sentence": words, "match": preview(group.entity, tree, on=on, before=group.priority)}
    except GroupNotReadable as error:
        told = _("The group “%(group)s”, tried before, is to be corrected first: nobody can be counted.")
        return {"problem": told % {"group": error.group.name}}
