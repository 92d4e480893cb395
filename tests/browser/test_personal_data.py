"""The pages about personal data, readable by everybody, in both themes and on a phone."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from collections_app.privacy import purges, requests
from collections_app.privacy.models import PersonExport
from crm.customers.models import Customer
from tests.browser.test_main_paths import PHONE, THEMES, faults_in, log_in
from tests.factories.accounts import EntityFactory, UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.receivables import InvoiceFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def paths() -> list[str]:
    """One who asked three things, was refused one, has a copy; an entity with something to purge."""
    entity = EntityFactory(legal_name="Société méridionale de boulangerie et de pâtisserie")
    lea = UserFactory(username="lea", administrator=True)
    customer = CustomerFactory(entity=entity, name="Établissements Marchandeau-Villeneuve et fils, successeurs")
    InvoiceFactory(customer=customer)
    gone = CustomerFactory(entity=entity)
    Customer.objects.filter(pk=gone.pk).update(created_at=datetime(2010, 1, 1, tzinfo=UTC))
    for kind in ("access", "restriction", "erasure"):
        asked = requests.record_request(
            customer, kind=kind, received_on=date(2026, 2, 27), words="Que savez-vous ?", by=lea, at=AT
        )
    requests.answer(
        asked, outcome="refused", text="Une dette est en cours.", answered_on=date(2026, 3, 2), by=lea, at=AT
    )
    PersonExport.objects.create(customer=customer, asked_at=AT, asked_by=lea, finished_at=AT, failure="OSError: full")
    purge = purges.ask_purge(entity, by=lea, at=AT)
    purges.work(purge.pk, clock=lambda: AT)
    page_of = f"/customers/{customer.pk}/"
    return [page_of, f"{page_of}personal-data/", "/retention/", f"/retention/{entity.pk}/", f"/purges/{purge.pk}/"]


def test_they_are_readable_by_everybody_and_fit_on_a_phone(page: Any, live_server: Any, paths: list[str]):
    # Of a button whose colours still move towards the other theme the contrast says nothing.
    page.emulate_media(reduced_motion="reduce")
    log_in(page, live_server)
    found, widths = [], {}
    for path in paths:
        for size in ({"width": 1440, "height": 900}, PHONE):
            page.set_viewport_size(size)
            page.goto(live_server.url + path)
            page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
            for theme in THEMES:
                found += [f"{path} {fault}" for fault in faults_in(page, theme)]
            widths[path, size["width"]] = page.evaluate("document.documentElement.scrollWidth")
    assert found == []
    assert widths == {(path, width): width for path, width in widths}
