"""Opening one template for a view of the admin: rows and rights checked in one place."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from collections_app.letters.models import Template
from crm.core.backoffice import row_of

if TYPE_CHECKING:
    from collections_app.letters.admin.templates import TemplateAdmin


def opened(model_admin: "TemplateAdmin", request: HttpRequest, object_id: Any, *, to_write: bool = False) -> Template:
    """The template, when the person may see it (or write it). Raises Http404, PermissionDenied."""
    template: Template = row_of(model_admin.get_queryset(request).select_related("entity"), object_id)
    allowed = model_admin.has_change_permission if to_write else model_admin.has_view_permission
    if not allowed(request, template):
        raise PermissionDenied
    return template


def page_context(model_admin: "TemplateAdmin", request: HttpRequest, template: Template, **more: Any) -> dict[str, Any]:
    """What every page about a template needs."""
    return {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "template": template,
        "may_write": model_admin.has_change_permission(request, template),
        **more,
    }


def bound(model_admin: "TemplateAdmin", view: Callable[..., HttpResponseBase]) -> Any:
    """A view of ours `view(model_admin, request, …)` behind the login of the admin."""

    def wrapped(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        return view(model_admin, request, **kwargs)

    return model_admin.admin_site.admin_view(wrapped)
