from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import override
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from crm.core.access import opened_to
from telephony.core.access import holder_of_token
from telephony.messaging import operations
from telephony.messaging.models import Message


@login_not_required
@csrf_exempt  # RFC 8058: the mail program posts without a cookie; the token is the proof
@require_http_methods(["GET", "POST"])
@opened_to(holder_of_token)
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Ask, then opt out. A GET changes nothing: mail scanners follow every link."""
    message = get_object_or_404(Message.objects.select_related("entity"), token=token)
    if request.method == "POST":
        operations.unsubscribe(message, at=timezone.now())
    with override(message.language or message.entity.language):
        context = {"message": message, "done": request.method == "POST"}
        return render(request, "messaging/unsubscribe.html", context)
