"""import-linter does not see `ForeignKey("app.Model")`: this does."""

import ast
from itertools import pairwise
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import Model

ROOT = Path(__file__).resolve().parents[1]
# From the top of the house to its bottom.
ORDER = {name: place for place, name in enumerate(settings.HOUSE)}
OURS = [model for model in apps.get_models(include_auto_created=True) if model._meta.app_config.name in ORDER]
SOURCES = [
    path for package in ("config", "collections_app", "telephony", "crm") for path in (ROOT / package).rglob("*.py")
]


def relations_up(model: type[Model]) -> list[str]:
    place = ORDER[model._meta.app_config.name]
    targets = {
        field.name: field.related_model._meta.app_config.name
        for field in model._meta.get_fields()
        if field.is_relation and not field.auto_created and field.related_model
    }
    return [
        f"{model._meta.label}.{name} → {target}" for name, target in targets.items() if ORDER.get(target, place) < place
    ]


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_no_relation_points_up(model):
    assert relations_up(model) == []


def test_the_house_is_listed_from_top_to_bottom():
    packages = [name.split(".")[0] for name in settings.HOUSE]
    order = ["collections_app", "telephony", "crm"]
    assert all(order.index(upper) <= order.index(lower) for upper, lower in pairwise(packages))


def calls_get_model(path: Path) -> bool:
    tree = ast.parse(path.read_text())
    calls = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    return any(isinstance(call, ast.Attribute) and call.attr == "get_model" for call in calls)


def test_get_model_is_for_migrations_only():
    users = [path for path in SOURCES if path.parent.name != "migrations" and calls_get_model(path)]
    assert users == []
