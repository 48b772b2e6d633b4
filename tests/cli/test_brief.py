"""`brief`: the week of a facilitator, to read, to keep or to draft."""

import json
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cophub.sandbox import MailchimpSandbox

from .conftest import CONFIG, Answer, Folder

Call = Callable[..., Answer]
WEEK = ("--week", "2026-W12")
LATE = """\
From aba@example.org Mon Mar  9 10:00:00 2026
From: Aba Mensah <aba@example.org>
To: forum@example.org
Date: Mon, 09 Mar 2026 10:00:00 +0000
Subject: Who keeps the sheets?
Message-ID: <3@example.org>

Who keeps the sheets?

"""


@pytest.fixture
def published(folder: Folder, cophub: Call) -> Call:
    folder.mail(LATE, "more.mbox")
    assert cophub("run").code == 0
    return cophub


def test_a_brief_on_the_terminal(published: Call) -> None:
    answer = published("brief", "forum", *WEEK)
    assert answer.code == 0 and answer.err == ""
    assert answer.out.startswith("THE FORUM\nBrief of the week 2026-W12, as of Monday, 23 Mar 2026")
    assert "• Who keeps the sheets?\n  Aba Mensah asked 13 days ago" in answer.out
    assert "example.org" not in answer.out.replace("***@example.org", "")


def test_a_brief_in_another_language(published: Call, folder: Folder) -> None:
    answer = published("brief", "forum", *WEEK, "--language", "fr")
    assert answer.out.startswith("THE FORUM\nLa semaine en bref, 2026-W12, état au lundi 23 mars")
    assert "Aba Mensah a posé la question il y a 13 jours" in answer.out
    folder.configure(CONFIG + '\n[pipelines.brief.settings]\nlanguages.forum = "es"\n')
    assert "preguntó hace 13 días" in published("brief", "forum", *WEEK).out
    assert published("brief", "forum", *WEEK, "--language", "en").out.startswith("THE FORUM\nBrief")


def test_a_brief_into_a_file_that_its_owner_alone_can_read(published: Call, folder: Folder) -> None:
    for name, begins in (
        ("b.html", "<!doctype html>"), ("b.htm", "<!doctype"), ("b.json", "{"), ("b.txt", "THE"),
        ("b.eml", "From: "),
    ):  # fmt: skip
        answer = published("brief", "forum", *WEEK, "--to", name)
        assert answer.code == 0 and f"the brief of forum is in {name}" in answer.out
        path = folder.folder / name
        assert path.read_text("utf-8").startswith(begins)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_brief_as_json_either_way(published: Call) -> None:
    told = published("brief", "forum", *WEEK, "--format", "json").json
    assert told["sections"][1]["items"][0]["title"] == "Who keeps the sheets?"
    assert published("--json", "brief", "forum", *WEEK).json == told


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("forumm",), 'there is no community "forumm", did you mean "forum"?'),
        (("forum", "--format", "pdf"), 'there is no format "pdf"'),
        (("forum", "--to", "b.doc"), 'there is no format "doc"'),
        (("forum", "--language", "de"), 'there is no brief in "de"; take en, fr, es'),
        (("forum", "--week", "March"), '"March" is not a week'),
        (
            ("forum", "--draft", "lists"),
            "mailarchive keeps no drafts of newsletters; mailchimp does",
        ),
        (("forum", "--draft", "nope"), 'there is no source "nope"'),
        (("forum", "--draft", "lists", "--format", "html"), "leave out --format"),
        (("forum", "--to", "no/such/folder/b.html"), "cannot be written"),
    ],
)
def test_what_cannot_be_done_is_one_line(published: Call, arguments, said: str) -> None:
    answer = published("brief", *arguments)
    assert answer.code == 2 and answer.out == ""
    assert said.split(",", maxsplit=1)[0] in answer.err and answer.err.count("\n") == 1


def test_before_anything_was_published(cophub: Call) -> None:
    answer = cophub("brief", "forum")
    assert answer.code == 2 and "cophub run" in answer.err


@pytest.fixture
def box() -> Iterator[MailchimpSandbox]:
    with MailchimpSandbox(seed=3, people=40, audiences=2, years=0.1) as sandbox:
        yield sandbox


def with_audiences(folder: Folder, box: MailchimpSandbox, *places: str) -> None:
    spaces = ", ".join(f'"{place}"' for place in ("lists:forum", *places))
    settings = f'{{ api_key = "{box.api_key}", base_url = "{box.base_url}" }}'
    folder.configure(
        CONFIG.replace('"lists:forum"', spaces)
        + f'\n[sources.letter]\nconnector = "mailchimp"\nsettings = {settings}\n'
    )


def test_candidates_become_a_draft(folder: Folder, cophub: Call, box: MailchimpSandbox) -> None:
    one, other = (audience.list_id for audience in box.audiences)
    with_audiences(folder, box, f"letter:{one}", f"letter:{other}")
    assert cophub("run").code == 0
    unclear = cophub("brief", "forum", *WEEK, "--draft", "letter")
    assert unclear.code == 2 and "name one, as letter:" in unclear.err
    wrong = cophub("brief", "forum", *WEEK, "--draft", "letter:zzz")
    assert wrong.code == 2 and '"letter:zzz" does not serve forum' in wrong.err
    before = len(box.audiences[0].campaigns)
    answer = cophub("brief", "forum", *WEEK, "--draft", f"letter:{one}")
    assert answer.code == 0, answer.err
    assert f"the draft for “{box.audiences[0].title}” is made; nothing was sent" in answer.out
    assert "finish it: https://us1.admin.mailchimp.com/campaigns/edit?id=" in answer.out
    again = cophub("--json", "brief", "forum", *WEEK, "--draft", f"letter:{one}")
    assert again.json["new"] is False
    (kept,) = box.audiences[0].campaigns[before:]
    assert (kept.status, kept.title) == ("save", "cophub draft: forum 2026-W12")


def test_run_writes_briefs_and_says_what_mail_waits(folder: Folder, cophub: Call) -> None:
    more = """
[pipelines.brief.settings]
recipients.forum = ["ada@example.org"]
smtp = { host = "127.0.0.1", port = 1, sender = "hub@example.org" }
"""
    folder.configure(CONFIG + more)
    answer = cophub("run")
    assert answer.code == 1
    assert "the mail server 127.0.0.1:1 cannot be used (Connection refused); 1 brief waits" in (
        answer.out + answer.err
    ).replace("\n", " ")
    written: list[Path] = sorted((folder.folder / "briefs" / "forum").iterdir())
    assert [path.suffix for path in written] == [".eml", ".html", ".json", ".txt"]
    assert json.loads(written[2].read_text())["community"] == "forum"
    site = "".join(path.name for path in (folder.folder / "site").rglob("*"))
    assert "W" not in site.replace("Cophub", "")


MAIL = """
[pipelines.brief.settings]
recipients.forum = ["ada@example.org"]
smtp = { host = "127.0.0.1", port = 1, sender = "hub@example.org", user = "hub", password = { env = "SMTP_PASSWORD" } }
"""  # noqa: E501


@pytest.mark.parametrize(
    ("mail", "said"),
    [
        (MAIL, "settings.smtp.password: the environment variable SMTP_PASSWORD is not set; set it"),
        (MAIL.replace("port = 1", 'prot = 1'), "settings.smtp.prot: no such key"),
        (MAIL.replace('sender = "hub@example.org", ', ""), "settings.smtp.sender: is missing"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_the_mail_stops_nothing_else(
    folder: Folder, cophub: Call, mail: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "SMTP_PASSWORD" not in said:
        monkeypatch.setenv("SMTP_PASSWORD", "any")
    folder.configure(CONFIG + mail)
    answer = cophub("run")
    told = " ".join((answer.out + answer.err).split())
    assert answer.code == 1
    assert f"[pipelines.brief] {said}" in told
    assert "until then the briefs are written and not mailed" in told
    assert (folder.folder / "site" / "index.html").exists()
    assert len(list((folder.folder / "briefs" / "forum").iterdir())) == 4
    shown = cophub("brief", "forum", *WEEK)
    assert shown.code == 0 and shown.out.startswith("THE FORUM") and shown.err == ""
    doctor = cophub("doctor")
    assert said in " ".join((doctor.out + doctor.err).split())


def test_an_address_that_is_none_keeps_nobody_from_reading_the_brief(
    folder: Folder, cophub: Call
) -> None:
    folder.configure(CONFIG + MAIL.replace("ada@example.org", "ada"))
    answer = cophub("run")
    assert answer.code == 1 and "is not an e-mail address" in answer.out + answer.err
    assert not (folder.folder / "briefs").exists()
    assert cophub("brief", "forum", *WEEK).code == 0
