from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm.accounts.rules import reads_pages, works_customers
from crm.core import keyset
from crm.core.access import opened_to
from crm.core.framing import shown_alone
from telephony.localmail import operations
from telephony.localmail.forms import AnswerForm
from telephony.localmail.models import LocalMail
from telephony.localmail.queries import mails_of

NEWEST = keyset.Sort("id", descending=True)


@require_GET
@opened_to(reads_pages)
def mails(request: HttpRequest) -> HttpResponse:
    """Every mail, newest first; `q` narrows to a recipient or a word of the subject."""
    found = mails_of(request.user).defer("raw")
    if words := request.GET.get("q", "").strip():
        found = found.filter(recipient__icontains=words) | found.filter(subject__icontains=words)
    try:
        page = keyset.page(found, NEWEST, after=request.GET.get("after", ""))
    except keyset.BadCursor as error:
        raise Http404 from error
    return render(request, "localmail/list.html", {"page": page, "q": words})


@require_GET
@opened_to(reads_pages)
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    """One mail, with the buttons of what may happen to it."""
    one = _mail(request, pk)
    message = operations.parsed(one)
    headers = [(name, str(message[name])) for name in ("Reply-To", "Message-ID", "References", "List-Unsubscribe")]
    files = [part.get_filename() or part.get_content_type() for part in message.iter_attachments()]
    context = {
        "mail": one,
        "headers": [(name, value) for name, value in headers if value != "None"],
        "files": files,
        "text": _body(one, "plain"),
        "has_html": bool(_body(one, "html")),
        "form": AnswerForm(),
        "may_press": works_customers(request.user),
    }
    return render(request, "localmail/mail.html", context)


@require_GET
@opened_to(reads_pages)
@shown_alone
def html(request: HttpRequest, pk: int) -> HttpResponse:
    """The HTML of a mail as it is, alone in a sandbox: no script, no network."""
    return HttpResponse(_body(_mail(request, pk), "html"))


@require_GET
@opened_to(reads_pages)
def attachment(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """One file of a mail, to download."""
    files = list(operations.parsed(_mail(request, pk)).iter_attachments())
    if number >= len(files):
        raise Http404
    headers = {"Content-Disposition": content_disposition_header(True, files[number].get_filename() or "file")}
    content = files[number].get_payload(decode=True)
    return HttpResponse(content, content_type=files[number].get_content_type(), headers=headers)


@require_POST
@opened_to(works_customers)
def press(request: HttpRequest, pk: int, button: str) -> HttpResponse:
    """Delivered, bounced, complained…: told to the application's true webhook."""
    if button not in operations.EVENTS:
        raise Http404
    one = _mail(request, pk)
    try:
        operations.press(one, button, at=timezone.now())
    except operations.WebhookRefused as refusal:
        messages.error(request, _("The webhook refused: %(reason)s") % {"reason": refusal})
    else:
        messages.success(request, _("Told to the application."))
    return redirect("localmail:mail", pk)


@require_POST
@opened_to(works_customers)
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """The recipient's reply, handed to the application's true webhook."""
    one, form = _mail(request, pk), AnswerForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Write a reply first."))
        return redirect("localmail:mail", pk)
    try:
        operations.answer(one, form.cleaned_data["text"], at=timezone.now())
    except operations.WebhookRefused as refusal:
        messages.error(request, _("The webhook refused: %(reason)s") % {"reason": refusal})
    else:
        messages.success(request, _("Reply handed to the application."))
    return redirect("localmail:mail", pk)


def _mail(request: HttpRequest, pk: int) -> LocalMail:
    return get_object_or_404(mails_of(request.user), pk=pk)


def _body(one: LocalMail, kind: str) -> str:
    part = operations.parsed(one).get_body(preferencelist=(kind,))
    return str(part.get_content()) if part else ""
