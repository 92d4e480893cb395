"""What is read once for a batch of work."""

import pytest

from crm.core import remembering as module
from crm.core.remembering import KEPT_S, remembered, remembering


@pytest.fixture
def clock(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(module, "monotonic", lambda: now[0])
    return now


def test_outside_everything_is_read_each_time():
    seen = []
    for number in (1, 2):
        remembered("key", lambda number=number: seen.append(number))
    assert seen == [1, 2]


def test_inside_it_is_read_once_and_forgotten_after_a_while(clock):
    with remembering():
        assert [remembered("key", lambda: 1), remembered("key", lambda: 2), remembered("other", lambda: 3)] == [1, 1, 3]
        clock[0] = KEPT_S
        assert remembered("key", lambda: 4) == 1
        clock[0] = KEPT_S + 0.1
        assert remembered("key", lambda: 5) == 5
    assert remembered("key", lambda: 6) == 6
