"""The editor of a template: text beside its preview, variables and problems; draft, publication, test send."""

import re
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from collections_app.letters import operations, previews, script, sms
from collections_app.letters.admin.opening import bound, opened, page_context
from collections_app.letters.compose import NOT_WRITTEN, Composed
from collections_app.letters.faults import Problem, problems_of
from collections_app.letters.forms import TextForm, languages
from collections_app.letters.languages import known
from collections_app.letters.mail import named
from collections_app.letters.models import Template, TemplateVersion
from collections_app.letters.newer import newer_text
from collections_app.letters.operations import TemplateRefused, TextChanged
from collections_app.letters.testing import TestNotSent, send_test
from collections_app.letters.variables import published
from crm.accounts.calendars import today
from crm.core.liquid import TemplateFault
from crm.customers.models import Channel

if TYPE_CHECKING:
    from collections_app.letters.admin.templates import TemplateAdmin

PAGE = "admin/letters/template/editor.html"


def urls(model_admin: "TemplateAdmin") -> list[URLPattern]:
    """Fragments of the editor."""
    name = "letters_template_"
    return [
        path("<int:object_id>/preview/", bound(model_admin, preview), name=f"{name}preview"),
        path("<int:object_id>/variables/", bound(model_admin, variables), name=f"{name}variables"),
    ]


def edit(model_admin: "TemplateAdmin", request: HttpRequest, object_id: Any) -> HttpResponse:
    """Show or save the text of one language; `verb` says which button was pressed."""
    template = opened(model_admin, request, object_id, to_write=request.method == "POST")
    if request.method == "POST":
        return _saved(model_admin, request, template)
    language = _language(request.GET.get("language", ""), template)
    version = _current(template, language)
    initial = {
        "language": language,
        "subject": version.subject if version else "",
        "body": version.body if version else "",
        "days_to_pay": version.days_to_pay if version else None,
        "customer": request.GET.get("customer", ""),
    }
    may_write = model_admin.has_change_permission(request, template)
    form = TextForm(initial=initial, template=template, may_write=may_write)
    return _page(model_admin, request, template, form, language)


def _page(
    model_admin: "TemplateAdmin",
    request: HttpRequest,
    template: Template,
    form: TextForm,
    language: str,
    refusals: list[str] | None = None,
    overtaken: str = "",
) -> HttpResponse:
    """`overtaken`: that somebody else wrote the text meanwhile; what was read stays what it was."""
    latest = {version.language: version for version in operations.latest_versions(template)}
    tabs = [(code, name, latest.get(code)) for code, name in languages()]
    context = page_context(
        model_admin,
        request,
        template,
        title=template.name,
        form=form,
        language=language,
        tabs=tabs,
        version=latest.get(language),
        variables=published(template.channel),
        refusals=refusals or [],
        overtaken=overtaken,
        read=request.POST["read"] if overtaken else operations.mark_of(latest.get(language)),
        newer=newer_text(template, language) is not None,
        steps=template.channel == Channel.PHONE,
    )
    return render(request, PAGE, context, status=409 if refusals or overtaken else 200)


def _saved(model_admin: "TemplateAdmin", request: HttpRequest, template: Template) -> HttpResponse:
    form = TextForm(request.POST, template=template)
    language = _language(request.POST.get("language", ""), template)
    if not form.is_valid():
        return _page(model_admin, request, template, form, language, [_("The text is not complete.")])
    try:
        _written(request, template, form, language)
    except TextChanged as refusal:
        return _page(model_admin, request, template, form, language, overtaken=str(refusal))
    except TemplateRefused as refusal:
        return _page(model_admin, request, template, form, language, refusal.reasons)
    return HttpResponseRedirect(_here(template, language, form.cleaned_data["customer"]))


def _written(request: HttpRequest, template: Template, form: TextForm, language: str) -> None:
    verb, read = request.POST.get("verb", ""), request.POST.get("read")
    if verb == "discard":
        operations.discard_draft(template, language=language, read=read)
        messages.success(request, _("The draft is forgotten; the published text stays in use."))
        return
    text = {key: form.cleaned_data[key] for key in ("subject", "body", "days_to_pay")}
    draft = operations.save_draft(template, language=language, read=read, **text)
    _after_saving(request, template, draft, verb, form.cleaned_data["customer"])


def _after_saving(request: HttpRequest, template: Template, draft: TemplateVersion, verb: str, search: str) -> None:
    user: Any = request.user
    if verb == "test":
        _test(request, template, draft, search)
    elif draft.published_at:
        messages.info(request, _("Nothing has changed: version %(number)s is in use.") % {"number": draft.number})
    elif verb == "publish":
        operations.publish(draft, by=user, at=timezone.now())
        messages.success(
            request, _("Version %(number)s is published: it is used from now on.") % {"number": draft.number}
        )
    else:
        messages.success(request, _("The draft is saved; the published text stays in use until you publish it."))


def _test(request: HttpRequest, template: Template, draft: TemplateVersion, search: str) -> None:
    user: Any = request.user
    on = today(template.entity, timezone.now())
    customer = previews.sample_customer(template, user, search=search, on=on)
    if customer is None:
        messages.error(request, _("No customer answers this search."))
        return
    try:
        send_test(template, previews.composed(draft, customer, on=on, sender=user), to=user)
    except (TestNotSent, *NOT_WRITTEN) as refusal:
        messages.error(request, _("The test was not sent: %(why)s") % {"why": refusal})
    else:
        messages.success(request, _("The test was sent to %(address)s.") % {"address": user.email})


def preview(model_admin: "TemplateAdmin", request: HttpRequest, object_id: int) -> HttpResponse:
    """Fragment: problems, then the message filled for a customer."""
    template = opened(model_admin, request, object_id)
    on = today(template.entity, timezone.now())
    version = TemplateVersion(
        template=template,
        language=_language(request.POST.get("language", ""), template),
        subject=request.POST.get("subject", ""),
        body=request.POST.get("body", "").replace("\r\n", "\n"),
        days_to_pay=_days(request.POST.get("days_to_pay", "")),
    )
    problems = problems_of(version, on=on)
    customer = previews.sample_customer(template, request.user, search=request.POST.get("customer", ""), on=on)
    context = {"template": template, "customer": customer, "language": version.language}
    if customer is not None and not any(problem.blocking for problem in problems):
        context |= _filled(version, customer, on, problems, request)
    return render(request, "admin/letters/template/_preview.html", {**context, "problems": problems})


def _days(typed: str) -> int | None:
    """While it is being typed: what is no number of days yet is none; saving says so."""
    return int(typed) if re.fullmatch("[1-9][0-9]{0,2}", typed) else None


def _filled(
    version: TemplateVersion, customer: Any, on: date, problems: list[Problem], request: HttpRequest
) -> dict[str, Any]:
    try:
        composed = previews.composed(version, customer, on=on, sender=request.user, to_read=True)
    except TemplateFault as fault:
        problems.append(Problem(fault.message, "body", fault.line, fault.column))
        return {}
    return shown(version.template, composed) | {"composed": composed}


def shown(template: Template, composed: Composed) -> dict[str, Any]:
    """A composed message as the page draws it."""
    if template.channel == Channel.SMS:
        return {"sms": sms.measure(composed.text)}
    if template.channel == Channel.PHONE:
        return {"steps": [(step.title, named(step.pieces)) for step in script.steps(composed.pieces)]}
    return {"pieces": named(composed.pieces)}


def variables(model_admin: "TemplateAdmin", request: HttpRequest, object_id: int) -> HttpResponse:
    """Fragment: the published variables that answer a word."""
    template = opened(model_admin, request, object_id)
    found = published(template.channel, request.GET.get("q", ""))
    return render(request, "admin/letters/template/_variables.html", {"variables": found})


def _language(asked: str, template: Template) -> str:
    codes = [code for code, _name in languages()]
    own = known(template.entity.language)
    return asked if asked in codes else own if own in codes else codes[0]


def _current(template: Template, language: str) -> TemplateVersion | None:
    return template.versions.filter(language=language).order_by("-number").first()


def _here(template: Template, language: str, customer: str) -> str:
    url = reverse("admin:letters_template_change", args=[template.pk])
    return f"{url}?{urlencode({'language': language} | ({'customer': customer} if customer else {}))}"
