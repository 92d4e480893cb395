"""Nobody of ALPHA reads or changes anything of BRAVO, whatever address he opens."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from crm.holds.operations import place_hold
from tests.api.conftest import client_of
from tests.factories.accounts import TeamFactory, UserFactory
from tests.factories.actions import ActionFactory
from tests.factories.customers import AddressFactory, ContactFactory, CustomerFactory
from tests.factories.receivables import InvoiceFactory
from tests.scopes.addresses import Address, addresses
from tests.scopes.world import AT, MARK, ON, House, World, changes, snapshot

pytestmark = pytest.mark.usefixtures("day_of_the_walk")
ROLES = ("supervisor", "auditor", "collector", "field_agent", "integrator")


@pytest.fixture
def day_of_the_walk() -> Iterator[None]:
    with time_machine.travel(AT, tick=False):
        yield


def client_for(world: World, role: str) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(world.people[role], backend="django.contrib.auth.backends.ModelBackend")
    return client


def shows(answer: Any) -> bool:
    """Whether the word of BRAVO stands in an answer, its body or where it leads."""
    body = answer.getvalue() if hasattr(answer, "getvalue") else answer.content
    return MARK.lower() in body.decode("utf-8", "replace").lower() or MARK in answer.headers.get("Location", "")


def read(client: Any, address: Address, world: World) -> Iterator[str]:
    """What is wrong with reading an address, on BRAVO's row and on one's own."""
    paths = dict.fromkeys(address.of(house) for house in (world.bravo, world.alpha))
    for path in paths:
        answer = client.get(path)
        if answer.status_code >= 500:
            yield f"{answer.status_code} {path}"
        if shows(answer):
            yield f"{path} shows {MARK}"
        if len(paths) > 1 and path == address.of(world.bravo) and answer.status_code == 200:
            yield f"{path} opens"


def test_every_address_with_a_key_is_listed():
    for address in addresses():
        if address.has_row:
            assert address.label(), address.route


@pytest.mark.parametrize("role", ROLES)
def test_nothing_of_another_company_is_read(role: str, world: World):
    client = client_for(world, role)
    # To the others the admin is closed as a whole, which has a test of its own.
    leads = role in ("supervisor", "auditor")
    asked = [address for address in addresses() if leads or not address.route.startswith(("admin/", "webhooks/"))]
    assert [fault for address in asked for fault in read(client, address, world)] == []


def test_nothing_of_another_company_is_read_by_the_api(world: World):
    client = client_of(world.people["integrator"], entity=world.alpha.entity)
    api = [address for address in addresses() if address.route.startswith("api/")]
    assert len(api) > 10
    assert [fault for address in api for fault in read(client, address, world)] == []


# A day an action may be put off to on the day of the walk.
SOON = ON + timedelta(days=30)
FORM: dict[str, Any] = {
    "text": "x", "reason": "x", "kind": "manual", "name": "x", "code": "x-x", "on": "2026-03-02", "verb": "publish",
    "post": "yes", "outcome": "spoke", "until": str(SOON), "keep": "good_rows", "number": "1", "language": "fr",
    "body": "x", "subject": "x",
}  # fmt: skip


@pytest.mark.parametrize("role", ROLES)
def test_nothing_of_another_company_is_changed(role: str, world: World):
    client, before = client_for(world, role), snapshot()
    found = []
    for address in addresses():
        closed = role not in ("supervisor", "auditor") and address.route.startswith("admin/")
        if closed or not address.has_row or address.of(world.bravo) == address.of(world.alpha):
            continue
        answer = client.post(address.of(world.bravo), FORM | {"action": world.bravo.pk("actions.action")})
        if answer.status_code >= 500 or changes(before) or shows(answer):
            found.append(f"{answer.status_code} {address.of(world.bravo)} {changes(before)}")
            before = snapshot()
    assert found == []


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_of_another_company_is_changed_by_the_api(method: str, world: World):
    client: APIClient = client_of(world.people["integrator"], entity=world.alpha.entity)
    body = {"rows": [{"external_id": "x", "name": "x"}], "outcome": "spoke"}
    before = snapshot()
    api = [address for address in addresses() if "<slug:entity>" in address.route]
    codes = {getattr(client, method)(address.of(world.bravo), body).status_code for address in api}
    assert codes <= {403, 404, 405}
    assert changes(before) == []


# What a person may change of himself.
OWN = ("preferences", "view_save", "account_", "mfa_", "socialaccount_", "admin:login", "admin:logout")


def test_an_auditor_changes_nothing(world: World):
    client, before = client_for(world, "auditor"), snapshot()
    found = []
    for address in addresses():
        if address.name.startswith((*OWN, "admin:password_change", "view_forget")):
            continue
        answer = client.post(address.of(world.alpha), FORM | {"action": world.alpha.pk("actions.action")})
        if answer.status_code in (201, 202, 500) or changes(before):
            found.append(f"{answer.status_code} {address.of(world.alpha)} {changes(before)}")
            before = snapshot()
    assert found == []


def test_an_auditor_s_button_of_a_list_changes_nothing(world: World):
    client, before = client_for(world, "auditor"), snapshot()
    for model, page in admin.site._registry.items():
        row = world.alpha.rows.get(model._meta.label_lower)
        for name in page.actions or []:
            data = {"action": name, "_selected_action": [row.pk if row else 1], "index": 0}
            client.post(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"), data)
            assert (model._meta.label, name, changes(before)) == (model._meta.label, name, [])


@pytest.mark.parametrize("role", ["collector", "field_agent", "integrator"])
def test_the_admin_is_closed_to_those_who_do_not_lead(role: str, world: World):
    client = client_for(world, role)
    inside = [one for one in addresses() if one.route.startswith("admin/") and one.name not in OWN]
    assert len(inside) > 100
    answers = {one.of(world.alpha): client.get(one.of(world.alpha)) for one in inside}
    assert [path for path, answer in answers.items() if answer.status_code not in (302, 403, 404)] == []


# Open without a login, each by what protects it.
OPEN = {
    "preferences": "theme and language of a browser",
    "messaging:unsubscribe": "a token we sent",
    "account_login": "the login itself",
    "account_signup": "says that nobody registers",
    "account_reset_password": "the same answer for every address",
    "account_reset_password_done": "a sentence",
    "account_reset_password_from_key": "a key sent by mail",
    "account_reset_password_from_key_done": "a sentence",
    "account_confirm_email": "a key sent by mail",
    "account_email_verification_sent": "a sentence",
    "account_inactive": "a sentence",
    "account_logout": "leads to the login",
    "socialaccount_login_cancelled": "a sentence",
    "socialaccount_login_error": "a sentence",
    "localmail:messages": "the key of the interface",
    "metrics": "a token or a network",
    "admin:jsi18n": "words of the interface",
}


def test_all_is_closed_to_those_who_did_not_log_in(world: World):
    client, before = Client(raise_request_exception=False), snapshot()
    found = []
    for address in addresses():
        if address.name in OPEN or address.name.startswith("messaging:anymail:"):
            continue
        for verb in ("get", "post"):
            answer = getattr(client, verb)(address.of(world.alpha))
            if answer.status_code not in (301, 302, 401, 403, 404, 405):
                found.append(f"{verb} {address.of(world.alpha)} {answer.status_code}")
    assert found == []
    assert changes(before) == []


def of_another_team(world: World) -> House:
    """A customer of ALPHA and what is known of him, in a team that is not the collector's."""
    owner = UserFactory(last_name="Deux")
    customer = CustomerFactory(
        entity=world.alpha.entity, name=MARK, external_id=MARK, team=TeamFactory(entity=world.alpha.entity)
    )
    invoice = InvoiceFactory(customer=customer, number=MARK)
    hold = place_hold(customer, kind="manual", reason=MARK, starts_on=ON, by=owner, at=AT)
    action = ActionFactory(customer=customer, owner=owner)
    made = [customer, invoice, hold, action, ContactFactory(customer=customer), AddressFactory(customer=customer)]
    rows = {**world.bravo.rows, **{row._meta.label_lower: row for row in made}}
    return House(world.alpha.entity, rows, world.alpha.twin)


def test_a_collector_reads_and_changes_nothing_of_another_team(world: World):
    other, client = of_another_team(world), client_for(world, "collector")
    before = snapshot()
    # Half of the word: the page repeats what was asked.
    lists = [client.get(path) for path in ("/", "/customers/", "/invoices/", "/customers/?q=Zorg", "/?q=Zorg")]
    found = [answer.request["PATH_INFO"] for answer in lists if shows(answer)]
    for address in addresses():
        if not address.has_row or address.route.startswith(("admin/", "api/", "demo/")):
            continue
        for verb in (client.get, client.post):
            answer = verb(address.of(other), FORM | {"action": other.pk("actions.action")})
            if answer.status_code in (200, 500) or shows(answer) or changes(before):
                found.append(f"{answer.status_code} {address.of(other)} {changes(before)}")
    assert found == []
