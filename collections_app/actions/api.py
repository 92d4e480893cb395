"""Actions of an entity: list, complete."""

from datetime import date
from typing import Any

from django.db.models import Q
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from collections_app.actions.deeds import deeds_with, earlier_deed, touches_others
from collections_app.actions.labels import Outcome
from collections_app.actions.models import OPEN_STATES, Action, ActionKind, ActionState
from collections_app.actions.operations import Said, SaidRefused, conclude, take_back
from collections_app.actions.said import ASKED
from collections_app.actions.states import ActionRefused
from crm.accounts import rules
from crm.accounts.api import ApiView
from crm.core.rest import Amount, FollowedQuery, Following, Shape, Unprocessable, page_of, paged
from crm.core.rest.sweeping import newer, swept
from crm.core.sql import codes
from crm.customers.models import Channel
from crm.receivables.models import Invoice

# Each has its own suspension, written at once.
MOST_INVOICES = 100


# (By key, for the few that are open in a stretch: without an offset all lines there are would be read.)
# A night that changes which invoices an open action carries, and not their sum, leaves its row alone.
OTHER_LINES = f"""r.state in {codes(OPEN_STATES)}
    and exists (select from actions_actionline l where l.action_id = r.id and {newer("l")} offset 0)"""
CHANGES = swept("actions_action", or_else=OTHER_LINES)


class ActionQuery(FollowedQuery):
    state = serializers.ChoiceField(ActionState.choices, required=False)
    channel = serializers.ChoiceField(Channel.choices, required=False)
    kind = serializers.ChoiceField(ActionKind.choices, required=False)
    customer = serializers.CharField(required=False, help_text="Account of the customer.")
    collector = serializers.CharField(required=False, help_text="User name of the collector.")


class ActionOutput(serializers.ModelSerializer[Action]):
    customer = serializers.CharField(source="customer.external_id")
    customer_name = serializers.CharField(source="customer.name")
    collector = serializers.CharField(source="owner.username", allow_null=True, default=None)
    amount = Amount()
    invoices = serializers.SerializerMethodField()
    declare_by = serializers.SerializerMethodField()

    class Meta:
        model = Action
        fields = [
            "id", "customer", "customer_name", "kind", "step_code", "channel", "mode", "state", "formal_notice",
            "currency", "amount", "oldest_due_on", "opened_on", "snoozed_until", "collector", "reasons", "outcome",
            "note", "closed_at", "invoices", "declare_by",
        ]  # fmt: skip

    def get_invoices(self, action: Action) -> list[str]:
        """External ids of the invoices carried."""
        return [line.invoice.external_id for line in action.lines.all()]

    def get_declare_by(self, action: Action) -> date | None:
        """Of claims to be declared (kind declaration): the last day the law leaves for it."""
        return action.occasion_on if action.kind == ActionKind.DECLARATION else None


class TakingBackInput(Shape):
    deed = serializers.IntegerField(
        required=False, help_text="The `earlier_deed` of an answer; without it, what was done last."
    )


class TakenBackOutput(ActionOutput):
    taken_back = serializers.ListField(
        child=serializers.IntegerField(), help_text="Ids of all actions taken back, this one among them."
    )
    left = serializers.ListField(
        child=serializers.IntegerField(),
        help_text="Ids of those of the same go, or that had followed, which somebody or the night went on with since.",
    )
    closed = serializers.ListField(
        child=serializers.IntegerField(),
        help_text="Ids of those that would wait again, had what they ask for not been paid or suspended meanwhile.",
    )

    earlier_deed = serializers.IntegerField(
        allow_null=True, help_text="What the same person had done with it before, to be taken back by its id."
    )

    class Meta(ActionOutput.Meta):
        fields = [*ActionOutput.Meta.fields, "taken_back", "left", "closed", "earlier_deed"]


class CompletionInput(Shape):
    outcome = serializers.ChoiceField(Outcome.choices)
    note = serializers.CharField(required=False, default="", allow_blank=True)
    on = serializers.DateField(
        required=False,
        help_text="Day promised (will_pay), to call back (call_back), on which they were declared (declared), or on "
        "which a decision is asked again.",
    )
    amount = serializers.DecimalField(
        18, 3, required=False, help_text="Amount promised (will_pay), in the currency of the action."
    )
    invoices = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        max_length=MOST_INVOICES,
        help_text="External ids of the open invoices promised (none: all he owes, in every currency), contested, or "
        "a decision is about (none: all that is late).",
    )
    reason = serializers.CharField(
        required=False, max_length=200, help_text="Why he contests (contests), or why nothing is declared (not_needed)."
    )
    reference = serializers.CharField(
        required=False, max_length=100, help_text="Of the registered letter or of the receipt (declared)."
    )

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """Nothing is given that the outcome does not ask for: it would be lost."""
        asked = ASKED.get(given["outcome"], ())
        beside = {"on", "amount", "invoices", "reason", "reference"}.intersection(given).difference(asked)
        if beside:
            raise serializers.ValidationError(
                {name: _("The outcome “%(outcome)s” takes none.") % given for name in sorted(beside)}
            )
        return given


class ActionsApi(ApiView):
    rules = {"GET": rules.reads_api}

    @extend_schema(operation_id="list_actions", parameters=[ActionQuery], responses=paged(ActionOutput, followed=True))
    def get(self, request: Request, entity: str) -> Response:
        """Actions of the entity, in the order in which they were opened; with `changed_since`, those that changed
        since: a page may then be empty and not be the last."""
        query = ActionQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        names = {
            "state": "state",
            "channel": "channel",
            "kind": "kind",
            "customer": "customer__external_id",
            "collector": "owner__username",
        }
        wanted = {names[name]: value for name, value in query.validated_data.items() if name in names}
        owner = self.entity(entity)
        rows = Action.objects.filter(entity=owner).select_related("customer", "owner")
        rows = rows.prefetch_related("lines__invoice")
        follow = Following(owner.pk, CHANGES, rows)
        return page_of(request, rows.filter(**wanted), ActionOutput, query=query, follow=follow)


class ActionCompletionApi(ApiView):
    rules = {"POST": rules.works_actions}

    @extend_schema(operation_id="complete_action", request=CompletionInput, responses=ActionOutput)
    def post(self, request: Request, entity: str, action: int) -> Response:
        """The work is done, with this outcome and what follows from it. 422 when the action is not (or no longer) to
        do."""
        rows = Action.objects.filter(entity=self.entity(entity)).select_related("customer", "owner")
        found = rows.filter(pk=action).first()
        if found is None:
            raise Http404
        given = CompletionInput(data=request.data)
        given.is_valid(raise_exception=True)
        try:
            conclude(found, _said(found, given.validated_data), by=self.user, at=timezone.now())
        except SaidRefused as refusal:
            raise serializers.ValidationError({refusal.field: [str(refusal)]}) from refusal
        except ActionRefused as refusal:
            raise Unprocessable(str(refusal)) from refusal
        return Response(ActionOutput(rows.get(pk=action)).data)


class ActionTakingBackApi(ApiView):
    rules = {"POST": rules.works_actions}

    @extend_schema(operation_id="take_back_action", request=TakingBackInput, responses=TakenBackOutput)
    def post(self, request: Request, entity: str, action: int) -> Response:
        """What the same person did last with it, with what followed, is undone: for all actions he did it with in one
        go, which the answer names, with the deed he did before. Asked twice, nothing more is undone. 404 when he does
        not see the entity of one of them, 422 when it is taken back already, was too long ago, or when something was
        done or sent since."""
        rows = Action.objects.filter(entity=self.entity(entity)).select_related("customer", "owner")
        if not rows.filter(pk=action).exists():
            raise Http404
        given = TakingBackInput(data=request.data)
        given.is_valid(raise_exception=True)
        his = deeds_with(self.user, action)
        if key := given.validated_data.get("deed"):
            his = his.filter(pk=key)
        deed = his.first()
        if deed and touches_others(deed, Q(entity__in=self.entities())):
            raise Http404
        try:
            taken = take_back(deed.pk if deed else None, asked=action, by=self.user, at=timezone.now())
        except ActionRefused as refusal:
            raise Unprocessable(str(refusal)) from refusal
        found = ActionOutput(rows.get(pk=action)).data
        earlier = earlier_deed(deed, action) if deed else None
        told = {"taken_back": taken.actions, "left": taken.left, "closed": taken.closed}
        return Response({**found, **told, "earlier_deed": earlier and earlier.pk})


def _said(action: Action, given: dict[str, Any]) -> Said:
    """With the open invoices named, each with all its instalments."""
    wanted = given.get("invoices", ())
    opened = Invoice.objects.open().filter(customer=action.customer_id, external_id__in=wanted).order_by("due_on", "pk")
    found = tuple(opened) if wanted else ()
    if unknown := set(wanted).difference(invoice.external_id for invoice in found):
        text = _("%(invoice)s is no open invoice of this customer.") % {"invoice": min(unknown)}
        raise SaidRefused("invoices", text)
    return Said(**given | {"outcome": Outcome(given["outcome"]), "invoices": found})
