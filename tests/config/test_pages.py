"""What every page carries."""


def test_scripts_come_from_here_only(client, db):
    policy = client.get("/accounts/login/").headers["Content-Security-Policy"]
    parts = {part.split()[0]: part.split()[1:] for part in policy.split("; ")}
    assert {name: parts[name] for name in ("default-src", "img-src", "object-src", "base-uri")} == {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
    }
    assert [source for sources in parts.values() for source in sources if "unsafe" in source] == []


def test_nobody_registers_by_himself(client, db):
    assert client.get("/accounts/signup/").status_code == 200
    form = {"username": "me", "email": "me@example.org", "password1": "a long password", "password2": "a long password"}
    client.post("/accounts/signup/", form)
    assert client.login(username="me", password="a long password") is False
