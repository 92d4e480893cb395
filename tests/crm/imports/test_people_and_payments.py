from datetime import date
from decimal import Decimal

import pytest

from crm.customers.models import Address, Contact, Customer
from crm.customers.operations import merge_customers
from crm.holds.queries import net_items
from crm.imports.errors import FormatUndecided
from crm.imports.feeds.invoices import feed_invoices
from crm.receivables.models import Credit, Invoice
from tests.crm.imports.conftest import AT, balances
from tests.factories.customers import CustomerFactory
from tests.factories.receivables import InvoiceFactory

CUSTOMERS = "Code client;Raison sociale;Type client;SIRET;Adresse;CP;Ville;Contact;E-mail;Téléphone"
ALPHA = "A;Alpha SARL;Entreprise;73282932000074;1 rue X;69003;Lyon;Mme Roy;Compta@Alpha.fr;04 78 00 00 00"


@pytest.fixture
def write(tmp_path):
    def run(header, *rows, name="list.csv"):
        path = tmp_path / name
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        return path

    return run


def test_customers_contacts_and_addresses(load, write):
    outcome = load(write(CUSTOMERS, ALPHA))
    assert (outcome.format, outcome.customers, outcome.changes["addresses_new"]) == ("customers", 1, 3)
    customer = Customer.objects.get()
    assert (customer.name, customer.siren, customer.siret, customer.kind, customer.city) == (
        "Alpha SARL",
        "732829320",
        "73282932000074",
        "professional",
        "Lyon",
    )
    assert set(Address.objects.values_list("channel", "value", "contact__name")) == {
        ("email", "compta@alpha.fr", "Mme Roy"),
        ("phone", "+33478000000", "Mme Roy"),
        ("post", "1 rue X\n69003 Lyon", "Mme Roy"),
    }


def test_a_list_corrects_and_takes_nothing_away(load, write):
    load(write(CUSTOMERS, ALPHA))
    outcome = load(write("Code client;Raison sociale;Ville", "A;Alpha SAS;"))
    assert (outcome.changes["customers_new"], outcome.changes["customers_changed"]) == (0, 1)
    assert Customer.objects.values_list("name", "city").get() == ("Alpha SAS", "Lyon")
    again = load(write("Code client;Raison sociale;Ville", "A;Alpha SAS;"))
    assert again.changes["customers_changed"] == 0
    assert Contact.objects.count() == 1


def test_wrong_values_are_told(load, write):
    rows = [ALPHA, ALPHA.replace("A;", "B;", 1).replace("@", " "), ALPHA.replace("73282932000074", "123")]
    outcome = load(write(CUSTOMERS, *rows))
    assert [(p.line, p.column) for p in outcome.problems] == [(3, "E-mail"), (4, "SIRET")]


NATURES = ("particulier", "Organisme public", "ASSOCIATION", "professionnel", "Particuliers")


@pytest.mark.parametrize(
    ("header", "more"),
    [
        ("Nature", "Type"),
        ("Type", "Famille"),
        ("Typologie", "Type"),
        ("Profil", "Statut"),
        ("Catégorie", "Statut"),
        ("Segment marché", "Catégorie"),
    ],
)
def test_the_nature_of_customers_is_read_under_any_name(load, write, header, more):
    rows = [f"C{place};Client {place};actif;{text}" for place, text in enumerate(NATURES)]
    outcome = load(write(f"Compte;Nom;{more};{header}", *rows))
    kinds = ["consumer", "public_body", "association", "professional", "consumer"]
    assert list(Customer.objects.order_by("external_id").values_list("kind", flat=True)) == kinds
    assert (outcome.reading["columns"]["kind"], outcome.problems) == (header, [])


def test_a_category_that_says_the_nature_is_kept_as_category_too(load, write):
    load(write("Compte;Nom;Catégorie", "A;Alpha;particulier"))
    assert Customer.objects.values_list("kind", "category").get() == ("consumer", "particulier")


def test_a_nature_nobody_knows_is_told_once(load, write):
    outcome = load(write("Compte;Nom;Nature", "A;Alpha;VIP", "B;Beta;VIP", "C;Gamma;particulier", "D;Delta;SARL"))
    told = [(p.line, p.column, p.value, p.text.split(":")[0].strip()) for p in outcome.problems]
    assert (told, outcome.rows_rejected) == ([(2, "Nature", "VIP", "Ce n’est pas une nature de client")], 0)
    kinds = Customer.objects.order_by("external_id").values_list("kind", flat=True)
    assert list(kinds) == ["professional", "professional", "consumer", "professional"]


def test_who_is_no_professional_is_none(load, write):
    load(write("Compte;Nom;Type client", "A;Alpha;Non professionnel"))
    assert Customer.objects.get().kind == "consumer"


CONTACTS = "Client;Prénom;Nom;Fonction;E-mail"


def test_a_list_of_contacts_renames_no_customer(load, write):
    load(write(CUSTOMERS, ALPHA))
    outcome = load(write(CONTACTS, "A;Jean;Valjean;Comptable;jean@alpha.fr"))
    assert (outcome.rows_rejected, Customer.objects.values_list("name", flat=True).get()) == (0, "Alpha SARL")
    assert Contact.objects.filter(position="Comptable").values_list("name", "role").get() == ("Jean Valjean", "dunning")
    assert Address.objects.filter(value="jean@alpha.fr").values_list("contact__name", flat=True).get() == "Jean Valjean"


def test_a_company_and_its_contact_on_one_line(load, write):
    load(write("Client;Raison sociale;Prénom;Nom", "A;Alpha SARL;Jean;Valjean"))
    assert Contact.objects.values_list("customer__name", "name").get() == ("Alpha SARL", "Jean Valjean")


def test_contacts_of_accounts_nobody_knows_make_no_customers(load, write):
    load(write(CUSTOMERS, ALPHA))
    outcome = load(write(CONTACTS, "A;Jean;Valjean;;", "Z;Fantine;;;fantine@z.fr"))
    assert [(p.line, p.value, p.reason) for p in outcome.problems] == [
        (3, "Z", "No customer of this entity has this account.")
    ]
    assert Customer.objects.count() == 1


ITEMS = "client;facture;echeance;solde"
PAYMENTS = "client;date règlement;montant;facture;référence"


@pytest.fixture
def owed(load, write):
    load(write(ITEMS, "A;F1;01/02/2026;100,00", "A;F2;01/02/2026;50,00", "B;F3;01/02/2026;10,00", name="items.csv"))


def test_payments_go_to_the_invoice_they_name(load, write, owed, entity):
    rows = ["A;05/02/2026;60,00;F1;V1", "A;06/02/2026;60,00;F1;V2", ";07/02/2026;10,00;F3;V3", "A;08/02/2026;5,00;;V4"]
    outcome = load(write(PAYMENTS, *rows))
    assert (outcome.format, outcome.payments, outcome.changes["allocated"]) == ("payments", 4, 3)
    first = Invoice.objects.get(number="F1")
    assert (first.open_amount, first.settled_on) == (0, date(2026, 2, 6))
    assert sorted(Credit.objects.filter(open_amount__gt=0).values_list("number", "open_amount")) == [
        ("V2", Decimal(20)),
        ("V4", Decimal(5)),
    ]
    assert balances(entity) == {"A": Decimal(25), "B": Decimal(0)}


def names():
    return dict(Credit.objects.values_list("number", "names_invoice__number"))


def test_a_payment_that_comes_before_its_invoice_goes_to_it(load, write, owed):
    load(write(PAYMENTS, "A;05/02/2026;60,00;F9;V1", "A;06/02/2026;5,00;F1;V2", "A;07/02/2026;5,00;;V3"))
    assert names() == {"V1": None, "V2": "F1", "V3": None}
    load(write(ITEMS, "A;F9;01/01/2026;80,00", name="later.csv"))
    assert names() == {"V1": "F9", "V2": "F1", "V3": None}


def test_columns_that_may_be_those_of_payments_are_not_guessed_where_nobody_looks(load, write, owed):
    path = write("Client;Date;Montant;Facture", "A;05/02/2026;40,00;F1")
    with pytest.raises(FormatUndecided):
        load(path, unattended=True)
    assert load(path, dry_run=True).reading["format_supposed"]
    load(path, unattended=True, format="payments")
    assert Invoice.objects.get(number="F1").open_amount == 60


@pytest.mark.parametrize(("amount", "currency"), [("0,004", "EUR"), ("0,4", "XOF"), ("0", "EUR"), ("-1", "EUR")])
def test_a_payment_that_is_nothing_in_its_currency_is_refused_with_its_line(load, write, owed, amount, currency):
    rows = [f"A;05/02/2026;{amount};;V1;{currency}", "A;06/02/2026;5,00;;V2;EUR"]
    outcome = load(write(f"{PAYMENTS};devise", *rows))
    assert [(p.line, p.column, p.value, p.reason) for p in outcome.problems] == [
        (2, "montant", amount, "A payment is above zero.")
    ]
    assert list(Credit.objects.values_list("number", flat=True)) == ["V2"]


TOO_LATE = "This day is after tomorrow: money counts from the day it comes, send it then."


def test_money_to_come_is_refused_with_its_line(load, write, owed, entity):
    """The import runs on 2 March."""
    outcome = load(write(PAYMENTS, "A;03/03/2026;60,00;F1;V1", "A;04/03/2026;-3;F1;V2", "A;01/02/2062;40,00;F1;V3"))
    assert [(p.line, p.column, p.value, p.reason) for p in outcome.problems] == [
        (3, "date règlement", "04/03/2026", TOO_LATE),
        (3, "montant", "-3", "A payment is above zero."),
        (4, "date règlement", "01/02/2062", TOO_LATE),
    ]
    assert (balances(entity)["A"], Invoice.objects.get(number="F1").settled_on) == (Decimal(90), None)


def test_what_is_ignored_for_its_day_is_not_refused(load, write, owed):
    rows = ["A;01/03/2026;60,00;F1;V1", "A;01/02/2062;40,00;F1;V2"]
    assert (load(write(PAYMENTS, *rows), until=AT.date()).rows_rejected, Credit.objects.count()) == (0, 1)


@pytest.mark.parametrize(
    ("row", "column", "value"),
    [
        ("A;Facture;F1;01/01/2027;01/02/2027;100,00", None, None),
        ("A;Avoir;V1;04/03/2026;;30,00", "date", "04/03/2026"),
        ("A;Règlement;R1;03/03/2026;;30,00", None, None),
    ],
)
def test_in_a_list_of_open_items_only_what_is_owed_may_be_of_a_day_to_come(load, write, entity, row, column, value):
    outcome = load(write("client;type;piece;date;echeance;solde", "B;Facture;F9;01/02/2026;01/03/2026;10,00", row))
    assert [(p.column, p.value) for p in outcome.problems] == ([(column, value)] if column else [])


@pytest.mark.parametrize(("row", "day"), [(";10/03/2026", 2), ("01/03/2026;10/03/2026", 1), ("03/03/2026;", 3)])
def test_what_is_only_due_later_to_the_customer_is_of_the_day_of_the_list(load, write, entity, row, day):
    load(write("client;piece;date;echeance;solde", "B;F9;01/02/2026;01/03/2026;10,00", f"A;V1;{row};-30,00"))
    assert Credit.objects.get().received_on == date(2026, 3, day)


def test_the_same_payments_twice_are_one(load, write, owed, entity):
    path = write(PAYMENTS, "A;05/02/2026;60,00;F1;V1")
    load(path)
    outcome = load(path)
    assert (outcome.changes["credits_new"], balances(entity)["A"]) == (0, Decimal(90))


def test_a_payment_before_its_invoice_is_told_and_finds_it_with_the_next_list(load, write, entity):
    customer = CustomerFactory(entity=entity, external_id="A")
    InvoiceFactory(customer=customer, number="F1", amount=Decimal(60))
    path = write(PAYMENTS, "A;06/11/2025;50;F2;VIR")
    changes = load(path).changes
    assert (changes["credits_new"], changes["payments_unnamed"]) == (1, {"invoices": 1, "numbers": ["F2"]})
    later = InvoiceFactory(customer=customer, number="F2", amount=Decimal(50))
    changes = load(path).changes
    assert (changes["credits_new"], changes.get("payments_unnamed")) == (0, None)
    assert Credit.objects.get().names_invoice == later


@pytest.mark.parametrize("number", ["F2", None])
def test_a_payment_before_its_invoice_goes_to_it_when_the_api_brings_it(load, write, entity, number):
    """By the number it is sent with, or by its identifier where that is all there is; not to what has it otherwise."""
    customer, _other = (CustomerFactory(entity=entity, external_id=account) for account in "AB")
    oldest = InvoiceFactory(customer=customer, number="F1", amount=Decimal(60))
    load(write(PAYMENTS, "A;06/11/2025;50;F2;VIR"))

    def send(external_id: str, account: str, **fields: object) -> None:
        row = {"external_id": external_id, "customer": account, "issued_on": date(2026, 2, 20), "amount": Decimal(50)}
        assert feed_invoices(entity, {0: row | fields}, by=None, at=AT).faults == []

    send("X1", "B", number="F2")
    send("X2", "A", number="F2", currency="USD")
    send("X3", "A", number="F3")
    assert Credit.objects.get().names_invoice is None
    send("F2", "A", **({"number": number} if number else {}))
    assert Credit.objects.get().names_invoice == Invoice.objects.get(external_id="F2")
    left = {item.invoice_id: item.net_amount for item in net_items(customer, on=date(2026, 4, 10))}
    assert (left[oldest.pk], left.get(Invoice.objects.get(external_id="F2").pk, 0)) == (60, 0)


def test_a_payment_waits_for_the_number_of_an_invoice_that_is_known_already(load, write, entity):
    InvoiceFactory(customer=CustomerFactory(entity=entity, external_id="A"), external_id="X1", number="?")
    load(write(PAYMENTS, "A;06/11/2025;50;F2;VIR"))
    feed_invoices(entity, {0: {"external_id": "X1", "number": "F2"}}, by=None, at=AT)
    assert Credit.objects.get().names_invoice == Invoice.objects.get()


def test_a_payer_nobody_knows_is_told(load, write, owed):
    outcome = load(write(PAYMENTS, "Z;05/02/2026;60,00;;V1", "A;05/02/2026;-3;;V2", "A;05/02/2026;3;;V3"))
    assert [(p.line, p.value) for p in outcome.problems] == [(3, "-3"), (2, "Z")]


@pytest.fixture
def merged(entity):
    """Customer B, merged into A."""
    kept, duplicate = (CustomerFactory(entity=entity, external_id=account) for account in "AB")
    merge_customers(kept, duplicate, by=None, at=AT)
    return kept


@pytest.mark.parametrize(
    "lines",
    [
        (CUSTOMERS, ALPHA.replace("A;", "B;", 1)),
        (
            "Client;Numéro;Date;Échéance;Montant;E-mail;Téléphone",
            "B;F1;01/02/2026;01/03/2026;100,00;compta@alpha.fr;+33478000000",
        ),
    ],
)
def test_addresses_of_an_account_merged_into_another_are_his(load, write, merged, lines):
    load(write(*lines))
    found = Address.objects.exclude(channel="post").order_by("channel").values_list("customer__external_id", "value")
    assert list(found) == [("A", "compta@alpha.fr"), ("A", "+33478000000")]
    assert set(Contact.objects.values_list("customer__external_id", flat=True)) <= {"A"}


def who():
    return list(Customer.objects.order_by("external_id").values_list("name", "siret", "city"))


def test_a_list_fills_what_is_empty_of_whom_an_account_was_merged_into(load, write, merged):
    (name, _siret, _city), duplicate = who()
    outcome = load(write(CUSTOMERS, ALPHA.replace("A;", "B;", 1)))
    assert who() == [(name, "73282932000074", "Lyon"), duplicate]
    assert (outcome.changes["customers_new"], outcome.changes["customers_changed"]) == (0, 1)


def test_what_he_has_stays_whatever_a_list_says_of_an_account_merged_into_him(load, write, merged):
    load(write("Client;Nom;Ville;Type client", "A;Alpha;Lyon;professionnel"))
    outcome = load(write("Client;Nom;Ville;Type client", "B;Bêta;Brest;particulier", name="merged.csv"))
    merged.refresh_from_db()
    assert (merged.name, merged.city, merged.kind) == ("Alpha", "Lyon", "professional")
    assert outcome.changes["customers_changed"] == 0


def test_what_his_own_line_says_comes_first(load, write, merged):
    duplicate = who()[1]
    load(write("Client;Nom;Ville;SIRET", "A;Alpha;;", "B;Bêta;Lyon;73282932000074"))
    assert who() == [("Alpha", "73282932000074", "Lyon"), duplicate]


def told(outcome):
    return [(p.line, p.column, p.value, p.reason % p.params) for p in outcome.problems]


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (CUSTOMERS, ALPHA),
        ("client;nom;facture;echeance;solde", "A;Alpha;F1;01/02/2026;100,00"),
        ("client;nom;date règlement;montant", "A;Alpha;05/02/2026;60,00"),
    ],
)
def test_a_name_stands_for_no_empty_account(load, write, header, row):
    load(write("client;facture;echeance;solde", "A;F0;01/02/2026;100,00", name="known.csv"))
    outcome = load(write(header, row, row.replace("A;", ";", 1)))
    assert (told(outcome), outcome.rows_rejected) == ([(3, header.split(";")[0], "", "A value is missing.")], 1)
    assert list(Customer.objects.values_list("external_id", flat=True)) == ["A"]


def test_a_list_without_accounts_knows_customers_by_name(load, write, entity):
    load(write("Raison sociale;facture;echeance;solde", "Alpha;F1;01/02/2026;100,00"))
    assert balances(entity) == {"Alpha": Decimal(100)}


def test_two_names_of_an_account_are_not_merged(load, write):
    beta = "A;Beta SAS;Entreprise;;2 rue Y;69003;Lyon;;chef@beta.fr;"
    same = "A;ALPHA, S.à.r.l.;;;;;;M. Jean;jean@alpha.fr;"
    outcome = load(write(CUSTOMERS, ALPHA, beta, same.replace("S.à.r.l.", "sarl"), "B;Beta SAS;;;;;;;;"))
    assert told(outcome) == [(3, "Raison sociale", "Beta SAS", "Line 2 gives this account another name: Alpha SARL.")]
    assert (outcome.rows_rejected, outcome.customers) == (1, 2)
    assert set(Address.objects.filter(channel="email").values_list("value", flat=True)) == {
        "compta@alpha.fr",
        "jean@alpha.fr",
    }


def test_all_that_is_wrong_in_a_row_is_told(load, write):
    bad = ";Gamma;Entreprise;73282932000075;;;;;gamma(at)gamma;12"
    outcome = load(write(CUSTOMERS, ALPHA, bad))
    assert [(p.line, p.column) for p in outcome.problems] == [
        (3, "Code client"),
        (3, "SIRET"),
        (3, "E-mail"),
        (3, "Téléphone"),
    ]
    assert outcome.rows_rejected == 1


def test_all_that_is_wrong_in_a_payment_is_told(load, write, owed):
    outcome = load(write(PAYMENTS, "A;05/02/2026;60,00;F1;V1", ";hier;-3;;V2"))
    assert [(p.line, p.column) for p in outcome.problems] == [(3, "client"), (3, "date règlement"), (3, "montant")]
    assert outcome.rows_rejected == 1


@pytest.mark.parametrize(
    ("country", "language", "found"),
    [
        ("FR", "fr", ("FR", "fr")),
        ("Belgique", "fr-BE", ("BE", "fr")),
        ("DEU", "Allemand", ("DE", "de")),
        ("uk", "ENG", ("GB", "en")),
        ("", "", ("", "")),
    ],
)
def test_countries_and_languages_as_files_write_them(load, write, country, language, found):
    load(write("Client;Nom;Pays;Langue", f"A;Alpha;{country};{language}"))
    assert Customer.objects.values_list("country", "language").get() == found


def test_no_such_country_or_language(load, write):
    outcome = load(write("Client;Nom;Pays;Langue", "A;Alpha;FR;fr", "B;Beta;ZZ;zz", "C;Gamma;EU;klingon"))
    assert [(p.line, p.column, p.value) for p in outcome.problems] == [
        (3, "Langue", "zz"),
        (3, "Pays", "ZZ"),
        (4, "Langue", "klingon"),
        (4, "Pays", "EU"),
    ]
