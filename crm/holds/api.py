"""Suspensions of dunning, promises among them: list, one, place, end."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from crm.accounts import rules
from crm.accounts.api import ApiView
from crm.accounts.calendars import today
from crm.accounts.models import Entity
from crm.core.rest import FollowedQuery, Following, Shape, Unprocessable, page_of, paged
from crm.core.rest.following import by_number, changed
from crm.customers.models import Customer
from crm.holds.exceptions import AlreadyEnded, HoldRefused, OtherCustomersInvoice
from crm.holds.models import BY_A_PERSON, Hold, HoldKind, HoldOutcome
from crm.holds.operations import call_mistake, ensure_holds, lift_hold
from crm.holds.queries import in_force
from crm.receivables.models import Invoice

CHANGED_HOLDS = by_number(changed("holds_hold"))
# Each has its own suspension, written at once.
MOST_INVOICES = 100
# What the model calls otherwise, or of a constraint that names no field.
FIELDS = {"invoice": "invoices", "starts_on": "ends_on", "__all__": "ends_on"}


class HoldQuery(FollowedQuery):
    kind = serializers.ChoiceField(HoldKind.choices, required=False)
    customer = serializers.CharField(required=False, help_text="Account of the customer.")
    invoice = serializers.CharField(required=False, help_text="External id: what was placed on this invoice alone.")
    in_force = serializers.BooleanField(
        required=False, allow_null=True, default=None, help_text="Whether it holds today, in the entity's time zone."
    )


class HoldOutput(serializers.ModelSerializer[Hold]):
    customer = serializers.CharField(source="customer.external_id")
    invoice = serializers.CharField(source="invoice.external_id", allow_null=True, default=None)
    installment = serializers.IntegerField(source="invoice.installment", allow_null=True, default=None)
    author = serializers.CharField(source="author.username", allow_null=True, default=None)
    outcome = serializers.ChoiceField(
        HoldOutcome.choices, allow_blank=True, help_text="How it ended; empty until then."
    )

    class Meta:
        model = Hold
        fields = [
            "id", "customer", "kind", "reason", "invoice", "installment", "born_before", "starts_on", "ends_on",
            "ended_on", "outcome", "author", "created_at",
        ]  # fmt: skip


class HoldInput(Shape):
    customer = serializers.CharField(help_text="Account of the customer.")
    kind = serializers.ChoiceField(BY_A_PERSON)
    reason = serializers.CharField(max_length=200)
    invoices = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        max_length=MOST_INVOICES,
        help_text="External ids of open invoices, each with all its instalments; none: the whole account.",
    )
    ends_on = serializers.DateField(
        required=False,
        allow_null=True,
        help_text="Last day, included; none: until somebody ends it. A promise needs its day, within a year.",
    )
    born_before = serializers.DateField(
        required=False, help_text="Day of the judgment (insolvency, and it alone): what is born later stays due."
    )

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """An insolvency is known by its judgment, and nothing else has one."""
        insolvent = given["kind"] == HoldKind.INSOLVENCY
        if insolvent and "born_before" not in given:
            raise serializers.ValidationError(
                {"born_before": [_("Say the day of the judgment: what is born later stays due.")]}
            )
        if insolvent and given.get("invoices"):
            raise serializers.ValidationError(
                {"invoices": [_("Insolvency suspends what was born before the judgment, not one invoice.")]}
            )
        if not insolvent and "born_before" in given:
            raise serializers.ValidationError({"born_before": [_("Only insolvency proceedings have one.")]})
        return given


class PlacedOutput(serializers.Serializer[Any]):
    placed = HoldOutput(many=True)
    standing = HoldOutput(many=True, help_text="Those that said the same already: left as they are.")


class EndInput(Shape):
    reason = serializers.CharField(required=False, default="", allow_blank=True, max_length=200)
    mistake = serializers.BooleanField(
        required=False,
        default=False,
        help_text="It ought never to have been; said also of one that has ended. Late charges run as if it never was.",
    )


class EndedOutput(HoldOutput):
    resumes = serializers.BooleanField(
        allow_null=True,
        help_text="Whether dunning of all it covered resumes: no other one covers any of it. None if it had ended.",
    )

    class Meta(HoldOutput.Meta):
        fields = [*HoldOutput.Meta.fields, "resumes"]


class HoldsApi(ApiView):
    rules = {"GET": rules.reads_api, "POST": rules.works_actions}

    @extend_schema(operation_id="list_holds", parameters=[HoldQuery], responses=paged(HoldOutput, followed=True))
    def get(self, request: Request, entity: str) -> Response:
        """Suspensions of dunning of the entity (disputes, promises, payment plans, insolvencies …), in the order in
        which they were placed; with `changed_since`, those placed, ended or corrected since."""
        query = HoldQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        owner = self.entity(entity)
        names = {"kind": "kind", "customer": "customer__external_id", "invoice": "invoice__external_id"}
        wanted = {names[name]: value for name, value in query.validated_data.items() if name in names}
        every = _shown(owner)
        rows = every.filter(**wanted)
        if query.validated_data["in_force"] is not None:
            now = in_force(today(owner, timezone.now()))
            rows = rows.filter(now) if query.validated_data["in_force"] else rows.exclude(now)
        return page_of(request, rows, HoldOutput, query=query, follow=Following(owner.pk, CHANGED_HOLDS, every))

    @extend_schema(operation_id="place_hold", request=HoldInput, responses={200: PlacedOutput, 201: PlacedOutput})
    def post(self, request: Request, entity: str) -> Response:
        """Suspend dunning from today on: a dispute of some invoices, a promise until its day, an insolvency … What says
        the same already stays as it is (200 when all does): sent again, nothing is placed twice."""
        owner = self.entity(entity)
        given = HoldInput(data=request.data)
        given.is_valid(raise_exception=True)
        said, at = dict(given.validated_data), timezone.now()
        customer = _customer(owner, said.pop("customer"))
        invoices = open_invoices(customer, said.pop("invoices", ()))
        try:
            placed, standing = ensure_holds(customer, invoices, starts_on=today(owner, at), by=self.user, at=at, **said)
        except HoldRefused as refusal:
            told = {FIELDS.get(name, name): messages for name, messages in refusal.errors.items()}
            raise serializers.ValidationError(told) from refusal
        except OtherCustomersInvoice as refusal:  # merged in between
            raise Unprocessable(str(refusal)) from refusal
        rows = _shown(owner).in_bulk([hold.pk for hold in (*placed, *standing)])
        answer = {"placed": [rows[hold.pk] for hold in placed], "standing": [rows[hold.pk] for hold in standing]}
        code = status.HTTP_201_CREATED if placed else status.HTTP_200_OK
        return Response(PlacedOutput(answer).data, status=code)


class HoldApi(ApiView):
    rules = {"GET": rules.reads_api}

    @extend_schema(operation_id="read_hold", responses=HoldOutput)
    def get(self, request: Request, entity: str, hold: int) -> Response:
        """One suspension."""
        return Response(HoldOutput(get_object_or_404(_shown(self.entity(entity)), pk=hold)).data)


class HoldEndApi(ApiView):
    rules = {"POST": rules.works_actions}

    @extend_schema(operation_id="end_hold", request=EndInput, responses=EndedOutput)
    def post(self, request: Request, entity: str, hold: int) -> Response:
        """It holds no more from today on: a dispute is settled, a plan given up, or it was placed by mistake. A promise
        that is kept ends by itself, with the payment. 422 when it has ended already, or is of limitation."""
        owner = self.entity(entity)
        found = get_object_or_404(_shown(owner), pk=hold)
        given = EndInput(data=request.data)
        given.is_valid(raise_exception=True)
        if found.kind == HoldKind.LIMITATION:
            raise Unprocessable(_("The night places and ends what limitation ran out of: record what interrupted it."))
        at = timezone.now()
        try:
            resumes = _end(found, **given.validated_data, on=today(owner, at), by=self.user, at=at)
        except AlreadyEnded as refusal:
            raise Unprocessable(str(refusal)) from refusal
        now = _shown(owner).get(pk=hold)
        return Response({**HoldOutput(now).data, "resumes": resumes})


def open_invoices(customer: Customer, wanted: list[str]) -> list[Invoice]:
    """The open invoices named, each with all its instalments. Raises ValidationError."""
    if not wanted:
        return []
    found = list(Invoice.objects.open().filter(customer=customer, external_id__in=wanted).order_by("due_on", "pk"))
    if unknown := set(wanted).difference(invoice.external_id for invoice in found):
        text = _("%(invoice)s is no open invoice of this customer.") % {"invoice": min(unknown)}
        raise serializers.ValidationError({"invoices": [text]})
    return found


def _shown(entity: Entity) -> QuerySet[Hold]:
    return Hold.objects.filter(entity=entity).select_related("customer", "invoice", "author")


def _customer(entity: Entity, account: str) -> Customer:
    """Who has this account, or stands for who had it. Raises ValidationError."""
    found = Customer.objects.filter(entity=entity, external_id=account).select_related("merged_into").first()
    if found is None:
        raise serializers.ValidationError({"customer": [_("No customer of this entity has this account.")]})
    return found.merged_into or found


def _end(hold: Hold, *, mistake: bool, **given: Any) -> bool | None:
    """Whether dunning resumes; None where it had ended before."""
    if mistake and hold.ended_on is not None:
        call_mistake(hold, **given)
        return None
    return lift_hold(hold, outcome=HoldOutcome.MISTAKE if mistake else HoldOutcome.LIFTED, **given)
