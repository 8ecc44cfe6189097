"""Settings, read once from environment variables. One that is missing or bad raises `BadSetting`, which names it."""

import os
import re
import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from math import log2
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cases.calendar import Calendar
from cases.mail_addresses import is_mail_address
from cases.settings.mail_in import MailInSettings, read_mail_in_settings
from cases.settings.values import BadSetting, is_loopback, one_of, scheme_and_host, whole_number

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
MAIL_SCHEMES = {"smtp", "smtp+starttls", "smtps"}
SHORTEST_KEY = 32
LEAST_ENTROPY = 80.0  # bits, as the signs are spread: 32 random hexadecimal digits have about 115
WORDS_OF_EXAMPLES = ("changeme", "change-me", "change_me", "change this", "example", "exempel", "password", "lösenord")
HOW_TO_MAKE_A_KEY = "`python3 -c 'import secrets; print(secrets.token_urlsafe(48))'`"
SCHEME_AND_HOST = re.compile(r"[a-zA-Z]+://(?:[\w.-]+|\[[0-9a-fA-F:.]+\])(?::[0-9]+)?/?")
LOCALES = ("sv", "en")
DEFAULT_SENDER = "ventil@localhost"


@dataclass(frozen=True)
class Settings:
    """All settings of one process, checked. Durations are in seconds unless the name says otherwise."""

    database_url: str
    pooled: bool  # by a pooler before PostgreSQL that gives each transaction another connection
    redis_url: str | None
    smtp_url: str | None
    base_url: str
    secret_key: str = field(repr=False)
    old_secret_keys: tuple[str, ...] = field(repr=False)  # still hold for the addresses of letters that were sent
    timezone: ZoneInfo
    locale: str
    mail_from: str
    var: Path
    rate_limits: bool
    heartbeat_url: str | None
    trusted_proxies: int
    auto_publish: bool
    metrics_token: str | None = field(repr=False)
    sweep_seconds: int
    gather_seconds: float  # the least time between two rounds of planning, or of sending, in one process
    morning_hour: int
    closed_days: frozenset[date]
    outlines: Path | None  # a GeoJSON file, for the map of the villages
    incoming: MailInSettings

    @property
    def calendar(self) -> Calendar:
        """The calendar of the municipality: time zone and closed days."""
        return Calendar(self.timezone, self.closed_days)

    @property
    def on_loopback(self) -> bool:
        """True when the installation is reached only from this machine itself, by its base URL."""
        return is_loopback(urlsplit(self.base_url).hostname or "")

    @property
    def embedded(self) -> bool:
        """True when everything runs in one process on SQLite, with no Redis."""
        return self.database_url.startswith("sqlite") and self.redis_url is None


def read_settings(environ: Mapping[str, str] | None = None, *, folder: Path | None = None) -> Settings:
    """Return the settings from the environment variables in `environ` (None: those of the process).

    The data folder is the one that VENTIL_VAR names, by default `var` in `folder` (None: in the working directory).
    Raises `BadSetting` with one line that names the variable.
    """
    env = os.environ if environ is None else environ
    var = Path(env.get("VENTIL_VAR") or (folder or Path.cwd()) / "var")
    database_url = _database_url(env.get("VENTIL_DATABASE_URL"), var)
    redis_url = _redis_url(env.get("VENTIL_REDIS_URL"))
    embedded = database_url.startswith("sqlite")
    _refuse_debugging(env)
    return Settings(
        database_url=database_url,
        pooled=one_of(env, "VENTIL_DATABASE_POOLER", "session", ("session", "transaction")) == "transaction",
        redis_url=redis_url,
        smtp_url=_smtp_url(env.get("VENTIL_SMTP_URL")),
        base_url=_base_url(env.get("VENTIL_BASE_URL") or "http://127.0.0.1:8000"),
        secret_key=_secret_key(env.get("VENTIL_SECRET_KEY"), var if embedded else None),
        old_secret_keys=tuple((env.get("VENTIL_OLD_SECRET_KEYS") or "").split()),
        timezone=_timezone(env.get("VENTIL_TIMEZONE") or "Europe/Stockholm"),
        locale=one_of(env, "VENTIL_LOCALE", "sv", LOCALES),
        mail_from=_mail_from(env.get("VENTIL_MAIL_FROM") or DEFAULT_SENDER),
        var=var,
        rate_limits=one_of(env, "VENTIL_RATE_LIMITS", "on", ("on", "off")) == "on",
        heartbeat_url=_heartbeat_url(env.get("VENTIL_HEARTBEAT_URL")),
        trusted_proxies=whole_number(env, "VENTIL_TRUSTED_PROXIES", 0, 0, 5),
        auto_publish=one_of(env, "VENTIL_AUTO_PUBLISH", "off", ("on", "off")) == "on",
        metrics_token=env.get("VENTIL_METRICS_TOKEN") or None,
        sweep_seconds=whole_number(env, "VENTIL_SWEEP_SECONDS", 60, 1, 3600),
        gather_seconds=whole_number(env, "VENTIL_GATHER_MILLISECONDS", 50, 0, 1000) / 1000,
        morning_hour=whole_number(env, "VENTIL_MORNING_HOUR", 7, 0, 23),
        closed_days=_days(env.get("VENTIL_CLOSED_DAYS") or ""),
        outlines=Path(env["VENTIL_OUTLINES"]) if env.get("VENTIL_OUTLINES") else None,
        incoming=read_mail_in_settings(env),
    )


def _database_url(given: str | None, var: Path) -> str:
    if not given:
        return f"sqlite:///{var / 'ventil.sqlite3'}"
    for plain in ("postgres://", "postgresql://"):
        if given.startswith(plain):
            return "postgresql+psycopg://" + given.removeprefix(plain)
    if given.startswith(("sqlite:///", "postgresql+psycopg://")):
        return given
    raise BadSetting("VENTIL_DATABASE_URL must begin with postgresql:// or sqlite:///")


def _redis_url(given: str | None) -> str | None:
    if given and not given.startswith(("redis://", "rediss://", "unix://")):
        raise BadSetting("VENTIL_REDIS_URL must begin with redis://, rediss:// or unix://")
    return given or None


def _smtp_url(given: str | None) -> str | None:
    if not given:
        return None
    scheme, host = scheme_and_host("VENTIL_SMTP_URL", given)
    if scheme not in MAIL_SCHEMES or not host:
        raise BadSetting("VENTIL_SMTP_URL must look like smtp://host:25, smtp+starttls://host:587 or smtps://host:465")
    return given


def _heartbeat_url(given: str | None) -> str | None:
    if given and scheme_and_host("VENTIL_HEARTBEAT_URL", given)[0] not in {"http", "https"}:
        raise BadSetting("VENTIL_HEARTBEAT_URL must begin with https:// or http://")
    return given or None


def _base_url(given: str) -> str:
    scheme, host = scheme_and_host("VENTIL_BASE_URL", given)
    if scheme not in {"http", "https"} or not host:
        raise BadSetting("VENTIL_BASE_URL must be an address such as https://arenden.example.se")
    if scheme == "http" and not is_loopback(host):
        raise BadSetting("VENTIL_BASE_URL may be http only on this machine itself; use https")
    if not SCHEME_AND_HOST.fullmatch(given):
        raise BadSetting("VENTIL_BASE_URL must be only https:// and a host, perhaps with a port: no path, ?, # or user")
    return given.rstrip("/")


def _secret_key(given: str | None, var: Path | None) -> str:
    if given:
        if len(given) < SHORTEST_KEY:
            raise BadSetting(f"VENTIL_SECRET_KEY must be at least {SHORTEST_KEY} characters")
        if _is_guessable(given):
            raise BadSetting(f"VENTIL_SECRET_KEY must be random, such as {HOW_TO_MAKE_A_KEY} prints it")
        return given
    if var is None:
        raise BadSetting("VENTIL_SECRET_KEY must be set (at least 32 random characters)")
    return _stored_key(var / "secret-key")


def _is_guessable(key: str) -> bool:
    """Return whether a key is plainly not random: known words, one piece repeated, signs in order, or too few signs."""
    piece = _repeated_piece(key)
    in_order = sum(abs(ord(one) - ord(other)) <= 1 for one, other in pairwise(piece))
    entropy = -sum(count * log2(count / len(piece)) for count in Counter(piece).values())
    is_known = any(word in key.lower() for word in WORDS_OF_EXAMPLES)
    return is_known or in_order > len(piece) / 2 or entropy < LEAST_ENTROPY


def _repeated_piece(key: str) -> str:
    """Return the shortest piece of which the key is made by repeating it, the last time perhaps in part."""
    return next(key[:length] for length in range(1, len(key) + 1) if key[length:] == key[: len(key) - length])


def _refuse_debugging(env: Mapping[str, str]) -> None:
    if env.get("FLASK_DEBUG", "").lower() not in {"", "0", "false", "no"}:
        raise BadSetting("FLASK_DEBUG must not be set: debugging shows everybody what is inside")


def _stored_key(path: Path) -> str:
    try:
        if not path.parent.exists():
            path.parent.mkdir(0o700, parents=True, exist_ok=True)
            path.parent.chmod(0o700)  # whatever the umask
        if not path.exists():
            fresh = path.with_name(f"{path.name}.{os.getpid()}")
            fresh.touch(mode=0o600)
            fresh.write_text(secrets.token_urlsafe(48))
            try:
                os.link(fresh, path)
            except FileExistsError:
                pass  # another process was first: its key is used
            finally:
                fresh.unlink()
        stored = path.read_text().strip()
    except OSError as error:
        raise BadSetting(f"the folder {path.parent} cannot be written: {error.strerror}") from None
    if len(stored) < SHORTEST_KEY or _is_guessable(stored):
        raise BadSetting(f"the key in {path} is broken: put it back from a backup, or remove it to make a new one")
    return stored


def _timezone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise BadSetting(f"VENTIL_TIMEZONE is not a known time zone: {name!r}") from None


def _mail_from(given: str) -> str:
    if given != DEFAULT_SENDER and not is_mail_address(given):
        raise BadSetting("VENTIL_MAIL_FROM must be one plain mail address")
    return given


def _days(given: str) -> frozenset[date]:
    try:
        return frozenset(date.fromisoformat(day.strip()) for day in given.split(",") if day.strip())
    except ValueError:
        raise BadSetting("VENTIL_CLOSED_DAYS must be days such as 2026-12-23, separated by commas") from None
