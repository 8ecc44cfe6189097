"""SECURITY 9, 15, 50-53, 62, 63: headers on everything, forms only of our own, hosts only of ours."""

import re

import pytest
from sqlalchemy import text
from support.houses.logging_in import token_of_last_link
from support.houses.small_web import open_web

from cases.settings.values import BadSetting
from web import create_app
from web.login import safe_next
from web.requests.security import CONTENT_SECURITY_POLICY

EVERYWHERE = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
}
PATHS = (
    "/",
    "/healthz",
    "/readyz",
    "/metrics",
    "/logga-in",
    "/nothing",
    "/api/v1/nothing",
    "/api/v1/openapi.json",
    "/api/v1/cases",
    "/static/vendor/htmx/htmx.min.js",
    "/static/nothing.js",
)


def token_in(page):
    return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text).group(1)


@pytest.mark.parametrize("path", PATHS)
def test_every_response_has_the_safe_headers(sqlite_web, path):
    answer = sqlite_web.browser().get(path)
    answer.close()
    assert {name: answer.headers.get(name) for name in EVERYWHERE} == EVERYWHERE
    assert "Permissions-Policy" in answer.headers
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


def test_errors_have_them_too(sqlite_web):
    browser = sqlite_web.browser()
    answers = [
        browser.post("/logga-in"),
        browser.delete("/api/v1/cases"),
        browser.get("/", headers={"Host": "evil.example"}),
        browser.post("/api/v1/cases", data="{", content_type="application/json"),
    ]
    with sqlite_web.database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE unit RENAME TO gone"))
    answers.append(browser.get("/api/v1/units"))
    assert all(one.status_code >= 400 for one in answers)
    for one in answers:
        assert one.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
        assert one.headers["Cache-Control"] == "no-store"


def test_strict_transport_security_where_there_is_transport_security(sqlite_url, sqlite_web, tmp_path):
    safe = open_web(sqlite_url, tmp_path, base_url="https://arenden.example.se")
    there = safe.browser().get("/healthz", base_url="https://arenden.example.se")
    assert there.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert "Strict-Transport-Security" not in sqlite_web.browser().get("/healthz").headers
    safe.database.close()


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("evil.example", 400),
        ("127.0.0.1", 200),
        ("127.0.0.1:8123", 200),
        ("localhost:9000", 200),
        ("127.0.0.1.evil.example", 400),
        ("evil.example#127.0.0.1", 400),
    ],
)
def test_only_our_own_hosts_are_answered(sqlite_web, host, status):
    assert sqlite_web.browser().get("/healthz", headers={"Host": host}).status_code == status


def test_a_strange_host_reaches_no_page_and_no_call(sqlite_web):
    for path in ("/", "/logga-in", "/api/v1/cases", "/metrics"):
        answer = sqlite_web.browser().get(path, headers={"Host": "evil.example"})
        assert answer.status_code == 400, path
        assert "evil" not in answer.text


def test_a_form_of_ours_is_taken(sqlite_web):
    browser = sqlite_web.browser()
    form = {"csrf_token": token_in(browser.get("/logga-in")), "email": "x@example.se"}
    assert browser.post("/logga-in", data=form).status_code == 200


@pytest.mark.parametrize("path", ["/logga-in", "/logga-ut", "/demo-login", "/logga-in/xyz"])
def test_without_its_token_no_form_is_taken(sqlite_web, path):
    assert sqlite_web.browser().post(path, data={"email": "x@example.se"}).status_code == 400


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://localhost"}, 200),
        ({"Origin": "null", "Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "http://localhost.evil.example"}, 403),
    ],
)
def test_other_sites_cannot_send_our_forms_even_with_the_token(sqlite_web, headers, status):
    browser = sqlite_web.browser()
    form = {"csrf_token": token_in(browser.get("/logga-in")), "email": "x@example.se"}
    assert browser.post("/logga-in", data=form, headers=headers).status_code == status


def test_cookies_are_kept_from_scripts_and_other_hosts(sqlite_url, tmp_path):
    safe = open_web(sqlite_url, tmp_path, base_url="https://arenden.example.se")
    page = safe.browser().get("/logga-in", base_url="https://arenden.example.se")
    cookie = page.headers["Set-Cookie"]
    assert cookie.startswith("__Host-ventil=")
    for needed in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert needed in cookie
    assert "Domain" not in cookie
    safe.database.close()


@pytest.mark.parametrize(
    "wanted",
    [
        "//evil",
        "/\\evil",
        "https:evil",
        "https://evil",
        "/%0d%0aX: y\r\n",
        "javascript:alert(1)",
        "\\\\evil",
        "/\tevil",
        "x",
        "",
    ],
)
def test_next_leads_nowhere_else(wanted):
    assert safe_next(wanted) == "/"


@pytest.mark.parametrize("wanted", ["/", "/arende/2026-0001?sida=2", "/sök"])
def test_next_leads_where_they_wanted(wanted):
    assert safe_next(wanted) == wanted


def test_a_spoofed_address_changes_nothing(sqlite_url, tmp_path):
    limited = open_web(sqlite_url, tmp_path, rate_limits=True)
    hole = {"kind": "issue", "title": "Hål"}
    statuses = [
        limited.post("/cases", hole, headers={"X-Forwarded-For": f"198.51.100.{n}"}).status_code for n in range(40)
    ]
    assert statuses.count(429) == 10
    last = limited.post("/cases", hole)
    assert (last.status_code, last.content_type) == (429, "application/problem+json")
    assert int(last.headers["Retry-After"]) > 0
    assert limited.post("/cases", hole, by="contact").status_code == 201
    limited.database.close()


def test_behind_a_proxy_of_ours_each_visitor_is_counted(sqlite_url, tmp_path):
    limited = open_web(sqlite_url, tmp_path, rate_limits=True, trusted_proxies=1)
    hole = {"kind": "issue", "title": "Hål"}
    for n in range(40):
        sent = {"X-Forwarded-For": f"203.0.113.9, 198.51.100.{n}"}
        assert limited.post("/cases", hole, headers=sent).status_code == 201
    same_home = [f"2001:db8:1:2::{n:x}" for n in range(1, 42)]
    statuses = [limited.post("/cases", hole, headers={"X-Forwarded-For": one}).status_code for one in same_home]
    assert statuses.count(429) == 11
    limited.database.close()


def test_logs_hold_no_address_no_token_and_no_path(sqlite_web, capsys):
    case = sqlite_web.case()
    sqlite_web.get(f"/cases/{case['public_id']}", by="contact")
    sqlite_web.browser().get("/logga-in/hemlig-lank")
    said = "".join(capsys.readouterr())
    assert "/api/v1/cases/<ref>" in said
    for secret in (case["public_id"], sqlite_web.tokens["contact"], "hemlig-lank", "127.0.0.1"):
        assert secret not in said


def test_with_debugging_on_it_does_not_start(sqlite_web, monkeypatch):
    monkeypatch.setenv("FLASK_DEBUG", "1")
    with pytest.raises(BadSetting, match="debugging"):
        create_app(sqlite_web.settings, sqlite_web.database)


def test_the_log_in_cookie_is_kept_from_scripts_and_other_hosts(sqlite_url, tmp_path):
    safe = open_web(sqlite_url, tmp_path, base_url="https://arenden.example.se")
    there = {"base_url": "https://arenden.example.se"}
    browser = safe.browser()
    form = {"csrf_token": token_in(browser.get("/logga-in", **there)), "email": "contact@example.se"}
    browser.post("/logga-in", data=form, **there)
    answer = browser.post(f"/logga-in/{token_of_last_link(safe)}", data=form, **there)
    cookies = [one for one in answer.headers.getlist("Set-Cookie") if one.startswith("__Host-ventil_")]
    assert {one.partition("=")[0] for one in cookies} == {"__Host-ventil_login", "__Host-ventil_known"}
    for cookie in cookies:
        assert all(needed in cookie for needed in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"))
        assert "Domain" not in cookie
    safe.database.close()
