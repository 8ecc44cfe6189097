"""Settings: every bad one is one clear line that names it."""

import secrets
from pathlib import Path
from uuid import uuid4

import pytest
from support.keys import SECRET_KEY

from cases.settings import read_settings
from cases.settings.values import BadSetting

GOOD = {"VENTIL_SECRET_KEY": SECRET_KEY}
BAD = [
    ("VENTIL_DATABASE_URL", "mysql://somewhere/x"),
    ("VENTIL_DATABASE_URL", "ventil.sqlite3"),
    ("VENTIL_REDIS_URL", "localhost:6379"),
    ("VENTIL_SMTP_URL", "mail.example.se"),
    ("VENTIL_SMTP_URL", "http://mail.example.se"),
    ("VENTIL_SMTP_URL", "smtp://mail.example.se:many"),
    ("VENTIL_SMTP_URL", "smtp://[::1"),
    ("VENTIL_BASE_URL", "arenden.example.se"),
    ("VENTIL_BASE_URL", "http://arenden.example.se"),
    ("VENTIL_BASE_URL", "https://arenden.example.se:port"),
    ("VENTIL_BASE_URL", "https://[::1"),
    ("VENTIL_BASE_URL", "https://x.example/sub"),
    ("VENTIL_BASE_URL", "https://x.example//"),
    ("VENTIL_BASE_URL", "https://x.example/?a=b"),
    ("VENTIL_BASE_URL", "https://x.example?"),
    ("VENTIL_BASE_URL", "https://x.example#top"),
    ("VENTIL_BASE_URL", "https://x.example/#"),
    ("VENTIL_BASE_URL", "https://127.0.0.1@evil.example"),
    ("VENTIL_BASE_URL", "https://user:word@x.example"),
    ("VENTIL_BASE_URL", "https://@x.example"),
    ("VENTIL_BASE_URL", "https://127.0.0.1\\@evil.example"),
    ("VENTIL_BASE_URL", "https://x.example\n"),
    ("VENTIL_BASE_URL", " https://x.example"),
    ("VENTIL_BASE_URL", "https://x .example"),
    ("VENTIL_BASE_URL", "http://127.0.0.1.evil.example"),
    ("VENTIL_BASE_URL", "http://128.0.0.1"),
    ("VENTIL_SECRET_KEY", "too short"),
    ("VENTIL_SECRET_KEY", "a" * 32),
    ("VENTIL_SECRET_KEY", "A" * 40 + "b"),
    ("VENTIL_SECRET_KEY", "0123456789abcdef" * 2),
    ("VENTIL_SECRET_KEY", "abcdefghijklmnopqrstuvwxyz012345"),
    ("VENTIL_SECRET_KEY", "only-for-tests-only-for-tests-only"),
    ("VENTIL_SECRET_KEY", "aaaaaaaabbbbbbbbccccccccdddddddd"),
    ("VENTIL_SECRET_KEY", "CHANGE-ME: 32 random characters here"),
    ("FLASK_DEBUG", "1"),
    ("FLASK_DEBUG", "true"),
    ("VENTIL_TIMEZONE", "Europe/Atlantis"),
    ("VENTIL_TIMEZONE", "../../etc/passwd"),
    ("VENTIL_LOCALE", "no"),
    ("VENTIL_MAIL_FROM", "not an address"),
    ("VENTIL_MAIL_FROM", "a@example.se\r\nBcc: b@example.se"),
    ("VENTIL_RATE_LIMITS", "maybe"),
    ("VENTIL_HEARTBEAT_URL", "file:///etc/passwd"),
    ("VENTIL_TRUSTED_PROXIES", "-1"),
    ("VENTIL_AUTO_PUBLISH", "yes"),
    ("VENTIL_SWEEP_SECONDS", "0"),
    ("VENTIL_SWEEP_SECONDS", "1e3"),
    ("VENTIL_MORNING_HOUR", "24"),
    ("VENTIL_CLOSED_DAYS", "2026-02-30"),
]


@pytest.mark.parametrize(("name", "value"), BAD)
def test_a_bad_setting_is_one_line_that_names_it(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(BadSetting) as refused:
        read_settings(GOOD | {name: value}, folder=tmp_path)
    line = str(refused.value)
    assert name in line
    assert "\n" not in line


def test_nothing_has_to_be_set(tmp_path: Path) -> None:
    settings = read_settings({}, folder=tmp_path)
    assert settings.embedded
    assert settings.database_url == f"sqlite:///{tmp_path / 'var' / 'ventil.sqlite3'}"
    assert (settings.timezone.key, settings.locale, settings.sweep_seconds) == ("Europe/Stockholm", "sv", 60)


def test_the_embedded_key_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    first, again = (read_settings({}, folder=tmp_path).secret_key for _ in range(2))
    assert first == again
    assert len(first) >= 32
    assert (tmp_path / "var" / "secret-key").stat().st_mode & 0o077 == 0


def test_a_broken_key_is_told_and_not_used(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "secret-key").write_text("")
    with pytest.raises(BadSetting, match="secret-key"):
        read_settings({}, folder=tmp_path)


def test_a_house_on_postgresql_must_be_given_its_key(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="VENTIL_SECRET_KEY"):
        read_settings({"VENTIL_DATABASE_URL": "postgres://localhost/ventil"}, folder=tmp_path)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_is_reached_by_one_driver_however_it_is_written(tmp_path: Path, scheme: str) -> None:
    settings = read_settings(GOOD | {"VENTIL_DATABASE_URL": f"{scheme}://localhost/ventil"}, folder=tmp_path)
    assert settings.database_url == "postgresql+psycopg://localhost/ventil"
    assert not settings.embedded


def test_secrets_are_not_shown(tmp_path: Path) -> None:
    settings = read_settings(GOOD | {"VENTIL_METRICS_TOKEN": "hemligt-ord"}, folder=tmp_path)
    assert "k" * 40 not in repr(settings)
    assert "hemligt-ord" not in repr(settings)


def test_a_random_key_is_taken() -> None:
    makers = (lambda: secrets.token_hex(16), lambda: secrets.token_urlsafe(24), lambda: str(uuid4()))
    for key in (make() for make in makers for _ in range(200)):
        assert read_settings({"VENTIL_SECRET_KEY": key}).secret_key == key


@pytest.mark.parametrize(
    ("base_url", "loopback"),
    [
        ("http://127.0.0.1:8000", True),
        ("https://127.1.2.3", True),
        ("http://127.255.255.254:8000/", True),
        ("http://localhost", True),
        ("http://[::1]:8000", True),
        ("https://arenden.example.se:8443/", False),
        ("https://192.0.2.1", False),
        ("https://128.0.0.1", False),
        ("https://127.0.0.1.evil.example", False),
    ],
)
def test_the_whole_loopback_network_is_this_machine(tmp_path: Path, base_url: str, loopback: bool) -> None:
    settings = read_settings(GOOD | {"VENTIL_BASE_URL": base_url}, folder=tmp_path)
    assert settings.base_url == base_url.rstrip("/")
    assert settings.on_loopback is loopback


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"VENTIL_MAIL_IN": "imaps://a%40b.example:ord@imap.example/Ventil"}, "may not name the folder Ventil"),
        ({"VENTIL_MAIL_IN": "imaps://a%40b.example@imap.example"}, "a mailbox without a password"),
        ({"VENTIL_MAIL_IN_OAUTH": "http://login.example/token ventil ord"}, "https:// token address"),
        ({"VENTIL_MAIL_IN_OAUTH": "https://login.example/token ventil"}, "https:// token address"),
        ({"VENTIL_LMTP": "192.0.2.1:8024"}, "only on this machine"),
    ],
)
def test_settings_of_incoming_mail_that_cannot_be_used_are_refused(given: dict[str, str], why: str) -> None:
    with pytest.raises(BadSetting, match=why):
        read_settings(GOOD | given)


def test_a_token_is_asked_for_exchange_online_unless_another_scope_is_given() -> None:
    for more, scope in (("", "https://outlook.office365.com/.default"), (" mail.read", "mail.read")):
        given = {"VENTIL_MAIL_IN_OAUTH": f"https://login.example/token ventil mycket-hemligt{more}"}
        oauth = read_settings(GOOD | given).incoming.oauth
        assert oauth is not None and oauth.scope == scope and "mycket-hemligt" not in repr(oauth)
