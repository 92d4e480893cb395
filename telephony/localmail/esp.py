"""The sending interface of Mailgun, as much of it as Anymail uses: POST /v3/DOMAIN/messages."""

from base64 import b64decode
from binascii import Error as BadBase64
from email.message import EmailMessage
from email.utils import parseaddr

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from crm.core.access import opened_to
from telephony.core.access import verified_by_provider
from telephony.localmail.operations import take

# Domain whose API answers errors, to see what the application does with them: 500@error.example, 429@error.example…
ERRORS_DOMAIN = "@error.example"


@login_not_required
@csrf_exempt
@require_POST
@opened_to(verified_by_provider)
def messages(request: HttpRequest, domain: str) -> HttpResponse:
    """Take one mail; 401 without the key of the API."""
    if not _has_key(request):
        return HttpResponse("Forbidden", status=401)
    recipient = parseaddr(request.POST.get("to", ""))[1]
    code = recipient.removesuffix(ERRORS_DOMAIN)
    if recipient.endswith(ERRORS_DOMAIN) and code.isdecimal() and 400 <= int(code) <= 599:
        return JsonResponse({"message": f"You asked for a {code}"}, status=int(code))
    variables = {name[2:]: str(value) for name, value in request.POST.items() if name.startswith("v:")}
    mail = take(composed(request).as_bytes(), recipient=recipient, variables=variables)
    return JsonResponse({"id": mail.message_id, "message": "Queued. Thank you."})


def composed(request: HttpRequest) -> EmailMessage:
    """The mail Mailgun would make of these fields."""
    mail = EmailMessage()
    for field in ("from", "to", "cc", "subject"):
        if request.POST.get(field):
            mail[field.title()] = request.POST[field]
    for name, value in request.POST.items():
        if name.startswith("h:"):
            mail[name[2:]] = str(value)
    mail.set_content(request.POST.get("text", ""))
    if html := request.POST.get("html"):
        mail.add_alternative(html, subtype="html")
    for file in request.FILES.getlist("attachment"):
        main, _, sub = (file.content_type or "application/octet-stream").partition("/")
        mail.add_attachment(file.read(), maintype=main, subtype=sub, filename=file.name)
    return mail


def _has_key(request: HttpRequest) -> bool:
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    try:
        user, _, key = b64decode(given).decode().partition(":")
    except (BadBase64, ValueError):
        return False
    return kind == "Basic" and user == "api" and constant_time_compare(key, settings.ANYMAIL["MAILGUN_API_KEY"])
