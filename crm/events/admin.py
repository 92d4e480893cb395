from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from crm.core.backoffice import ReadOnlyAdmin
from crm.events.models import Delivery
from crm.events.operations import TRIES


class Waiting(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        said = {"waiting": _("not taken yet"), "failed": _("failed, to be tried again"), "given_up": _("given up")}
        return [(state, str(words)) for state, words in said.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> QuerySet[Delivery]:
        waiting = queryset.filter(processed_at__isnull=True)
        if self.value() == "failed":
            return waiting.filter(failures__gt=0, failures__lt=TRIES)
        if self.value() == "given_up":
            return waiting.filter(failures__gte=TRIES)
        return waiting if self.value() == "waiting" else queryset


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    """What the house told itself, and what did not arrive; for administrators."""

    reads = staticmethod(lambda user: bool(user.is_superuser))
    list_display = ["event_kind", "consumer", "happened_at", "processed_at", "failures", "last_error", "retry_at"]
    list_select_related = ["event"]
    list_filter = [Waiting, "consumer"]
    ordering = ["-pk"]
    actions = ["try_again"]

    @admin.display(description=_("event"))
    def event_kind(self, delivery: Delivery) -> str:
        return delivery.event.kind

    @admin.display(description=_("happened at"))
    def happened_at(self, delivery: Delivery) -> object:
        return delivery.event.at

    @admin.action(description=_("Try again within a minute"), permissions=["view"])
    def try_again(self, request: HttpRequest, chosen: QuerySet[Delivery]) -> None:
        """Forget the failures, so that the sweeper takes it at its next turn."""
        count = chosen.filter(processed_at__isnull=True).update(failures=0, retry_at=None)
        self.message_user(request, _("%(count)s to be tried again.") % {"count": count})
