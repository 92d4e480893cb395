"""The aged balance and the figures of performance, readable by everybody, in both themes and on a phone."""

import os
from datetime import date
from typing import Any

import pytest

from collections_app.engine.models import DailyFigures
from crm.accounts.models import Entity
from tests.browser.test_main_paths import PHONE, THEMES, faults_in, log_in
from tests.collections_app.engine.world import World
from tests.factories.accounts import TeamFactory, UserFactory
from tests.factories.actions import ActionFactory
from tests.factories.receivables import CreditFactory, InvoiceFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGES = (
    "/aged-balance/",
    "/aged-balance/?by=customer",
    "/aged-balance/?by=group",
    "/aged-balance/?by=collector",
    "/performance/",
)


@pytest.fixture
def house() -> World:
    """Ten months of books to the first of November, one customer who owes in each age, money and a credit note."""
    world = World({"offset_days": 5})
    team = TeamFactory(entity=world.entity)
    lea = UserFactory(username="lea", supervisor=True, sees=world.entity)
    debtor = world.customer(name="Société méridionale de boulangerie et de pâtisserie", team=team, collector=lea)
    other = world.customer(name="Garage du Vercors")
    for month in range(1, 11):
        on = date(2026, month, 3)
        InvoiceFactory(customer=debtor, issued_on=on, due_on=date(2026, month, 28), amount=12345 * month)
        if month < 10:
            InvoiceFactory(
                customer=other, issued_on=on, due_on=date(2026, month + 1, 2), closed_on=date(2026, month + 1, 15)
            )
            CreditFactory(customer=other, received_on=date(2026, month, 9), amount=1000 * month)
        DailyFigures.objects.create(
            entity=world.entity, on=date(2026, month + 1, 1), currency="EUR", open_amount=20000 * month,
            overdue_amount=9000 * month, unapplied_amount=0, disputed_amount=0, customers_overdue=1, actions_open=0,
        )  # fmt: skip
    CreditFactory(customer=debtor, received_on=date(2026, 10, 1), amount=700, credit_note=True)
    Entity.objects.filter(pk=world.entity.pk).update(stands_on=date(2026, 11, 2))
    world.night(date(2026, 11, 2))
    for outcome in ("spoke", "will_pay", "no_answer"):
        ActionFactory(
            customer=world.customer(), state="done", closed_by=lea, closed_at="2026-10-20T10:00:00Z", outcome=outcome,
            step_code=outcome,
        )  # fmt: skip
    return world


def test_the_figures_are_readable_by_everybody(page: Any, live_server: Any, house: World):
    page.set_viewport_size({"width": 1440, "height": 900})
    log_in(page, live_server)
    found = []
    for path in PAGES:
        page.goto(live_server.url + path)
        for theme in THEMES:
            found += [f"{path} {fault}" for fault in faults_in(page, theme)]
            shot(page, f"{theme}-1440", path)
    assert found == []


def test_a_phone_shows_the_figures_without_scrolling_sideways(page: Any, live_server: Any, house: World):
    page.set_viewport_size(PHONE)
    log_in(page, live_server)
    widths = {}
    for path in PAGES:
        page.goto(live_server.url + path)
        widths[path] = page.evaluate("document.documentElement.scrollWidth")
        shot(page, "390", path)
    assert widths == dict.fromkeys(PAGES, PHONE["width"])


def shot(page: Any, name: str, path: str) -> None:
    if folder := os.environ.get("FIGURES_SHOTS"):
        page.screenshot(path=f"{folder}/{name}{path.replace('/', '-').replace('?', '-')}.png", full_page=True)
