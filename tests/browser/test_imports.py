"""A supervisor sends a file, looks at it and imports it, in a real browser."""

from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone

from crm.imports.models import Batch
from crm.imports.operations import batches
from crm.receivables.models import Invoice
from tests.browser.axe import faults
from tests.factories.accounts import EntityFactory, UserFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LIST = "client;nom;facture;echeance;solde\nA;Alpha;F1;01/02/2026;100\nB;Beta;F2;31/02/2026;50\n"


def test_send_look_import(page, live_server, settings, tmp_path: Path, monkeypatch):
    settings.MEDIA_ROOT = str(tmp_path)
    monkeypatch.setattr(batches, "send", lambda task, batch: None)
    UserFactory(supervisor=True, sees=EntityFactory(code="BOOKS"), username="chef")
    (tmp_path / "liste.csv").write_text(LIST)
    page.goto(live_server.url + reverse("account_login"))
    page.fill("[name=login]", "chef")
    page.fill("[name=password]", "secret-for-tests")
    page.click("button[type=submit]")
    page.wait_for_url(f"{live_server.url}/")
    page.emulate_media(reduced_motion="reduce")  # a colour measured while it changes is neither of the two
    page.goto(live_server.url + reverse("imports"))
    assert faults(page) == []
    page.set_input_files("[name=file]", str(tmp_path / "liste.csv"))
    page.get_by_role("button", name="Lire le fichier").click()
    page.get_by_text("Lecture en cours").wait_for()
    batches.read(Batch.objects.get().pk, at=timezone.now())
    page.get_by_text("Ce qui changerait").wait_for()
    assert faults(page) == []
    page.get_by_role("button", name="Importer").click()
    page.get_by_text("Import en cours").wait_for()
    batches.write(Batch.objects.get().pk, at=timezone.now())
    page.get_by_text("Annuler cet import").wait_for()
    assert list(Invoice.objects.values_list("number", "open_amount")) == [("F1", 100)]
