"""A browser signs in to the made site, reads what is meant for its reader, and signs out."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.pipelines.site.axe import arm, look
from tests.pipelines.site.browsing import Made, Window, come_alive
from tests.web.conftest import ADA, BEN, Served, serving, tenant


@pytest.fixture(scope="module")
def served(audiences: Made) -> Iterator[Served]:
    """The site of each audience, for whoever signs in."""
    with tenant() as entra, serving(entra, audiences.folder) as server:
        yield server


def sign_in(page: Any, who: str) -> None:
    page.click("a.go")
    page.fill("input[name=login]", who)
    page.click("button[value=accept]")


def open_at(window: Window, served: Served, path: str, **options: Any) -> Any:
    # Both the site and the provider are on this machine, under two names.
    page = window("http://", **options)
    arm(page)
    page.goto(served.address + path)
    return page


def test_a_facilitator_signs_in_from_a_public_page_reads_and_signs_out(served, window) -> None:
    page = open_at(window, served, "/directory.html", locale="en-GB")
    assert page.locator(".trusted").count() == 0
    page.click(".reader a")
    sign_in(page, ADA)
    assert page.url == f"{served.address}/directory.html"
    assert page.locator(".trusted").count() == 1
    assert page.inner_text(".reader span") == "Ada <Obi>"
    page.click("nav.places-of-site >> text=Brokers")
    assert page.url.endswith("/brokers.html")
    page.click("text=Sign out")
    assert ADA in page.inner_text("main")
    page.click("button.go")
    assert page.inner_text("h1") == "You are signed out"
    page.go_back()
    assert ADA not in page.content()
    page.goto(f"{served.address}/directory.html")
    assert page.locator("text=Brokers").count() == 0
    assert page.inner_text(".reader") == "Sign in"
    noted = [(action, subject) for action, subject, _ in served.notes]
    assert noted == [("sign in", "facilitators"), ("site", "facilitators")]


def test_a_member_is_led_back_to_the_page_they_came_for(served, window) -> None:
    page = open_at(window, served, "/members/people.html", locale="fr-FR")
    assert page.inner_text("h1") == "Se connecter"
    sign_in(page, BEN)
    assert page.url == f"{served.address}/members/people.html"
    assert page.locator(".trusted").count() == 0
    page.reload()
    assert page.inner_text(".reader span") == "Ben <Obi>"


def test_scripts_and_charts_work_for_who_is_signed_in(served, window) -> None:
    page = open_at(window, served, "/sign-in?next=/communities/mercop.html")
    sign_in(page, ADA)
    assert come_alive(page) > 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_the_pages_around_it_can_be_used_by_everybody(served, window, width, scheme) -> None:
    page = open_at(window, served, "/sign-in?language=es", width=width, color_scheme=scheme)
    looked = [look(page)]
    sign_in(page, BEN)
    looked.append(look(page, within=".masthead"))
    page.goto(f"{served.address}/sign-out")
    looked.append(look(page))
    assert looked == [[], [], []]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_keyboard_is_enough(served, window) -> None:
    page = open_at(window, served, "/sign-in?language=en")
    for _ in range(5):  # the name of the site and three languages come before
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "Sign in"
    page.keyboard.press("Enter")
    page.wait_for_selector("input[name=login]")


def test_without_scripts_it_is_the_same(served, window) -> None:
    page = open_at(window, served, "/sign-in?next=/people.html", java_script_enabled=False)
    sign_in(page, ADA)
    assert page.inner_text(".reader span") == "Ada <Obi>"
    page.click("text=Sign out")
    page.click("button.go")
    assert page.inner_text("h1") == "You are signed out"


def test_every_page_of_a_made_site_has_room_for_who_is_signed_in(audiences: Made) -> None:
    from cophub.web.reader import with_reader

    for path in audiences.pages:
        page = (audiences.folder / path).read_bytes()
        shown = with_reader(page, None, "/")
        assert shown.count(b'class="reader"') == (0 if path == "index.html" else 1), path
