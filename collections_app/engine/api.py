"""Night runs of an entity: list, start."""

from datetime import date
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from collections_app.engine.exceptions import NightRefused
from collections_app.engine.leases import ask_run
from collections_app.engine.models import Run, RunStage
from collections_app.engine.schedule import refuse_far_ahead
from collections_app.engine.tasks import start_night
from crm.accounts import rules
from crm.accounts.api import ApiView
from crm.accounts.calendars import today
from crm.accounts.models import Entity, User
from crm.core.keyset import Sort
from crm.core.rest import PageQuery, Unprocessable, page_of, paged


class StageOutput(serializers.ModelSerializer[RunStage]):
    class Meta:
        model = RunStage
        fields = ["name", "rows", "ms"]


class RunOutput(serializers.ModelSerializer[Run]):
    stages = serializers.SerializerMethodField()

    class Meta:
        model = Run
        fields = [
            "id", "on", "state", "started_at", "finished_at", "opened", "blocked", "books_on", "stale", "error",
            "stages",
        ]  # fmt: skip

    @extend_schema_field(StageOutput(many=True))
    def get_stages(self, run: Run) -> Any:
        """Stages done so far, in order."""
        return StageOutput(sorted(run.stages.all(), key=lambda stage: stage.position), many=True).data


class RunInput(serializers.Serializer[Any]):
    on = serializers.DateField(required=False, help_text="Date decided for; absent: today in the entity's time zone.")


class RunsApi(ApiView):
    rules = {"GET": rules.reads_api, "POST": rules.feeds_books}

    @extend_schema(operation_id="list_runs", parameters=[PageQuery], responses=paged(RunOutput))
    def get(self, request: Request, entity: str) -> Response:
        """Night runs of the entity, the last one first."""
        rows = Run.objects.filter(entity=self.entity(entity)).prefetch_related("stages")
        return page_of(request, rows, RunOutput, Sort("started_at", descending=True))

    @extend_schema(operation_id="start_run", request=RunInput, responses={202: RunInput})
    def post(self, request: Request, entity: str) -> Response:
        """Start a night run; it goes on in the background (see the list). 422 when it cannot start, with the reason."""
        given = RunInput(data=request.data)
        given.is_valid(raise_exception=True)
        owner = self.entity(entity)
        on = given.validated_data.get("on", today(owner, timezone.now()))
        refuse_impossible(owner, on, by=self.user)
        transaction.on_commit(partial(start_night.delay, owner.pk, on.isoformat(), self.user.pk))
        return Response({"on": on}, status=status.HTTP_202_ACCEPTED)


def refuse_impossible(entity: Entity, on: date, *, by: User) -> None:
    """Ask the engine whether the night could start, and take nothing. Raises Unprocessable."""
    try:
        refuse_far_ahead(entity, on, at=timezone.now())
        ask_run(entity, on=on, clock=timezone.now, by=by)
    except NightRefused as refusal:
        raise Unprocessable(str(refusal)) from refusal
