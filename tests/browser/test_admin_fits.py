"""The settings in a real browser: no text cut beside the menu and the filters, and a phone can work with them."""

import json
import zlib
from datetime import UTC, datetime
from typing import Any

import pytest
from django.urls import reverse

from collections_app.scenarios.operations import create_draft
from collections_app.segments.operations import deliver_defaults
from crm.accounts.models import Entity, User
from crm.customers.models import Customer
from crm.holds.models import Hold
from telephony.messaging.models import Message
from tests.browser.axe import faults
from tests.factories.accounts import EntityFactory, TeamMemberFactory, UserFactory
from tests.factories.customers import AddressFactory, ContactFactory
from tests.factories.receivables import InvoiceFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AT = datetime(2026, 1, 1, tzinfo=UTC)
LISTS = (
    "segments_group", "engine_run", "messaging_message", "holds_hold", "customers_customer", "receivables_invoice",
    "letters_template", "scenarios_scenario", "accounts_user",
)  # fmt: skip
TOO_WIDE = "() => [...document.querySelectorAll('.results')].filter(e => e.scrollWidth > e.clientWidth + 1).length"
CUT = """() => [...document.querySelectorAll('#content *')].filter(e => {
    const style = getComputedStyle(e);
    return style.overflowX === 'hidden' && style.textOverflow !== 'ellipsis' && e.clientWidth > 4
        && !['INPUT', 'SELECT'].includes(e.tagName) && e.scrollWidth > e.clientWidth + 2;
}).map(e => e.className)"""

OUTSIDE = """() => [
    ...document.querySelectorAll('#content fieldset .form-row :is(input, select, textarea)')
].filter(e =>
    e.checkVisibility() && e.getBoundingClientRect().right > e.closest('fieldset').getBoundingClientRect().right
).map(e => e.name)"""


@pytest.fixture
def sophie(page: Any, live_server: Any) -> User:
    """A supervisor at her screen, with a customer of a long name, a message and a hold."""
    entity = EntityFactory()
    sophie = UserFactory(username="sophie", supervisor=True, sees=entity)
    deliver_defaults(entity, at=AT)
    invoice = InvoiceFactory(customer__entity=entity, customer__name="Centre communal d’action sociale de Villard")
    address = AddressFactory(customer=invoice.customer)
    Message.objects.create(
        entity=entity, customer=invoice.customer, address=address, recipient=address.value, channel="email",
        subject="Votre facture FA2610-02787 arrive à échéance le 17 novembre", state="planned", origin="test",
        origin_id=1, not_before_at=AT, created_at=AT, message_id="m1", token="t1", digest="x",
    )  # fmt: skip
    Hold.objects.create(
        entity=entity, customer=invoice.customer, kind="manual", reason="Attente du nouveau comptable",
        starts_on="2026-01-01", created_at=AT, author=sophie,
    )  # fmt: skip
    page.goto(f"{live_server.url}/accounts/login/")
    page.get_by_label("Identifiant").fill("sophie")
    page.get_by_label("Mot de passe").fill("secret-for-tests")
    page.get_by_role("button", name="Se connecter").click()
    page.wait_for_url(f"{live_server.url}/")
    return sophie


def test_lists_fit_a_usual_screen(sophie: User, page: Any, live_server: Any):
    page.set_viewport_size({"width": 1440, "height": 900})
    found = {}
    for name in LISTS:
        page.goto(live_server.url + reverse(f"admin:{name}_changelist"))
        found[name] = (page.evaluate(TOO_WIDE), page.evaluate(CUT))
    assert found == dict.fromkeys(LISTS, (0, []))


def test_a_phone_scrolls_tables_and_nothing_else(sophie: User, page: Any, live_server: Any):
    page.set_viewport_size({"width": 390, "height": 844})
    found = {}
    for name in LISTS:
        page.goto(live_server.url + reverse(f"admin:{name}_changelist"))
        width = page.evaluate("document.documentElement.scrollWidth")
        found[name] = (width, page.evaluate(CUT), faults(page))
    assert found == dict.fromkeys(LISTS, (390, [], []))


def test_the_fields_of_a_form_stay_inside_their_frame_on_a_phone(sophie: User, page: Any, live_server: Any):
    page.set_viewport_size({"width": 390, "height": 844})
    found = {}
    for name in ("accounts_team", "accounts_absence", "holds_hold", "letters_template"):
        page.goto(live_server.url + reverse(f"admin:{name}_add"))
        found[name] = (page.locator("#content fieldset .form-row").count() > 0, page.evaluate(OUTSIDE))
    assert found == dict.fromkeys(found, (True, []))


def test_every_field_of_a_form_and_of_its_rows_has_a_name(sophie: User, page: Any, live_server: Any):
    entity, customer = Entity.objects.get(), Customer.objects.get()
    ContactFactory(customer=customer)
    membership = TeamMemberFactory(team__entity=entity)
    opened = [
        reverse("admin:customers_customer_change", args=[customer.pk]),
        reverse("admin:accounts_team_change", args=[membership.team_id]),
        reverse("admin:accounts_entity_change", args=[entity.pk]),
        reverse("admin:accounts_user_add"),
        reverse("admin:holds_hold_add"),
    ]
    found = []
    for path in opened:
        page.goto(live_server.url + path)
        for more in page.locator(".add-row a").all():
            more.click()
        found += [(path, fault) for fault in faults(page)]
    assert found == []


def test_what_a_group_says_in_a_rehearsal_fits_a_phone(sophie: User, page: Any, live_server: Any):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(live_server.url + reverse("admin:engine_rehearsals"))
    assert page.locator(".group-says select").count() > 0
    assert (
        page.evaluate(
            "() => [...document.querySelectorAll('.group-says select')].filter("
            "e => e.getBoundingClientRect().right > e.closest('.module').getBoundingClientRect().right).length"
        )
        == 0
    )


def test_the_bar_of_a_draft_covers_no_field_in_use(sophie: User, page: Any, live_server: Any):
    scenario = Entity.objects.get().scenarios.get(code="standard-b2b")
    create_draft(scenario, by=sophie)
    page.set_viewport_size({"width": 1440, "height": 700})
    page.goto(live_server.url + reverse("admin:scenarios_scenario_draft", args=[scenario.pk]))
    page.locator("summary").first.click()
    amount = page.locator("[name=steps-0-minimum_amount]")
    assert amount.input_value() == "500"
    assert faults(page) == []
    fields = page.locator("details[open] input:visible, details[open] select:visible")
    for place in range(fields.count()):
        fields.nth(place).focus()
        box, bar = fields.nth(place).bounding_box(), page.locator(".page-tools.sticky").bounding_box()
        assert box["y"] + box["height"] <= bar["y"] + 1


def test_the_text_of_a_letter_is_read_on_its_page(sophie: User, page: Any, live_server: Any):
    text = "nous vous mettons en demeure de nous payer la somme de 12 345,67 euros " * 20
    Message.objects.update(body=zlib.compress(json.dumps({"text": text, "html": ""}).encode()))
    address = live_server.url + reverse("admin:messaging_message_change", args=[Message.objects.get().pk])
    found = {}
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(address)
        frame, shown = (page.locator(selector).bounding_box() for selector in (".form-row.field-content", "pre"))
        found[width] = shown["x"] + shown["width"] <= frame["x"] + frame["width"]
    assert found == {1440: True, 390: True}
