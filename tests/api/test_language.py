"""What a caller did wrong is told in his language."""

import pytest

pytestmark = pytest.mark.django_db


def test_a_body_that_is_no_json_is_told_in_french_with_its_place(erp):
    answer = erp.post(
        "/api/v1/entities/ACME/customers/bulk",
        '{"rows": [',
        content_type="application/json",
        headers={"accept-language": "fr"},
    )
    assert (answer.status_code, answer.json()) == (
        400,
        {"detail": "Le corps de la requête n’est pas du JSON valide (ligne 1, colonne 11)."},
    )


def test_a_row_sent_twice_is_told_in_french(erp):
    rows = [{"external_id": "C1", "name": "A"}, {"external_id": "C1", "name": "A"}]
    answer = erp.post(
        "/api/v1/entities/ACME/customers/bulk", {"rows": rows}, format="json", headers={"accept-language": "fr"}
    )
    assert [fault["message"] for fault in answer.json()["errors"]] == [
        "Cet identifiant figure deux fois dans la requête."
    ]
