"""The mailbox behind an address, and the employer's domain."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cophub.identities.reading.mailboxes import (
    canonical,
    clean,
    is_work_domain,
    read_address,
    registrable,
    spellings,
    work_domain,
)

MAILBOXES = {
    "amina@health.example": "amina@health.example",
    "  Amina@Health.EXAMPLE. ": "amina@health.example",
    "amina+news@health.example": "amina@health.example",
    "amina+a+b@health.example": "amina@health.example",
    "a.m.ina+x@gmail.com": "amina@gmail.com",
    "A.Mina@GoogleMail.com": "amina@gmail.com",
    "a.mina@health.example": "a.mina@health.example",
    "a.mina@outlook.com": "a.mina@outlook.com",
    "amina@hotmail.com": "amina@hotmail.com",
    "amina@live.com": "amina@live.com",
    "amina@yahoo.fr": "amina@yahoo.fr",
    "amina@me.com": "amina@icloud.com",
    "4711+adiallo@users.noreply.github.com": "adiallo@users.noreply.github.com",
    "adiallo@users.noreply.github.com": "adiallo@users.noreply.github.com",
    "a.diallo@pm.me": "adiallo@proton.me",
    "a.diallo@ya.ru": "a-diallo@yandex.ru",
    "mailto:amina@health.example?subject=hello": "amina@health.example",
    "SMTP:amina@health.example": "amina@health.example",
    "<amina@health.example>": "amina@health.example",
    "Amina Diallo <amina@health.example>": "amina@health.example",
    "'amina@health.example'": "amina@health.example",
    '"amina"@health.example': "amina@health.example",
    "amina@health.example; other@health.example": "amina@health.example",
    "amina@health.example, ": "amina@health.example",
    "\u200bamina@health.example\u00a0": "amina@health.example",
    "amina＠health.example": "amina@health.example",
    "amina at health dot example": "amina@health.example",
    "amina (at) health.example": "amina@health.example",
    "amina[at]health[dot]example": "amina@health.example",
    "amina_health.example#EXT#@tenant.onmicrosoft.com": "amina@health.example",
    "a_b_health.example#EXT#@tenant.onmicrosoft.com": "a_b@health.example",
    "amina.d_gmail.com#EXT#@tenant.onmicrosoft.com": "aminad@gmail.com",
    "amina=health.example@lists.example": "amina@health.example",
    "amina.d=gmail.com@groups.io": "aminad@gmail.com",
    "kmnews-bounces+amina=health.example@lists.example": "kmnews-bounces@lists.example",
    "SRS0=x1y2=AB=health.example=amina@forwarder.example": "amina@health.example",
    "prvs=12345678=amina@health.example": "amina@health.example",
    "amina@bücher.example": "amina@xn--bcher-kva.example",
    "amina@xn--bcher-kva.example": "amina@xn--bcher-kva.example",
    "почта@пример.рф": "почта@xn--e1afmkfd.xn--p1ai",
    "+@health.example": "+@health.example",
    "...@gmail.com": "",
    "amina": "",
    "amina@": "",
    "@health.example": "",
    "amina@localhost": "",
    "n/a": "",
    "": "",
}


@pytest.mark.parametrize(("text", "mailbox"), MAILBOXES.items())
def test_an_address_leads_to_its_mailbox(text: str, mailbox: str) -> None:
    assert read_address(text).mailbox == mailbox


@pytest.mark.parametrize(
    ("address", "domain"),
    {
        "a@health.example": "health.example",
        "a@x.health.example": "health.example",
        "a@mail.ke.health.example": "health.example",
        "a@who.int": "who.int",
        "a@afro.who.int": "who.int",
        "a@phc.gov.ng": "phc.gov.ng",
        "a@moh.go.ke": "moh.go.ke",
        "a@lshtm.ac.uk": "lshtm.ac.uk",
        "a@mail.sante.gouv.zz": "sante.gouv.zz",
        "a@gov.uk": "gov.uk",
        "a@gmail.com": "",
        "a@googlemail.com": "",
        "a@yahoo.com.br": "",
        "a@hotmail.co.th": "",
        "a@orange.sn": "",
        "a@163.com": "",
        "a@mail.ru": "",
        "a@tenant.onmicrosoft.com": "",
        "a@server.local": "",
        "a@list.googlegroups.com": "",
        "a@nowhere.invalid": "",
        "a@users.noreply.github.com": "",
        "a@laptop.home": "",
        "a@192.168.1.3": "",
    }.items(),
)
def test_only_a_work_mailbox_has_a_domain(address: str, domain: str) -> None:
    assert read_address(address).domain == domain


@pytest.mark.parametrize(
    ("domain", "registered"),
    [
        ("kmt.edu.example", "kmt.edu.example"),
        ("mail.moh.go.ke.example", "moh.go.ke.example"),
        ("mail.clinic.example", "clinic.example"),
        ("ke.clinic.example", "clinic.example"),
        ("health.gov.test", "health.gov.test"),
    ],
)
def test_below_an_ending_of_no_registry_the_rest_is_read_as_a_domain(
    domain: str, registered: str
) -> None:
    assert registrable(domain) == registered


def test_the_address_stays_as_the_vendor_gives_it():
    read = read_address(" Amina+News@GMAIL.com ")
    assert read.email == "amina+news@gmail.com"
    assert (read.mailbox, read.local) == ("amina@gmail.com", "amina")


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    read = read_address(text)
    assert not read.mailbox or "@" in read.email
    work_domain(text)
    registrable(text)
    is_work_domain(text)


ADDRESSES = st.from_regex(
    r"[a-z.+_=#-]{1,12}(_[a-z]{1,4}\.org#ext#|=[a-z]{1,5}\.com)?@([a-z]{1,5}\.){1,3}(com|example|ru)",
    fullmatch=True,
) | st.from_regex(r"[a-z.+-]{1,8}@(gmail|googlemail|pm|yandex|ya)\.(com|me|ru)", fullmatch=True)


@given(ADDRESSES)
def test_a_mailbox_is_its_own_mailbox(text: str) -> None:
    mailbox = canonical(clean(text))
    assert canonical(mailbox) == mailbox
    assert not mailbox or read_address(mailbox).mailbox == mailbox


def test_an_address_is_known_by_both_forms_of_its_domain():
    both = {"ana@bücher.example", "ana@xn--bcher-kva.example"}
    assert (
        set(spellings("Ana@Bücher.example")) == both == set(spellings("ana@xn--BCHER-kva.example"))
    )
    assert spellings("Ana@who.int ") == ("ana@who.int",)
    assert canonical("ana+x@bücher.example") == "ana@xn--bcher-kva.example"
