"""Who calls the API, for which entity; the list of entities."""

from typing import Any, ClassVar, cast

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from crm.accounts import rules
from crm.accounts.models import ApiToken, Entity, LegalMentions, User
from crm.accounts.queries import entities_of
from crm.core.access import Rule
from crm.core.rest import PageQuery, page_of, paged


class OpenedByRule(BasePermission):
    """Closed unless the view names a rule for the method (`rules = {"GET": reads_api}`). Whom it lets in by another
    one is told that it has no such method."""

    def has_permission(self, request: Request, view: Any) -> bool:
        method = "GET" if request.method == "HEAD" else request.method
        rule: Rule | None = view.rules.get(method)
        if (
            rule is None
            and method not in view.allowed_methods
            and any(let(request.user) for let in view.rules.values())
        ):
            raise MethodNotAllowed(str(request.method))
        return rule is not None and rule(request.user)


class ApiView(APIView):
    """An endpoint: a rule per method, and the entities the caller sees."""

    rules: ClassVar[dict[str, Rule]] = {}
    permission_classes = [OpenedByRule]

    @property
    def user(self) -> User:
        """The caller; the rules let nobody in who is not logged in."""
        return cast(User, self.request.user)

    def entities(self) -> QuerySet[Entity]:
        """Those the user sees wholly, or the one his token is limited to."""
        token = self.request.auth
        seen = entities_of(self.user)
        return seen.filter(pk=token.entity_id) if isinstance(token, ApiToken) and token.entity_id else seen

    def entity(self, code: str) -> Entity:
        """The entity of the address; 404 when it does not exist or is not the caller's."""
        found = self.entities().filter(code=code).first()
        if found is None:
            raise Http404
        return found


class LegalMentionsOutput(serializers.ModelSerializer[LegalMentions]):
    class Meta:
        model = LegalMentions
        fields = ["language", "starts_on", "text"]


class EntityOutput(serializers.ModelSerializer[Entity]):
    legal_mentions = LegalMentionsOutput(many=True)

    class Meta:
        model = Entity
        fields = [
            "code",
            "legal_name",
            "siren",
            "country",
            "currency",
            "time_zone",
            "language",
            "live_since",
            "legal_mentions",
        ]


class EntitiesApi(ApiView):
    rules = {"GET": rules.reads_api}

    @extend_schema(operation_id="list_entities", parameters=[PageQuery], responses=paged(EntityOutput))
    def get(self, request: Request) -> Response:
        """The entities this token opens."""
        return page_of(request, self.entities().prefetch_related("legal_mentions"), EntityOutput)
