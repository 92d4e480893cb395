import traceback

import pytest

from config import env
from config.settings.mail import CHANNELS
from crm.customers.models import Channel
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


def test_a_secret_file_that_is_no_text_is_named(monkeypatch, tmp_path):
    (tmp_path / "key").write_bytes(b"s3cr\xe9t")
    monkeypatch.setenv("SOME_KEY_FILE", str(tmp_path / "key"))
    with pytest.raises(env.BadEnvironment, match=r"SOME_KEY_FILE: .*/key is no text in UTF-8"):
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


def test_one_of_several_choices_outside_the_list_is_refused(monkeypatch):
    monkeypatch.setenv("SOME_CHOICES", "email, e-mail")
    with pytest.raises(env.BadEnvironment, match="SOME_CHOICES: 'e-mail' is not one of email, post"):
        env.choices("SOME_CHOICES", "email", ("email", "post"))


def test_the_channels_are_those_of_customers():
    assert tuple(Channel.values) == CHANNELS


def test_networks_are_read_at_the_start(monkeypatch):
    monkeypatch.setenv("SOME_NETWORKS", "10.0.0.0/8, 192.0.2.1, fd00::/8")
    assert [str(one) for one in env.networks("SOME_NETWORKS")] == ["10.0.0.0/8", "192.0.2.1/32", "fd00::/8"]


@pytest.mark.parametrize("nonsense", ["10.0.0.1/8", "inside"])
def test_what_is_no_network_is_refused(monkeypatch, nonsense):
    monkeypatch.setenv("SOME_NETWORKS", f"10.0.0.0/8,{nonsense}")
    with pytest.raises(env.BadEnvironment, match=f"SOME_NETWORKS: '?{nonsense}"):
        env.networks("SOME_NETWORKS")


@pytest.mark.parametrize("password", ["pa/ss", "12/ss", "pa?ss", "pa#ss", "12#ss", "[pass"])
def test_a_password_that_cuts_its_address_is_refused_and_not_told(monkeypatch, password):
    monkeypatch.setenv("SOME_URL", f"postgres://acquit:{password}@db.example/books")
    with pytest.raises(env.BadEnvironment, match="SOME_URL: the address cannot be read") as refused:
        env.database("SOME_URL", "")
    shown = "".join(traceback.format_exception(refused.value))
    assert "pa'" not in shown
    assert password not in shown


def test_an_address_of_another_kind_is_refused(monkeypatch):
    monkeypatch.setenv("SOME_URL", "mysql://host/name")
    with pytest.raises(env.BadEnvironment, match="postgres://"):
        env.database("SOME_URL", "")


def test_a_broker_may_have_several_addresses(monkeypatch):
    monkeypatch.setenv("SOME_URL", "amqp://one.example:5672;amqp://two.example:5672")
    assert env.address("SOME_URL", schemes=("amqp",)) == "amqp://one.example:5672;amqp://two.example:5672"


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
