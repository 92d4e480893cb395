"""Lists of the API: `after` says where the next page starts; nothing is counted."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import Model, QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from crm.core import keyset
from crm.core.rest.shapes import Shape

LARGEST_PAGE = 500
# Read by the framework before any list.
SAID_OF_THE_ANSWER = {"format"}
OLDEST_FIRST = keyset.Sort("pk")


class PageQuery(Shape):
    after = serializers.CharField(required=False, default="", help_text="The `after` of the previous page.")
    size = serializers.IntegerField(required=False, default=100, min_value=1, max_value=LARGEST_PAGE)

    def beyond(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Nor is a filter left empty: it would answer everything."""
        empty = [name for name in data.keys() & self.fields.keys() if name != "after" and not data[name]]
        unknown = super().beyond({name: data[name] for name in data.keys() - SAID_OF_THE_ANSWER})
        return unknown | {name: [serializers.CharField.default_error_messages["blank"]] for name in empty}


def paged(row: type[serializers.BaseSerializer[Any]]) -> type[serializers.Serializer[Any]]:
    """Shape of a page whose rows have the shape `row`, for the schema."""
    name = row.__name__.removesuffix("Output") + "Page"
    after = serializers.CharField(help_text="Pass it as `after` for the next page; empty on the last one.")
    return type(name, (serializers.Serializer,), {"rows": row(many=True), "after": after})


def page_of(
    request: Request,
    rows: QuerySet[Any],
    output: Callable[..., serializers.BaseSerializer[Any]],
    sort: keyset.Sort = OLDEST_FIRST,
    query: PageQuery | None = None,
) -> Response:
    """One page of `rows`: one query for the rows, whatever the page. `query`: what was asked, of a list with filters.
    A bad size or cursor, and a name that says nothing, answer 400."""
    query = query or PageQuery(data=request.query_params)
    query.is_valid(raise_exception=True)
    page: keyset.Page[Model] = keyset.page(
        rows, sort, after=query.validated_data["after"], size=query.validated_data["size"]
    )
    return Response({"rows": output(page.rows, many=True).data, "after": page.after})
