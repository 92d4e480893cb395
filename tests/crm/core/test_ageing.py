"""Ages of what is owed: the shares shown add up."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, strategies as st

from crm.core import ageing

ON = date(2026, 3, 2)
AMOUNTS = st.lists(st.decimals(min_value=0, max_value=10**9, places=2), min_size=5, max_size=5)


def test_three_thirds_make_a_hundred():
    thirds = [(ON - timedelta(days=days), Decimal(100)) for days in (0, 10, 40)]
    assert [bucket.share for bucket in ageing.bar(thirds, ON)] == [Decimal(n) / 100 for n in (34, 33, 33, 0, 0)]


@given(AMOUNTS)
def test_shares_add_up_to_a_hundred_per_cent(amounts: list[Decimal]):
    assert sum(ageing.whole_shares(amounts)) == (1 if any(amounts) else 0)
