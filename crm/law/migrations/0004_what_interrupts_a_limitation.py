from datetime import date, timedelta
from typing import Any

from django.db import migrations
from django.utils import timezone

DELIVERED = {"jurisdiction": "FR", "starts_on": date(2000, 1, 1), "ends_on": None}
EVERYTHING = ["payment", "acknowledgement", "lawsuit", "enforcement", "demand"]
# Code, kind of customer, debt type; value as delivered before; value and article as they are delivered now.
CORRECTED: list[tuple[tuple[str, str, str], dict[str, Any], dict[str, Any], str]] = [
    (
        ("limitation", "public_body", ""),
        {"years": 4, "from": "next_year"},
        {"years": 4, "from": "next_year", "interrupted_by": EVERYTHING},
        "loi 68-1250 du 31 décembre 1968, art. 1 et 2",
    ),
    (
        ("limitation", "consumer", "loan"),
        {"years": 2},
        {"years": 2, "interrupted_by": ["lawsuit", "enforcement"]},
        "C. consom. R312-35 (forclusion) ; C. civ. 2241 et 2244",
    ),
    (
        ("insolvency", "", ""),
        {"declare_within_days": 61},
        {"declare_within_months": 2},
        "C. com. L622-7, L622-21, L622-24 et R622-24",
    ),
]


def correct(apps: Any, schema_editor: Any) -> None:
    """Rules nobody changed end yesterday, and those that are right follow them: past days keep their explanation."""
    rules = apps.get_model("law", "Rule").objects.using(schema_editor.connection.alias)
    on = timezone.localdate()
    for (code, kind, debt_type), was, value, article in CORRECTED:
        about = {"code": code, "customer_kind": kind, "debt_type": debt_type}
        same = rules.filter(jurisdiction="FR", **about)
        if same.count() == 1 and same.filter(**DELIVERED, value=was).update(ends_on=on - timedelta(days=1)):
            rules.create(jurisdiction="FR", **about, starts_on=on, value=value, article=article)


class Migration(migrations.Migration):
    dependencies = [("law", "0003_interest_from_the_formal_notice")]
    operations = [migrations.RunPython(correct, migrations.RunPython.noop)]
