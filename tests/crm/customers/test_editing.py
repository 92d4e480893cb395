"""What a person changes from the page of a customer, by role; the merge a supervisor confirms."""

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from crm.accounts.models import Entity, Team, User
from crm.customers.models import Address, Contact, Customer
from crm.customers.queries import best_address
from crm.timeline.models import Entry
from tests.factories.accounts import EntityFactory, TeamFactory, TeamMemberFactory, UserFactory
from tests.factories.customers import AddressFactory, ContactFactory, CustomerFactory
from tests.factories.receivables import InvoiceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def entity() -> Entity:
    return EntityFactory()


@pytest.fixture
def customer(entity: Entity) -> Customer:
    return CustomerFactory(entity=entity, name="Boulangerie Perrin")


@pytest.fixture
def desk(client: Client, entity: Entity) -> Client:
    client.force_login(UserFactory(sees=entity))
    return client


@pytest.fixture
def chief(client: Client, entity: Entity) -> Client:
    client.force_login(UserFactory(sees=entity, supervisor=True))
    return client


def told(customer: Customer) -> list[str]:
    return list(Entry.objects.filter(customer=customer).order_by("pk").values_list("subject", flat=True))


def test_a_collector_changes_language_and_labels_and_nothing_else(desk: Client, customer: Customer):
    given = {"language": "en", "tags": "fragile, chantier,fragile", "kind": "consumer", "name": "Autre"}
    desk.post(reverse("customer_change", args=[customer.pk]), given)
    customer.refresh_from_db()
    assert (customer.language, customer.tags) == ("en", ["fragile", "chantier"])
    assert (customer.kind, customer.name) == ("professional", "Boulangerie Perrin")
    assert told(customer) == ["Changed by hand: %(fields)s"]


def test_who_leads_also_changes_kind_collector_and_team(chief: Client, entity: Entity, customer: Customer):
    collector, team = UserFactory(), TeamFactory(entity=entity)
    given = {"tags": "", "kind": "association", "category": "Sport", "collector": collector.pk, "team": team.pk}
    chief.post(reverse("customer_change", args=[customer.pk]), given)
    customer.refresh_from_db()
    assert (customer.kind, customer.category) == ("association", "Sport")
    assert (customer.collector, customer.team) == (collector, team)


def test_the_team_of_another_entity_is_refused(chief: Client, customer: Customer):
    chief.post(
        reverse("customer_change", args=[customer.pk]), {"tags": "", "kind": "association", "team": TeamFactory().pk}
    )
    customer.refresh_from_db()
    assert (customer.kind, customer.team) == ("professional", None)


class TestWhoSeesATeamOnly:
    """A supervisor without the entity: what he does not touch stays."""

    @pytest.fixture
    def team(self, entity: Entity) -> Team:
        return TeamFactory(entity=entity)

    @pytest.fixture
    def of_the_team(self, client: Client, team: Team) -> Client:
        client.force_login(UserFactory(sees=team, supervisor=True))
        return client

    @pytest.fixture
    def ana(self, team: Team) -> User:
        return TeamMemberFactory(team=team, user__last_name="Ana").user

    def saved(self, browser: Client, customer: Customer) -> Customer:
        """After a label was added and the page sent as the browser draws it."""
        path = reverse("customer_change", args=[customer.pk])
        form = browser.get(path).context["form"]
        drawn = {name: str(form[name]) for name in ("collector", "team")}
        chosen = {name: re.findall(r'value="(\d+)" selected', html) for name, html in drawn.items()}
        browser.post(path, {"tags": "fragile", "kind": customer.kind, **chosen})
        return Customer.objects.get(pk=customer.pk)

    @pytest.mark.parametrize("active", [True, False])
    def test_his_label_leaves_the_collector(self, of_the_team: Client, team: Team, ana: User, active: bool):
        User.objects.filter(pk=ana.pk).update(is_active=active)
        customer = self.saved(of_the_team, CustomerFactory(entity=team.entity, team=team, collector=ana))
        assert (customer.tags, customer.collector, customer.team) == (["fragile"], ana, team)

    def test_his_label_leaves_the_team_of_others(self, of_the_team: Client, entity: Entity):
        mine, other = User.objects.get(), TeamFactory(entity=entity)
        customer = self.saved(of_the_team, CustomerFactory(entity=entity, team=other, collector=mine))
        assert (customer.tags, customer.collector, customer.team) == (["fragile"], mine, other)

    def test_he_gives_a_customer_to_his_collector(self, of_the_team: Client, team: Team, ana: User):
        customer = CustomerFactory(entity=team.entity, team=team)
        given = {"tags": "", "kind": customer.kind, "team": team.pk, "collector": ana.pk}
        of_the_team.post(reverse("customer_change", args=[customer.pk]), given)
        customer.refresh_from_db()
        assert customer.collector == ana


def test_saving_what_did_not_change_tells_nothing(desk: Client, customer: Customer):
    desk.post(reverse("customer_change", args=[customer.pk]), {"language": "", "tags": ""})
    assert told(customer) == []


class TestTwoPeopleInOneForm:
    """Each keeps what he changed."""

    def drawn(self, browser: Client, path: str) -> dict[str, str]:
        """What a browser sends of the page as it is, with what it carries of what was read."""
        read = self.carried(browser.get(path))
        return read | {f"initial-{name}": value for name, value in read.items()}

    def carried(self, page: Any) -> dict[str, str]:
        return dict(re.findall(r'name="initial-(\w+)"(?: value="([^"]*)")?', page.content.decode()))

    def test_what_the_second_did_not_touch_stays_as_the_first_left_it(self, chief: Client, customer: Customer):
        path, collector = reverse("customer_change", args=[customer.pk]), UserFactory()
        mine, others = self.drawn(chief, path), self.drawn(chief, path)
        chief.post(path, others | {"collector": str(collector.pk), "kind": "consumer"})
        chief.post(path, mine | {"tags": "fragile"})
        customer.refresh_from_db()
        assert (customer.collector, customer.kind, customer.tags) == (collector, "consumer", ["fragile"])

    def test_what_both_changed_is_told_once(self, chief: Client, customer: Customer):
        path = reverse("customer_change", args=[customer.pk])
        mine, others = self.drawn(chief, path), self.drawn(chief, path)
        chief.post(path, others | {"kind": "consumer", "category": "Sport"})
        page = chief.post(path, mine | {"kind": "association", "category": "Sport", "tags": "fragile"})
        told = (
            "Quelqu’un a changé ceci entre-temps\xa0: «\xa0particulier\xa0». Enregistrez de nouveau pour le remplacer."
        )
        assert page.context["form"].errors == {"kind": [told]}
        assert page.context["form"]["tags"].label == "Étiquettes"
        assert self.carried(page)["kind"] == "consumer"
        chief.post(path, mine | {"initial-kind": "consumer", "kind": "association", "tags": "fragile"})
        customer.refresh_from_db()
        assert (customer.kind, customer.category, customer.tags) == ("association", "Sport", ["fragile"])

    def test_of_a_contact_too(self, desk: Client, customer: Customer):
        contact = ContactFactory(customer=customer)
        path = reverse("contact_change", args=[contact.pk])
        mine, others = self.drawn(desk, path), self.drawn(desk, path)
        desk.post(path, others | {"role": "legal"})
        desk.post(path, mine | {"position": "Comptable"})
        contact.refresh_from_db()
        assert (contact.role, contact.position) == ("legal", "Comptable")


def test_a_contact_comes_with_his_ways(desk: Client, customer: Customer):
    given = {"name": "Inès Faure", "role": "dunning", "email": "Ines@Client.example", "phone": "04 72 00 11 22"}
    desk.post(reverse("contact_add", args=[customer.pk]), given)
    assert list(Address.objects.order_by("channel").values_list("contact__name", "channel", "value")) == [
        ("Inès Faure", "email", "ines@client.example"),
        ("Inès Faure", "phone", "+33472001122"),
    ]


def test_a_contact_with_a_known_address_is_not_half_added(desk: Client, customer: Customer):
    AddressFactory(customer=customer, value="ines@client.example")
    given = {"name": "Inès Faure", "role": "dunning", "email": "ines@client.example"}
    page = desk.post(reverse("contact_add", args=[customer.pk]), given)
    assert "déjà" in page.content.decode()
    assert not Contact.objects.exists()


def test_a_contact_is_corrected_and_leaves(desk: Client, customer: Customer):
    contact = ContactFactory(customer=customer)
    address = AddressFactory(customer=customer, contact=contact)
    desk.post(reverse("contact_change", args=[contact.pk]), {"name": "Camille Roux", "role": "legal"})
    desk.post(reverse("contact_change", args=[contact.pk]), {"left": "1"})
    contact.refresh_from_db()
    address.refresh_from_db()
    assert (contact.name, contact.role, address.valid_until is None) == ("Camille Roux", "legal", False)


def test_an_address_is_added_in_its_stored_form(desk: Client, customer: Customer):
    desk.post(reverse("address_add", args=[customer.pk]), {"channel": "phone", "value": "04 72 00 11 22"})
    assert Address.objects.get().value == "+33472001122"


def test_a_wrong_address_says_what_is_wrong(desk: Client, customer: Customer):
    page = desk.post(reverse("address_add", args=[customer.pk]), {"channel": "phone", "value": "12"})
    assert "value" in page.context["form"].errors
    assert not Address.objects.exists()


def test_an_address_is_said_invalid_and_valid_again(desk: Client, customer: Customer):
    address = AddressFactory(customer=customer)
    desk.post(reverse("address_verb", args=[address.pk, "invalid"]), {"reason": "a déménagé"})
    address.refresh_from_db()
    assert address.invalid_reason == "a déménagé"
    desk.post(reverse("address_verb", args=[address.pk, "valid"]))
    address.refresh_from_db()
    assert address.invalid_since is None


@pytest.mark.parametrize("verb", ["refused", "preferred"])
def test_an_address_is_refused_or_preferred(desk: Client, customer: Customer, verb: str):
    address = AddressFactory(customer=customer)
    desk.post(reverse("address_verb", args=[address.pk, verb]))
    address.refresh_from_db()
    assert (address.opted_out_at is not None, address.preferred) == (verb == "refused", verb == "preferred")


def test_an_address_used_first_is_told(desk: Client, customer: Customer):
    address = AddressFactory(customer=customer)
    for _ in range(2):
        desk.post(reverse("address_verb", args=[address.pk, "preferred"]))
    assert told(customer) == ["Address used first (%(channel)s): %(address)s"]


class TestAnAddressNoLongerUsed:
    """Of somebody who left, until one says that it is used again."""

    @pytest.fixture
    def retired(self, customer: Customer) -> Address:
        return AddressFactory(customer=customer, value="compta@client.example", valid_until="2026-03-01")

    def said(self, answer: Any) -> list[str]:
        return [str(message) for message in answer.context["messages"]]

    def test_is_not_used_first_nor_added_again(self, desk: Client, retired: Address):
        why = (
            f"{retired} est enregistrée pour ce client et ne sert plus\xa0: dites sur sa fiche qu’elle sert de nouveau."
        )
        first = desk.post(reverse("address_verb", args=[retired.pk, "preferred"]), follow=True)
        given = {"channel": "email", "value": retired.value}
        added = desk.post(reverse("address_add", args=[retired.customer_id]), given)
        assert (self.said(first), added.context["form"].errors) == ([why], {"value": [why]})
        assert (Address.objects.get().preferred, told(retired.customer)) == (False, [])

    def test_is_used_again(self, desk: Client, retired: Address):
        path = reverse("address_verb", args=[retired.pk, "used"])
        assert path in desk.get(reverse("customer", args=[retired.customer_id])).content.decode()
        assert self.said(desk.post(path, follow=True)) == ["Les modifications sont enregistrées."]
        assert best_address(retired.customer, "email", date(2026, 3, 2)) == retired
        assert told(retired.customer) == ["Address used again (%(channel)s): %(address)s"]
        assert path not in desk.get(reverse("customer", args=[retired.customer_id])).content.decode()


class TestARefusalIsTakenBack:
    """By the customer, who said so somehow; nobody else can."""

    REFUSED = {"opted_out_at": datetime(2026, 2, 1, tzinfo=UTC), "consent": "refused"}
    PROOF = "au téléphone, le 2 mars"

    @pytest.fixture
    def address(self, customer: Customer) -> Address:
        return AddressFactory(customer=customer, value="compta@client.example", **self.REFUSED)

    def agreed(self, browser: Client, address: Address, proof: str) -> list[str]:
        """What the page says once it is said with a proof, or none."""
        path = reverse("address_verb", args=[address.pk, "agreed"])
        page = browser.post(path, {"reason": proof}, follow=True)
        address.refresh_from_db()
        return [message.level_tag for message in page.context["messages"]]

    def test_with_a_proof_that_the_history_keeps(self, desk: Client, customer: Customer, address: Address):
        page = desk.get(reverse("customer", args=[customer.pk])).content.decode()
        assert reverse("address_verb", args=[address.pk, "agreed"]) in page
        assert self.agreed(desk, address, self.PROOF) == ["success"]
        assert (address.opted_out_at, address.consent) == (None, "given")
        assert Entry.objects.values_list("subject", "text").get() == (
            "Agrees to be written to (%(channel)s): %(address)s",
            self.PROOF,
        )
        page = desk.get(reverse("customer", args=[customer.pk])).content.decode()
        assert reverse("address_verb", args=[address.pk, "agreed"]) not in page

    @pytest.mark.parametrize("proof", ["", "  "])
    def test_not_without_a_proof(self, desk: Client, customer: Customer, address: Address, proof: str):
        assert self.agreed(desk, address, proof) == ["error"]
        assert (address.refused, told(customer)) == (True, [])

    def test_in_the_other_files_of_the_entity_too(self, desk: Client, entity: Entity, address: Address):
        same = {"channel": address.channel, "value": address.value, **self.REFUSED}
        twin = AddressFactory(customer__entity=entity, **same)
        phone = AddressFactory(customer=address.customer, phone=True, **self.REFUSED)
        assert self.agreed(desk, address, self.PROOF) == ["success"]
        twin.refresh_from_db(), phone.refresh_from_db()
        assert (twin.refused, twin.consent, phone.refused) == (False, "unknown", True)
        assert told(twin.customer) == told(address.customer)

    def test_what_another_entity_was_told_stands_and_is_said(self, desk: Client, address: Address):
        other = AddressFactory(channel=address.channel, value=address.value, **self.REFUSED)
        assert self.agreed(desk, address, self.PROOF) == ["success", "warning"]
        other.refresh_from_db()
        assert other.refused

    def test_an_auditor_does_not(self, client: Client, entity: Entity, address: Address):
        client.force_login(UserFactory(sees=entity, auditor=True))
        assert client.post(reverse("address_verb", args=[address.pk, "agreed"]), {"reason": "x"}).status_code == 403


def test_nobody_changes_what_he_does_not_see(chief: Client):
    address, contact = AddressFactory(), ContactFactory()
    paths = [
        reverse("customer_change", args=[address.customer_id]),
        reverse("contact_add", args=[address.customer_id]),
        reverse("address_add", args=[address.customer_id]),
        reverse("address_verb", args=[address.pk, "invalid"]),
        reverse("contact_change", args=[contact.pk]),
        reverse("customer_merge_confirm", args=[contact.customer_id, address.customer_id]),
    ]
    assert [chief.post(path).status_code for path in paths] == [404] * len(paths)


def test_an_auditor_changes_nothing(client: Client, entity: Entity, customer: Customer):
    client.force_login(UserFactory(sees=entity, auditor=True))
    assert client.get(reverse("customer_change", args=[customer.pk])).status_code == 403
    assert (
        reverse("customer_change", args=[customer.pk])
        not in client.get(reverse("customer", args=[customer.pk])).content.decode()
    )


def test_records_that_look_alike_are_proposed(chief: Client, entity: Entity, customer: Customer):
    twin = CustomerFactory(entity=entity, name="Boulangerie Perin")
    CustomerFactory(entity=entity, name="Garage du Lac")
    CustomerFactory(name="Boulangerie Perrin")
    page = chief.get(reverse("customer_merge", args=[customer.pk]))
    assert list(page.context["found"]) == [twin]


def test_the_same_siren_under_another_name_is_proposed(chief: Client, entity: Entity, customer: Customer):
    Customer.objects.filter(pk=customer.pk).update(siren="732829320")
    double = CustomerFactory(entity=entity, name="SARL Martin et fils", siren="732829320")
    CustomerFactory(entity=entity, name="Garage du Lac")
    assert list(chief.get(reverse("customer_merge", args=[customer.pk])).context["found"]) == [double]


def test_the_confirmation_names_what_moves(chief: Client, entity: Entity, customer: Customer):
    double = CustomerFactory(entity=entity, name="Perrin Boulangerie")
    InvoiceFactory.create_batch(2, customer=double)
    ContactFactory(customer=double)
    page = chief.get(reverse("customer_merge_confirm", args=[customer.pk, double.pk]))
    assert [(str(one.label), one.count) for one in page.context["moving"]] == [("factures", 2), ("contacts", 1)]
    assert not Customer.objects.filter(merged_into=customer).exists()


def test_a_supervisor_merges(chief: Client, entity: Entity, customer: Customer):
    double = CustomerFactory(entity=entity)
    invoice = InvoiceFactory(customer=double)
    answer = chief.post(reverse("customer_merge_confirm", args=[customer.pk, double.pk]))
    invoice.refresh_from_db()
    assert (answer["Location"], invoice.customer) == (reverse("customer", args=[customer.pk]), customer)


def test_a_collector_does_not_merge(desk: Client, entity: Entity, customer: Customer):
    double = CustomerFactory(entity=entity)
    assert desk.post(reverse("customer_merge_confirm", args=[customer.pk, double.pk])).status_code == 403
