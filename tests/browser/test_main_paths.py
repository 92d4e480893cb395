"""The main paths of a collector in a real browser, readable by everybody, in both themes and on a phone."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from collections_app.actions.models import Action
from crm.accounts.models import User
from crm.customers.models import Customer
from crm.holds.models import Hold
from tests.browser.axe import faults
from tests.factories.accounts import EntityFactory, UserFactory
from tests.factories.actions import ActionFactory, ActionLineFactory
from tests.factories.customers import AddressFactory, ContactFactory, CustomerFactory
from tests.factories.letters import TemplateVersionFactory
from tests.factories.receivables import CreditFactory, InvoiceFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
THEMES = ("light", "dark")
PHONE = {"width": 390, "height": 844}


def portfolio(lea: User, entity: Any, count: int = 3) -> list[Action]:
    """Calls to make, the largest first, each with a late invoice, a contact and a number."""
    today = timezone.localdate()
    actions = []
    for place in range(count):
        customer = CustomerFactory(entity=entity, name=f"Boulangerie {place}")
        AddressFactory(customer=customer, contact=ContactFactory(customer=customer), phone=True)
        due = today - timedelta(days=30 + 40 * place)  # at the step of the factory
        action = ActionFactory(
            customer=customer,
            owner=lea,
            weight=10 ** (4 - place),
            oldest_due_on=due,
            reasons=["high_amount", "escalated"],
        )
        ActionLineFactory(action=action, invoice=InvoiceFactory(customer=customer, due_on=due, issued_on=due))
        actions.append(action)
    return actions


def log_in(page: Any, live_server: Any) -> None:
    page.goto(f"{live_server.url}/accounts/login/")
    page.get_by_label("Identifiant").fill("lea")
    page.get_by_label("Mot de passe").fill("secret-for-tests")
    page.get_by_role("button", name="Se connecter").click()
    page.wait_for_url(f"{live_server.url}/")


def faults_in(page: Any, theme: str) -> list[str]:
    page.evaluate("theme => document.documentElement.setAttribute('data-bs-theme', theme)", theme)
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return [f"{theme} {fault}" for fault in faults(page)]


def test_a_collector_works_the_list_from_the_keyboard(page: Any, live_server: Any):
    entity = EntityFactory()
    first, second, _third = portfolio(UserFactory(username="lea", sees=entity), entity)
    log_in(page, live_server)
    page.wait_for_load_state("networkidle")  # the keys listen once the modules of the page have run
    page.keyboard.press("n")
    page.locator(f"[data-panel-of='{first.pk}']").wait_for()
    page.keyboard.press("e")
    page.locator("#panel").get_by_label("Note").fill("Rappelle demain")
    page.get_by_role("button", name="Fait, suivante").click()
    page.locator(f"[data-panel-of='{second.pk}']").wait_for()
    first.refresh_from_db()
    assert (first.state, first.outcome, first.note) == ("done", "spoke", "Rappelle demain")
    page.keyboard.press("?")
    page.get_by_role("heading", name="Clavier").wait_for()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("ArrowRight")
    page.wait_for_url(re.compile(r"/customers/\d+/"))


def test_words_found_in_another_list_lead_there_from_the_keyboard(page: Any, live_server: Any):
    entity = EntityFactory()
    portfolio(UserFactory(username="lea", sees=entity), entity, count=1)
    ActionFactory(customer=CustomerFactory(entity=entity, name="Scierie Guillot"), owner=UserFactory())
    log_in(page, live_server)
    page.wait_for_load_state("networkidle")
    page.keyboard.press("/")
    page.keyboard.type("guillot")
    page.keyboard.press("Enter")
    page.locator(".empty").get_by_role("link").first.wait_for()
    page.keyboard.press("Tab")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"portfolio=all&state=waiting"))
    page.locator("[data-row-link]", has_text="Scierie Guillot").wait_for()


def test_pages_are_readable_in_both_themes(page: Any, live_server: Any):
    entity = EntityFactory()
    actions = portfolio(UserFactory(username="lea", sees=entity), entity)
    # A colour measured while it changes is neither of the two.
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{live_server.url}/accounts/login/")
    found = [fault for theme in THEMES for fault in faults_in(page, theme)]
    log_in(page, live_server)
    page_of = f"/customers/{actions[0].customer_id}/"
    forms = [page_of + name for name in ("change/", "contacts/", "addresses/", "manual/", "why/")]
    for path in (f"/?open={actions[0].pk}", page_of, "/invoices/", *forms):
        page.goto(live_server.url + path)
        found += [f"{path} {fault}" for theme in THEMES for fault in faults_in(page, theme)]
    assert found == []


def test_what_a_customer_promises_is_noted_from_the_keyboard(page: Any, live_server: Any):
    entity = EntityFactory()
    first, second, _third = portfolio(UserFactory(username="lea", sees=entity), entity)
    page.emulate_media(reduced_motion="reduce")
    log_in(page, live_server)
    page.wait_for_load_state("networkidle")
    page.keyboard.press("n")
    page.locator(f"[data-panel-of='{first.pk}']").wait_for()
    page.keyboard.press("e")
    panel = page.locator("#panel")
    panel.get_by_label("Issue").select_option("contests")
    panel.get_by_label("Motif de la contestation").wait_for()
    panel.get_by_label("Note").fill("Par virement")
    panel.get_by_label("Issue").select_option("will_pay")
    panel.get_by_label("Montant promis").fill("80")
    page.keyboard.press("Enter")
    panel.get_by_text("Une promesse a besoin du jour").wait_for()
    day = panel.get_by_label("Paie au plus tard le")
    assert (panel.get_by_label("Note").input_value(), panel.get_by_label("Montant promis").input_value()) == (
        "Par virement",
        "80",
    )
    panel.locator("[name=on]:focus").wait_for()
    assert [fault for theme in THEMES for fault in faults_in(page, theme)] == []
    day.fill((timezone.localdate() + timedelta(days=9)).isoformat())
    page.keyboard.press("Enter")
    page.locator(f"[data-panel-of='{second.pk}']").wait_for()
    assert Hold.objects.values_list("customer", "kind", "amount", "reason").get() == (
        first.customer_id,
        "promise",
        Decimal(80),
        "Par virement",
    )


def test_what_was_done_is_told_beside_the_buttons(page: Any, live_server: Any):
    entity = EntityFactory()
    second = portfolio(UserFactory(username="lea", sees=entity), entity)[1]
    page.set_viewport_size({"width": 1440, "height": 900})
    log_in(page, live_server)
    page.wait_for_load_state("networkidle")
    page.keyboard.press("n")
    page.locator("[data-panel-of]").wait_for()
    page.keyboard.press("e")
    page.get_by_role("button", name="Fait, suivante").click()
    page.locator(f"[data-panel-of='{second.pk}']").wait_for()
    # Both in one question: between two, the page may be put in place anew.
    places = """() => [
        document.querySelector(".toasts .notice").getBoundingClientRect().right,
        document.querySelector("#panel").getBoundingClientRect().left,
    ]"""
    told_until, panel_from = page.evaluate(places)
    assert 0 < told_until <= panel_from


def test_names_and_reasons_are_whole_beside_the_panel(page: Any, live_server: Any):
    entity = EntityFactory()
    action = portfolio(UserFactory(username="lea", sees=entity), entity, count=1)[0]
    Action.objects.filter(pk=action.pk).update(reasons=["not_composed"])
    Customer.objects.filter(pk=action.customer_id).update(name="Centre communal d’action sociale de Bourgoin-Jallieu")
    page.set_viewport_size({"width": 1440, "height": 900})
    log_in(page, live_server)
    page.goto(f"{live_server.url}/?open={action.pk}")
    page.locator(f"[data-panel-of='{action.pk}']").wait_for()
    cut = "all => all.filter(one => one.scrollWidth > one.clientWidth + 1).map(one => one.textContent)"
    assert page.locator(".cell-main, .with-dot > .ellipsis").evaluate_all(cut) == []


def test_a_phone_shows_everything_without_scrolling_sideways(page: Any, live_server: Any):
    entity = EntityFactory()
    actions = portfolio(UserFactory(username="lea", sees=entity), entity)
    page.set_viewport_size(PHONE)
    log_in(page, live_server)
    widths = {}
    page_of = f"/customers/{actions[0].customer_id}/"
    forms = [page_of + name for name in ("change/", "contacts/", "addresses/", "manual/", "why/")]
    filtered = "/?channel=email&channel=post&age=61&age=91&minimum=1000&q=boulangerie"
    for path in ("/", filtered, "/customers/", "/invoices/", page_of, *forms):
        page.goto(live_server.url + path)
        widths[path] = page.evaluate("document.documentElement.scrollWidth")
    assert widths == dict.fromkeys(widths, PHONE["width"])
    page.goto(live_server.url)
    page.get_by_role("button", name="Filtres").click()
    page.get_by_label("Tous").check()
    page.wait_for_url(re.compile("portfolio=all"))


def test_a_phone_shows_the_money_that_waits_too(page: Any, live_server: Any):
    entity = EntityFactory()
    UserFactory(username="lea", sees=entity)
    customer = CreditFactory(customer__entity=entity).customer
    InvoiceFactory(customer__entity=entity)
    page.set_viewport_size(PHONE)
    log_in(page, live_server)
    page.goto(f"{live_server.url}/customers/")
    waiting = page.locator(f"[data-row='{customer.pk}'] .waiting")
    assert (waiting.is_visible(), waiting.inner_text()) == (True, "-40,00\xa0€ non lettrés")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_the_preview_of_a_manual_reminder_stays_beside_many_invoices(page: Any, live_server: Any):
    entity = EntityFactory()
    UserFactory(username="lea", sees=entity)
    customer = InvoiceFactory(customer__entity=entity).customer
    InvoiceFactory.create_batch(60, customer=customer)
    AddressFactory(customer=customer)
    TemplateVersionFactory(template__entity=entity)
    page.set_viewport_size({"width": 1440, "height": 900})
    log_in(page, live_server)
    page.goto(f"{live_server.url}/customers/{customer.pk}/manual/")
    keep = page.get_by_role("button", name="Garder à faire")
    keep.wait_for()
    page.locator("tfoot").scroll_into_view_if_needed()
    box = keep.bounding_box()
    assert (box["y"] > 0, box["y"] + box["height"] <= 900) == (True, True)


def test_what_was_just_done_is_taken_back_by_its_key(page: Any, live_server: Any):
    entity = EntityFactory()
    first, second, _third = portfolio(UserFactory(username="lea", sees=entity), entity)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.emulate_media(reduced_motion="reduce")  # colours are those of a theme at once
    log_in(page, live_server)
    page.wait_for_load_state("networkidle")
    page.keyboard.press("n")
    page.locator(f"[data-panel-of='{first.pk}']").wait_for()
    page.keyboard.press("e")
    page.get_by_role("button", name="Fait, suivante").click()
    page.locator(f"[data-panel-of='{second.pk}']").wait_for()
    page.wait_for_load_state("networkidle")
    assert [fault for theme in THEMES for fault in faults_in(page, theme)] == []
    page.keyboard.press("u")
    page.locator(f"[data-panel-of='{first.pk}']").wait_for()
    page.get_by_text("c’est annulé").wait_for()
    first.refresh_from_db()
    assert (first.state, page.get_by_role("button", name="Annuler", exact=True).count()) == ("todo", 0)
