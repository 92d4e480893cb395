"""A letter as it was composed, for those who see the customer."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from crm.accounts.rules import reads_pages
from crm.core.access import opened_to
from telephony.messaging.models import Message

PDF = "application/pdf"


@require_GET
@opened_to(reads_pages)
def letter(request: HttpRequest, message_id: int) -> HttpResponse:
    """The PDF of a letter, to read or print again; 404 when it is not composed yet."""
    message = get_object_or_404(Message.objects.visible_to(request.user), pk=message_id)
    return letter_pdf(message)


def letter_pdf(message: Message) -> HttpResponse:
    """The first PDF of a message; Http404 when it has none."""
    enclosure = message.enclosures.filter(mimetype=PDF).order_by("pk").first()
    if enclosure is None:
        raise Http404
    return pdf_answer(bytes(enclosure.content), enclosure.name)


def pdf_answer(content: bytes, name: str) -> HttpResponse:
    """A PDF shown in the browser."""
    headers = {"Content-Disposition": content_disposition_header(False, name)}
    return HttpResponse(content, content_type=PDF, headers=headers)
