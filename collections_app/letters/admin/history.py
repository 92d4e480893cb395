"""Versions of a template and what changed between them."""

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from collections_app.letters.admin.opening import bound, opened, page_context
from collections_app.letters.history import changes
from collections_app.letters.models import Template, TemplateVersion
from collections_app.letters.newer import newer_text
from collections_app.letters.operations import TextChanged, mark_of, save_draft

if TYPE_CHECKING:
    from collections_app.letters.admin.templates import TemplateAdmin


def urls(model_admin: "TemplateAdmin") -> list[URLPattern]:
    """History page (the admin's own history shows settings, ours shows texts), and the text delivered since."""
    return [
        path("<int:object_id>/versions/", bound(model_admin, versions), name="letters_template_versions"),
        path(
            "<int:object_id>/delivered/<slug:language>/",
            bound(model_admin, delivered),
            name="letters_template_delivered",
        ),
    ]


def versions(model_admin: "TemplateAdmin", request: HttpRequest, object_id: int) -> HttpResponse:
    """Every version, newest first, and the difference of one of them from the one before it."""
    template = opened(model_admin, request, object_id)
    rows = list(template.versions.select_related("published_by").order_by("language", "-number"))
    chosen = _chosen(rows, request.GET.get("version", ""))
    context = page_context(
        model_admin,
        request,
        template,
        title=template.name,
        versions=rows,
        chosen=chosen,
        changes=changes(_before(template, chosen), chosen) if chosen else [],
    )
    return render(request, "admin/letters/template/versions.html", context)


def delivered(model_admin: "TemplateAdmin", request: HttpRequest, object_id: int, language: str) -> HttpResponse:
    """The newer text of the product against the one here; a POST makes it the draft."""
    template = opened(model_admin, request, object_id, to_write=request.method == "POST")
    newer = newer_text(template, language)
    if newer is None:
        raise Http404
    if request.method == "POST":
        read = request.POST.get("read")
        try:
            save_draft(
                template,
                language=language,
                subject=newer.subject,
                body=newer.body,
                days_to_pay=newer.days_to_pay,
                read=read,
            )
        except TextChanged as refusal:
            messages.error(request, str(refusal))
            return HttpResponseRedirect(request.path)
        messages.success(
            request, _("The delivered text is now the draft; the published text stays in use until you publish it.")
        )
        return HttpResponseRedirect(
            f"{reverse('admin:letters_template_change', args=[template.pk])}?language={language}"
        )
    latest = template.versions.filter(language=language).order_by("-number").first()
    context = page_context(
        model_admin,
        request,
        template,
        title=template.name,
        language=language,
        latest=latest,
        read=mark_of(latest),
        changes=changes(latest, newer),
    )
    return render(request, "admin/letters/template/delivered.html", context)


def _chosen(rows: list[TemplateVersion], asked: str) -> TemplateVersion | None:
    """The one asked for, else the latest edited."""
    asked_for = [row for row in rows if str(row.pk) == asked]
    return max(asked_for or rows, key=lambda row: (row.published_at is None, row.number, row.pk), default=None)


def _before(template: Template, version: TemplateVersion | None) -> TemplateVersion | None:
    if version is None:
        return None
    earlier = template.versions.filter(language=version.language, number__lt=version.number)
    return earlier.order_by("-number").first()
