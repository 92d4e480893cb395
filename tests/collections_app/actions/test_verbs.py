"""What a person does from the list: done, put off, handed over, skipped."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import translation

from collections_app.actions import bulk
from collections_app.actions.labels import Outcome
from collections_app.actions.later import DayRefused
from collections_app.actions.models import Action
from crm.accounts.models import Entity, User
from crm.timeline.models import Entry
from crm.timeline.queries import entries
from tests.factories.accounts import TeamFactory, TeamMemberFactory, UserFactory
from tests.factories.actions import ActionFactory
from tests.factories.scenarios import StepFactory, TemplateFactory

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LEFT: list[dict[str, Any]] = [
    {"kind": "entry", "step_code": "entry"}, {"mode": "decision"}, {"to_approve": True},
    {"state": "done", "closed_at": NOON},
]  # fmt: skip


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def states() -> list[str]:
    return list(Action.objects.order_by("pk").values_list("state", flat=True))


def test_done_closes_and_tells_the_timeline(lea: User):
    action = ActionFactory()
    assert bulk.complete([action.pk], outcome=Outcome.NO_ANSWER, note="Répondeur", by=lea, at=NOON) == 1
    action.refresh_from_db()
    assert (action.state, action.outcome, action.closed_at, action.closed_by) == ("done", "no_answer", NOON, lea)
    line = entries(action.customer, language="fr").lines[0]
    assert (line.subject, line.entry.text, line.actor) == ("Appel, call-30\xa0: pas de réponse", "Répondeur", str(lea))


def test_done_twice_changes_nothing(lea: User):
    action = ActionFactory()
    bulk.complete([action.pk], outcome=Outcome.SPOKE, by=lea, at=NOON)
    assert bulk.complete([action.pk], outcome=Outcome.PAID, by=lea, at=NOON) == 0
    assert Entry.objects.count() == 1


def test_what_waits_for_approval_is_not_simply_done(lea: User):
    action = ActionFactory(to_approve=True)
    assert bulk.complete([action.pk], outcome=Outcome.SENT, by=lea, at=NOON) == 0


def test_a_skip_needs_a_reason(lea: User):
    with pytest.raises(bulk.ReasonMissing):
        bulk.skip([ActionFactory().pk], reason=" ", by=lea, at=NOON)


@pytest.mark.parametrize(
    ("until", "why"),
    [
        (date(2026, 3, 2), "Choisissez un jour après aujourd’hui."),
        (date(2027, 3, 3), "Choisissez un jour d’ici un an, au plus tard le 02/03/2027."),
    ],
)
def test_a_task_is_put_off_to_a_later_day_within_a_year(lea: User, until: date, why: str):
    with translation.override("fr"), pytest.raises(DayRefused) as refused:
        bulk.snooze([ActionFactory().pk], until=until, by=lea, on=NOON.date(), at=NOON)
    assert (str(refused.value), Action.objects.get().snoozed_until) == (why, None)


def test_a_task_may_be_put_off_for_a_year(lea: User):
    action = ActionFactory()
    assert bulk.snooze([action.pk], until=date(2027, 3, 2), by=lea, on=NOON.date(), at=NOON) == 1


def test_a_slip_of_the_year_puts_nothing_off_and_is_told(desk: Client, lea: User, entity: Entity):
    keys = [ActionFactory(customer__entity=entity, owner=lea).pk for _ in range(2)]
    desk.post(reverse("actions_snooze"), {"action": keys, "until": "2062-03-12"})
    assert list(Action.objects.values_list("snoozed_until", flat=True)) == [None, None]
    [told] = desk.get("/").context["messages"]
    assert (told.level_tag, str(told)) == ("error", "Choisissez un jour d’ici un an, au plus tard le 02/03/2027.")


@pytest.mark.parametrize("count", [1, 3])
def test_many_cost_one_statement(lea: User, count: int, django_assert_num_queries):
    keys = [ActionFactory().pk for _ in range(count)]
    with django_assert_num_queries(1):
        assert bulk.reassign(keys, to=lea, by=lea, at=NOON) == count
    assert Action.objects.filter(owner=lea).count() == count


def test_the_bar_acts_on_the_ticked_rows(desk: Client, lea: User, entity: Entity):
    keys = [ActionFactory(customer__entity=entity, owner=lea).pk for _ in range(3)]
    desk.post(reverse("actions_complete"), {"action": keys[:2], "outcome": "spoke"})
    assert states() == ["done", "done", "todo"]


def test_nobody_acts_on_customers_he_does_not_see(desk: Client):
    action = ActionFactory()
    desk.post(reverse("actions_skip"), {"action": action.pk, "reason": "non"})
    assert states() == ["todo"]


def test_an_auditor_changes_nothing(client: Client, entity: Entity):
    action = ActionFactory(customer__entity=entity)
    client.force_login(UserFactory(auditor=True, sees=entity))
    assert client.post(reverse("actions_skip"), {"action": action.pk, "reason": "x"}).status_code == 403
    assert states() == ["todo"]


def test_the_next_action_opens_in_the_list_as_it_was(desk: Client, lea: User, entity: Entity):
    action = ActionFactory(customer__entity=entity, owner=lea)
    given = {"action": action.pk, "outcome": "spoke", "next": f"/?age=91&open={action.pk}", "then": "77"}
    assert desk.post(reverse("actions_complete"), given)["Location"] == "/?age=91&open=77"


@pytest.mark.parametrize(("verb", "given"), [("snooze", {"until": "2062-03-12"}), ("skip", {"reason": ""})])
def test_what_is_refused_stays_open(desk: Client, lea: User, entity: Entity, verb: str, given: dict[str, str]):
    action = ActionFactory(customer__entity=entity, owner=lea)
    asked = {"action": action.pk, "next": f"/?age=91&open={action.pk}", "then": "77", **given}
    assert desk.post(reverse(f"actions_{verb}"), asked)["Location"] == f"/?age=91&open={action.pk}"


def test_put_off_by_the_page(desk: Client, lea: User, entity: Entity):
    action = ActionFactory(customer__entity=entity, owner=lea)
    desk.post(reverse("actions_snooze"), {"action": action.pk, "until": "2026-05-04"})
    action.refresh_from_db()
    assert action.snoozed_until == date(2026, 5, 4)


@pytest.mark.parametrize(
    ("verb", "given", "told"),
    [
        ("complete", {"outcome": "paid"}, "dit avoir payé."),
        ("skip", {"reason": "non"}, "étape passée."),
        ("snooze", {"until": "2026-05-04"}, "reportée au 04/05/2026."),
        ("reassign", {}, "rendue à l’équipe."),
    ],
)
@pytest.mark.parametrize("count", [1, 2])
def test_what_was_done_and_of_whom_is_told(
    desk: Client, lea: User, entity: Entity, verb: str, given: dict[str, str], told: str, count: int
):
    keys = [ActionFactory(customer__entity=entity, customer__name="Scierie", owner=lea).pk for _ in range(count)]
    desk.post(reverse(f"actions_{verb}"), {"action": keys, **given})
    whose = "Scierie\xa0: " if count == 1 else "2 actions\xa0: "
    assert [str(message) for message in desk.get("/").context["messages"]] == [whose + told]


@pytest.mark.parametrize(
    ("values", "outcome", "told"),
    [
        ({}, Outcome.SPOKE, "Appel, Premier appel\xa0: a parlé au client"),
        ({"channel": "email"}, Outcome.SENT, "Premier appel, fait\xa0: envoyé à la main"),
        ({"step_code": "manual-1"}, Outcome.SPOKE, "Appel, Modèle\xa0: a parlé au client"),
        (
            {"kind": "reply", "cycle": None, "channel": "email", "step_code": "reply"},
            Outcome.SPOKE,
            "Action faite\xa0: a parlé au client",
        ),
    ],
)
def test_the_history_names_the_call_and_its_step(lea: User, values: dict[str, Any], outcome: Outcome, told: str):
    step = StepFactory(code="call-30", name="Premier appel")
    template = TemplateFactory(name="Modèle")
    action = ActionFactory(scenario_version=step.version, template=template, **values)
    bulk.complete([action.pk], outcome=outcome, by=lea, at=NOON)
    assert entries(action.customer, language="fr").lines[0].subject == told


def test_what_is_left_alone_is_told_with_its_customer_and_the_reason(desk: Client, lea: User, entity: Entity):
    names = ("Abri", "Bois", "Clos", "Dune")
    left = [
        ActionFactory(customer__entity=entity, customer__name=name, **given)
        for name, given in zip(names, LEFT, strict=True)
    ]
    asked = [*left, ActionFactory(), ActionFactory(customer__entity=entity, customer__name="Fait")]
    page = desk.post(
        reverse("actions_complete"), {"action": [one.pk for one in asked], "outcome": "spoke"}, follow=True
    )
    told = [str(message).replace("\xa0", " ") for message in page.context["messages"] if message.level_tag == "warning"]
    assert told == [
        "Laissé tel quel : Abri, Bois (demande davantage : ouvrez sa fiche).",
        "Laissé tel quel : Clos (attend une approbation : ouvrez sa fiche).",
        "Laissé tel quel : Dune (clos ou parti entre-temps).",
        "1 action ne vous est pas ouverte.",
    ]


def test_a_customer_the_person_chosen_does_not_see_is_told(desk: Client, lea: User, entity: Entity):
    action = ActionFactory(customer__entity=entity, customer__name="Abri")
    team = TeamFactory(entity=entity)
    TeamMemberFactory(team=team, user=lea)
    colleague = UserFactory()
    TeamMemberFactory(team=team, user=colleague)
    page = desk.post(reverse("actions_reassign"), {"action": action.pk, "to": colleague.pk}, follow=True)
    (told,) = [
        str(message).replace("\xa0", " ") for message in page.context["messages"] if message.level_tag == "warning"
    ]
    assert told == "Laissé tel quel : Abri (la personne choisie ne voit pas ce client)."
