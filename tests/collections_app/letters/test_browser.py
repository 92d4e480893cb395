"""The editor in a real browser: preview as one types, variables, faults, readable in both themes and on a phone."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from tests.factories.accounts import UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.letters import TemplateVersionFactory
from tests.factories.receivables import InvoiceFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AXE = Path("static/vendor/axe-core-4.14.0/axe.min.js")


@pytest.fixture
def editor(page: Any, live_server: Any) -> Any:
    version = TemplateVersionFactory(body="Bonjour {{ customer.name }}")
    entity = version.template.entity
    InvoiceFactory(customer=CustomerFactory(entity=entity, name="Boulangerie Morel"))
    UserFactory(username="chef", supervisor=True, sees=entity, language="fr")
    page.goto(live_server.url + reverse("account_login"))
    page.fill("[name=login]", "chef")
    page.fill("[name=password]", "secret-for-tests")
    page.get_by_role("button", name="Se connecter").click()
    page.wait_for_url(live_server.url + "/**")
    page.goto(live_server.url + reverse("admin:letters_template_change", args=[version.template.pk]))
    page.get_by_text("Bonjour Boulangerie Morel").wait_for()
    return page


def test_the_preview_follows_what_is_typed(editor: Any) -> None:
    editor.fill("#id_body", "Cher {{ customer.name }}, merci")
    editor.get_by_text("Cher Boulangerie Morel, merci").wait_for()


def test_a_variable_is_written_where_the_cursor_stands(editor: Any) -> None:
    editor.fill("#id_body", "Total : ")
    editor.fill("#variable-search", "total.net")
    editor.locator('[data-insert="{{ total.net | money }}"]').click()
    assert editor.input_value("#id_body") == "Total : {{ total.net | money }}"


def test_a_fault_leads_to_its_place(editor: Any) -> None:
    editor.fill("#id_body", "Bonjour\n{{ nothing }}")
    editor.locator("[data-go=body]").click()
    assert editor.evaluate("document.querySelector('#id_body').selectionStart") == len("Bonjour\n{{ ")


def test_a_fault_keeps_the_text_from_being_published(editor: Any) -> None:
    editor.fill("#id_body", "{{ nothing }}")
    editor.get_by_role("button", name="Publier").click()
    editor.get_by_role("alert").wait_for()
    assert editor.input_value("#id_body") == "{{ nothing }}"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_it_is_readable_everywhere(editor: Any, theme: str, width: int) -> None:
    editor.set_viewport_size({"width": width, "height": 900})
    editor.emulate_media(color_scheme=theme)
    editor.reload()
    editor.get_by_text("Bonjour Boulangerie Morel").wait_for()
    assert editor.evaluate("document.documentElement.dataset.bsTheme") == theme
    editor.evaluate(AXE.read_text())
    found = editor.evaluate("axe.run('#content', {runOnly: ['wcag2a', 'wcag2aa']}).then(result => result.violations)")
    assert [(each["id"], json.dumps(each["nodes"][0]["html"])) for each in found] == []
    assert editor.evaluate("document.documentElement.scrollWidth") <= width
