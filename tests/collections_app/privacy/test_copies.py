"""The copy of a person's file: all of it, nothing of others, nothing that opens anything."""

import csv
import io
import json
import zlib
from datetime import UTC, date, datetime
from zipfile import ZipFile

import pytest
from django.apps import apps
from django.conf import settings as django_settings
from django.utils import translation

from collections_app.engine.operations import run_night
from collections_app.privacy.copies import write_copy
from collections_app.privacy.people import without_secrets
from collections_app.privacy.sections import NOT_OF_A_PERSON, SECTIONS
from crm.customers.operations import add_address
from crm.imports.models import Batch, NewCustomer
from crm.timeline.models import Entry, EntryKind
from crm.timeline.operations import record
from telephony.messaging.models import Enclosure, Message, Reply
from telephony.messaging.operations.freezing import packed
from tests.collections_app.engine.world import World, noon
from tests.factories.accounts import UserFactory
from tests.factories.customers import AddressFactory, ContactFactory, CustomerFactory
from tests.factories.receivables import InvoiceFactory
from tests.scopes.conftest import world as world_of_two
from tests.scopes.world import MARK

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
OURS = [model for model in apps.get_models() if model._meta.app_config.name in django_settings.HOUSE]
two_companies = world_of_two


def copy_of(customer):
    """Each file of the copy, by its name."""
    file = io.BytesIO()
    write_copy(customer, file, at=AT)
    with ZipFile(file) as made:
        return {name: made.read(name) for name in made.namelist()}


def data_of(customer):
    return json.loads(copy_of(customer)["data.json"])


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_every_table_of_ours_is_told_or_left_out_for_a_reason(model):
    told = [section for section in SECTIONS if section.model is model]
    assert (len(told) == 1) != (model._meta.label in NOT_OF_A_PERSON)


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.name)
def test_every_column_of_a_table_is_told_or_left_out_for_a_reason(section):
    fields = section.model._meta.concrete_fields
    told = {field.name for field in fields if section.told & {field.name, field.attname}}
    names = {field.name for field in fields if field.name != "pk"}
    known = {field.name for field in fields if {field.name, field.attname} & section.left_out.keys()}
    assert (told & known, names - told - known, len(known)) == (
        set(),
        ANCHORS.get(section.name, set()),
        len(section.left_out),
    )


# The reference to what the rows are told under.
ANCHORS = {}


def test_the_file_of_one_person_holds_all_of_his_and_nothing_of_others(two_companies):
    house = two_companies.alpha
    files = copy_of(house.rows["customers.customer"])
    whole = b"\n".join(files.values()).decode("utf-8", "replace")
    his = ("Boulangerie", "Contact", "Lyon", "Gros", "Note", "Litige", "Geste", "Lettre", "Bien reçu", "Objet")
    assert [words for words in his if f"{words} Sonnaille" not in whole] == []
    collector = house.rows["accounts.user"]
    never = (MARK, house.twin.name, "token-Sonnaille", collector.username + '"', collector.get_full_name(), "pbkdf2")
    assert [word for word in never if word in whole] == []
    message, reply = house.pk("messaging.message"), house.pk("messaging.reply")
    assert files[f"messages/{message}/message.txt"].decode() == "Corps Sonnaille"
    assert files[f"messages/{message}/1-Sonnaille.pdf"] == b"%PDF Sonnaille"
    assert files[f"replies/{reply}.eml"] == b"x"
    assert "Messages et courriers (1)" in files["dossier.html"].decode()


def test_who_acted_is_told_by_his_role_alone():
    customer, collector = CustomerFactory(), UserFactory(last_name="Zola")
    place = {"owner": "Léa Zola", "what": {"msgid": "Action handed to %(owner)s", "with": {"owner": "Léa Zola"}}}
    record(customer, EntryKind.NOTE, "%(owner)s, %(what)s", at=AT, by=collector, text="Rappeler", params=place)
    [entry] = data_of(customer)["history"]
    assert entry == {
        "at": "2026-03-02T09:00:00Z",
        "kind": "note",
        "subject": "l’un des collaborateurs du créancier, Action confiée à l’un des collaborateurs du créancier",
        "text": "Rappeler",
        "actor_role": "collector",
    }


def test_the_token_of_a_message_stays_here():
    address = AddressFactory()
    Message.objects.create(
        entity=address.customer.entity, customer=address.customer, channel="email", recipient=address.value,
        origin="test", origin_id=1, not_before_at=AT, created_at=AT, state="sent", sent_at=AT, digest="0",
        message_id="1@x", token="opens-it", body=packed("", "<a href='/unsubscribe/opens-it'>Non</a>"),
    )  # fmt: skip
    files = copy_of(address.customer)
    assert b"opens-it" not in b"".join(files.values())
    [message] = Message.objects.all()
    assert files[f"messages/{message.pk}/message.html"] == "<a href='/unsubscribe/•••'>Non</a>".encode()


def test_what_a_provider_sent_is_told_without_its_keys():
    sent = {"ip": "192.0.2.1", "signature": {"token": "x"}, "more": [{"api-key": "y", "city": "Lyon"}]}
    assert without_secrets(sent) == {"ip": "192.0.2.1", "more": [{"city": "Lyon"}]}


def test_each_address_says_where_it_came_from():
    customer = CustomerFactory()
    for value in ("ancien@x.example", "sys@x.example"):
        AddressFactory(customer=customer, value=value, sent_at=AT if value.startswith("sys") else None)
    add_address(customer, channel="email", value="saisi@x.example", by=UserFactory(), at=AT)
    batch = Batch.objects.create(entity=customer.entity, file_name="clients.csv", created_at=AT, status="done")
    NewCustomer.objects.create(batch=batch, customer_id=customer.pk)
    invoice = InvoiceFactory(customer=customer, import_batch_id=batch.pk)
    told = data_of(customer)
    assert {row["value"]: row["origin"] for row in told["addresses"]} == {
        "ancien@x.example": "fichier clients.csv, reçu le 02/03/2026",
        "sys@x.example": "donnée par un autre système ou une liste de clients",
        "saisi@x.example": "ajoutée par les collaborateurs du créancier le 02/03/2026 10:00",
    }
    assert told["identity"][0]["origin"] == "fichier clients.csv, reçu le 02/03/2026"
    assert [(row["number"], row["origin"]) for row in told["invoices"]] == [
        (invoice.number, "fichier clients.csv, reçu le 02/03/2026")
    ]


def test_a_record_merged_into_his_is_told_with_it():
    kept = CustomerFactory(external_id="C-1")
    CustomerFactory(entity=kept.entity, external_id="C-2", merged_into=kept)
    CustomerFactory(entity=kept.entity, external_id="C-3")
    assert [row["external_id"] for row in data_of(kept)["identity"]] == ["C-1", "C-2"]


def test_it_is_in_the_language_of_the_person_and_leaves_that_of_the_reader():
    customer = CustomerFactory(language="en-GB")
    with translation.override("fr"):
        files = copy_of(customer)
        assert translation.get_language() == "fr"
    assert "What is kept about you" in files["file.html"].decode()


def test_decisions_and_their_logic_are_told_in_words():
    world = World({"offset_days": 5, "name": "Premier rappel"})
    customer = world.customer()
    world.invoice(customer, late=6, on=date(2026, 3, 3), amount=100)
    run_night(world.entity, on=date(2026, 3, 3), at=noon(date(2026, 3, 3)))
    told = data_of(customer)
    assert [(row["on"], row["outcome"], row["sentence"]) for row in told["decisions"]] == [
        ("2026-03-03", "open_action", "L’étape Premier rappel est due\u00a0: son action est ouverte.")
    ]
    [logic] = told["logic_of_decisions"]
    assert [(step["name"], step["days_from_due_date"]) for step in logic["steps"]] == [("Premier rappel", 5)]


def test_amounts_and_days_are_read_by_programs_and_by_people():
    invoice = InvoiceFactory(number="F-1", issued_on="2026-01-01", amount=1234)
    files = copy_of(invoice.customer)
    [row] = csv.DictReader(io.StringIO(files["csv/invoices.csv"].decode("utf-8-sig")), delimiter=";")
    assert (row["number"], row["amount"], row["due_on"], row["kind"]) == ("F-1", "1234.000", "2026-01-31", "invoice")
    page = files["dossier.html"].decode()
    assert [word for word in ("<td>1\u202f234,00", "<td>1\u00a0234,00") if word in page] == ["<td>1\u00a0234,00"]
    assert "<td>31/01/2026</td>" in page


def test_nothing_a_person_wrote_is_computed_by_a_spreadsheet():
    customer = CustomerFactory(name='=HYPERLINK("http://x.example")', tags=["=1"])
    AddressFactory(customer=customer, phone=True, value="+33472001234")
    files = copy_of(customer)
    rows = {
        name: list(csv.DictReader(io.StringIO(files[f"csv/{name}.csv"].decode("utf-8-sig")), delimiter=";"))
        for name in ("identity", "addresses")
    }
    assert rows["identity"][0]["name"] == '\'=HYPERLINK("http://x.example")'
    assert rows["addresses"][0]["value"] == "+33472001234"
    assert json.loads(files["data.json"])["identity"][0]["name"] == customer.name


@pytest.mark.parametrize("count", [1, 3])
def test_it_costs_the_same_statements_whatever_there_is(count, django_assert_num_queries):
    customer = CustomerFactory()
    for number in range(count):
        contact = ContactFactory(customer=customer)
        address = AddressFactory(customer=customer, contact=contact)
        InvoiceFactory(customer=customer)
        record(customer, EntryKind.NOTE, "Note", at=AT, text="x")
        message = Message.objects.create(
            entity=customer.entity, customer=customer, channel="email", recipient=address.value, origin="test",
            origin_id=number, not_before_at=AT, created_at=AT, message_id=f"{number}@x", token=f"t{number}",
            body=packed("x", ""), digest="0", state="sent", sent_at=AT,
        )  # fmt: skip
        Enclosure.objects.create(message=message, name="x.pdf", mimetype="application/pdf", content=b"x", digest="0")
        Reply.objects.create(
            entity=customer.entity, customer=customer, header_id=f"{number}", raw=zlib.compress(b"x"), received_at=AT
        )
    customer.refresh_from_db()
    customer.entity  # noqa: B018 - read before
    with django_assert_num_queries(QUERIES):
        write_copy(customer, io.BytesIO(), at=AT)
    assert Entry.objects.filter(customer=customer).count() == count


# A statement for each section, for the files and what names them, messages with their files, replies, and the logic.
QUERIES = len(SECTIONS) + 8
