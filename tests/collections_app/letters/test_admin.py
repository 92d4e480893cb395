import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from collections_app.letters import operations
from collections_app.letters.defaults import Default
from collections_app.letters.models import PrintBatch, Template
from collections_app.letters.newer import newer_languages
from tests.factories.accounts import EntityFactory, UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.letters import TemplateFactory, TemplateVersionFactory
from tests.factories.receivables import InvoiceFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def supervisor(client: Client, *entities: Any) -> Any:
    user = UserFactory(supervisor=True, sees=list(entities), language="fr")
    client.force_login(user)
    return user


def url(name: str, *args: Any) -> str:
    return reverse(f"admin:letters_{name}", args=args)


def owing(entity: Any, **values: Any) -> Any:
    customer = CustomerFactory(entity=entity, **values)
    InvoiceFactory(customer=customer)
    return customer


def test_the_list_shows_the_templates_of_one_s_entities(client: Client) -> None:
    own, other = TemplateFactory(name="Le nôtre"), TemplateFactory(name="Le leur")
    supervisor(client, own.entity)
    page = client.get(url("template_changelist")).content.decode()
    assert ("Le nôtre" in page, other.name in page) == (True, False)


def test_archived_templates_are_out_of_the_list(client: Client) -> None:
    template = TemplateFactory(name="Ancien", archived=True)
    supervisor(client, template.entity)
    assert "Ancien" not in client.get(url("template_changelist")).content.decode()
    assert "Ancien" in client.get(url("template_changelist"), {"archived": "yes"}).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_more_templates(client: Client, count: int, django_assert_num_queries: Any) -> None:
    entity = EntityFactory()
    for _ in range(count):
        TemplateVersionFactory(template__entity=entity)
    supervisor(client, entity)
    client.get(url("template_changelist"))
    with django_assert_num_queries(10):
        client.get(url("template_changelist"))


def test_a_template_of_another_entity_does_not_open(client: Client) -> None:
    supervisor(client, EntityFactory())
    template = TemplateFactory()
    for name in ("change", "preview", "variables", "versions", "settings", "letter", "mail", "duplicate"):
        assert client.get(url(f"template_{name}", template.pk)).status_code in (302, 404)


@pytest.mark.parametrize("role", ["collector", "integrator"])
def test_only_those_who_lead_open_it(client: Client, role: str) -> None:
    template = TemplateFactory()
    client.force_login(UserFactory(role=role, is_staff=True, sees=template.entity))
    assert client.get(url("template_change", template.pk)).status_code == 403


def test_an_auditor_reads_and_does_not_write(client: Client) -> None:
    template = TemplateFactory()
    client.force_login(UserFactory(auditor=True, sees=template.entity))
    page = client.get(url("template_change", template.pk))
    assert [page.context["form"][name].field.widget.attrs.get("readonly") for name in ("subject", "body")] == [
        True,
        True,
    ]
    assert client.post(url("template_change", template.pk), {"language": "fr", "body": "x"}).status_code == 403


def test_the_list_names_the_languages(client: Client) -> None:
    published = TemplateVersionFactory()
    TemplateVersionFactory(template=published.template, language="en", draft=True)
    supervisor(client, published.template.entity)
    page = client.get(reverse("admin:letters_template_changelist")).content.decode()
    assert ('languages_in_use">français</td>' in page, 'drafts">anglais</td>' in page) == (True, True)


def test_a_new_template_opens_in_the_editor(client: Client) -> None:
    entity = EntityFactory()
    supervisor(client, entity)
    form = {"entity": entity.pk, "name": "Rappel", "code": "rappel", "channel": "email", "tone": "reminder"}
    answer = client.post(url("template_add"), form)
    template = Template.objects.get(code="rappel")
    assert answer["Location"] == url("template_change", template.pk)


def test_settings_are_changed_apart_from_the_texts(client: Client) -> None:
    template = TemplateFactory()
    supervisor(client, template.entity)
    page = url("template_settings", template.pk)
    answer = client.post(page, {"name": "Autre nom", "tone": "firm", "for_consumers": "on"})
    template.refresh_from_db()
    assert answer["Location"] == url("template_change", template.pk)
    assert (template.name, template.tone, template.for_consumers) == ("Autre nom", "firm", True)


def test_saving_keeps_a_draft(client: Client) -> None:
    template = TemplateFactory()
    supervisor(client, template.entity)
    client.post(url("template_change", template.pk), {"language": "fr", "subject": "s", "body": "b", "verb": "save"})
    assert list(template.versions.values_list("language", "body", "published_at")) == [("fr", "b", None)]


def test_publishing_puts_it_to_use(client: Client) -> None:
    template = TemplateFactory()
    user = supervisor(client, template.entity)
    client.post(url("template_change", template.pk), {"language": "fr", "subject": "s", "body": "b", "verb": "publish"})
    assert template.versions.get().published_by == user


def test_what_does_not_compile_is_kept_but_not_published(client: Client) -> None:
    template = TemplateFactory()
    supervisor(client, template.entity)
    form = {"language": "fr", "subject": "s", "body": "a\n{{ customer.nme }}", "verb": "publish"}
    answer = client.post(url("template_change", template.pk), form)
    page = answer.content.decode()
    assert (answer.status_code, "ligne 2, colonne 4" in page, "customer.name" in page) == (409, True, True)
    assert template.versions.get().published_at is None


def test_forgetting_the_draft(client: Client) -> None:
    published = TemplateVersionFactory()
    supervisor(client, published.template.entity)
    page = url("template_change", published.template.pk)
    client.post(page, {"language": "fr", "subject": "s", "body": "b", "verb": "save"})
    client.post(page, {"language": "fr", "subject": "s", "body": "b", "verb": "discard"})
    assert list(published.template.versions.all()) == [published]


def test_who_read_another_text_writes_nothing_over_it(client: Client) -> None:
    published = TemplateVersionFactory(body="à tous")
    supervisor(client, published.template.entity)
    page = url("template_change", published.template.pk)
    mine, hers = ({"language": "fr", "subject": "s", "body": body, "verb": "save"} for body in ("à moi", "à elle"))
    mine["read"] = hers["read"] = client.get(page).context["read"]
    assert client.post(page, hers).status_code == 302
    for _again in range(2):
        answer = client.post(page, mine)
        assert (answer.status_code, answer.context["read"]) == (409, mine["read"])
        assert answer.context["overtaken"].startswith("Quelqu’un d’autre")
    assert published.template.versions.get(published_at=None).body == "à elle"
    read = client.get(page).context["read"]
    assert client.post(page, mine | {"read": read}).status_code == 302


def test_who_read_another_text_forgets_no_draft(client: Client) -> None:
    published = TemplateVersionFactory(body="à tous")
    supervisor(client, published.template.entity)
    page = url("template_change", published.template.pk)
    text = {"language": "fr", "subject": "s"}
    client.post(page, text | {"body": "à moi", "verb": "save"})
    mine = text | {"body": "à moi", "verb": "discard", "read": client.get(page).context["read"]}
    client.post(page, text | {"body": "à elle", "verb": "save", "read": mine["read"]})
    answer = client.post(page, mine)
    assert (answer.status_code, answer.context["read"]) == (409, mine["read"])
    assert "pas été oublié" in answer.context["overtaken"]
    assert published.template.versions.get(published_at=None).body == "à elle"
    assert client.post(page, mine | {"read": client.get(page).context["read"]}).status_code == 302
    assert list(published.template.versions.all()) == [published]


def test_a_test_goes_to_oneself_only(client: Client, mailoutbox: list[Any], settings: Any) -> None:
    settings.MAIL_RECIPIENT_ALLOWLIST = ["*"]
    template = TemplateFactory()
    owing(template.entity)
    user = supervisor(client, template.entity)
    form = {"language": "fr", "subject": "Compte {{ customer.account }}", "body": "b", "verb": "test"}
    client.post(url("template_change", template.pk), form)
    assert [(mail.to, mail.subject[:6]) for mail in mailoutbox] == [([user.email], "[Test]")]


@pytest.mark.parametrize("verb", ["test", "save", "publish"])
def test_a_text_in_use_that_did_not_change_makes_no_version(client: Client, verb: str) -> None:
    published = TemplateVersionFactory()
    supervisor(client, published.template.entity)
    form = {"language": "fr", "subject": published.subject, "body": f"{published.body}\r\n", "verb": verb}
    assert client.post(url("template_change", published.template.pk), form).status_code == 302
    assert list(published.template.versions.all()) == [published]


def test_a_refused_test_says_why(client: Client, mailoutbox: list[Any], settings: Any) -> None:
    settings.MAIL_RECIPIENT_ALLOWLIST = []
    template = TemplateFactory()
    owing(template.entity)
    supervisor(client, template.entity)
    form = {"language": "fr", "subject": "s", "body": "b", "verb": "test"}
    page = client.post(url("template_change", template.pk), form, follow=True).content.decode()
    assert (mailoutbox, "MAIL_RECIPIENT_ALLOWLIST" in page) == ([], True)


# Preview.


def previewed(client: Client, template: Template, body: str, **more: str) -> str:
    form = {"language": "fr", "subject": "Objet", "body": body, **more}
    return client.post(url("template_preview", template.pk), form).content.decode()


def test_the_preview_fills_a_real_customer(client: Client) -> None:
    template = TemplateFactory()
    owing(template.entity, name="Boulangerie Morel")
    supervisor(client, template.entity)
    page = previewed(client, template, "Cher {{ customer.name }}, {{ total.net | money }}")
    assert "Cher Boulangerie Morel, 100,00\xa0€" in page


def test_the_preview_finds_the_customer_by_account_or_name(client: Client) -> None:
    template = TemplateFactory()
    owing(template.entity, name="Morel", external_id="C-1")
    owing(template.entity, name="Épicerie Élan", external_id="C-2")
    supervisor(client, template.entity)
    for search in ("C-2", "c-2", "epicerie"):
        assert "Cher Épicerie Élan" in previewed(client, template, "Cher {{ customer.name }}", customer=search)


def test_the_preview_never_shows_a_customer_of_others(client: Client) -> None:
    template = TemplateFactory()
    owing(EntityFactory(), name="Secret", external_id="C-9")
    supervisor(client, template.entity)
    assert "Secret" not in previewed(client, template, "{{ customer.name }}", customer="C-9")


def test_the_preview_gives_the_place_of_a_fault(client: Client) -> None:
    template = TemplateFactory()
    owing(template.entity)
    supervisor(client, template.entity)
    page = previewed(client, template, "a\n{{ nothing }}")
    assert 'data-go="body" data-line="2" data-column="4"' in page


def test_the_preview_escapes(client: Client) -> None:
    template = TemplateFactory()
    owing(template.entity, name="<script>x</script>")
    supervisor(client, template.entity)
    assert "<script>x" not in previewed(client, template, "{{ customer.name }}")


def test_an_sms_is_counted(client: Client) -> None:
    template = TemplateFactory(sms=True)
    owing(template.entity)
    supervisor(client, template.entity)
    assert "5 caractères, 1 SMS" in previewed(client, template, "Aigre")


def test_a_script_is_shown_as_steps(client: Client) -> None:
    template = TemplateFactory(script=True)
    owing(template.entity)
    supervisor(client, template.entity)
    page = previewed(client, template, "## Un\na\n## Deux\nb")
    assert page.count("<h3>") == 2


def test_the_letter_opens_as_a_pdf(client: Client) -> None:
    version = TemplateVersionFactory(template__letter=True)
    owing(version.template.entity)
    supervisor(client, version.template.entity)
    answer = client.get(url("template_letter", version.template.pk))
    assert (answer["Content-Type"], answer.content[:4]) == ("application/pdf", b"%PDF")


def test_the_mail_as_it_leaves_may_carry_styles_and_no_script(client: Client) -> None:
    version = TemplateVersionFactory()
    owing(version.template.entity)
    supervisor(client, version.template.entity)
    answer = client.get(url("template_mail", version.template.pk))
    policy = answer.headers["Content-Security-Policy"]
    assert "style-src 'self' 'unsafe-inline'" in policy
    assert "script-src 'self'" in policy


def test_variables_are_searched(client: Client) -> None:
    template = TemplateFactory()
    supervisor(client, template.entity)
    page = client.get(url("template_variables", template.pk), {"q": "iban"}).content.decode()
    assert page.count("data-insert") == 2


def test_versions_show_what_changed(client: Client) -> None:
    version = TemplateVersionFactory(body="Bonjour\nancien")
    TemplateVersionFactory(template=version.template, number=2, body="Bonjour\nnouveau")
    supervisor(client, version.template.entity)
    page = client.get(url("template_versions", version.template.pk)).content.decode()
    assert ("<del>ancien</del>" in page, "<ins>nouveau</ins>" in page, "<ins>Bonjour" in page) == (True, True, False)


def test_the_days_to_pay_are_written_beside_the_text(client: Client) -> None:
    template = TemplateFactory(tone="formal_notice", entity__notice_days_to_pay=20)
    supervisor(client, template.entity)
    owing(template.entity)
    page = url("template_change", template.pk)
    assert "vide : 20, comme le dit l’entité" in client.get(page).content.decode()
    text = {
        "language": "fr",
        "subject": "s",
        "body": "{{ amount_split }}{{ invoice_table }}Avant le {{ deadline | date: 'short' }}",
        "verb": "save",
    }
    assert client.post(page, text | {"days_to_pay": "30"}).status_code == 302
    assert template.versions.get().days_to_pay == 30
    assert client.post(page, text | {"days_to_pay": "0"}).status_code == 409
    shown = [
        re.findall(r"Avant le [0-9/]+", previewed(client, template, text["body"], days_to_pay=days))
        for days in ("", "30")
    ]
    assert ([len(found) for found in shown], shown[0] == shown[1]) == ([1, 1], False)


def test_a_copy_needs_its_own_code(client: Client) -> None:
    version = TemplateVersionFactory()
    template = version.template
    supervisor(client, template.entity)
    page = url("template_duplicate", template.pk)
    assert client.post(page, {"name": "Copie", "code": template.code}).status_code == 200
    client.post(page, {"name": "Copie", "code": "copie"})
    assert Template.objects.get(code="copie").versions.get().body == version.body


def test_a_second_click_on_archive_or_put_back_does_nothing(client: Client) -> None:
    template = TemplateFactory()
    supervisor(client, template.entity)
    for archived in (True, False):
        page = client.get(url("template_change", template.pk)).text
        sent = {"verb": re.search(r'name="verb" value="((?:un)?archive)"', page)[1]}  # type: ignore[index]
        for _click in range(2):
            client.post(url("template_archive", template.pk), sent)
            template.refresh_from_db()
            assert template.archived is archived


def test_the_editor_holds_no_inline_script_or_style(client: Client) -> None:
    version = TemplateVersionFactory()
    supervisor(client, version.template.entity)
    page = client.get(url("template_change", version.template.pk)).content.decode()
    assert [mark for mark in ("<style", " style=", "<script>", " onclick", " onchange") if mark in page] == []


# Print batches: the operations have their own tests; here only doors and rows.


def test_batches_of_others_do_not_open(client: Client) -> None:
    batch = PrintBatch.objects.create(
        entity=EntityFactory(), on="2026-03-02", number=1, prepared_at="2026-03-02T09:00:00Z"
    )
    supervisor(client, EntityFactory())
    assert client.get(url("printbatch_file", batch.pk)).status_code == 404
    assert client.post(url("printbatch_posted", batch.pk), {"on": "2026-03-02"}).status_code == 404


def test_the_list_says_how_many_letters_wait(client: Client) -> None:
    entity = EntityFactory(legal_name="Ateliers Verdier")
    supervisor(client, entity)
    page = client.get(url("printbatch_changelist")).content.decode()
    assert "Ateliers Verdier" in page


def test_nothing_to_print_is_said(client: Client) -> None:
    entity = EntityFactory(legal_name="Ateliers Verdier")
    supervisor(client, entity)
    page = client.post(url("printbatch_prepare", entity.pk), follow=True).content.decode()
    assert "Aucune lettre de Ateliers Verdier" in page


def test_a_batch_is_never_changed_by_a_link(client: Client) -> None:
    entity = EntityFactory()
    supervisor(client, entity)
    assert client.get(url("printbatch_prepare", entity.pk)).status_code == 403


@pytest.fixture
def delivered(monkeypatch: Any) -> Any:
    """A template an entity received, of which the product delivers other French words since."""
    entity = EntityFactory(language="fr")
    operations.deliver_defaults(entity, at=AT)
    template = Template.objects.get(entity=entity, code="friendly-email")
    text = Default.text

    def newer(default: Default, language: str) -> tuple[str, str]:
        return ("Objet neuf", "Corps neuf") if language == "fr" else text(default, language)

    monkeypatch.setattr(Default, "text", newer)
    return template


def test_a_text_delivered_since_is_shown_and_taken_as_a_draft(client: Client, delivered: Template) -> None:
    supervisor(client, delivered.entity)
    page = client.get(url("template_change", delivered.pk)).content.decode()
    assert url("template_delivered", delivered.pk, "fr") in page
    page = client.get(url("template_delivered", delivered.pk, "fr")).content.decode()
    assert ("<ins>Corps neuf</ins>" in page, "<del>" in page) == (True, True)
    answer = client.post(url("template_delivered", delivered.pk, "fr"))
    assert answer.url == f"{url('template_change', delivered.pk)}?language=fr"
    texts = list(
        delivered.versions.filter(language="fr").order_by("number").values_list("number", "body", "published_at")
    )
    assert (texts[0][0], texts[0][2], texts[1:]) == (1, AT, [(2, "Corps neuf", None)])
    assert client.get(url("template_delivered", delivered.pk, "fr")).status_code == 404  # taken


def test_a_draft_begun_meanwhile_is_not_written_over_by_the_delivered_text(client: Client, delivered: Template) -> None:
    supervisor(client, delivered.entity)
    page = url("template_delivered", delivered.pk, "fr")
    read = client.get(page).context["read"]
    operations.save_draft(delivered, language="fr", subject="s", body="à elle")
    answer = client.post(page, {"read": read}, follow=True)
    assert str(*answer.context["messages"]).startswith("Quelqu’un d’autre")
    assert delivered.versions.get(published_at=None).body == "à elle"


def test_only_a_newer_text_of_the_product_is_offered(client: Client, delivered: Template) -> None:
    assert newer_languages(delivered) == ["fr"]
    own = TemplateFactory(entity=delivered.entity, code="mine")
    TemplateVersionFactory(template=own, language="fr")
    assert newer_languages(own) == []
    supervisor(client, delivered.entity)
    for template, language in ((delivered, "en"), (own, "fr")):
        assert client.get(url("template_delivered", template.pk, language)).status_code == 404
    supervisor(client, EntityFactory())
    assert client.post(url("template_delivered", delivered.pk, "fr")).status_code == 404


def test_an_auditor_does_not_take_it(client: Client, delivered: Template) -> None:
    client.force_login(UserFactory(auditor=True, sees=delivered.entity))
    assert client.get(url("template_delivered", delivered.pk, "fr")).status_code == 200
    assert client.post(url("template_delivered", delivered.pk, "fr")).status_code == 403


def test_what_could_never_be_written_is_told_by_preview_and_publication(client: Client) -> None:
    template = TemplateFactory()
    owing(template.entity)
    supervisor(client, template.entity)
    text = {"language": "fr", "subject": "Objet", "body": "{{ 'sNaN' | money }}", "read": operations.mark_of(None)}
    for address, more in (("template_preview", {}), ("template_change", {"verb": "publish"})):
        page = client.post(url(address, template.pk), text | more).content.decode()
        assert ("«\xa0sNaN\xa0» n’est pas un montant." in page, address) == (True, address)
    assert not template.versions.get().published_at
