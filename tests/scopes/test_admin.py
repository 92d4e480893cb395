"""What the fields, searches and buttons of the admin reach: nothing of the other company."""

from typing import Any

import pytest
from django.contrib import admin
from django.forms import ModelChoiceField
from django.test import RequestFactory
from django.urls import reverse

from tests.scopes.test_walk import client_for, shows
from tests.scopes.world import MARK, World, changes, snapshot

PAGES = list(admin.site._registry.items())
# Models whose rows belong to no company: administrators alone change them, whoever opens the admin may read the law.
OF_NO_COMPANY = {
    "law.rate", "law.rule", "law.holiday", "law.exchangerate", "events.delivery", "auditlog.logentry",
    "messaging.deliveryevent",
    "django_celery_beat.periodictask", "django_celery_beat.crontabschedule", "django_celery_beat.intervalschedule",
    "socialaccount.socialapp", "mfa.authenticator",
}  # fmt: skip


def request_of(world: World, role: str = "supervisor") -> Any:
    request = RequestFactory().get("/")
    request.user = world.people[role]
    return request


def test_the_world_holds_a_row_of_every_model_of_a_company(world: World):
    labels = {model._meta.label_lower for model, _page in PAGES}
    assert labels - OF_NO_COMPANY - set(world.bravo.rows) == set()


def test_what_belongs_to_no_company_is_closed_or_only_read(world: World):
    request = request_of(world)
    pages = [(model, page) for model, page in PAGES if model._meta.label_lower in OF_NO_COMPANY]
    assert [model for model, page in pages if page.has_add_permission(request)] == []
    assert [model for model, page in pages if page.has_change_permission(request)] == []
    assert [model for model, page in pages if page.has_delete_permission(request)] == []


def test_a_list_holds_no_row_of_the_other_company(world: World):
    request = request_of(world)
    found = [(page, world.bravo.rows.get(model._meta.label_lower)) for model, page in PAGES]
    open_pages = [(page, row) for page, row in found if row and page.has_view_permission(request)]
    assert len(open_pages) > 15
    assert [page for page, row in open_pages if page.get_queryset(request).filter(pk=row.pk).exists()] == []


def fields_of(page: Any, request: Any, row: Any) -> list[tuple[str, ModelChoiceField]]:
    """The fields of the form of a row and of its inlines that choose a row of another model."""
    forms = [page.get_form(request, row, change=row is not None)]
    forms += [formset.form for formset, _inline in page.get_formsets_with_inlines(request, row)]
    return [
        (f"{form.__name__}.{name}", field)
        for form in forms
        for name, field in form.base_fields.items()
        if isinstance(field, ModelChoiceField)
    ]


@pytest.mark.parametrize("adding", [True, False])
def test_a_field_takes_no_row_of_the_other_company(adding: bool, world: World):
    request, found, seen = request_of(world), [], 0
    for model, page in PAGES:
        row = None if adding else world.alpha.rows.get(model._meta.label_lower)
        allowed = page.has_add_permission(request) if adding else page.has_change_permission(request, row)
        if not allowed or not (adding or row):
            continue
        for name, field in fields_of(page, request, row):
            other = world.bravo.rows.get(field.queryset.model._meta.label_lower)
            seen += other is not None
            if other and not name.endswith(".id") and field.queryset.filter(pk=other.pk).exists():
                found.append(f"{model._meta.label} {name}")
    assert seen > 3
    assert found == []


def test_a_search_as_one_types_finds_nothing_of_the_other_company(world: World):
    client = client_for(world, "supervisor")
    asked = 0
    for model, page in PAGES:
        inlines = [(inline.model, inline) for inline in page.get_inline_instances(request_of(world))]
        for owner, one in [(model, page), *inlines]:
            for name in one.autocomplete_fields:
                data = {"app_label": owner._meta.app_label, "model_name": owner._meta.model_name, "field_name": name}
                answers = [client.get(reverse("admin:autocomplete"), data | {"term": word}) for word in (MARK, "")]
                asked += 1
                assert [answer.status_code for answer in answers] == [200, 200]
                assert [shows(answer) for answer in answers] == [False, False]
    assert asked > 3


def test_a_button_of_a_list_touches_no_row_of_the_other_company(world: World):
    client, before, request = client_for(world, "supervisor"), snapshot(), request_of(world)
    for model, page in PAGES:
        row = world.bravo.rows.get(model._meta.label_lower)
        for name in page.get_actions(request) if row else []:
            data = {"action": name, "_selected_action": [row.pk], "index": 0, "post": "yes", "kept": row.pk}
            url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
            client.post(url, data)
            assert (model._meta.label, name, changes(before)) == (model._meta.label, name, [])


def test_an_address_does_not_guess_a_password(world: World):
    client = client_for(world, "supervisor")
    assert client.get(reverse("admin:accounts_user_changelist"), {"password__startswith": "m"}).status_code == 400
