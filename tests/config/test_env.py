import pytest

from config import env
from tests.factories.certificates import Authority


def test_a_secret_may_come_from_a_file(monkeypatch, tmp_path):
    (tmp_path / "key").write_text("s3cret\n")
    monkeypatch.delenv("SOME_KEY", raising=False)
    monkeypatch.setenv("SOME_KEY_FILE", str(tmp_path / "key"))
    assert env.text("SOME_KEY") == "s3cret"


def test_a_missing_secret_file_is_named(monkeypatch):
    monkeypatch.setenv("SOME_KEY_FILE", "/nowhere/key")
    with pytest.raises(env.BadEnvironment, match="SOME_KEY_FILE: /nowhere/key cannot be read"):
        env.text("SOME_KEY")


@pytest.mark.parametrize(("given", "read"), [("1", True), ("yes", True), ("False", False), ("off", False)])
def test_a_flag_is_true_or_false(monkeypatch, given, read):
    monkeypatch.setenv("SOME_FLAG", given)
    assert env.flag("SOME_FLAG", default=not read) is read


@pytest.mark.parametrize("nonsense", ["", "maybe", "2"])
def test_any_other_flag_is_refused(monkeypatch, nonsense):
    monkeypatch.setenv("SOME_FLAG", nonsense)
    with pytest.raises(env.BadEnvironment, match="neither true nor false"):
        env.flag("SOME_FLAG", default=True)


@pytest.mark.parametrize("nonsense", ["-1", "0", "1.5", "many"])
def test_a_number_below_its_least_is_refused(monkeypatch, nonsense):
    monkeypatch.setenv("SOME_NUMBER", nonsense)
    with pytest.raises(env.BadEnvironment, match="at least 1"):
        env.integer("SOME_NUMBER", 1, least=1)


@pytest.mark.parametrize("nonsense", ["1.5", "-0.1", "half"])
def test_a_ratio_lies_between_0_and_1(monkeypatch, nonsense):
    monkeypatch.setenv("SOME_RATIO", nonsense)
    with pytest.raises(env.BadEnvironment, match="SOME_RATIO"):
        env.ratio("SOME_RATIO", 0)


def test_a_choice_outside_the_list_is_refused(monkeypatch):
    monkeypatch.setenv("SOME_CHOICE", "prod")
    with pytest.raises(env.BadEnvironment, match="'prod' is not one of test, production"):
        env.choice("SOME_CHOICE", "test", ("test", "production"))


def test_an_address_of_another_kind_is_refused(monkeypatch):
    monkeypatch.setenv("SOME_URL", "mysql://host/name")
    with pytest.raises(env.BadEnvironment, match="postgres://"):
        env.database("SOME_URL", "")


def test_a_database_address_is_read_whole(monkeypatch):
    monkeypatch.setenv("SOME_URL", "postgres://me:p%40ss@db.example:5433/books?sslmode=require")
    assert env.database("SOME_URL", "") == {
        "ENGINE": "django_prometheus.db.backends.postgresql",
        "NAME": "books",
        "USER": "me",
        "PASSWORD": "p@ss",
        "HOST": "db.example",
        "PORT": "5433",
        "OPTIONS": {"sslmode": "require"},
    }


def test_a_socket_folder_is_a_host(monkeypatch):
    monkeypatch.setenv("SOME_URL", "postgres://postgres@/books?host=%2Frun%2Fpostgresql")
    read = env.database("SOME_URL", "")
    assert (read["NAME"], read["USER"], read["HOST"], read["OPTIONS"]) == ("books", "postgres", "/run/postgresql", {})


def test_certificates_may_come_from_a_file(monkeypatch, tmp_path):
    pem = Authority().pem
    (tmp_path / "ca.pem").write_text(pem)
    monkeypatch.setenv("SOME_CA_FILE", str(tmp_path / "ca.pem"))
    assert env.certificates("SOME_CA") == pem.strip()


@pytest.mark.parametrize(
    "nonsense", ["/etc/ssl/ca.pem", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----"]
)
def test_what_is_no_certificate_is_refused(monkeypatch, nonsense):
    monkeypatch.setenv("SOME_CA", nonsense)
    with pytest.raises(env.BadEnvironment, match="SOME_CA: these are no certificates"):
        env.certificates("SOME_CA")
