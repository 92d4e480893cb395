from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from crm.events import operations, registry
from crm.events.models import Delivery, Event
from crm.events.tasks import forget
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _no_other_consumer(monkeypatch):
    monkeypatch.setattr(registry, "consumers", {})
    monkeypatch.setattr(operations, "consumers", registry.consumers)


def emit(kind="paid", **payload):
    return operations.emit(kind, entity_id=1, customer_id=2, payload=payload, at=NOON)


def test_an_event_and_its_deliveries_cost_one_statement(django_assert_num_queries):
    registry.register("a", ["paid"], print)
    registry.register("b", ["paid", "lost"], print)
    with django_assert_num_queries(1):
        event_id = emit(amount=3)
    event = Event.objects.get()
    assert (event.pk, event.kind, event.payload, event.customer_id, event.at) == (
        event_id,
        "paid",
        {"amount": 3},
        2,
        NOON,
    )
    assert list(Delivery.objects.order_by("consumer").values_list("consumer", "processed_at")) == [
        ("a", None),
        ("b", None),
    ]


def test_an_event_nobody_waits_for_is_kept():
    registry.register("a", ["lost"], print)
    emit()
    assert Event.objects.count() == 1
    assert Delivery.objects.count() == 0


def test_events_reach_the_handler_in_order_and_once():
    seen = []
    registry.register("a", ["paid"], lambda event: seen.append(event.payload["n"]))
    emit(n=1), emit(n=2)
    assert operations.deliver_waiting("a", at=NOON) == 2
    assert operations.deliver_waiting("a", at=NOON) == 0
    assert seen == [1, 2]


def test_a_failure_is_counted_and_does_not_stop_the_others():
    seen = []

    def handler(event):
        if event.payload["n"] == 1:
            Event.objects.create(entity_id=9, kind="half", at=NOON)
            raise RuntimeError("no luck")
        seen.append(event.payload["n"])

    registry.register("a", ["paid"], handler)
    emit(n=1), emit(n=2)
    assert operations.deliver_waiting("a", at=NOON) == 1
    failed = Delivery.objects.get(processed_at=None)
    assert (seen, failed.failures, failed.last_error) == ([2], 1, "RuntimeError: no luck")
    assert failed.retry_at == NOON + timedelta(minutes=2)
    assert not Event.objects.filter(kind="half").exists()


class TestSets:
    """A consumer that takes many at once."""

    @pytest.fixture(autouse=True)
    def _three_at_most(self, monkeypatch):
        monkeypatch.setattr(registry, "MOST", 3)

    def test_as_many_at_once_as_it_may_be_given_the_oldest_first(self):
        seen = []
        registry.register_for_sets("a", ["paid"], lambda events: seen.append([event.payload["n"] for event in events]))
        for n in range(5):
            emit(n=n)
        assert operations.deliver_waiting("a", at=NOON) == 5
        assert operations.deliver_waiting("a", at=NOON) == 0
        assert seen == [[0, 1, 2], [3, 4]]

    @pytest.mark.parametrize("count", [1, 3])
    def test_what_it_costs_does_not_grow_with_them(self, count, django_assert_num_queries):
        registry.register_for_sets("a", ["paid"], lambda events: None)
        for n in range(count):
            emit(n=n)
        # Found, a savepoint and its release, noted; and once more to see that nothing is left. Each in a savepoint.
        with django_assert_num_queries(9):
            operations.deliver_waiting("a", at=NOON)

    def test_one_that_fails_keeps_no_other_behind_it(self):
        seen = []

        def handler(events):
            Event.objects.bulk_create(
                Event(entity_id=9, kind=f"seen {event.payload['n']}", at=NOON) for event in events
            )
            if any(event.payload["n"] == 1 for event in events):
                raise RuntimeError("no luck")
            seen.extend(event.payload["n"] for event in events)

        registry.register_for_sets("a", ["paid"], handler)
        for n in range(4):
            emit(n=n)
        assert operations.deliver_waiting("a", at=NOON) == 3
        failed = Delivery.objects.select_related("event").get(processed_at=None)
        assert (seen, failed.event.payload["n"], failed.failures, failed.last_error) == (
            [0, 2, 3], 1, 1, "RuntimeError: no luck",
        )  # fmt: skip
        assert sorted(Event.objects.filter(entity_id=9).values_list("kind", flat=True)) == [
            "seen 0",
            "seen 2",
            "seen 3",
        ]

    def test_after_a_set_it_did_not_take_it_is_given_sets_again(self):
        seen = []

        def handler(events):
            if len(events) > 1 and events[0].payload["n"] == 0:
                raise RuntimeError("not these together")
            seen.append([event.payload["n"] for event in events])

        registry.register_for_sets("a", ["paid"], handler)
        for n in range(6):
            emit(n=n)
        assert operations.deliver_waiting("a", at=NOON) == 6
        assert seen == [[0], [1], [2], [3, 4, 5]]

    @pytest.mark.parametrize(
        ("deadlocks", "handed"),
        [(1, [[0, 1, 2], [0, 1, 2]]), (2, [[0, 1, 2]] * 3), (3, [[0, 1, 2]] * 3 + [[0], [1], [2]])],
    )
    def test_a_set_that_deadlocks_is_given_to_it_again(self, deadlocks, handed):
        seen = []

        def handler(events):
            seen.append([event.payload["n"] for event in events])
            Event.objects.create(entity_id=9, kind="seen", at=NOON)
            if len(seen) <= deadlocks:
                with connection.cursor() as cursor:
                    cursor.execute("do $$ begin raise deadlock_detected; end $$")

        registry.register_for_sets("a", ["paid"], handler)
        for n in range(3):
            emit(n=n)
        assert operations.deliver_waiting("a", at=NOON) == 3
        assert seen == handed
        assert Event.objects.filter(kind="seen").count() == len(handed) - deadlocks
        assert Delivery.objects.filter(failures=0).exclude(processed_at=None).count() == 3

    def test_an_event_knows_when_it_is_handed_over(self):
        seen = []
        registry.register_for_sets("a", ["paid"], lambda events: seen.extend(event.delivered_at for event in events))
        emit()
        operations.deliver_waiting("a", at=NOON + timedelta(days=1))
        assert seen == [NOON + timedelta(days=1)]


def test_a_failed_delivery_is_tried_again_later_and_given_up_at_last():
    registry.register("a", ["paid"], lambda event: 1 / 0)
    emit()
    for day in range(20):
        operations.sweep(at=NOON + timedelta(days=day))
    assert Delivery.objects.get().failures == operations.TRIES


def test_the_sweeper_delivers_what_was_missed():
    registry.register("a", ["paid"], lambda event: None)
    registry.register("b", ["paid"], lambda event: None)
    emit()
    assert operations.sweep(at=NOON) == {"a": 1, "b": 1}
    assert operations.sweep(at=NOON) == {"a": 0, "b": 0}


def test_many_events_are_written_by_one_statement(django_assert_num_queries):
    registry.register("a", ["paid"], print)
    rows = """
        select 1::bigint as entity_id, n::bigint as customer_id, jsonb_build_object('n', n) as payload
        from generate_series(1, %(n)s) n
    """
    with django_assert_num_queries(1):
        ids = operations.emit_many("paid", rows, {"n": 3}, at=NOON)
    assert len(ids) == Delivery.objects.count() == 3


def test_workers_are_woken_after_the_commit_once_per_consumer(django_capture_on_commit_callbacks, monkeypatch):
    woken = []
    operations._waker.cache_clear()
    monkeypatch.setattr("crm.events.tasks.deliver.delay", woken.append)
    registry.register("a", ["paid"], print)
    with django_capture_on_commit_callbacks(execute=True):
        emit(n=1), emit(n=2)
        assert woken == []
    operations._waker.cache_clear()
    assert woken == ["a"]


def test_a_name_is_taken_once():
    registry.register("a", ["paid"], print)
    with pytest.raises(ValueError, match="exists already"):
        registry.register("a", ["lost"], print)


def test_an_administrator_has_a_delivery_tried_again(client):
    client.force_login(UserFactory(administrator=True))
    registry.register("a", ["paid"], lambda event: 1 / 0)
    emit()
    Delivery.objects.update(failures=operations.TRIES)
    Delivery.objects.create(event=Event.objects.get(), consumer="b", processed_at=NOON)
    given_up = Delivery.objects.get(processed_at=None)
    url = reverse("admin:events_delivery_changelist")
    assert list(client.get(url, {"state": "given_up"}).context["cl"].result_list) == [given_up]
    assert list(client.get(url, {"state": "failed"}).context["cl"].result_list) == []
    assert list(client.get(url, {"state": "waiting"}).context["cl"].result_list) == [given_up]
    client.post(url, {"action": "try_again", "_selected_action": [given_up.pk]})
    assert operations.waiting("a", at=NOON).count() == 1


@pytest.mark.parametrize("page", [1, 2, 100])
def test_old_events_that_everybody_has_taken_are_forgotten(page):
    registry.register("a", ["paid", "lost"], print)
    registry.register("b", ["paid"], print)
    days = [(kind, day, NOON + timedelta(days=day)) for kind in ("paid", "lost", "alone") for day in (0, 1, 3)]
    told = {
        (kind, day): operations.emit(kind, entity_id=1, at=at) for kind, day, at in sorted(days, key=lambda one: one[2])
    }
    operations.deliver_waiting("a", at=NOON)
    Delivery.objects.filter(event=told["paid", 0], consumer="b").update(failures=operations.TRIES)  # given up
    Delivery.objects.filter(event=told["paid", 1]).update(processed_at=NOON)
    assert operations.forget(before=NOON + timedelta(days=2), page=page) == 5
    left = {told["paid", 0], told["paid", 3], told["lost", 3], told["alone", 3]}
    assert set(Event.objects.values_list("pk", flat=True)) == left
    assert set(Delivery.objects.values_list("event", flat=True)) == left - {told["alone", 3]}
    assert operations.forget(before=NOON + timedelta(days=2), page=page) == 0


def test_they_are_kept_for_as_many_days_as_the_setting_says(settings):
    settings.EVENTS_KEPT_DAYS = 7
    now = timezone.now()
    kept = [operations.emit("paid", entity_id=1, at=now - timedelta(days=days)) for days in (8, 6)][1]
    forget()
    assert Event.objects.get().pk == kept
