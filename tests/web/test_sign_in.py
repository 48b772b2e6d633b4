"""Signing in and out over HTTP: who is shown what, what is noted, and what nobody can force."""

import re
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.web.conftest import ADA, BEN, EVE, Browser, Served, ask, query


def mark_of(browser: Browser) -> str:
    found = re.search(r'name="mark" value="(\w+)"', browser.get("/sign-out").text)
    assert found
    return found[1]


# --- who is shown what ------------------------------------------------------------------------


def test_each_reader_finds_their_own_site_at_the_same_address(served: Served) -> None:
    anybody = served.browser()
    assert "overview for public" in anybody.get("/").text
    for who, audience in ((ADA, "facilitators"), (BEN, "members")):
        browser = served.browser()
        answer = browser.sign_in(who, "/communities/mercop.html")
        assert answer.headers["location"] == f"{served.address}/communities/mercop.html"
        assert f"MERCOP for {audience}" in browser.get("/communities/mercop.html").text
        assert f"overview for {audience}" in browser.get("/").text
        assert f"of {audience}" in browser.get("/data/people.csv").text


def test_whoever_may_read_more_may_look_at_what_others_see(served: Served) -> None:
    browser = served.browser()
    browser.sign_in(ADA)
    for audience in ("public", "members", "facilitators"):
        assert f"overview for {audience}" in browser.get(f"/{audience}/").text


def test_what_is_for_others_leads_to_the_sign_in_and_back(served: Served) -> None:
    browser = served.browser()
    answer = browser.get("/facilitators/brokers.html")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{served.address}/sign-in?next=/facilitators/brokers.html"
    page = browser.get(answer.headers["location"])
    assert 'href="/sign-in/go?language=en&amp;next=/facilitators/brokers.html"' in page.text
    back = browser.sign_in(ADA, "/facilitators/brokers.html")
    assert "brokers by name" in browser.get(back.headers["location"]).text


def test_a_member_is_told_that_pages_are_not_for_them(served: Served) -> None:
    browser = served.browser()
    browser.sign_in(BEN)
    for path in ("/facilitators/", "/facilitators/brokers.html", "/facilitators/nowhere.html"):
        answer = browser.get(path)
        assert answer.status_code == 403
        assert "You may not see this" in answer.text
        assert BEN in answer.text
    assert browser.get("/brokers.html").status_code == 404


def test_somebody_on_no_list_has_no_session(served: Served) -> None:
    browser = served.browser()
    answer = browser.sign_in(EVE, "/people.html")
    assert answer.status_code == 403
    assert EVE in answer.text
    assert "Read what is open to everybody" in answer.text
    assert browser.session is None
    assert served.notes == [("sign in", None, EVE)]


def test_without_public_pages_nobody_reads_a_word(served: Served) -> None:
    served.lists(public=False)
    browser = served.browser()
    for path in ("/", "/public/", "/data/people.csv", "/public/index.html", "/nowhere", "/.x"):
        answer = browser.get(path)
        assert answer.status_code == 303, path
        assert "/sign-in" in answer.headers["location"]
        assert "overview" not in answer.text
    page = browser.sign_in(EVE)
    assert page.status_code == 403
    assert "Read what is open" not in page.text
    browser.sign_in(BEN)
    assert "overview for public" in browser.get("/public/").text


def test_a_site_for_one_audience_is_for_members(served: Served, tmp_path, monkeypatch) -> None:
    (tmp_path / "index.html").write_text("the one site")
    monkeypatch.setattr(served.gate, "_site", tmp_path)
    browser = served.browser()
    assert browser.get("/").status_code == 303
    assert "Read what is open" not in browser.get("/sign-in").text
    browser.sign_in(BEN)
    assert browser.get("/").text == "the one site"
    assert served.notes[-1] == ("site", "members", BEN)


def test_rights_end_with_the_list_and_not_with_the_session(served: Served) -> None:
    browser = served.browser()
    browser.sign_in(ADA)
    served.lists(facilitators=[])
    assert "overview for public" in browser.get("/").text
    assert browser.get("/facilitators/").status_code == 403
    served.lists(members=["@contoso.onmicrosoft.com"])
    assert "overview for members" in browser.get("/").text


def test_before_the_first_publishing_it_says_what_to_do(served: Served, monkeypatch) -> None:
    monkeypatch.setattr(served.gate, "_site", served.site / "none")
    answer = served.browser().get("/")
    assert answer.status_code == 503
    assert "cophub run" in answer.text


# --- who is noted -----------------------------------------------------------------------------


def test_who_reads_is_noted_once_for_each_session_and_audience(served: Served) -> None:
    browser = served.browser()
    browser.sign_in(ADA)
    for path in ("/", "/data/people.csv", "/communities/mercop.html", "/members/", "/public/", "/"):
        browser.get(path)
    seen = [("sign in", "facilitators", ADA), ("site", "facilitators", ADA)]
    assert served.notes == [*seen, ("site", "members", ADA)]
    again = served.browser()
    again.sign_in(ADA)
    again.get("/")
    assert served.notes[3:] == seen


def test_files_that_are_asked_at_once_are_noted_once(served: Served, monkeypatch) -> None:
    browser = served.browser()
    browser.sign_in(ADA)
    note = served.note

    def slow(*told: object, **more: object) -> None:
        time.sleep(0.05)
        note(*told, **more)

    monkeypatch.setattr(served.gate, "_note", slow)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(browser.get, ["/", "/brokers.html", "/data/people.csv", "/fr/"]))
    assert [each[0] for each in served.notes] == ["sign in", "site"]


def test_what_cannot_be_noted_is_not_shown(served: Served) -> None:
    browser = served.browser()
    browser.sign_in(ADA)
    served.cannot_note = True
    answer = browser.get("/brokers.html")
    assert answer.status_code == 503
    assert "brokers by name" not in answer.text
    assert "overview for public" in browser.get("/public/").text
    served.cannot_note = False
    assert "brokers by name" in browser.get("/brokers.html").text
    served.cannot_note = True
    another = served.browser()
    assert another.sign_in(ADA).status_code == 503
    assert another.session is None


# --- the session ------------------------------------------------------------------------------


def test_cookies_are_kept_from_scripts_and_from_other_sites(served: Served) -> None:
    browser = served.browser()
    url = browser.begin()
    begun = browser.http.cookies.get("cophub-sign-in")
    assert begun
    answer = browser.get(browser.decide(url, ADA))
    kept = answer.headers.get_list("set-cookie")
    session = next(each for each in kept if each.startswith("cophub=") and "Max-Age=28800" in each)
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(session.split("; "))
    assert any(each.startswith('cophub-sign-in=""') for each in kept)
    assert answer.headers["cache-control"] == "no-store"


def test_a_changed_cookie_is_nobody(served: Served) -> None:
    browser = served.browser()
    browser.sign_in(ADA)
    good = browser.session or ""
    head, _, tail = good.partition(".")
    wrong = [
        "",
        "x",
        head,
        f"{head}.",
        f"{head}.{'B' if tail[0] == 'A' else 'A'}{tail[1:]}",
        f"{head[:-2]}AA.{tail}",
        good * 40,
    ]
    for cookie in wrong:
        answer = ask(f"{served.address}/", headers={"Cookie": f"cophub={cookie}"})
        assert "overview for public" in answer.text, cookie


def test_a_cookie_of_a_sign_in_under_way_is_no_session(served: Served) -> None:
    """Each kind is signed for itself."""
    browser = served.browser()
    browser.begin()
    under_way = browser.http.cookies.get("cophub-sign-in")
    answer = ask(f"{served.address}/", headers={"Cookie": f"cophub={under_way}"})
    assert "overview for public" in answer.text


def test_signing_in_begins_a_session_of_its_own(served: Served) -> None:
    """Fixation: whoever was given another's cookie leaves it behind, and it ends."""
    attacker = served.browser()
    attacker.sign_in(BEN)
    fixed = attacker.session
    victim = served.browser(cookies={"cophub": fixed})
    victim.sign_in(ADA)
    assert "overview for facilitators" in victim.http.get("/").text
    assert "overview for public" in attacker.get("/").text


def test_signing_out_ends_every_copy_of_the_cookie(served: Served) -> None:
    browser = served.browser()
    browser.sign_in(ADA)
    copied = browser.session
    answer = browser.http.post("/sign-out", data={"mark": mark_of(browser)})
    assert answer.headers["location"] == "/sign-out?language=en"
    page = browser.get("/sign-out")
    assert "You are signed out" in page.text
    assert f"{served.entra.tenant_id}/oauth2/v2.0/logout?client_id=" in page.text
    assert "overview for public" in browser.get("/").text
    stolen = ask(f"{served.address}/", headers={"Cookie": f"cophub={copied}"})
    assert "overview for public" in stolen.text


def test_nobody_is_signed_out_by_a_page_elsewhere(served: Served) -> None:
    browser, other = served.browser(), served.browser()
    browser.sign_in(ADA)
    other.sign_in(BEN)
    mark, foreign = mark_of(browser), mark_of(other)
    forged = ({}, {"mark": ""}, {"mark": foreign}, {"mark": "é"}, {"mark": mark + "&x=1"})
    for form in forged:
        browser.http.post("/sign-out", data=form)
    browser.http.post("/sign-out", content=b"mark=" + mark.encode() + b" " * 5000)
    browser.http.post("/sign-out", data={"mark": mark}, headers={"Sec-Fetch-Site": "cross-site"})
    browser.get("/sign-out")
    assert browser.http.put("/sign-out").status_code == 405
    assert "overview for facilitators" in browser.get("/").text


# --- where it leads ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "after",
    ["https://evil.example.org/", "//evil.example.org/", "/\\evil.example.org", "\\/evil.example",
     "/\t/evil.example.org", "/\n//evil.example.org", "javascript:alert(1)", ".evil.example.org",
     "@evil.example.org", "", "/sign-out", "/sign-in/go", "/" + "a" * 2000],
)  # fmt: skip
def test_afterwards_nobody_is_led_elsewhere(served: Served, after: str) -> None:
    browser = served.browser()
    answer = browser.sign_in(ADA, after)
    assert answer.headers["location"] == f"{served.address}/"
    page = browser.get("/sign-in", params={"next": after})
    assert "evil" not in page.text
    assert "javascript:" not in page.text


def test_a_path_that_looks_odd_but_is_ours_stays(served: Served) -> None:
    after = "/fr/communautés/é à.html"
    answer = served.browser().sign_in(ADA, after)
    assert httpx.URL(answer.headers["location"]).path == after
    assert httpx.URL(answer.headers["location"]).host == "localhost"


def test_another_name_of_this_machine_leads_to_the_one_that_is_registered(served: Served) -> None:
    port = httpx.URL(served.address).port
    for path in ("/", "/sign-in/go"):
        answer = ask(f"http://127.0.0.1:{port}{path}")
        assert answer.status_code == 307
        assert answer.headers["location"] == served.address + path
    for name in ("evil.example.org", "localhost.evil.example.org", "evil.example.org:80@localhost"):
        answer = ask(f"{served.address}/", headers={"Host": name})
        assert answer.status_code == 400, name


def test_forwarded_names_change_nothing(served: Served) -> None:
    lies = {"X-Forwarded-Host": "evil.example.org", "X-Forwarded-Proto": "https",
            "Forwarded": "host=evil.example.org", "X-Original-URL": "/facilitators/",
            "X-Rewrite-URL": "/facilitators/"}  # fmt: skip
    browser = served.browser(headers=lies)
    assert "overview for public" in browser.get("/").text
    assert query(browser.begin())["redirect_uri"] == f"{served.address}/sign-in/back"


# --- what is said -----------------------------------------------------------------------------


def test_pages_say_who_is_signed_in_in_the_language_of_the_page(served: Served) -> None:
    browser = served.browser()
    assert '<a href="/sign-in?language=en">Sign in</a>' in browser.get("/").text
    page = browser.get("/communities/mercop.html").text
    assert '<a href="/sign-in?language=en&amp;next=/communities/mercop.html">Sign in</a>' in page
    assert "Se connecter" in browser.get("/fr/").text
    browser.sign_in(ADA)
    page = browser.get("/").text
    assert f'<span title="{ADA}">Ada &lt;Obi&gt;</span>' in page
    assert '<a href="/sign-out?language=en">Sign out</a>' in page
    assert page.count('class="reader"') == 1
    assert "Se déconnecter" in browser.get("/fr/").text


@pytest.mark.parametrize(
    ("path", "accepts", "said"),
    [("/sign-in", "fr-CH, fr;q=0.9, en;q=0.8", "Se connecter"),
     ("/sign-in", "es", "Iniciar sesión"),
     ("/sign-in", "de, es;q=0.4, fr;q=0.3", "Iniciar sesión"),
     ("/sign-in", "de", "Sign in"),
     ("/sign-in", "fr;q=x, ;q=, es;q=0, *", "Sign in"),
     ("/sign-in?language=fr", "es", "Se connecter"),
     ("/sign-in?language=../x", "", "Sign in"),
     ("/sign-in?next=/fr/people.html", "es", "Se connecter"),
     ("/sign-in?next=/members/es/people.html", "fr", "Iniciar sesión"),
     ("/fr/nowhere.html", "es", "Cette page n’existe pas"),
     ("/sign-out", "es", "Ha cerrado la sesión")],
)  # fmt: skip
def test_pages_speak_the_language_that_was_asked(served, path, accepts, said) -> None:
    page = served.browser().get(path, headers={"Accept-Language": accepts})
    assert f"<h1>{said}</h1>" in page.text
    assert "Health &lt;Communities&gt;" in page.text
    assert "{" not in re.sub(r"<style>.*?</style>", "", page.text, flags=re.DOTALL)


def test_what_is_said_after_signing_in_stays_in_its_language(served: Served) -> None:
    browser = served.browser(headers={"Accept-Language": "es"})
    page = browser.sign_in(EVE, "/fr/people.html")
    assert "Vous n’avez pas accès" in page.text


def test_pages_run_no_scripts_and_are_kept_by_nobody(served: Served) -> None:
    page = served.browser().get("/sign-in")
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    for told in ("form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"):
        assert told in policy
    assert "unsafe" not in policy
    assert page.headers["cache-control"] == "no-store, no-transform"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert " style=" not in page.text and "<script" not in page.text


def test_what_is_not_for_everybody_stays_in_no_cache(served: Served) -> None:
    browser = served.browser()
    assert browser.get("/").headers["cache-control"] == "no-cache"
    browser.sign_in(ADA)
    for path in ("/", "/data/people.csv", "/public/"):
        answer = browser.get(path)
        assert answer.headers["cache-control"] == "no-store", path
        assert answer.headers["vary"] == "Cookie"
        assert answer.headers["x-from"] == "site"


# --- monitoring, and too much ------------------------------------------------------------------


def test_figures_want_a_token_and_health_does_not(served: Served) -> None:
    browser = served.browser()
    wrong = [{}, {"Authorization": "Bearer x"}, {"Authorization": "Basic a-long-token"},
             {"Authorization": "Bearer"}, {"Authorization": "Bearer é".encode()}]  # fmt: skip
    for headers in wrong:
        answer = browser.get("/metrics", headers=headers)
        assert answer.status_code == 401
        assert "cophub_up" not in answer.text
    told = browser.get("/metrics", headers={"Authorization": "Bearer a-long-token"})
    assert "cophub_up 1.0" in told.text
    for path in ("/health/live", "/health/ready"):
        assert browser.get(path, headers={"Host": "10.0.0.7"}).json()["status"] == "ok"


def test_too_many_attempts_must_wait(served: Served) -> None:
    browser = served.browser()
    # Who somebody says to be behind counts for nothing, where no proxy is named.
    answers = [
        browser.get("/sign-in/back", headers={"X-Forwarded-For": f"203.0.113.{each}"}).status_code
        for each in range(61)
    ]
    assert set(answers[:60]) == {400}
    assert answers[60] == 429
    late = browser.get("/sign-in/go")
    assert (late.status_code, late.headers["retry-after"]) == (429, "60")
    assert "overview for public" in browser.get("/").text
