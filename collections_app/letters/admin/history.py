"""Versions of a template and what changed between them."""

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path

from collections_app.letters.admin.opening import bound, opened, page_context
from collections_app.letters.history import changes
from collections_app.letters.models import Template, TemplateVersion

if TYPE_CHECKING:
    from collections_app.letters.admin.templates import TemplateAdmin


def urls(model_admin: "TemplateAdmin") -> list[URLPattern]:
    """History page; the admin's own history shows settings, ours shows texts."""
    return [path("<int:object_id>/versions/", bound(model_admin, versions), name="letters_template_versions")]


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


def _chosen(rows: list[TemplateVersion], asked: str) -> TemplateVersion | None:
    """The one asked for, else the latest edited."""
    asked_for = [row for row in rows if str(row.pk) == asked]
    return max(asked_for or rows, key=lambda row: (row.published_at is None, row.number, row.pk), default=None)


def _before(template: Template, version: TemplateVersion | None) -> TemplateVersion | None:
    if version is None:
        return None
    earlier = template.versions.filter(language=version.language, number__lt=version.number)
    return earlier.order_by("-number").first()
