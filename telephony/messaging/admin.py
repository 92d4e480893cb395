"""Messages and mail received: looked at, never edited; what nobody could tell is settled here."""

from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy as _, ngettext

from crm.accounts.backoffice import ReadOnlyScopedAdmin
from crm.accounts.rules import leads
from crm.core.backoffice import ReadOnlyAdmin, ReadOnlyInline, tell_refused
from crm.core.each import each
from crm.core.formats import money
from telephony.core.outgoing import in_words
from telephony.messaging import operations
from telephony.messaging.models import Attempt, DeliveryEvent, Enclosure, Message, Reply
from telephony.messaging.operations.freezing import body

RECOGNISED_BY = {
    "token": _("the address written to"),
    "reference": _("the mail it answers"),
    "sender": _("its sender"),
    "person": _("a person"),
}


class AttemptInline(ReadOnlyInline):
    model = Attempt
    fields = ["started_at", "ended_at", "provider", "provider_id", "result", "error_code", "error_text"]
    ordering = ["pk"]


class DeliveryEventInline(ReadOnlyInline):
    model = DeliveryEvent
    fields = ["at", "kind", "permanent", "recipient", "reason", "provider"]
    ordering = ["at", "pk"]


@admin.register(Message)
class MessageAdmin(ReadOnlyScopedAdmin):
    list_display = ["customer", "channel", "recipient", "subject", "state", "not_before_at", "sent_at"]
    list_filter = ["state", "channel", "entity"]
    list_select_related = ["customer"]
    search_fields = ["=recipient", "=customer__external_id", "=message_id"]
    ordering = ["-id"]
    inlines = [AttemptInline, DeliveryEventInline]
    actions = ["it_left", "it_did_not_leave"]
    fieldsets = [
        (None, {"fields": [("customer", "entity"), ("channel", "recipient", "language"), ("state", "why")]}),
        (_("What was written"), {"fields": ["subject", "content", "claimed", "files", "digest"]}),
        (
            _("When"),
            {"fields": [("created_at", "not_before_at", "reserved_at"), ("sent_at", "delivered_at", "closed_at")]},
        ),
        (_("Origin"), {"fields": [("origin", "origin_id", "rank"), "message_id", "variables"]}),
    ]

    def get_urls(self) -> list[URLPattern]:
        download = self.admin_site.admin_view(self.download)
        return [path("enclosure/<int:pk>/", download, name="messaging_enclosure"), *super().get_urls()]

    @admin.display(description=_("attempt"))
    def rank(self, message: Message) -> int:
        """Which attempt of what asked for it: 1 for the first."""
        return message.attempt_key

    @admin.display(description=_("reason"))
    def why(self, message: Message) -> str:
        """What keeps it, or ended it, in words."""
        return in_words(message.reason) or "—"

    @admin.display(description=_("text"))
    def content(self, message: Message) -> SafeString:
        """The text version, as it left."""
        return format_html('<div class="readonly-text"><pre>{}</pre></div>', body(message)["text"] or "—")

    @admin.display(description=_("amount"))
    def claimed(self, message: Message) -> str:
        """What it asks for, at the precision of its currency."""
        return "—" if message.amount is None else money(message.amount, message.currency)

    @admin.display(description=_("enclosures"))
    def files(self, message: Message) -> SafeString:
        """Each file with the link that downloads it."""
        kept = message.enclosures.defer("content").order_by("pk")
        links = [(reverse("admin:messaging_enclosure", args=[file.pk]), file.name) for file in kept]
        return format_html_join(" · ", '<a href="{}">{}</a>', links) or SafeString("—")

    def download(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """A file as it left, for those who may see its message."""
        seen = Enclosure.objects.filter(message__in=self.get_queryset(request))
        file = get_object_or_404(seen, pk=pk)
        return FileResponse(
            iter([bytes(file.content)]), as_attachment=True, filename=file.name, content_type=file.mimetype
        )

    def has_reconcile_permission(self, request: HttpRequest) -> bool:
        """Who may say what became of a message."""
        return leads(request.user)

    @admin.action(description=_("To verify → it left"), permissions=["reconcile"])
    def it_left(self, request: HttpRequest, queryset: QuerySet[Message]) -> None:
        self._reconcile(request, queryset, sent=True)

    @admin.action(description=_("To verify → it did not leave, send again"), permissions=["reconcile"])
    def it_did_not_leave(self, request: HttpRequest, queryset: QuerySet[Message]) -> None:
        self._reconcile(request, queryset, sent=False)

    def _reconcile(self, request: HttpRequest, queryset: QuerySet[Message], *, sent: bool) -> None:
        settle = partial(operations.reconcile, sent=sent, by=request.user, at=timezone.now())  # type: ignore[arg-type]
        tried = each(queryset, settle, operations.AlreadySettled)
        tell_refused(request, tried, "customer")
        if done := len(tried.done):
            text = ngettext("%(count)s message settled.", "%(count)s messages settled.", done) % {"count": done}
            messages.success(request, text)


class GivenUpFilter(admin.SimpleListFilter):
    """News a person must look at."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("given_up", _("given up"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[DeliveryEvent]) -> QuerySet[DeliveryEvent]:
        return queryset.filter(applied_at=None, given_up_at__isnull=False) if self.value() else queryset


@admin.register(DeliveryEvent)
class DeliveryEventAdmin(ReadOnlyAdmin):
    """What providers told, and what could not be applied; for administrators."""

    reads = staticmethod(lambda user: bool(user.is_superuser))
    list_display = ["received_at", "provider", "kind", "recipient", "message", "applied_at", "error", "given_up_at"]
    list_select_related = ["message"]
    list_filter = [GivenUpFilter]
    ordering = ["-pk"]
    actions = ["apply_again", "leave"]

    @admin.action(description=_("Given up → apply again within a minute"), permissions=["view"])
    def apply_again(self, request: HttpRequest, queryset: QuerySet[DeliveryEvent]) -> None:
        count = operations.apply_again(queryset)
        messages.success(request, _("%(count)s to be tried again.") % {"count": count})

    @admin.action(description=_("Given up → leave it"), permissions=["view"])
    def leave(self, request: HttpRequest, queryset: QuerySet[DeliveryEvent]) -> None:
        count = operations.leave_unapplied(queryset, at=timezone.now())
        text = ngettext("%(count)s is left as it is.", "%(count)s are left as they are.", count)
        messages.success(request, text % {"count": count})


class UnattachedFilter(admin.SimpleListFilter):
    """Mail nobody recognised."""

    title = _("customer")
    parameter_name = "whose"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("nobody", _("not recognised"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Reply]) -> QuerySet[Reply]:
        return queryset.filter(customer__isnull=True) if self.value() else queryset


class ReplyForm(ModelForm):
    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if customer := given.get(
            "customer"
        ):  # whose entity is that of his mail: what is checked is the row as it will be
            self.instance.entity = customer.entity
        return given


@admin.register(Reply)
class ReplyAdmin(ReadOnlyScopedAdmin):
    form = ReplyForm
    list_display = ["received_at", "sender", "subject", "kind", "customer", "recognised_by"]
    list_filter = ["kind", UnattachedFilter, "entity"]
    list_select_related = ["customer"]
    search_fields = ["=sender", "=customer__external_id", "subject"]
    ordering = ["-id"]
    raw_id_fields = ["customer"]
    actions = ["read_again", "set_aside"]
    fields = [
        "arrived_at", "received_at", "sender", "recipients", "subject", "text", "kind", "customer", "message",
        "recognised_by",
    ]  # fmt: skip

    @admin.display(description=_("recognised by"), ordering="matched_by")
    def recognised_by(self, reply: Reply) -> str:
        """What told whose mail it is, in words."""
        return str(RECOGNISED_BY.get(reply.matched_by, "—"))

    def has_settle_permission(self, request: HttpRequest) -> bool:
        """Who may say what becomes of a mail that could not be read."""
        return leads(request.user)

    @admin.action(description=_("Not readable → read again"), permissions=["settle"])
    def read_again(self, request: HttpRequest, queryset: QuerySet[Reply]) -> None:
        done = operations.read_again(queryset)
        text = ngettext(
            "%(count)s mail is read again within a minute.", "%(count)s mails are read again within a minute.", done
        )
        messages.success(request, text % {"count": done})

    @admin.action(description=_("Not readable → set aside"), permissions=["settle"])
    def set_aside(self, request: HttpRequest, queryset: QuerySet[Reply]) -> None:
        done = operations.set_aside(queryset)
        messages.success(
            request, ngettext("%(count)s mail set aside.", "%(count)s mails set aside.", done) % {"count": done}
        )

    def has_change_permission(self, request: HttpRequest, obj: Reply | None = None) -> bool:
        """A mail nobody recognised may be given to its customer; nothing else changes."""
        return obj is not None and obj.customer_id is None and leads(request.user)

    def get_readonly_fields(self, request: HttpRequest, obj: Reply | None = None) -> list[str]:
        return [name for name in self.fields if name != "customer"]  # type: ignore[misc]

    def save_model(self, request: HttpRequest, obj: Reply, form: Any, change: bool) -> None:
        if obj.customer is None:
            return
        try:
            operations.attach_reply(obj, obj.customer, by=request.user, at=timezone.now())  # type: ignore[arg-type]
        except operations.AlreadyAttached as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, gettext("The mail is in the customer's history."))

    def response_change(self, request: HttpRequest, obj: Reply) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:messaging_reply_changelist"))
