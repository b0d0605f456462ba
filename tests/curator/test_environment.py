"""Settings refuse odd values and say which variable holds them."""

from __future__ import annotations

import pytest

from curator import environment as env


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("DEBUG", "maybe", lambda: env.boolean("DEBUG", default=False)),
        ("FETCH_TIMEOUT", "soon", lambda: env.integer("FETCH_TIMEOUT", 30, least=1, most=300)),
        ("FETCH_TIMEOUT", "301", lambda: env.integer("FETCH_TIMEOUT", 30, least=1, most=300)),
        ("LOG_LEVEL", "LOUD", lambda: env.choice("LOG_LEVEL", "INFO", ("INFO",))),
        ("EMAIL_URL", "http://mail.example", lambda: env.smtp("EMAIL_URL", "smtp://localhost")),
        ("EMAIL_URL", "smtp://mail.example:many", lambda: env.smtp("EMAIL_URL", "smtp://localhost")),
        ("SECRET_KEY_FILE", "/nowhere/at/all", lambda: env.text("SECRET_KEY")),
    ],
)
def test_an_odd_value_is_refused_by_name(monkeypatch, name, value, read):
    monkeypatch.setenv(name, value)

    with pytest.raises(env.BadSetting, match=name):
        read()


def test_a_secret_may_stand_in_a_file(monkeypatch, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("hush\n", encoding="utf-8")
    monkeypatch.setenv("SECRET_KEY_FILE", str(secret))

    assert env.text("SECRET_KEY") == "hush"


def test_what_must_be_set_says_why(monkeypatch):
    monkeypatch.delenv("SECRET_KEY", raising=False)

    with pytest.raises(env.BadSetting, match="signs sessions"):
        env.required("SECRET_KEY", "it signs sessions")


def test_a_mail_server_is_read_from_one_address(monkeypatch):
    monkeypatch.setenv("EMAIL_URL", "smtp://us%40er:p%2Fw@mail.example:587?tls=1")

    assert env.smtp("EMAIL_URL", "") == {
        "EMAIL_HOST": "mail.example",
        "EMAIL_PORT": 587,
        "EMAIL_HOST_USER": "us@er",
        "EMAIL_HOST_PASSWORD": "p/w",
        "EMAIL_USE_TLS": True,
        "EMAIL_USE_SSL": False,
    }


def test_hosts_of_services_are_read_from_their_addresses():
    assert env.hosts("", "redis://Cache.example:6379/0", "unix:///run/redis.sock", "/run/postgres", "db") == [
        *("cache.example", "db"),
    ]
    assert env.hosts("smtp://user:pass@mail.example:587?tls=1", "https://[fd00::1]:9000") == ["fd00::1", "mail.example"]
