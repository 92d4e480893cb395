import datetime as dt
import re
from contextlib import nullcontext
from typing import Any

import pytest

from collections_app.letters import operations
from collections_app.letters.history import changes
from collections_app.letters.operations import TemplateRefused, TextChanged
from tests.factories.accounts import UserFactory
from tests.factories.letters import TemplateFactory, TemplateVersionFactory

pytestmark = pytest.mark.django_db
AT = dt.datetime(2026, 3, 1, 8, tzinfo=dt.UTC)


def test_the_first_draft_has_number_one() -> None:
    template = TemplateFactory()
    draft = operations.save_draft(template, language="fr", subject=" Bonjour ", body="a\r\nb\n")
    assert (draft.number, draft.subject, draft.body, draft.published_at) == (1, "Bonjour", "a\nb", None)


def test_saving_again_keeps_one_draft() -> None:
    template = TemplateFactory()
    operations.save_draft(template, language="fr", subject="a", body="a")
    operations.save_draft(template, language="fr", subject="b", body="b")
    assert list(template.versions.values_list("number", "body")) == [(1, "b")]


def test_editing_a_published_text_makes_the_next_version() -> None:
    published = TemplateVersionFactory(body="ancien")
    draft = operations.save_draft(published.template, language="fr", subject="s", body="nouveau")
    published.refresh_from_db()
    assert (draft.number, published.body) == (2, "ancien")


def test_other_days_to_pay_are_another_text() -> None:
    published = TemplateVersionFactory(body="a", subject="s", days_to_pay=8)
    words = {"language": "fr", "subject": "s", "body": "a"}
    same = operations.save_draft(published.template, **words, days_to_pay=8)
    read = operations.mark_of(same)
    draft = operations.save_draft(published.template, **words, days_to_pay=30, read=read)
    assert (same, draft.number, draft.days_to_pay) == (published, 2, 30)
    assert [change.text for change in changes(published, draft) if change.kind == "added"] == ["Jours pour payer : 30"]
    with pytest.raises(TextChanged):
        operations.save_draft(published.template, **words, days_to_pay=10, read=read)
    copy = operations.duplicate(published.template, code="copy", name="Copie")
    assert copy.versions.get().days_to_pay == 30


def test_publishing_says_who_and_when() -> None:
    draft, user = TemplateVersionFactory(draft=True), UserFactory()
    published = operations.publish(draft, by=user, at=AT)
    assert (published.published_at, published.published_by) == (AT, user)


@pytest.mark.parametrize(
    "texts",
    [
        {"subject": ""},
        {"body": ""},
        {"body": "{{ customer.nme }}"},
        {"subject": "{% if %}"},
    ],
)
def test_what_would_fail_is_not_published(texts: dict[str, str]) -> None:
    draft = TemplateVersionFactory(draft=True, **texts)
    with pytest.raises(TemplateRefused):
        operations.publish(draft, by=None, at=AT)
    draft.refresh_from_db()
    assert draft.published_at is None


@pytest.mark.parametrize(
    ("body", "missing"),
    [
        ("Payez.", ["total.with_charges", "invoice_table", "deadline"]),
        ("{{ amount_split }} {{ oldest.number }}", ["deadline"]),
        ("{{ total.net | money }} {{ deadline | date }}{% for each in invoices %}{{ each.number }}{% endfor %}", []),
    ],
)
def test_a_notice_says_how_much_for_what_and_by_when(body: str, missing: list[str]) -> None:
    draft = TemplateVersionFactory(draft=True, template__formal_notice=True, body=body)
    refused: Any = pytest.raises(TemplateRefused) if missing else nullcontext()
    with refused as told:
        operations.publish(draft, by=None, at=AT)
    assert not missing or [re.findall(r"« (.*) »", reason) for reason in told.value.reasons] == [
        [each] for each in missing
    ]


def test_a_published_version_is_not_published_again() -> None:
    with pytest.raises(TemplateRefused):
        operations.publish(TemplateVersionFactory(), by=None, at=AT)


def test_an_sms_takes_no_table() -> None:
    draft = TemplateVersionFactory(template__sms=True, draft=True, body="{{ invoice_table }}")
    with pytest.raises(TemplateRefused):
        operations.publish(draft, by=None, at=AT)


def test_a_copy_starts_with_the_last_texts_as_drafts() -> None:
    version = TemplateVersionFactory(body="texte")
    copy = operations.duplicate(version.template, code="copie", name="Copie")
    assert list(copy.versions.values_list("language", "number", "body", "published_at")) == [("fr", 1, "texte", None)]


def test_archiving_and_restoring() -> None:
    template = TemplateFactory()
    operations.archive(template)
    template.refresh_from_db()
    assert template.archived
    operations.restore(template)
    template.refresh_from_db()
    assert not template.archived


def test_discarding_the_draft_leaves_what_is_published() -> None:
    published = TemplateVersionFactory()
    operations.save_draft(published.template, language="fr", subject="s", body="b")
    operations.discard_draft(published.template, language="fr")
    assert list(published.template.versions.all()) == [published]


def refused(**texts: str) -> list[str]:
    with pytest.raises(TemplateRefused) as refusal:
        operations.publish(TemplateVersionFactory(draft=True, **texts), by=None, at=AT)
    return refusal.value.reasons


def test_a_subject_takes_no_table() -> None:
    [reason] = refused(subject="{{ invoice_table }} x")
    assert reason == "Objet\xa0: «\xa0invoice_table\xa0» est un tableau\xa0: un objet n’a pas de place pour lui."


def test_what_could_never_be_written_is_not_published() -> None:
    [reason] = refused(body="{{ '1e9999999' | money }}")
    assert reason == "Texte, ligne 1, colonne 4\xa0: «\xa01e9999999\xa0» n’est pas un montant."
