import html
import re
from datetime import date

import pytest
from django.urls import reverse

from crm.accounts import operations
from crm.customers.models import Address, Customer
from crm.timeline.queries import entries
from tests.connections import beside
from tests.factories.accounts import EntityFactory, TeamFactory, TeamMemberFactory, UserFactory
from tests.factories.customers import AddressFactory, ContactFactory, CustomerFactory

pytestmark = pytest.mark.django_db
LIST = "admin:customers_customer_changelist"


@pytest.fixture
def entity():
    return EntityFactory()


@pytest.fixture
def lead(client, entity):
    user = UserFactory(supervisor=True, sees=entity)
    client.force_login(user)
    return user


def listed(client, **query):
    return set(client.get(reverse(LIST), query).context["cl"].result_list)


def test_rows_are_those_of_his_entities_teams_and_portfolio():
    """Two entities, two teams: what each sees is exactly his own."""
    entity, other = EntityFactory(), EntityFactory()
    team, second = TeamFactory(entity=entity), TeamFactory(entity=entity)
    lead, member, owner = UserFactory(sees=entity), UserFactory(sees=team), UserFactory()
    in_team, in_second = CustomerFactory(entity=entity, team=team), CustomerFactory(entity=entity, team=second)
    owned, foreign = CustomerFactory(entity=other, collector=owner), CustomerFactory(entity=other)
    seen = {user: set(Customer.objects.visible_to(user)) for user in (lead, member, owner)}
    assert seen == {lead: {in_team, in_second}, member: {in_team}, owner: {owned}}
    assert set(Customer.objects.visible_to(UserFactory(administrator=True))) == {in_team, in_second, owned, foreign}


def test_the_list_and_the_autocomplete_show_his_rows_only(client, entity, lead):
    mine, foreign = CustomerFactory(entity=entity, name="Alpha"), CustomerFactory(name="Alpha")
    assert listed(client) == {mine}
    field = {"app_label": "customers", "model_name": "customer", "field_name": "parent", "term": "alpha"}
    answer = client.get(reverse("admin:autocomplete"), field).json()
    assert [found["id"] for found in answer["results"]] == [str(mine.pk)]
    assert client.get(reverse("admin:customers_customer_change", args=[foreign.pk])).status_code == 302


@pytest.mark.parametrize(
    "words", ["eclair", "C-7", "732 829 320", "Compta@client.example", "04 72 00 11 22", "02 555 12 12"]
)
def test_a_customer_is_found_by_what_is_at_hand(client, entity, lead, words):
    found = CustomerFactory(entity=entity, name="L’Éclair", external_id="C-7", siren="732829320")
    AddressFactory(customer=found, value="compta@client.example")
    AddressFactory(customer=found, phone=True, value="+33472001122")
    AddressFactory(customer=found, phone=True, value="+3225551212")
    AddressFactory(customer=CustomerFactory(entity=entity))
    assert listed(client, q=words) == {found}


def form(customer, **changes):
    given = {"name": customer.name, "kind": "professional", "tags": "", "attributes": "{}"}
    for prefix in ("contacts", "addresses"):
        given |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
    return given | changes


def test_a_change_by_hand_is_told(client, entity, lead):
    customer = CustomerFactory(entity=entity)
    url = reverse("admin:customers_customer_change", args=[customer.pk])
    assert client.post(url, form(customer, name="New name", siret="732 829 320 00074")).status_code == 302
    customer.refresh_from_db()
    assert (customer.name, customer.siren) == ("New name", "732829320")
    [line] = entries(customer, language="en").lines
    assert (line.actor, line.subject.startswith("Changed by hand")) == (str(lead), True)


@pytest.mark.parametrize("active", [True, False])
def test_what_is_out_of_reach_of_who_saves_the_page_stays(client, entity, active):
    """Collector, team and group of a customer a supervisor sees through his portfolio or a team. The head of the group
    is not named to him."""
    team, other = TeamFactory(entity=entity), TeamFactory(entity=entity)
    lead = UserFactory(supervisor=True, sees=team)
    collector = TeamMemberFactory(team=other, user__is_active=active).user
    parent = CustomerFactory(entity=entity, name="Maison mère")
    customer = CustomerFactory(entity=entity, team=team, collector=collector, parent=parent)
    client.force_login(lead)
    url = reverse("admin:customers_customer_change", args=[customer.pk])
    page = client.get(url)
    assert parent.name not in page.content.decode()
    drawn = page.context["adminform"].form
    fields = ("collector", "team")
    chosen = {name: re.findall(r'value="(\d+)" selected', str(drawn[name])) for name in fields}
    assert client.post(url, form(customer, name="New name", **chosen)).status_code == 302
    customer.refresh_from_db()
    found = customer.name, customer.collector, customer.team, customer.parent
    assert found == ("New name", collector, team, parent)


@pytest.fixture
def elsewhere(entity):
    """A team of another entity, which the person sees too."""
    return TeamFactory(entity=EntityFactory())


@pytest.mark.parametrize("added", [False, True])
def test_a_team_is_one_of_the_customer_s_entity(client, entity, elsewhere, added):
    """Its members see him."""
    team, customer = TeamFactory(entity=entity), CustomerFactory(entity=entity)
    client.force_login(UserFactory(supervisor=True, sees=[entity, elsewhere.entity]))
    changed = reverse("admin:customers_customer_change", args=[customer.pk])
    url = reverse("admin:customers_customer_add") if added else changed
    given = form(customer, entity=entity.pk, external_id="C-9", team=elsewhere.pk)
    assert client.post(url, given).context["adminform"].form.errors.keys() == {"team"}
    assert client.post(url, given | {"team": team.pk}).status_code == 302
    assert Customer.objects.latest("pk").team == team
    assert set(client.get(changed).context["adminform"].form.fields["team"].queryset) == {team}


def sent(page):
    """What a browser sends of a page as it is drawn."""
    forms = [page.context["adminform"].form]
    for rows in page.context["inline_admin_formsets"]:
        forms += [rows.formset.management_form, *rows.formset.forms]
    drawn = {}
    for field in [field for form in forms for field in form if not field.field.disabled]:
        if field.value() not in (None, False):
            drawn[field.html_name] = field.value()
        drawn |= dict(re.findall(r'type="hidden" name="(initial-[^"]+)"(?: value="([^"]*)")?', str(field)))
    return {name: html.unescape(value) if isinstance(value, str) else value for name, value in drawn.items()}


class TestTwoPeopleInOneForm:
    """Each keeps what he changed."""

    @pytest.fixture
    def customer(self, entity, lead):
        customer = CustomerFactory(entity=entity, attributes={"agency": "Lyon"}, tags=["a", "b"])
        AddressFactory(customer=customer, preferred=True, contact=ContactFactory(customer=customer, name="Ana"))
        return customer

    @pytest.fixture
    def url(self, customer):
        return reverse("admin:customers_customer_change", args=[customer.pk])

    def found(self, customer):
        customer.refresh_from_db()
        contact, address = customer.contacts.get(), customer.addresses.get()
        return customer.name, customer.city, contact.name, contact.position, address.preferred, address.valid_until

    def test_what_the_second_did_not_touch_stays_as_the_first_left_it(self, client, customer, url):
        mine, others = sent(client.get(url)), sent(client.get(url))
        del others["addresses-0-preferred"]
        changed = {"name": "Neuf", "contacts-0-name": "Anna", "addresses-0-valid_until": "31/12/2026"}
        assert client.post(url, others | changed).status_code == 302
        mine |= {"city": "Nice", "contacts-0-position": "Achats"}
        assert client.post(url, mine).status_code == 302
        assert self.found(customer) == ("Neuf", "Nice", "Anna", "Achats", False, date(2026, 12, 31))

    def test_saving_what_somebody_else_changed_tells_nothing(self, client, customer, url):
        mine = sent(client.get(url))
        customer.contacts.update(position="Achats")
        Customer.objects.filter(pk=customer.pk).update(tags=["c"], attributes={"agency": "Brest"}, collector=None)
        client.post(url, mine)
        customer.refresh_from_db()
        assert (customer.tags, customer.attributes, entries(customer).lines) == (["c"], {"agency": "Brest"}, [])

    def test_what_both_changed_is_told_once(self, client, customer, url):
        mine = sent(client.get(url)) | {"city": "Nice", "addresses-0-valid_until": "31/12/2026"}
        Customer.objects.filter(pk=customer.pk).update(city="Brest")
        customer.addresses.update(valid_until=date(2026, 6, 30))
        page = client.post(url, mine)
        told = "Quelqu’un a changé ceci entre-temps\xa0: «\xa0%s\xa0». Enregistrez de nouveau pour le remplacer."
        assert page.context["adminform"].form.errors == {"city": [told % "Brest"]}
        rows = page.context["inline_admin_formsets"][1].formset
        assert rows.errors == [{"valid_until": [told % "30/06/2026"]}]
        assert client.post(url, sent(page)).status_code == 302
        assert self.found(customer)[1::4] == ("Nice", date(2026, 12, 31))


@pytest.mark.django_db(transaction=True)
def test_who_saves_at_the_same_moment_waits_and_takes_nothing_back(client, entity, lead):
    customer = CustomerFactory(entity=entity)
    url = reverse("admin:customers_customer_change", args=[customer.pk])
    with beside(lambda: client.post(url, form(customer, city="Nice", **{"initial-name": customer.name}))) as other:
        Customer.objects.filter(pk=customer.pk).update(name="Neuf")
        other.start()
    assert other.result().status_code == 302
    customer.refresh_from_db()
    assert (customer.name, customer.city) == ("Neuf", "Nice")


@pytest.mark.parametrize(("zone", "kept"), [("Indian/Reunion", "Indian/Reunion"), ("Mars", ""), ("Factory", "")])
def test_a_time_zone_is_one_the_night_can_reckon_with(client, entity, lead, zone, kept):
    customer = CustomerFactory(entity=entity)
    client.post(reverse("admin:customers_customer_change", args=[customer.pk]), form(customer, time_zone=zone))
    customer.refresh_from_db()
    assert customer.time_zone == kept


def test_an_address_is_checked_and_stored_in_one_form(client, entity, lead):
    customer = CustomerFactory(entity=entity)
    url = reverse("admin:customers_customer_change", args=[customer.pk])
    row = {"addresses-TOTAL_FORMS": 1, "addresses-0-channel": "sms", "addresses-0-value": "12"}
    page = client.post(url, form(customer, **row))
    assert page.context["inline_admin_formsets"][1].formset.errors[0].keys() == {"value"}
    client.post(url, form(customer, **row | {"addresses-0-value": "06 12 34 56 78"}))
    assert Address.objects.get().value == "+33612345678"


def test_a_saved_address_is_retired_and_never_becomes_another(client, entity, lead):
    """What is known of a mailbox (bounces, refusals, messages on their way) would be said of somebody else's."""
    address = AddressFactory(customer=CustomerFactory(entity=entity), value="ancien@client.example")
    given = {"channel": "sms", "value": "06 12 34 56 78", "valid_until": "2026-03-31", "id": address.pk}
    row = {f"addresses-0-{name}": value for name, value in given.items()}
    counts = {"addresses-TOTAL_FORMS": 1, "addresses-INITIAL_FORMS": 1}
    url = reverse("admin:customers_customer_change", args=[address.customer_id])
    assert client.post(url, form(address.customer, **counts, **row)).status_code == 302
    found = Address.objects.values_list("channel", "value", "valid_until").get()
    assert found == ("email", "ancien@client.example", date(2026, 3, 31))


def test_two_records_are_merged_after_saying_which_is_kept(client, entity, lead):
    kept, duplicate = CustomerFactory.create_batch(2, entity=entity)
    chosen = {"action": "merge", "_selected_action": [kept.pk, duplicate.pk]}
    page = client.post(reverse(LIST), chosen)
    assert page.context["pair"] == [kept, duplicate]
    client.post(reverse(LIST), chosen | {"kept": kept.pk})
    duplicate.refresh_from_db()
    assert duplicate.merged_into == kept


def test_records_beyond_the_first_thousand_are_merged_as_the_page_says(client, entity, lead):
    pair = [CustomerFactory(entity=entity, pk=number) for number in (1001, 1002)]
    page = client.post(reverse(LIST), {"action": "merge", "_selected_action": [one.pk for one in pair]})
    sent = re.findall(r'name="_selected_action" value="([^"]*)"', page.text)
    assert (sent, re.findall(r'name="kept"[^>]* value="([^"]*)"', page.text)) == (["1001", "1002"], ["1001", "1002"])


@pytest.mark.parametrize("chosen", [1, 3])
def test_a_merge_takes_two(client, entity, lead, chosen):
    keys = [customer.pk for customer in CustomerFactory.create_batch(chosen, entity=entity)]
    page = client.post(reverse(LIST), {"action": "merge", "_selected_action": keys}, follow=True)
    assert [message.level_tag for message in page.context["messages"]] == ["warning"]


@pytest.mark.parametrize("count", [1, 3])
def test_a_long_list_costs_what_a_short_one_does(client, entity, lead, count, django_assert_max_num_queries):
    CustomerFactory.create_batch(count, entity=entity, collector=lead)
    with django_assert_max_num_queries(14):
        client.get(reverse(LIST))


def test_a_customer_is_added_with_his_contact_and_address(client, entity, lead):
    rows = {"contacts-TOTAL_FORMS": 1, "contacts-0-name": "Ana", "contacts-0-role": "dunning"}
    rows |= {"addresses-TOTAL_FORMS": 1, "addresses-0-channel": "phone", "addresses-0-value": "04 72 00 11 22"}
    new = Customer(name="Nouveau")
    url = reverse("admin:customers_customer_add")
    assert client.post(url, form(new, entity=entity.pk, external_id="N1", **rows)).status_code == 302
    added = Customer.objects.get()
    assert list(added.addresses.values_list("value", flat=True)) == ["+33472001122"]
    foreign = form(new, entity=EntityFactory().pk, external_id="N2")
    assert client.post(url, foreign).context["adminform"].form.errors.keys() == {"entity"}


def errors_of(client, customer, **changes):
    """What the form of a customer answers, by field."""
    url = reverse("admin:customers_customer_change", args=[customer.pk])
    page = client.post(url, form(customer, entity=customer.entity_id, external_id=customer.external_id, **changes))
    return {} if page.status_code == 302 else page.context["adminform"].form.errors.keys()


@pytest.mark.parametrize(
    ("attributes", "refused"), [("[1]", {"attributes"}), ('"a"', {"attributes"}), ('{"a": 1}', {})]
)
def test_free_attributes_have_names(client, entity, lead, attributes, refused):
    """A bare list made every page that offers them as facts, and every merge, fail."""
    assert errors_of(client, CustomerFactory(entity=entity), attributes=attributes) == refused


def test_a_parent_is_of_the_same_books_and_leads_in_one_direction(client, lead, entity):
    elsewhere = EntityFactory()
    operations.grant_entity(lead, elsewhere, by=None)
    above, below = CustomerFactory(entity=entity), CustomerFactory(entity=entity)
    assert errors_of(client, below, parent=CustomerFactory(entity=elsewhere).pk) == {"parent"}
    assert errors_of(client, below, parent=below.pk) == {"parent"}
    assert errors_of(client, below, parent=above.pk) == {}
    assert errors_of(client, above, parent=below.pk) == {"parent"}


@pytest.mark.parametrize(("country", "kept"), [("BE", "BE"), ("", ""), ("ZZ", "DE"), ("EU", "DE")])
def test_the_country_of_a_customer_is_one_there_is(client, entity, lead, country, kept):
    customer = CustomerFactory(entity=entity, country="DE")
    client.post(reverse("admin:customers_customer_change", args=[customer.pk]), form(customer, country=country))
    customer.refresh_from_db()
    assert customer.country == kept


def test_a_language_an_import_brought_stays(client, entity, lead):
    customer = CustomerFactory(entity=entity, language="de")
    url = reverse("admin:customers_customer_change", args=[customer.pk])
    assert client.post(url, form(customer, language="de", name="New name")).status_code == 302
    assert client.post(url, form(customer, language="zz")).status_code == 200
    customer.refresh_from_db()
    assert (customer.name, customer.language) == ("New name", "de")
