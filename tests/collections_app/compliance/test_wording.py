import pytest
from django.utils.translation import override

from collections_app.compliance.registry import gates
from collections_app.compliance.wording import GATES, gate_label, rule_sentence


def test_every_gate_has_a_name():
    assert set(gates) | {"registry", "composition"} == set(GATES)


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        ("opt_out", "La personne a refusé ce canal."),
        ("contact_caps_all_2_in_7", "Au plus 2 contacts en 7 jours (tous canaux)."),
        ("contact_caps_email_1_in_7", "Au plus 1 contact en 7 jours (e-mail)."),
        ("contact_hours_phone", "Horaires de contact du canal : appel."),
        ("rule_of_another_app", "rule_of_another_app"),
    ],
)
def test_a_refusal_is_worded_in_french(rule, sentence):
    with override("fr"):
        assert rule_sentence(rule).replace("\u00a0", " ") == sentence


def test_a_gate_of_another_app_keeps_its_code():
    assert gate_label("branch") == "branch"
