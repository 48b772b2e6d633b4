"""A page that a plugin adds and that fails: the site is there, run and status say which it is."""

import pytest

from tests.cli.conftest import CONFIG

MODULE = """
from cophub import Page, hookimpl
from cophub.page import Heading

def works(ctx):
    yield Heading(f"{len(ctx.rows('SELECT * FROM communities'))} communities")

def fails(ctx):
    raise LookupError("no forum here")

@hookimpl
def cophub_pages():
    return [Page("works", "Works", "It works.", works, ("members",)),
            Page("fails", "Fails", "It does not.", fails, ("members",))]
"""
SAID = (
    'page "fails" of plugin module "two_pages" of [plugins] modules could not be made for the site'
)


@pytest.fixture
def two_pages(folder, cophub):
    """A hub with a page that works and one that does not."""
    (folder.folder / "two_pages.py").write_text(MODULE, encoding="utf-8")
    folder.configure(CONFIG + '\n[plugins]\nmodules = ["two_pages"]\n')
    return folder.folder


def test_a_page_that_fails_is_named_with_its_plugin_and_the_rest_is_published(two_pages, cophub):
    ran = cophub("run")
    assert (ran.code, ran.err) == (1, "")
    assert f"{SAID} (LookupError: no forum here)" in " ".join(ran.out.split())
    assert "1 communities" in (two_pages / "site/pages/works.html").read_text("utf-8")
    assert "This could not be made." in (two_pages / "site/pages/fails.html").read_text("utf-8")
    status = cophub("status", "--all")
    assert f"pipeline site: {SAID} (LookupError: no forum here)" in " ".join(status.out.split())
    assert [each["state"] for each in cophub("status", "--json").json["pipelines"]] == ["fresh"] * 4


def test_once_it_is_mended_or_taken_out_nothing_is_said_any_more(two_pages, folder, cophub):
    assert cophub("run").code == 1
    folder.configure(CONFIG)
    assert cophub("run").code == 0
    assert "fails" not in cophub("status", "--all").out
    assert not (two_pages / "site/pages/fails.html").exists()
