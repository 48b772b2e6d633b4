"""A sender is found however the archive hides the address, and no wrong address is published."""

import pytest

from cophub import UNSET, Account, Post
from cophub.connectors.mail.addresses import parse_sender, plain_address


@pytest.mark.parametrize(
    ("header", "key", "name", "email"),
    [
        ("Amina Diallo <amina@example.org>", "amina@example.org", "Amina Diallo", True),
        ("amina@Example.ORG (Amina Diallo)", "amina@example.org", "Amina Diallo", True),
        ("amina@example.org", "amina@example.org", None, True),
        ("<amina@example.org>", "amina@example.org", None, True),
        ('"Diallo, Amina" <amina@example.org>', "amina@example.org", "Diallo, Amina", True),
        ("amina at example.org (Amina Diallo)", "amina@example.org", "Amina Diallo", True),
        ("amina at example.org  (Amina (WHO))", "amina@example.org", "Amina (WHO)", True),
        ("Amina Diallo <amina at example.org>", "amina@example.org", "Amina Diallo", True),
        ("amina AT example.org (Amina Diallo)", "amina@example.org", "Amina Diallo", True),
        ("amina en example.org (Amina)", "amina@example.org", "Amina", True),
        ("amina (at) example.org (Amina)", "amina@example.org", "Amina", True),
        ("Amina <amina[at]example.org>", "amina@example.org", "Amina", True),
        ("amina at example.org (amina at example.org)", "amina@example.org", None, True),
        ("amina@example.org (amina@example.org)", "amina@example.org", None, True),
        ("am.di+cop@sub.example.co.uk", "am.di+cop@sub.example.co.uk", None, True),
        ("amina@example.org <amina@example.org>", "amina@example.org", None, True),
        ("Amina [mailto:amina@example.org]", "amina@example.org", "Amina", True),
        ("=?utf-8?q?Ren=C3=A9e_N=2E?= <renee@example.org>", "renee@example.org", "Renée N.", True),
        ("renee at example.org (=?iso-8859-1?Q?Ren=E9e?=)", "renee@example.org", "Renée", True),
        ("Amina <amina@example.org>, Bo <bo@example.org>", "amina@example.org", "Amina", True),
        # What cannot be turned back: known by name.
        ("@m|n@ @end|ng |rom ex@mp|e@org (Amina Diallo)",
         "name:amina diallo", "Amina Diallo", False),
        ("am|n@ @ending from example@org (Amina  DIALLO)",
         "name:amina diallo", "Amina DIALLO", False),
        ("am|n@@d m@iii@g oii ex@mp@e (Amina Diallo)", "name:amina diallo", "Amina Diallo", False),
        ("am...@example.org (Amina Diallo)", "name:amina diallo", "Amina Diallo", False),
        ("Amina Diallo <amina@...>", "name:amina diallo", "Amina Diallo", False),
        ("Amina Diallo <ami-AbC1@public.gmane.org>", "name:amina diallo", "Amina Diallo", False),
        ("Amina Diallo <>", "name:amina diallo", "Amina Diallo", False),
        ("Amina Diallo", "name:amina diallo", "Amina Diallo", False),
        ("@m|n@ @end|ng |rom ex@mp|e@org (@m|n@ @end|ng |rom ex@mp|e@org)",
         "raw:@m|n@ @end|ng |rom ex@mp|e@org", None, False),
    ],
)  # fmt: skip
def test_senders_are_found_in_every_form(header, key, name, email):
    """By address where it can be known, else by name, else by the scrambled text itself."""
    sender = parse_sender(header, "windows-1252")
    assert sender is not None
    assert (sender.key, sender.name) == (key, name)
    assert sender.email == (key if email else None)


@pytest.mark.parametrize(
    "scrambled",
    [
        "amina@di@example.org", "am ina@example.org", "amina@example", "amina", "",
        "xxxx@example.org", "am**@example.org", "amina at example", "lucía\xed@example.org",
        "amina @example.org|", "amina@exam|ple.org", "amina at the meeting",
    ],
)  # fmt: skip
def test_a_doubtful_address_is_none(scrambled):
    """Better no address than a wrong one: somebody else may own it."""
    assert plain_address(scrambled) is None


def test_a_scrambled_address_stays_beside_the_name(tmp_path, message, mbox, read):
    """As evidence for telling people apart; it is never stored as an address."""
    raw = "@m|n@ @end|ng |rom ex@mp|e@org (Amina Diallo)"
    (tmp_path / "a.mbox").write_bytes(mbox(message(1, headers={"From": raw})))
    run = read(tmp_path)
    (account,), (post,) = run.of(Account), run.of(Post)
    assert account.email is UNSET and account.email_verified is UNSET
    assert account.extra == {"address_as_archived": "@m|n@ @end|ng |rom ex@mp|e@org"}
    assert post.account == account.key == "name:amina diallo"
    assert post.author_name == "Amina Diallo"


def test_one_address_is_one_account(tmp_path, message, mbox, read):
    """However it is spelled, and under however many names: the first name is the account's."""
    forms = [
        "AMINA at example.org", "amina@example.org (Amina Diallo)",
        "A. Diallo <Amina@Example.org>", "amina at example.org (Amina Diallo)",
    ]  # fmt: skip
    mail = [message(n, headers={"From": form}) for n, form in enumerate(forms)]
    (tmp_path / "a.mbox").write_bytes(mbox(*mail))
    run = read(tmp_path)
    assert {post.account for post in run.of(Post)} == {"amina@example.org"}
    assert run.last(Account)["amina@example.org"]["name"] == "Amina Diallo"
    assert [post.author_name for post in run.of(Post)] == [
        None, "Amina Diallo", "A. Diallo", "Amina Diallo",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("headers", "key", "name"),
    [
        ({"Reply-To": "Amina <amina@example.org>"}, "amina@example.org", "Amina"),
        ({"X-Original-From": "amina@example.org"}, "amina@example.org", "Amina Diallo"),
        ({"Reply-To": "cop@lists.example.org"}, "name:amina diallo", "Amina Diallo"),
        ({}, "name:amina diallo", "Amina Diallo"),
    ],
)
def test_behind_a_list_that_writes_itself_as_sender_is_the_person(
    headers, key, name, read_one, message
):
    """Lists rewrite From where the sender's domain forbids forwarding."""
    munged = {"From": '"Amina Diallo via CoP" <cop@lists.example.org>', **headers}
    post = read_one(message(headers=munged), address="cop@lists.example.org")
    assert (post.account, post.author_name) == (key, name)
