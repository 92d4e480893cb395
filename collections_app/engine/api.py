"""Night runs of an entity: list, start, what became of one asked for."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from collections_app.engine.asked import ask_night, run_of
from collections_app.engine.exceptions import NightRefused
from collections_app.engine.failures import failure_code, failure_sentence
from collections_app.engine.models import AskedNight, Run, RunStage
from crm.accounts import rules
from crm.accounts.api import ApiView
from crm.accounts.calendars import today
from crm.core.keyset import Sort
from crm.core.rest import PageQuery, Shape, Unprocessable, page_of, paged


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


class RunInput(Shape):
    on = serializers.DateField(required=False, help_text="Date decided for; absent: today in the entity's time zone.")


class AskedRunOutput(serializers.Serializer[Any]):
    id = serializers.IntegerField(help_text="Of what was asked for, not of a run.")
    on = serializers.DateField()
    state = serializers.ChoiceField(["waiting", "started", "refused"])
    run = serializers.IntegerField(allow_null=True, help_text="The run that is of it, once one began.")
    code = serializers.CharField(help_text="Why none began: a word that never changes.")
    detail = serializers.CharField(help_text="Why none began, in the language of the request.")


def asked_run(asked: AskedNight) -> dict[str, Any]:
    """What became of it by now."""
    run = run_of(asked)
    error = "" if run else asked.error
    return {
        "id": asked.pk,
        "on": asked.on,
        "state": "started" if run else "refused" if error else "waiting",
        "run": run.pk if run else None,
        "code": failure_code(error),
        "detail": failure_sentence(error),
    }


class RunsApi(ApiView):
    rules = {"GET": rules.reads_api, "POST": rules.feeds_books}

    @extend_schema(operation_id="list_runs", parameters=[PageQuery], responses=paged(RunOutput))
    def get(self, request: Request, entity: str) -> Response:
        """Night runs of the entity, the last one first."""
        rows = Run.objects.filter(entity=self.entity(entity)).prefetch_related("stages")
        return page_of(request, rows, RunOutput, Sort("started_at", descending=True))

    @extend_schema(operation_id="start_run", request=RunInput, responses={202: AskedRunOutput})
    def post(self, request: Request, entity: str) -> Response:
        """Ask for a night run; it goes on in the background, and `runs/asked/ID` tells what became of it.

        422 when it cannot start, with the reason.
        """
        owner = self.entity(entity)
        given = RunInput(data=request.data)
        given.is_valid(raise_exception=True)
        on = given.validated_data.get("on", today(owner, timezone.now()))
        try:
            asked = ask_night(owner, on=on, by=self.user, at=timezone.now())
        except NightRefused as refusal:
            raise Unprocessable(str(refusal)) from refusal
        return Response(AskedRunOutput(asked_run(asked)).data, status=status.HTTP_202_ACCEPTED)


class AskedRunApi(ApiView):
    rules = {"GET": rules.reads_api}

    @extend_schema(operation_id="read_asked_run", responses=AskedRunOutput)
    def get(self, request: Request, entity: str, asked: int) -> Response:
        """What became of a night asked for: it waits for a worker, a run is of it, or why none began."""
        found = get_object_or_404(AskedNight, entity=self.entity(entity), pk=asked)
        return Response(AskedRunOutput(asked_run(found)).data)
