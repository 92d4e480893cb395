from datetime import date, timedelta
from typing import Any

from django.db import migrations
from django.utils import timezone

DELIVERED = {"code": "late_interest", "debt_type": "", "starts_on": date(2000, 1, 1), "ends_on": None}
OHADA = ["BJ", "BF", "CI", "GW", "ML", "NE", "SN", "TG"]
NOTICE = {"rate": "legal_professional", "from": "formal_notice"}
RECEIVED = "réception comptée après l’envoi : politique [P]"
# Jurisdictions, kind of customer, article and value as delivered before, and as they are delivered now.
CORRECTED: list[tuple[list[str], str, str, dict[str, Any], str, dict[str, Any]]] = [
    (
        OHADA,
        "professional",
        "AUDCG (OHADA) art. 291",
        {"rate": "legal_professional", "from": "due_date"},
        "AUDCG (OHADA) art. 291 : à compter de l’envoi de la mise en demeure",
        NOTICE,
    ),
    (
        OHADA,
        "",
        "loi uniforme UMOA, taux légal",
        NOTICE,
        f"loi uniforme UMOA, taux légal ; {RECEIVED}",
        NOTICE | {"delivery_days": 3},
    ),
    (
        ["FR"],
        "",
        "C. civ. 1231-6 et 1344-1",
        NOTICE,
        f"C. civ. 1231-6 et 1344-1 ; {RECEIVED}",
        NOTICE | {"delivery_days": 3},
    ),
]


def correct(apps: Any, schema_editor: Any) -> None:
    """Rules nobody changed end yesterday, and those that are right follow them: past days keep their explanation."""
    rules = apps.get_model("law", "Rule").objects.using(schema_editor.connection.alias)
    on = timezone.localdate()
    for jurisdictions, kind, was_article, was, article, value in CORRECTED:
        about = {"code": "late_interest", "customer_kind": kind, "debt_type": ""}
        for rule in rules.filter(**DELIVERED, jurisdiction__in=jurisdictions, customer_kind=kind):
            alone = rules.filter(jurisdiction=rule.jurisdiction, **about).count() == 1
            if alone and (rule.article, rule.value) == (was_article, was):
                rules.filter(pk=rule.pk).update(ends_on=on - timedelta(days=1))
                rules.create(jurisdiction=rule.jurisdiction, **about, starts_on=on, value=value, article=article)


class Migration(migrations.Migration):
    dependencies = [("law", "0002_conversion_and_hours")]
    operations = [migrations.RunPython(correct, migrations.RunPython.noop)]
