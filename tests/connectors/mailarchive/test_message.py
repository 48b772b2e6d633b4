"""Headers of every age and charset, bodies in every wrapping, and dates that lie."""

from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from cophub import UNSET, Account, Post, Space
from cophub.connectors.mail.message import own_characters
from cophub.connectors.mail.text import decode_bytes, header_text, html_to_text


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"=?utf-8?q?R=C3=A9union?= de juin", "Réunion de juin"),
        (b"=?UTF-8?B?UsOpdW5pb24=?=", "Réunion"),
        # Neighbours lose the space between them, also over lines.
        (b"=?utf-8?q?R=C3=A9u?=\n\t=?utf-8?q?nion?=", "Réunion"),
        # A letter is cut between two words of one character set.
        (b"=?utf-8?q?R=C3?= =?utf-8?q?=A9union?=", "Réunion"),
        # A word is folded in its middle, which is forbidden and common.
        (b"=?utf-8?q?R=C3=A9union_de\n juin?=", "Réunion de juin"),
        (b"=?utf-8?b?UsOp\n dW5pb24=?=", "Réunion"),
        (b"=?iso-8859-1*fr?q?R=E9union?=", "Réunion"),
        (b"[map] =?windows-1252?q?=93R=E9union=94?=!", "[map] “Réunion”!"),
        (b"=?gb2312?B?1tC5+g==?=", "中国"),
        (b"=?koi8-r?B?8NLJ18XU?=", "Привет"),
        # Unknown and impossible character sets.
        (b"=?x-unknown?q?R=C3=A9union?=", "Réunion"),
        (b"=?unicode_escape?q?R=E9union?=", "Réunion"),
        (b"=?utf-8?b?!!!!?=", "=?utf-8?b?!!!!?="),
        # Raw 8-bit headers, as UTF-8 and as Latin-1.
        ("Réunion".encode(), "Réunion"),
        (b"R\xe9union", "Réunion"),
        (b"R\xe9union =?utf-8?q?=C3=A9t=C3=A9?=", "Réunion été"),
        (b"long\n\tand   folded", "long and folded"),
        (b"a\\usepackage b", "a\\usepackage b"),
        (b"null\x00byte", "nullbyte"),
        (b"", ""),
    ],
)
def test_every_subject_is_decoded(raw, text, read_one, message):
    """Encoded words, raw bytes, unknown and lying character sets: a title comes out."""
    assert (read_one(message(headers={"Subject": raw})).title or "") == text


def test_a_header_never_raises():
    """Whatever bytes a header holds, some text comes out that a database takes."""
    for start in range(256):
        raw = bytes([start, 61, 63, start]) + b"=?utf-16?b?2ADYAA==?= =?utf-7?q?+2AA-?=\xff"
        header_text(raw.decode("ascii", "surrogateescape"), "windows-1252").encode("utf-8")


@pytest.mark.parametrize(
    ("data", "charset", "text"),
    [
        ("déjà".encode(), "utf-8", "déjà"),
        ("déjà".encode(), "us-ascii", "déjà"),
        ("déjà".encode("cp1252"), "us-ascii", "déjà"),
        ("déjà".encode("cp1252"), None, "déjà"),
        ("“déjà”".encode("cp1252"), "iso-8859-1", "“déjà”"),
        ("Привет".encode("koi8-r"), "KOI8-R", "Привет"),
        ("漢字".encode("gb18030"), "gb2312", "漢字"),
        (b"\x81\x8d", "utf-8", "\x81\x8d"),
        (b"plain", "x-no-such-charset", "plain"),
        (b"plain", "base64", "plain"),
    ],
)
def test_bytes_become_text_by_declared_set_then_utf8_then_fallback(data, charset, text):
    """In that order, and never an error."""
    assert decode_bytes(data, charset, "windows-1252") == text


def test_the_fallback_is_a_setting(read_one, message):
    """A Russian list of the nineties declares nothing."""
    post = read_one(message(body="Привет всем\n".encode("koi8-r")), charset="koi8-r")
    assert post.body == "Привет всем"


def test_an_unknown_fallback_is_refused(connector):
    """The line says which one, and what to try."""
    with pytest.raises(ValueError, match='"latin-99" is not a character set; try'):
        connector.settings(list="cop", path="x", charset="latin-99")


def test_of_alternatives_the_plain_text_is_kept(read_one):
    """Text and HTML say the same; attachments are counted, pictures among them."""
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "amina@example.org", "Minutes"
    mail.set_content("The plain words.\n")
    mail.add_alternative("<p>The <b>HTML</b> words.</p>", subtype="html")
    mail.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="minutes.pdf")
    mail.add_attachment("a,b\n", subtype="csv", filename="data.csv")
    post = read_one(mail.as_bytes())
    assert post.body == "The plain words."
    assert post.attachment_count == 2


def test_html_alone_becomes_text(read_one):
    """What a reader sees is kept; scripts, styles and mark-up are not."""
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "amina@example.org", "News"
    page = (
        "<html><head><style>p {color: red}</style><title>t</title></head><body>"
        "<p>Dear&nbsp;all,<br>see you &lt;soon&gt;.</p><script>alert(1)</script>"
        "<ul><li>one<li>two</ul><img src='https://example.org/pixel.gif'></body></html>"
    )
    mail.set_content(page, subtype="html")
    post = read_one(mail.as_bytes())
    assert [line.strip() for line in post.body.splitlines() if line.strip()] == [
        "Dear all,", "see you <soon>.", "* one", "* two",
    ]  # fmt: skip
    assert post.extra["text_from"] == "html"
    assert post.attachment_count == 0


def test_an_empty_plain_part_does_not_hide_the_html(read_one):
    """Some mailers send an empty text beside the HTML."""
    mail = EmailMessage()
    mail["From"] = "amina@example.org"
    mail.set_content("\n")
    mail.add_alternative("<p>The words.</p>", subtype="html")
    assert read_one(mail.as_bytes()).body == "The words."


def test_a_signed_message_has_no_attachment(read_one, message):
    """A signature is part of the wrapping."""
    body = (
        '--b\nContent-Type: text/plain; charset="utf-8"\n'
        "Content-Transfer-Encoding: base64\n\nUsOpdW5pb24=\n"
        "--b\nContent-Type: application/pgp-signature; name=a.asc\n\n-----BEGIN\n--b--\n"
    )
    post = read_one(message(body=body, headers={"Content-Type": 'multipart/signed; boundary="b"'}))
    assert (post.body, post.attachment_count) == ("Réunion", 0)


def test_a_forwarded_message_is_one_attachment(read_one, message):
    """Its own parts are its own affair."""
    mail = EmailMessage()
    mail["From"] = "amina@example.org"
    mail.set_content("See below.\n")
    inner = EmailMessage()
    inner["From"] = "joao@example.org"
    inner.set_content("Inner words.\n")
    inner.add_attachment(b"x", maintype="image", subtype="png", filename="a.png")
    mail.add_attachment(inner)
    post = read_one(mail.as_bytes())
    assert (post.body, post.attachment_count) == ("See below.", 1)


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "multipart/mixed; boundary=never"},
        {"Content-Type": "multipart/mixed"},
        {"Content-Type": "text/plain; charset*=x"},
        {"Content-Type": "text/plain; charset"},
        {"Content-Type": ";;;"},
        {"Content-Type": "text/plain", "Content-Transfer-Encoding": "base64"},
        {"Content-Transfer-Encoding": "x-uuencode"},
    ],
)
def test_a_broken_wrapping_does_not_hide_the_words(headers, read_one, message):
    """A message that declares what it is not is still read."""
    assert read_one(message(body="Just words, as ever.\n", headers=headers)).body


def test_a_mail_bomb_of_nested_parts_is_a_reject(tmp_path, message, mbox, read):
    """It costs one message, not the run."""
    nested = "".join(
        f'--b{n}\nContent-Type: multipart/mixed; boundary="b{n + 1}"\n\n' for n in range(5000)
    )
    bomb = message(
        1, nested, headers={"Content-Type": 'multipart/mixed; boundary="b0"', "From": "a@b.example"}
    )
    (tmp_path / "a.mbox").write_bytes(mbox(bomb, message(2)))
    run = read(tmp_path)
    assert len(run.of(Post)) + len(run.rejects) == run.of(Space)[0].native_post_count == 2
    assert "m2@example.org" in run.last(Post)


@pytest.mark.parametrize(
    ("headers", "body", "why"),
    [
        ({"X-Filler": "x" * (1 << 20)}, "Hello.\n", "its headers are longer than 1 MB"),
        (
            {"Content-Type": 'multipart/mixed; boundary="b"'},
            "--b\n\nx\n" * 100_002,
            "it has more than 100000 parts",
        ),
    ],
)
def test_a_mail_bomb_of_many_parts_or_headers_is_a_reject(
    tmp_path, message, mbox, read, headers, body, why
):
    """It costs one message, not the run, and next to no time."""
    (tmp_path / "a.mbox").write_bytes(mbox(message(1, body, headers=headers), message(2)))
    run = read(tmp_path)
    assert [post.key for post in run.of(Post)] == ["m2@example.org"]
    assert why in run.rejects[0].reason


def test_a_subject_of_a_million_encoded_words_is_over_soon(read_one, message):
    import time

    words = "=?utf-8?q?a?= " * 70_000
    began = time.process_time()
    post = read_one(message(headers={"Subject": words}))
    assert time.process_time() - began < 5
    assert post.title.startswith("aaaa")


@pytest.mark.parametrize("bomb", ["<div>" * 100_000, "<a" * 200_000, "<!--" * 100_000])
def test_html_made_to_take_long_is_over_soon(bomb):
    """Nesting and unclosed tags cost no more than their length."""
    import time

    began = time.perf_counter()
    html_to_text(bomb + "x")
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize("depth", [10, 255, 300, 1500])
def test_what_lies_deep_within_other_elements_is_read(depth):
    """Mail programs put a table around a table, and each answer within a quotation."""
    inner = "<p>deep <b>down</b></p><script>no()</script>"
    text = html_to_text("<div>" * depth + inner + "</div>" * depth + "<p>after</p>")
    assert text.split() == ["deep", "down", "after"]


def test_a_page_with_a_declaration_of_xml_is_read():
    assert html_to_text("<?xml version='1.0' encoding='utf-8'?><p>Hello</p>") == "Hello"


def test_no_more_than_a_million_characters_of_html_are_read():
    """Nobody writes that much; a machine may."""
    assert html_to_text("x" * 999_990 + " <b>in</b> " + "y" * 99).endswith(" in")


def test_what_mailman_scrubbed_is_counted_and_its_marks_taken_out(read_one, message):
    """Pipermail keeps no attachments, only the note that there were some."""
    body = (
        "Hello.\n\n\t[[alternative HTML version deleted]]\n\n"
        "-------------- next part --------------\n"
        "A non-text attachment was scrubbed...\nName: minutes.pdf\nType: application/pdf\n"
        "-------------- next part --------------\n"
        "An HTML attachment was scrubbed...\nURL: <https://lists.example.org/a.html>\n"
    )
    post = read_one(message(body=body))
    assert post.attachment_count == 1
    assert "alternative HTML" not in post.body


def test_bodies_can_be_left_out_or_shortened(read_one, message):
    """Signatures hold telephone numbers: whether texts are kept is the owner's choice."""
    text = message(body="Good morning to you.\n")
    assert read_one(text, bodies=False).body is UNSET
    assert read_one(text, body_limit=4).body == "Good"
    assert read_one(text, bodies=False).extra["own_characters"] == 20


def test_only_the_senders_own_words_are_measured():
    """Quotes and signatures are somebody else's, or nobody's."""
    assert own_characters("Yes.\n> Is it?\n>> Why?\nNo.\n-- \nAmina\n+41 22 000 00 00\n") == 7


@pytest.mark.parametrize(
    ("date", "at", "basis"),
    [
        ("Mon, 4 Mar 2024 10:00:00 +0100", "2024-03-04T09:00", None),
        ("4 Mar 2024 10:00 +0100", "2024-03-04T09:00", None),
        ("Mon, 4 Mar 24 04:00:00 EST", "2024-03-04T09:00", None),
        ("Mon, 4 Mar 2024 09:00:00 -0000", "2024-03-04T09:00", None),
        ("2024-03-04T09:00:00Z", "2024-03-04T09:00", None),
        ("Mon, 4 Mar 2024 09:00:00", "2024-03-04T09:00", "zone_missing"),
        ("Mon, 4 Mar 2024 09:00:00 (no zone)", "2024-03-04T09:00", "zone_missing"),
    ],
)
def test_dates_are_read_as_they_were_written(date, at, basis, read_one, message):
    """A missing zone is taken as UTC and marked; everything else is exact."""
    post = read_one(message(headers={"Date": date}))
    assert post.posted_at == datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert post.extra.get("date_basis") == basis


IMPOSSIBLE = [
    "Tue, 01 Jan 2080 00:00:00 +0000", "Thu, 01 Jan 1970 00:00:00 +0000", "Sat, 30 Feb 2024 09:00",
    "yesterday", "", None, "Mon, 4 Mar 2024 09:00:00 +9999999", "Mon, 4 Mar 99999 09:00:00 +0000",
]  # fmt: skip


@pytest.mark.parametrize("date", IMPOSSIBLE)
def test_an_impossible_date_gives_way_to_the_received_line(date, read_one, message):
    """Then to nothing better: the message is kept and the date marked."""
    received = "from a by b with SMTP; Mon, 04 Mar 2024 10:00:00 +0100"
    post = read_one(message(headers={"Date": date, "Received": received}))
    assert post.posted_at == datetime(2024, 3, 4, 9, tzinfo=UTC)
    assert post.extra["date_basis"] == "received"
    assert post.extra["date_as_sent"] == (date or "")


@pytest.mark.parametrize("date", IMPOSSIBLE)
def test_an_impossible_date_gives_way_to_separator_and_neighbour(date, tmp_path, message, read):
    """In an mbox the separator's date is next, then the message before."""
    bad = message(2, headers={"Date": date})
    good = b"From a@b.example Mon Mar  4 09:00:00 2024\n" + message(1) + b"\n"
    (tmp_path / "a.mbox").write_bytes(good + b"From a@b.example Mon Mar  4 10:00:00 2024\n" + bad)
    post = read(tmp_path).of(Post)[1]
    assert post.posted_at == datetime(2024, 3, 4, 10, tzinfo=UTC)
    assert post.extra["date_basis"] == "separator"
    (tmp_path / "a.mbox").write_bytes(good + b"From a@b.example Mon Mar  4 10:00:00 2099\n" + bad)
    first, second = read(tmp_path).of(Post)
    assert second.posted_at == first.posted_at
    assert second.extra["date_basis"] == "neighbour"


def test_a_date_before_the_list_was_created_is_moved_to_it(read_one, message):
    """A message on its own with nothing else to go by: nothing is lost, and it is marked."""
    post = read_one(message(), created_on="2025-01-01")
    assert post.posted_at == datetime(2025, 1, 1, tzinfo=UTC)
    assert post.extra["date_basis"] == "clamped"


def test_a_message_without_id_gets_a_key_of_its_own_content(tmp_path, message, mbox, read):
    """The same in every run and every file; two different messages never share one."""
    nameless = [message(n, f"Words {n}\n", headers={"Message-ID": None}) for n in (1, 2)]
    empty = message(3, headers={"Message-ID": ""})
    (tmp_path / "a.mbox").write_bytes(mbox(*nameless, empty))
    keys = [post.key for post in read(tmp_path).of(Post)]
    assert len(set(keys)) == 3
    assert all(key.startswith("sha256:") for key in keys)
    (tmp_path / "b.eml").write_bytes(nameless[1])
    assert read(tmp_path / "b.eml").of(Post)[0].key == keys[1]


def test_of_one_id_the_first_message_is_kept(tmp_path, message, mbox, read):
    """A repeat is counted, also when its text is another; nothing is counted twice."""
    (tmp_path / "1.mbox").write_bytes(mbox(message(1), message(1), message(2)))
    (tmp_path / "2.mbox").write_bytes(mbox(message(2, "Another text.\n"), message(3)))
    run = read(tmp_path)
    (space,) = run.of(Space)
    assert [post.key for post in run.of(Post)] == [f"m{n}@example.org" for n in (1, 2, 3)]
    assert run.last(Post)["m2@example.org"]["body"] == "Hello all."
    assert space.native_post_count == 5
    assert space.visibility is None, "a folder does not tell who may read the list"
    assert space.extra["repeated_ids"] == 2
    assert space.extra["repeats_with_another_text"] == 1


@pytest.mark.parametrize(
    ("subject", "settings", "title"),
    [
        ("[CoP] Agenda", {}, "Agenda"),
        ("Re: [cop] Agenda", {}, "Re: Agenda"),
        ("[Geo-CoP] Agenda", {}, "[Geo-CoP] Agenda"),
        ("[Geo-CoP] Agenda", {"subject_tag": "geo-cop"}, "Agenda"),
        ("=?utf-8?q?=5BCoP=5D_R=C3=A9union?=", {}, "Réunion"),
    ],
)
def test_the_lists_tag_is_taken_out_of_titles(subject, settings, title, read_one, message):
    """The tag says nothing within a list; other brackets and "Re:" stay."""
    assert read_one(message(headers={"Subject": subject}), **settings).title == title


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ({"Subject": "How do you map this?"}, "question"),
        ({"Subject": "Re: How do you map this?"}, "message"),
        ({"Subject": "[ANN] Version 2"}, "announcement"),
        ({"Subject": "Call for papers: maps"}, "announcement"),
        ({"Subject": "Annual meeting"}, "message"),
        ({"Auto-Submitted": "auto-generated"}, "system"),
        ({"Auto-Submitted": "no"}, "message"),
    ],
)
def test_kinds_of_posts_are_told_by_few_plain_signs(headers, kind, read_one, message):
    """A question has a question mark, and only the message that starts a thread is one."""
    assert read_one(message(headers=headers)).kind == kind


def test_language_and_page_come_from_headers_only(read_one, message):
    """Nothing is guessed from the text."""
    bare = read_one(message(body="Bonjour à tous, voici le compte rendu.\n"))
    assert (bare.language, bare.url) == (UNSET, UNSET)
    told = read_one(
        message(
            headers={
                "Content-Language": "fr-CH",
                "Archived-At": "<https://lists.example.org/message/AB/>",
            }
        )
    )
    assert (told.language, told.url) == ("fr-CH", "https://lists.example.org/message/AB/")
    assert read_one(message(headers={"Archived-At": "<javascript:alert(1)>"})).url is UNSET


def test_a_message_without_a_sender_is_kept(read_one, message):
    """The post has no account; none is invented."""
    post = read_one(message(headers={"From": None}))
    assert (post.account, post.author_name) == (None, None)


def test_posters_are_not_taken_for_members(tmp_path, message, read):
    """An archive tells who wrote, not who is on the list."""
    from cophub import Membership

    (tmp_path / "a.eml").write_bytes(message())
    run = read(tmp_path)
    assert run.of(Membership) == []
    assert run.of(Account)[0].email_verified is True
