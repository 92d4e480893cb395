"""What else is done with a template: the message exactly as it leaves, a copy, the archive, its settings."""

from typing import TYPE_CHECKING

from csp.decorators import csp_update
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from collections_app.letters import operations, previews
from collections_app.letters.admin.opening import bound, opened, page_context
from collections_app.letters.compose import NOT_WRITTEN, Composed
from collections_app.letters.forms import DuplicateForm
from collections_app.letters.models import Template
from crm.accounts.calendars import today
from crm.customers.models import Channel

if TYPE_CHECKING:
    from collections_app.letters.admin.templates import TemplateAdmin


def urls(model_admin: "TemplateAdmin") -> list[URLPattern]:
    """Pages beside the editor."""
    name = "letters_template_"
    return [
        path("<int:object_id>/settings/", bound(model_admin, settings), name=f"{name}settings"),
        path("<int:object_id>/letter.pdf", bound(model_admin, letter), name=f"{name}letter"),
        path("<int:object_id>/mail.html", bound(model_admin, mail), name=f"{name}mail"),
        path("<int:object_id>/duplicate/", bound(model_admin, duplicate), name=f"{name}duplicate"),
        path("<int:object_id>/archive/", bound(model_admin, archive), name=f"{name}archive"),
    ]


def settings(model_admin: "TemplateAdmin", request: HttpRequest, object_id: int) -> HttpResponseBase:
    """Name, tone, attachments."""
    return model_admin.settings_view(request, str(object_id))


def letter(model_admin: "TemplateAdmin", request: HttpRequest, object_id: int) -> HttpResponse:
    """The last saved text as the PDF that would be printed."""
    template = opened(model_admin, request, object_id)
    try:
        composed = _composed(template, request)
    except NOT_WRITTEN as refusal:
        return _not_written(request, template, refusal)
    if not composed.attachments:
        raise Http404
    file = composed.attachments[0]
    headers = {"Content-Disposition": content_disposition_header(False, file.name)}
    return HttpResponse(file.content, content_type=file.mimetype, headers=headers)


def mail(model_admin: "TemplateAdmin", request: HttpRequest, object_id: int) -> HttpResponseBase:
    """The last saved text as the HTML mail that would leave."""
    template = opened(model_admin, request, object_id)
    if template.channel != Channel.EMAIL:
        raise Http404
    try:
        html = _composed(template, request).html
    except NOT_WRITTEN as refusal:
        return _not_written(request, template, refusal)
    # Mail readers need styles on each element; this one answer may carry them, and no script.
    return csp_update({"style-src": ["'self'", "'unsafe-inline'"]})(lambda request: HttpResponse(html))(request)


def _not_written(request: HttpRequest, template: Template, refusal: Exception) -> HttpResponse:
    """Back in the editor, with the reason."""
    messages.error(request, str(refusal))
    return HttpResponseRedirect(reverse("admin:letters_template_change", args=[template.pk]))


def _composed(template: Template, request: HttpRequest) -> Composed:
    on = today(template.entity, timezone.now())
    customer = previews.sample_customer(template, request.user, search=request.GET.get("customer", ""), on=on)
    versions = template.versions.order_by("-number")
    version = versions.filter(language=request.GET.get("language") or template.entity.language).first()
    if customer is None or version is None:
        raise Http404
    return previews.composed(version, customer, on=on, sender=request.user)


def duplicate(model_admin: "TemplateAdmin", request: HttpRequest, object_id: int) -> HttpResponse:
    """Ask for a name and a code, then open the copy."""
    template = opened(model_admin, request, object_id, to_write=True)
    initial = {"name": _("%(name)s (copy)") % {"name": template.name}, "code": f"{template.code}-2"[:40]}
    form = DuplicateForm(request.POST or None, initial=initial, template=template)
    if request.method == "POST" and form.is_valid():
        copy = operations.duplicate(template, **form.cleaned_data)
        messages.success(request, _("The copy holds the last texts as drafts."))
        return HttpResponseRedirect(reverse("admin:letters_template_change", args=[copy.pk]))
    context = page_context(model_admin, request, template, title=template.name, form=form)
    return render(request, "admin/letters/template/duplicate.html", context)


def archive(model_admin: "TemplateAdmin", request: HttpRequest, object_id: int) -> HttpResponse:
    """Put away, or back: what the button said, whatever became of the template since."""
    template = opened(model_admin, request, object_id, to_write=True)
    if request.method == "POST":
        (operations.restore if request.POST.get("verb") == "unarchive" else operations.archive)(template)
        text = _("The template is archived.") if template.archived else _("The template is back in the lists.")
        messages.success(request, text)
    return HttpResponseRedirect(reverse("admin:letters_template_change", args=[template.pk]))
