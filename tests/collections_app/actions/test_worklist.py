"""The to-do list: whose rows, which filters, how many queries."""

import html
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import partial

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from guardian.shortcuts import assign_perm
from hypothesis import given, settings, strategies as st

from collections_app.actions import counting, queries, wider
from collections_app.actions.forms import AGES, STATES, WorklistFilters
from collections_app.actions.kpis import kpis
from collections_app.actions.models import Action, ActionKind, SavedView
from collections_app.actions.urgency import most_urgent, ranked
from collections_app.actions.views.panel import panel_context
from crm.accounts.calendars import Days
from crm.accounts.models import Entity, User
from crm.core import keyset
from crm.customers.models import Channel
from tests.factories.accounts import EntityFactory, TeamFactory, TeamMemberFactory, UserFactory
from tests.factories.actions import ActionFactory, ActionLineFactory
from tests.factories.customers import AddressFactory

pytestmark = pytest.mark.django_db
MARCH_2 = date(2026, 3, 2)


def shown(user: User, on: date = MARCH_2, **chosen: str | list[str]) -> list[Action]:
    data = QueryDict(mutable=True)
    for name, value in chosen.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return list(WorklistFilters(data, user=user, days=Days(on)).narrow(queries.worklist(user)).order_by("pk"))


def test_a_collector_sees_first_what_is_his(lea: User, entity: Entity):
    mine = ActionFactory(customer__entity=entity, owner=lea)
    ActionFactory(customer__entity=entity, owner=UserFactory())
    assert shown(lea) == [mine]


def test_nobody_sees_customers_of_an_entity_he_was_not_given(lea: User):
    ActionFactory(owner=lea)
    assert shown(lea, portfolio="all") == []


def test_the_portfolios(lea: User, entity: Entity):
    team = TeamFactory(entity=entity)
    TeamMemberFactory(team=team, user=lea)
    free = ActionFactory(customer__entity=entity)
    colleague = ActionFactory(customer__entity=entity, owner=UserFactory(), team=team)
    assert shown(lea, portfolio="unassigned") == [free]
    assert shown(lea, portfolio="team") == [colleague]
    assert shown(lea, portfolio="all") == [free, colleague]


def test_a_snoozed_action_comes_back_on_its_day(lea: User, entity: Entity):
    action = ActionFactory(customer__entity=entity, owner=lea, snoozed_until=date(2026, 3, 5))
    assert shown(lea) == []
    assert shown(lea, state="snoozed") == [action]
    assert shown(lea, on=date(2026, 3, 5)) == [action]


@pytest.mark.parametrize(
    ("bucket", "due"),
    [("1", date(2026, 3, 1)), ("31", date(2026, 1, 30)), ("61", date(2025, 12, 2)), ("91", date(2025, 12, 1))],
)
def test_ages_are_the_trades_buckets(lea: User, entity: Entity, bucket: str, due: date):
    action = ActionFactory(customer__entity=entity, owner=lea, oldest_due_on=due)
    found = [age for age in ("1", "31", "61", "91") if shown(lea, age=age) == [action]]
    assert found == [bucket]


def test_filters_combine(lea: User, entity: Entity):
    ActionFactory(customer__entity=entity, owner=lea, amount=50)
    ActionFactory(customer__entity=entity, owner=lea, channel="email", amount=500)
    wanted = ActionFactory(customer__entity=entity, owner=lea, amount=500)
    assert shown(lea, channel=["phone"], minimum="100") == [wanted]


def test_chips_name_what_differs_from_the_usual_list(desk: Client):
    context = desk.get("/", {"state": "waiting", "portfolio": "mine", "age": ["31", "91"], "q": ""}).context
    assert [(str(chip.label), chip.query) for chip in context["chips"]] == [
        ("31–60 jours", "state=waiting&portfolio=mine&age=91&q="),
        ("> 90 jours", "state=waiting&portfolio=mine&age=31&q="),
    ]


def test_htmx_gets_the_list_without_its_frame(desk: Client):
    page = desk.get("/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in page
    assert 'id="worklist"' in page


def test_an_unknown_filter_is_left_out(lea: User, entity: Entity):
    action = ActionFactory(customer__entity=entity, owner=lea)
    assert shown(lea, channel=["fax"], age=["3"], state="lost", minimum="many") == [action]


@pytest.mark.parametrize(
    ("typed", "least"),
    [
        ("150,50", "150.50"),
        ("150.5", "150.5"),
        ("1 000", "1000"),
        ("1\u202f000,5", "1000.5"),
        ("1\xa0000 €", "1000"),
        ("", None),
    ],
)
def test_a_minimum_is_read_as_people_write_it(lea: User, entity: Entity, typed: str, least: str | None):
    small = ActionFactory(customer__entity=entity, owner=lea, amount=150)
    large = ActionFactory(customer__entity=entity, owner=lea, amount=1001)
    filters = WorklistFilters({"minimum": typed}, user=lea, days=Days(MARCH_2))
    assert filters.value("minimum") == (least and Decimal(least))
    assert shown(lea, minimum=typed) == ([large] if least else [small, large])


@pytest.mark.parametrize(
    ("currencies", "typed", "least"),
    [
        (["EUR"], "1,200", "1200"),
        (["TND"], "1,200", "1.2"),
        (["TND"], "1.200", None),
        (["EUR", "TND"], "1.200", None),
        (["EUR", "XOF"], "1.200", "1200"),
    ],
)
def test_a_minimum_is_read_by_the_currencies_of_the_list(currencies: list[str], typed: str, least: str | None):
    person = UserFactory()
    for currency in currencies:
        TeamMemberFactory(user=person, team__entity__currency=currency)
    filters = WorklistFilters({"minimum": typed}, user=person, days=Days(MARCH_2))
    assert (filters.cleaned_data.get("minimum"), "minimum" in filters.errors) == (
        least and Decimal(least),
        least is None,
    )


@pytest.mark.parametrize("typed", ["mille", "-5", "NaN"])
def test_what_is_no_amount_is_said_beside_the_box(desk: Client, typed: str):
    page = desk.get("/", {"minimum": typed})
    [wrong] = page.context["filters"].errors["minimum"]
    assert f'<ul class="errorlist" id="id_minimum_error"><li>{html.escape(wrong)}</li></ul>' in page.text


@pytest.mark.parametrize("words", ["boulangerie generale", "Boulangrie", "c-77", "FA-77"])
def test_words_find_a_customer(lea: User, entity: Entity, words: str):
    ActionFactory(customer__entity=entity, owner=lea, customer__name="Garage Morel")
    action = ActionFactory(
        customer__entity=entity, owner=lea, customer__name="Boulangerie Générale", customer__external_id="C-77"
    )
    ActionLineFactory(action=action, invoice__number="FA-77")
    assert shown(lea, q=words) == [action]


def test_counters_count_what_each_filter_would_show(lea: User, entity: Entity):
    ActionFactory(customer__entity=entity, owner=lea, oldest_due_on=date(2025, 11, 1))
    ActionFactory(customer__entity=entity, owner=lea, to_approve=True)
    ActionFactory(customer__entity=entity, owner=lea, snoozed=True)
    counters = counting.counters(WorklistFilters({}, user=lea, days=Days(MARCH_2)))
    names = ("state_waiting", "state_to_approve", "state_snoozed", "channel_phone", "channel_post", "age_91", "age_1")
    assert [counters.numbers[name] for name in names] == [2, 1, 1, 1, 1, 1, 1]
    assert [(money.amount, money.currency) for money in counters.sums] == [(200, "EUR")]


@pytest.mark.parametrize("most", [2, 10_000])
def test_counters_are_the_lengths_of_the_lists(lea: User, entity: Entity, monkeypatch, most: int):
    monkeypatch.setattr(counting, "COUNTED", most)
    team = TeamMemberFactory(user=lea, team__entity=entity).team
    for number in range(6):
        ActionFactory(
            customer__entity=entity, owner=[lea, None][number % 2], team=[team, None][number % 3 > 0],
            channel=["phone", "post"][number % 2], oldest_due_on=MARCH_2 - timedelta(days=20 * number),
            escalated_on=MARCH_2 if number == 4 else None,
        )  # fmt: skip
    ActionFactory(customer__entity=entity, owner=lea, snoozed=True)
    ActionFactory(customer__entity=entity, state="scheduled", channel="email", oldest_due_on=MARCH_2)
    days = Days(MARCH_2)
    for state in ("waiting", "snoozed", "scheduled") if most > 10 else ():
        on = {"portfolio": "all", "state": state}
        numbers = counting.counters(WorklistFilters(on, user=lea, days=days)).numbers
        shown_by = {f"state_{one}": shown(lea, **on | {"state": one}) for one, _label in STATES}
        shown_by |= {f"age_{age}": shown(lea, **on, age=[age]) for age, _label in AGES}
        shown_by |= {f"channel_{channel}": shown(lea, **on, channel=[channel]) for channel in Channel.values}
        assert {name: numbers[name] for name in shown_by} == {name: len(rows) for name, rows in shown_by.items()}
    elsewhere = EntityFactory()
    assign_perm("accounts.see_entity", lea, elsewhere)
    lea = User.objects.get(pk=lea.pk)
    ActionFactory(customer__entity=elsewhere, owner=lea, customer__name="Ailleurs")
    for chosen in ({}, {"state": "snoozed"}, {"state": "scheduled"}, {"entity": entity.pk}, {"q": "Ailleurs"}):
        portfolios = {name: len(shown(lea, portfolio=name, **chosen)) for name in ("mine", "team", "unassigned")}
        assert counting.portfolio_counters(WorklistFilters(chosen, user=lea, days=days)) == {
            name: min(count, most + 1) for name, count in portfolios.items()
        }
    for chosen in ({}, {"channel": ["phone"]}, {"age": ["31", "61"]}):
        filters = WorklistFilters({"portfolio": "all"} | chosen, user=lea, days=days)
        assert counting.counters(filters).total == min(len(shown(lea, portfolio="all", **chosen)), most + 1)


def test_the_figure_above_the_list_is_of_what_waits_whatever_is_chosen(lea: User, entity: Entity):
    ActionFactory(customer__entity=entity, owner=lea, oldest_due_on=date(2025, 11, 1))
    filters = WorklistFilters({"state": "scheduled"}, user=lea, days=Days(MARCH_2))
    counters = counting.counters(filters)
    assert (counters.numbers["age_91"], kpis(filters, counters)[3].value) == (0, "1")


def test_the_figures_above_the_list_lead_to_the_rows_they_count(lea: User, entity: Entity):
    assign_perm("accounts.see_entity", lea, EntityFactory())
    for amount in (50, 500):
        ActionFactory(customer__entity=entity, owner=lea, amount=amount)
    filters = WorklistFilters(QueryDict(f"minimum=100&entity={entity.pk}"), user=lea, days=Days(MARCH_2))
    first = kpis(filters, counting.counters(filters))[0]
    led = WorklistFilters(QueryDict(first.query), user=lea, days=Days(MARCH_2))
    assert (first.value, counting.counters(led).total) == ("1", 1)
    assert counting.portfolio_counters(filters) == {}  # each would be a list of its own to read


def test_the_number_in_the_menu_is_what_waits_for_him(lea: User, entity: Entity):
    ActionFactory(customer__entity=entity, owner=lea)
    ActionFactory(customer__entity=entity, owner=lea, snoozed=True)
    ActionFactory(customer__entity=entity, owner=UserFactory())
    assert counting.waiting_for(lea) == 1


def test_who_was_given_nothing_to_see_has_nothing_counted():
    counters = counting.counters(WorklistFilters({}, user=UserFactory(), days=Days(MARCH_2)))
    assert (set(counters.numbers.values()), counters.sums, counters.capped) == ({0}, [], False)


@pytest.mark.parametrize("many", [True, False])
@pytest.mark.parametrize("name", ["-rank", "customer", "-amount", "-age"])
def test_the_shorter_way_to_a_page_gives_the_same_rows_in_the_same_order(
    lea: User, entity: Entity, name: str, many: bool
):
    owners = [lea, UserFactory(), None]
    for number in range(9):
        ActionFactory(
            customer__entity=entity, customer__name=f"É{number * 7 % 5}", owner=owners[number % 3],
            weight=number * 5 % 7, amount=100 + number % 4, oldest_due_on=date(2026, 1, 1 + number * 3 % 8),
        )  # fmt: skip
    ActionFactory(weight=1000)  # of an entity she was not given
    filters = WorklistFilters({"portfolio": "all"}, user=lea, days=Days(MARCH_2))
    sort = queries.sort_of(name)
    found = queries.sortable(filters.narrow(queries.worklist(lea)), filters.days, sort)
    pages, after = [], ""
    while not pages or after:
        page = keyset.page(found, sort, after=after, size=2, pick=partial(queries.first_rows, filters, many))
        pages, after = [*pages, *page.rows], page.after
    assert pages == list(found.order_by(*sort.ordering))


def test_pages_follow_each_other_without_gap_or_double(desk: Client, lea: User, entity: Entity, monkeypatch):
    monkeypatch.setattr("collections_app.actions.views.worklist.PAGE_SIZE", 2)
    actions = [ActionFactory(customer__entity=entity, owner=lea, weight=weight) for weight in (5, 9, 5, 7, 5)]
    seen, after = [], ""
    while True:
        context = desk.get("/", {"after": after}).context
        seen += context["page"].rows
        after = context["page"].after
        if not after:
            break
    assert seen == [actions[1], actions[3], actions[0], actions[2], actions[4]]


@pytest.mark.parametrize("sort", ["customer", "-amount", "-age", "nonsense"])
def test_every_column_sorts_and_continues(desk: Client, lea: User, entity: Entity, sort: str, monkeypatch):
    monkeypatch.setattr("collections_app.actions.views.worklist.PAGE_SIZE", 1)
    ActionFactory(customer__entity=entity, owner=lea)
    ActionFactory(customer__entity=entity, owner=lea, oldest_due_on=None, kind="manual", cycle=None)
    first = desk.get("/", {"sort": sort}).context["page"]
    second = desk.get("/", {"sort": sort, "after": first.after}).context["page"]
    assert {*first.rows, *second.rows} == set(Action.objects.all())


def test_a_cursor_we_never_made_is_refused(desk: Client):
    assert desk.get("/", {"after": "x"}).status_code == 400


@pytest.mark.parametrize(("value", "status"), [("x", 400), ("1e400", 200), ("1_0", 200), ("nan", 200)])
def test_a_cursor_says_an_amount_or_nothing(desk: Client, value: str, status: int):
    assert desk.get("/", {"sort": "-amount", "after": keyset.cursor_of(value, 1)}).status_code == status


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_for_one_and_three_rows(
    desk: Client, lea: User, entity: Entity, count: int, django_assert_num_queries
):
    for _ in range(count):
        ActionLineFactory(action=ActionFactory(customer__entity=entity, owner=lea))
    desk.get("/")
    with django_assert_num_queries(12):
        desk.get("/")


def test_the_list_opens_with_an_action(desk: Client, lea: User, entity: Entity):
    action = ActionFactory(customer__entity=entity, owner=lea)
    assert desk.get("/", {"open": action.pk}).context["panel"]["action"] == action


def test_the_panel_proposes_what_serves_today(lea: User, entity: Entity):
    action = ActionFactory(customer__entity=entity, owner=lea)
    serves = AddressFactory(customer=action.customer, phone=True, valid_from=MARCH_2, valid_until=MARCH_2)
    for wrong in ({"valid_until": date(2026, 3, 1)}, {"valid_from": date(2026, 3, 3)}, {"consent": "refused"}):
        AddressFactory(customer=action.customer, phone=True, **wrong)
    assert panel_context(action, lea, MARCH_2)["addresses"] == [serves]


def test_the_panel_of_others_is_not_found(desk: Client):
    assert desk.get(reverse("action_panel", args=[ActionFactory().pk])).status_code == 404


def test_a_view_is_kept_and_forgotten(desk: Client, lea: User):
    desk.post(reverse("view_save"), {"name": "Gros retards", "query": "age=91"})
    view = SavedView.objects.get(user=lea)
    assert (view.name, view.query) == ("Gros retards", "age=91")
    desk.post(reverse("view_forget", args=[view.pk]))
    assert not SavedView.objects.exists()


def test_a_view_starts_on_its_first_page_with_nothing_open(desk: Client):
    asked = {"name": "Lyon", "query": "age=91&after=WyI1Il0&q=caf%C3%A9+lyon&open=12&age=61"}
    answer = desk.post(reverse("view_save"), asked)
    assert SavedView.objects.get().query == "age=91&q=caf%C3%A9+lyon&age=61"
    assert answer["Location"] == f"{reverse('worklist')}?age=91&q=caf%C3%A9+lyon&age=61"


def test_nobody_forgets_the_view_of_another(desk: Client):
    view = SavedView.objects.create(user=UserFactory(), name="x")
    assert desk.post(reverse("view_forget", args=[view.pk])).status_code == 404


def test_an_integrator_has_no_list(client: Client):
    client.force_login(UserFactory(integrator=True))
    assert client.get("/").status_code == 403


def test_a_counter_that_stopped_says_more_than(lea: User):
    stopped = counting.Counters(
        counting.counters(WorklistFilters({}, user=lea, days=Days(MARCH_2))).numbers, [], True, 0
    )
    stopped.numbers["state_waiting"] = 9_000
    assert kpis(WorklistFilters({}, user=lea, days=Days(MARCH_2)), stopped)[0].value == ">\xa09\xa0000"
    assert [counting.said(number) for number in (0, 10_000, 10_001)] == ["0", "10\xa0000", ">\xa010\xa0000"]


def test_who_works_for_several_entities_chooses_one(desk: Client, lea: User, entity: Entity):
    other = EntityFactory(legal_name="Bois SAS")
    assign_perm("see_entity", lea, other)
    mine = ActionFactory(customer__entity=entity, owner=lea)
    theirs = ActionFactory(customer__entity=other, owner=lea)
    assert shown(lea) == [mine, theirs]
    assert shown(lea, entity=str(other.pk)) == [theirs]
    page = desk.get(reverse("worklist"), {"entity": other.pk})
    assert [chip.label for chip in page.context["chips"]] == ["Bois SAS"]


def test_who_works_for_one_has_nothing_to_choose(desk: Client, entity: Entity):
    page = desk.get(reverse("worklist"), {"entity": EntityFactory().pk})
    assert (page.context["filters"].fields["entity"].choices, page.context["chips"]) == ([], [])


@pytest.mark.parametrize("ages", [["1"], ["31", "91"], ["61"]])
def test_most_urgent_of_some_ages(lea: User, entity: Entity, ages: list[str]):
    for number in range(12):
        due = MARCH_2 - timedelta(days=17 * number % 130)
        ActionFactory(
            customer__entity=entity, owner=[lea, None, None][number % 3], weight=number * 5 % 7, oldest_due_on=due,
            late_since_on=due - timedelta(days=40 * (number % 4 == 0)),
        )  # fmt: skip
    filters = WorklistFilters({"portfolio": "all", "age": ages}, user=lea, days=Days(MARCH_2))
    found, sort = queries.sortable(filters.narrow(queries.worklist(lea)), filters.days), queries.sort_of("-rank")
    pages, after = [], ""
    while not pages or after:
        page = keyset.page(found, sort, after=after, size=2, pick=partial(queries.first_rows, filters, True))
        pages, after = [*pages, *page.rows], page.after
    assert pages == list(found.order_by(*sort.ordering))


task = st.tuples(st.sampled_from(["10", "10.001", "25", "60"]), st.integers(0, 6), st.booleans())


@settings(max_examples=25)
@given(tasks=st.lists(task, min_size=1, max_size=14), size=st.integers(1, 4))
def test_most_urgent_is_weight_times_days_late_then_the_customer(tasks, size):
    entity, lea = EntityFactory(), UserFactory()
    found = []
    for weight, days, hers in tasks:
        since = MARCH_2 - timedelta(days=15 * days)
        action = ActionFactory(
            customer__entity=entity, owner=lea if hers else None, weight=float(weight), late_since_on=since
        )
        rank = Decimal(weight) * (1 + Decimal(15 * days) / 30)
        found.append((-rank.quantize(Decimal("0.001"), ROUND_HALF_UP), action.customer_id, action.pk))
    waiting = ranked(Action.objects.filter(entity=entity), Days(MARCH_2))
    assert (
        most_urgent(waiting, entity=entity.pk, days=Days(MARCH_2), count=size)
        == [key for _, _, key in sorted(found)][:size]
    )


@pytest.mark.parametrize("key", ["²", "9" * 30, "-1", "x"])
def test_a_key_that_is_none_opens_and_moves_nothing(desk: Client, key: str):
    assert desk.get(reverse("worklist"), {"open": key}).status_code == 200
    answer = desk.post(reverse("actions_complete"), {"action": key, "outcome": "spoke", "then": key})
    assert answer.status_code == 302


def test_a_reply_to_write_tells_no_amount(client: Client, lea: User, entity: Entity):
    reply = ActionFactory(
        customer__entity=entity, owner=lea, kind=ActionKind.REPLY, cycle=None, oldest_due_on=None, amount=0
    )
    client.force_login(lea)
    pages = [
        reverse("worklist"),
        reverse("action_panel", args=[reply.pk]),
        reverse("customer", args=[reply.customer_id]),
    ]
    rows = [client.get(page).text for page in pages]
    assert "0,00" not in rows[0].partition("<tbody")[2] + rows[1].partition('"step-card"')[2].partition("</div>")[0]
    assert "0,00" not in rows[2].partition("Répondre")[2].partition("</li>")[0]


def test_words_found_in_another_list_lead_there(client: Client, lea: User, entity: Entity):
    client.force_login(lea)
    of_them = {"customer__entity": entity, "customer__name": "Scierie Guillot"}
    ActionFactory(**of_them, state="scheduled", owner=lea)
    ActionFactory(**of_them, owner=UserFactory())
    shown = client.get(reverse("worklist"), {"q": "guillot"})
    assert [(str(one.label), one.count, one.url) for one in shown.context["elsewhere"]] == [
        ("Tous les portefeuilles, à faire", "1", "/?q=guillot&portfolio=all&state=waiting"),
        ("Tous les portefeuilles, à envoyer", "1", "/?q=guillot&portfolio=all&state=scheduled"),
        ("Clients", "2", f"{reverse('customers')}?q=guillot"),
    ]
    assert "Rien ne correspond dans" in shown.content.decode()
    assert shown.text.count("data-row-link") == 3  # they are walked from the keyboard as rows are
    nowhere = client.get(reverse("worklist"), {"q": "zzzzz"})
    assert (nowhere.context["elsewhere"], "Ni ailleurs" in nowhere.content.decode()) == ([], True)


def test_words_another_filter_hides_lead_to_the_list_without_it_first(client: Client, lea: User, entity: Entity):
    client.force_login(lea)
    ActionFactory(customer__entity=entity, customer__name="Scierie Guillot", owner=lea, oldest_due_on=MARCH_2)
    shown = client.get(reverse("worklist"), {"q": "guillot", "channel": ["email"], "minimum": "100000"})
    assert [(str(one.label), one.count, one.url) for one in shown.context["elsewhere"]] == [
        ("Le mien, À faire, sans les autres filtres", "1", "/?q=guillot&portfolio=mine&state=waiting"),
        ("Tous les portefeuilles, à faire", "1", "/?q=guillot&portfolio=all&state=waiting"),
        ("Clients", "1", f"{reverse('customers')}?q=guillot"),
    ]
    assert shown.context["asked_within"] == "Le mien, À faire, E-mail, À partir de 100\xa0000"


def test_of_all_portfolios_the_list_without_its_filters_is_offered_once(client: Client, lea: User, entity: Entity):
    client.force_login(lea)
    ActionFactory(customer__entity=entity, customer__name="Scierie Guillot", owner=UserFactory())
    asked = {"q": "guillot", "channel": "email", "portfolio": "all"}
    urls = [one.url for one in client.get(reverse("worklist"), asked).context["elsewhere"]]
    assert urls == ["/?q=guillot&portfolio=all&state=waiting", f"{reverse('customers')}?q=guillot"]


def test_words_that_are_found_are_not_looked_for_elsewhere(
    desk: Client, lea: User, entity: Entity, monkeypatch: pytest.MonkeyPatch
):
    ActionFactory(customer__entity=entity, customer__name="Scierie Guillot", owner=lea)
    asked: list[str] = []
    monkeypatch.setattr(wider, "elsewhere", lambda filters: asked.append(filters.value("portfolio")) or [])
    desk.get("/", {"q": "guillot"})
    desk.get("/", {"q": "guillot", "portfolio": "unassigned"})
    assert asked == ["unassigned"]


def test_what_is_put_off_says_until_when(desk: Client, lea: User, entity: Entity):
    given = {"customer__entity": entity, "owner": lea}
    ActionFactory(**given, snoozed_until=date(2099, 12, 6), reasons=["over_90_days"])
    ActionFactory(**given, snoozed_until=date(2026, 3, 5))
    told = 'title="Reportée au 06/12/2099, Plus de 90 jours de retard"'
    for state, shows in (("snoozed", True), ("waiting", False)):
        assert (told in html.unescape(desk.get(reverse("worklist"), {"state": state}).text)) is shows
        assert ("Reportée au" in desk.get(reverse("worklist"), {"state": state}).text) is shows


def test_who_only_reads_is_not_asked_to_start_the_list(client: Client, desk: Client, entity: Entity):
    assert "Démarrer la liste" in desk.get(reverse("worklist")).text
    client.force_login(UserFactory(auditor=True, sees=entity))
    assert "Démarrer la liste" not in client.get(reverse("worklist")).text
