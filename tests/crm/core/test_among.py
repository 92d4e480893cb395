"""The marks by which a statement says which customers it is about."""

import pytest

from crm.core.among import EVERYBODY, between, listed, named

LISTED = "(select listed.customer_id from looked listed)"
LATERAL = (
    "select found.* from looked listed cross join lateral ("
    " select 1 where true and x.id = listed.customer_id offset 0) found"
)
WITHIN = "and x.id >= 3 and x.id < 9"
FROM, TO = "%(first_customer)s", "%(end_customer)s"
RANGE = f"and x.id >= {FROM} and x.id < {TO}"


@pytest.mark.parametrize(
    ("among", "mark", "becomes"),
    [
        (EVERYBODY, "among", ""),
        (EVERYBODY, "each", ""),
        (EVERYBODY, "range", ""),
        (named([4]), "among", "and x.id = any(%(ids)s::bigint[])"),
        (named([4]), "each", "and x.id = any(%(ids)s::bigint[])"),
        (named([4]), "range", ""),
        (between(3, 9), "among", RANGE),
        (between(3, 9), "each", RANGE),
        (between(3, 9), "range", RANGE),
        (listed("looked"), "among", f"and x.id in {LISTED}"),
        (listed("looked"), "each", f"and x.id = any(array{LISTED})"),
        (listed("looked"), "range", ""),
        (listed("looked", within=(3, 9)), "among", f"and x.id in {LISTED} {WITHIN}"),
        (listed("looked", within=(3, 9)), "each", f"{WITHIN} and x.id = any(array{LISTED})"),
        (listed("looked", within=(3, 9)), "range", WITHIN),
    ],
)
def test_what_a_mark_becomes(among, mark, becomes):
    assert among.within(f"where true /* {mark} x.id */").strip() == f"where true {becomes}".strip()


@pytest.mark.parametrize(
    ("among", "becomes"),
    [
        (EVERYBODY, "select 1 where true"),
        (named([4]), "select 1 where true and x.id = any(%(ids)s::bigint[])"),
        (between(3, 9), f"select 1 where true {RANGE}"),
        (listed("looked", within=(3, 9)), LATERAL),
    ],
)
def test_what_a_whole_select_becomes(among, becomes):
    assert among.within("/* for each */ select 1 where true /* found x.id */").strip() == becomes
