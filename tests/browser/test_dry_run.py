"""A night tried from the admin in a real browser: the page follows it and then names customers."""

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from collections_app.engine.dry_runs import try_night
from collections_app.engine.models import DryRun
from crm.law.operations import load_law
from tests.browser.axe import faults
from tests.collections_app.engine.world import World
from tests.factories.accounts import UserFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_supervisor_tries_the_night_and_reads_who_would_be_reminded(page: Any, live_server: Any):
    load_law()
    world = World({"offset_days": 5, "minimum_amount": 50, "name": "Appel de courtoisie"})
    for name, amount in (("Boulangerie Morel", 4200), ("Ateliers du Val de Loire et de Bretagne", 900), ("Petit", 10)):
        world.invoice(world.customer(name=name), late=20, on=timezone.localdate(), amount=amount)
    UserFactory(username="sophie", supervisor=True, sees=world.entity)
    page.goto(f"{live_server.url}/accounts/login/?next={reverse('admin:engine_run_changelist')}")
    page.get_by_label("Identifiant").fill("sophie")
    page.get_by_label("Mot de passe").fill("secret-for-tests")
    page.get_by_role("button", name="Se connecter").click()
    page.get_by_role("button", name="Essayer sans rien écrire").click()
    page.get_by_text("En attente d’un processus").wait_for()
    assert faults(page) == []
    try_night(DryRun.objects.get().pk, at=timezone.now())
    page.get_by_role("link", name="Boulangerie Morel").wait_for()
    assert faults(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") == 390
