from datetime import date
from decimal import Decimal

import pytest

from collections_app.segments.criteria import WrongCriteria, conditions, parse

LATE = {"fact": "days_late", "is": "gte", "value": "30"}


def test_a_tree_is_read_in_order():
    tree = {"all": [LATE, {"not": {"any": [{"fact": "kind", "is": "in", "value": ["consumer"]}]}}]}
    assert [leaf.path for leaf in conditions(parse(tree))] == ["all[0]", "all[1].not.any[0]"]


@pytest.mark.parametrize(
    ("tree", "path"),
    [
        ([], ""),
        ({}, ""),
        ({"all": []}, "all"),
        ({"any": [LATE, {"all": [LATE, {"not": 3}]}]}, "any[1].all[1].not"),
        ({"fact": "shoe_size", "is": "gte", "value": "3"}, "fact"),
        ({"all": [{"fact": "days_late", "is": "contains", "value": "3"}]}, "all[0].is"),
        ({"fact": "days_late", "is": "gte", "value": "many"}, "value"),
        ({"fact": "days_late", "is": "gte", "value": "NaN"}, "value"),
        ({"fact": "days_late", "is": "between", "value": ["9", "3"]}, "value"),
        ({"fact": "kind", "is": "in", "value": []}, "value"),
        ({"fact": "last_payment_on", "is": "before", "value": "31/12/2026"}, "value"),
        ({"fact": "last_payment_on", "is": "within", "value": "-3"}, "value"),
        ({"fact": "last_payment_on", "is": "within", "value": "²"}, "value"),
        ({"fact": "last_payment_on", "is": "within", "value": "9" * 5_000}, "value"),
        ({"fact": "name", "is": "contains", "value": "  "}, "value"),
        ({"fact": "name", "is": "contains", "value": "a", "or": 1}, ""),
    ],
)
def test_the_wrong_node_is_named(tree, path):
    with pytest.raises(WrongCriteria) as refused:
        parse(tree)
    assert refused.value.path == path


def test_a_tree_too_deep_or_too_large_is_refused():
    deep = LATE
    for _step in range(8):
        deep = {"not": deep}
    for tree in (deep, {"all": [LATE] * 100}):
        with pytest.raises(WrongCriteria):
            parse(tree)


@pytest.mark.parametrize("written", ["1 234,50", "1234.5", "1\u202f234,50"])
def test_numbers_are_read_as_people_write_them(written):
    assert parse({"fact": "overdue", "is": "gt", "value": written}).value == Decimal("1234.5")


def test_dates_are_read():
    leaf = parse({"fact": "customer_since", "is": "before", "value": "2024-01-31"})
    assert leaf.value == date(2024, 1, 31)


@pytest.mark.parametrize(
    ("written", "told"), [("many", "Indiquez un nombre."), ("9" * 20, "Ce nombre est trop grand.")]
)
def test_what_is_wrong_with_a_number_is_told(written, told):
    with pytest.raises(WrongCriteria, match=told):
        parse({"fact": "days_late", "is": "gte", "value": written})
