"""Lists of the API: `after` says where the next page starts; nothing is counted. What changed: `following.py`."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from crm.core import keyset
from crm.core.rest import following, marks
from crm.core.rest.following import Following
from crm.core.rest.marks import Seen
from crm.core.rest.shapes import Shape

LARGEST_PAGE = 500
# Read by the framework before any list.
SAID_OF_THE_ANSWER = {"format"}
OF_A_PAGE = {"after", "size"}
# Of a list that is not followed.
NOTHING = Seen("", "")
OLDEST_FIRST = keyset.Sort("pk")


class PageQuery(Shape):
    after = serializers.CharField(required=False, default="", help_text="The `after` of the previous page.")
    size = serializers.IntegerField(required=False, default=100, min_value=1, max_value=LARGEST_PAGE)

    def beyond(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Nor is a filter left empty: it would answer everything."""
        empty = [name for name in data.keys() & self.fields.keys() if name != "after" and not data[name]]
        blank = serializers.CharField.default_error_messages["blank"]
        others = {name: data[name] for name in data.keys() - SAID_OF_THE_ANSWER}
        return super().beyond(others) | {name: [blank] for name in empty}

    @property
    def filters(self) -> dict[str, Any]:
        """What is asked beside the page."""
        return {name: value for name, value in self.validated_data.items() if name not in OF_A_PAGE}


class FollowedQuery(PageQuery):
    changed_since = serializers.CharField(
        required=False,
        help_text="The `changed_since` of an earlier reading of this list, without filters: what changed since.",
    )

    def beyond(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Nor is what changed filtered: what no longer matches would never be told."""
        wrong = super().beyond(data)
        if "changed_since" not in data:
            return wrong
        filters = data.keys() & self.fields.keys() - OF_A_PAGE - {"changed_since"}
        text = _("Not beside `changed_since`: what no longer matches would never be told. Filter what you receive.")
        return wrong | {name: [text] for name in filters}


def paged(row: type[serializers.BaseSerializer[Any]], *, followed: bool = False) -> type[serializers.Serializer[Any]]:
    """Shape of a page whose rows have the shape `row`, for the schema; `followed`: it takes `changed_since`."""
    name = row.__name__.removesuffix("Output") + "Page"
    after = serializers.CharField(help_text="Pass it as `after` for the next page; empty on the last one.")
    fields: dict[str, Any] = {"rows": row(many=True), "after": after}
    if followed:
        fields["changed_since"] = serializers.CharField(
            help_text="Keep it once the last page is read: passed as `changed_since` it leads to what changed since. "
            "Empty where filters narrow the list."
        )
    return type(name, (serializers.Serializer,), fields)


def page_of(
    request: Request,
    rows: QuerySet[Any],
    output: Callable[..., serializers.BaseSerializer[Any]],
    sort: keyset.Sort = OLDEST_FIRST,
    query: PageQuery | None = None,
    follow: Following | None = None,
) -> Response:
    """One page of `rows`: one query for the rows, whatever the page. `query` is what was asked, where the list has
    filters; `follow`, where what changed of it may be asked for. A bad size, a cursor that another list or other
    filters gave, and a name that says nothing, answer 400."""
    query = query or PageQuery(data=request.query_params)
    query.is_valid(raise_exception=True)
    asked = _Asked(request, query)
    if follow and "changed_since" in query.validated_data:
        return _changes(asked, output, follow)
    seen = asked.began or (Seen.now() if follow else NOTHING)
    try:
        page: keyset.Page[Model] = keyset.page(rows, sort, after=asked.place, size=asked.size)
    except keyset.BadCursor as error:
        raise marks.never_given("after") from error
    return asked.answer(output(page.rows, many=True).data, page.after, seen, followed=follow is not None)


class _Asked:
    """The question of a request: which list and filters, and where its `after` stands."""

    def __init__(self, request: Request, query: PageQuery) -> None:
        self.list, self.filters = marks.list_of(request), marks.filters_of(query.filters)
        self.size, self.since = query.validated_data["size"], query.validated_data.get("changed_since", "")
        self.narrowed = bool(request.query_params.keys() - OF_A_PAGE - SAID_OF_THE_ANSWER - {"changed_since"})
        self.place, self.began = "", None
        if after := query.validated_data["after"]:
            self.place, self.began = self._read(after)

    def _read(self, after: str) -> tuple[str, Seen | None]:
        made_for, filters, place, snapshot, of = marks.read("after", after, (str,) * 5)
        marks.of_this_list("after", made_for, self.list)
        if filters != self.filters:
            text = _("Other filters gave this: keep the filters from page to page, or begin again without `after`.")
            raise marks.refused("after", text)
        return place, following.seen("after", snapshot, of) if snapshot else None

    def answer(self, rows: Any, place: str, seen: Seen, *, followed: bool) -> Response:
        """A page, and what leads on from it."""
        after = place and marks.write(self.list, self.filters, place, seen.snapshot, seen.of)
        # Who went on from a narrowed list would lack what the filters left out.
        since = "" if self.narrowed else marks.write(self.list, seen.snapshot, seen.of)
        return Response({"rows": rows, "after": after} | ({"changed_since": since} if followed else {}))


def _changes(asked: _Asked, output: Callable[..., serializers.BaseSerializer[Any]], follow: Following) -> Response:
    """One page of what changed: two queries, whatever the page, and one for what the first one sees."""
    since = following.kept(asked.since, asked.list)
    until = asked.began or Seen.now()
    until.since(since)
    place = following.place(asked.place, follow.changes.largest) if asked.place else []
    part = follow.changes.read(follow.entity, since, until, place, asked.size)
    rows = following.in_order(follow.rows, part.keys)
    after = "" if part.next is None else json.dumps(part.next, separators=(",", ":"))
    return asked.answer(output(rows, many=True).data, after, until, followed=True)
