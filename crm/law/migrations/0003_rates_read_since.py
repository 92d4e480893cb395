"""The central bank raised its rate on 17 June 2026: the one delivered for 1 July was a guess, and so were the penalties.
The longest payment terms get their second measure, 45 days end of month.

Only what nobody changed is corrected; the delivery that follows each migration adds the right rates.
"""

from typing import Any

from django.db import migrations

GUESSED = "BCE, repris du semestre précédent (à vérifier)"
DERIVED = {"late_professional": ("12.15", "C. com. L441-10 II"), "late_public_body": ("10.15", "C. commande publ.")}
COMPUTED = "calculé (moyenne du taux maximal de refinancement BCEAO de l'année précédente), à vérifier"
FORMULA = (
    "décision CM/UMOA/010/06/2013 (moyenne du taux maximal de refinancement de l'année précédente), calculé ; "
    "la formule redonne les taux publiés de 2022 à 2026"
)
BENIN_2022 = "Bénin, ministère de l'économie (communiqué de 2023 rappelant le taux de 2022)"
BENIN_2023 = "Bénin, ministère de l'économie : 4,22 % pour 2023 ; quatre décimales calculées"
# Where a rate is from: kind, first day, the source as it was, the source as it is.
SOURCES = [
    ("central_bank", "2026-01-01", "BCE, inchangé depuis le 11/06/2025 (à vérifier)", "BCE, inchangé depuis le 11 juin 2025"),
    (
        "legal_professional",
        "2019-01-01",
        "arrêté du ministre chargé de l'économie, CMF D313-1-A (à vérifier)",
        "arrêté, CMF D313-1-A ; historique de la direction générale du Trésor",
    ),
    ("legal_professional", "2019-01-01", COMPUTED, FORMULA),
    ("legal_professional", "2020-01-01", COMPUTED, FORMULA),
    ("legal_professional", "2021-01-01", COMPUTED, FORMULA),
    ("legal_professional", "2022-01-01", COMPUTED, BENIN_2022),
    ("legal_professional", "2023-01-01", COMPUTED, BENIN_2023),
]


TERMS = {"days": 30, "maximum_days": 60}


def correct(apps: Any, schema_editor: Any) -> None:
    rates = apps.get_model("law", "Rate").objects
    guessed = rates.filter(jurisdiction="FR", kind="central_bank", starts_on="2026-07-01", source=GUESSED)
    if guessed.delete()[0]:
        for kind, (percent, article) in DERIVED.items():
            derived = rates.filter(jurisdiction="FR", kind=kind, starts_on="2026-07-01", percent=percent)
            derived.filter(source__startswith=article).delete()
    for kind, starts_on, before, after in SOURCES:
        rates.filter(kind=kind, starts_on=starts_on, source=before).update(source=after)
    terms = apps.get_model("law", "Rule").objects.filter(jurisdiction="FR", code="payment_terms", value=TERMS)
    terms.filter(customer_kind="professional").update(value=TERMS | {"end_of_month_days": 45})


class Migration(migrations.Migration):
    dependencies = [("law", "0002_dated_conversion_and_hours")]
    operations = [migrations.RunPython(correct, migrations.RunPython.noop)]
