"""What names tell about the kind of an account, in many languages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cophub.identities.reading.kinds import (
    KINDS,
    behind_device,
    device_owner,
    judge,
    kind_of_name,
    kind_of_vendor,
    name_judgement,
)

NAMES = {
    "device": "Adesua - mobile|Maria (iPhone)|iPhone de Maria|iPad von Anna|Galaxy S21"
    "|HUAWEI P30|LAPTOP-3FJ2K|DESKTOP-8HJ3K2L"
    "|Maria's iPhone|Maria’s iPad (2)|Ayşe'nin iPhone'u|小明的iPhone|MacBook-Pro-de-Juan"
    "|MARIA IPHONE|iPhone d'Amina|SM-G960F|vivo 1904|moto g(7) power|Redmi Note 8 Pro"
    "|TECNO CAMON 15|Nokia 6.1|Teléfono de Maria|Anna's laptop|Laptop Anna|my phone|iPhone"
    "|iPhone 12 Pro Max|Samsung|Galaxy A12 de Maria|Call-in User 2|Caller 1|+41 79 123 45 67"
    "|1203*****45|Handy von Anna|iPhone (Мария)|айфон Марии|Android|Samsung SM-A125F"
    "|Fatou Mobile phone|PC de Juan|Jean's PC|Samsung Adam|Tecno Khadija|SDF Laptop 26"
    "|Ordinateur de Jean|iPhone של דוד|Xの iPhone|Usuario de llamada 3|Celular de João",
    "room": "Room 22B|Salle Kisumu|Conference Room B|Sala de reuniones|Salle Dakar"
    "|Meeting Room 4|Room B|Boardroom|Nairobi Conference Room|Salle 3|Sala 2|Konferenzraum Bonn"
    "|会议室 3|переговорная 2|VC Room|قاعة الاجتماعات|Kilimanjaro Room|Polycom|Sala de Reunião 1"
    "|Salle de réunion|Toplantı Odası 2",
    "shared_login": "Pieter & Annelies Vandersteen|Amina and Robert Diallo"
    "|Zoom Host|GoTo Webinar|Training Team|M&E Unit|Programme Office Kenya|Admin"
    "|Webmaster|Kenya Office|MNCH Unit|Info|HR Department|Executive Director|Human Resources"
    "|Ministry of Health|Makerere University|Universidad Nacional|Equipo de Comunicación|Office"
    "|Secrétariat|Service Communication|Zoom Host 2|RMNCAH Team|Unité de Formation|Helpdesk"
    "|Communications Unit|Membership Services|Bureau Mali|Programme Office – Kenya|M & E Team"
    "|Team Mekelle|RGHP Interns|Students group 13|Team Uganda|WHO Kenya|UNICEF"
    "|World Health Organization|M&E Team Bengaluru|Équipe Port Sudan|Clinic Eldoret"
    "|администратор|Secretaria General",
    "service": "no-reply|MailChimp|Mailman|Do Not Reply|Mail Delivery Subsystem|SharePoint App"
    "|svc-backup|Migration Service|API User 2|System Account|Ne pas répondre|Não responda",
    "bot": "Bot 24|Meeting Recorder|helper[bot]|Amina's Notetaker (Otter.ai)|Yammer Bot"
    "|Fireflies.ai Notetaker",
    "": "Maria Office|Grace Training|Amina Diallo|Diallo Amina|Maria|Jan Bot|Marie Salle"
    "|Salle Marie|Ana Sala|Michael Dell|John Acer|Honor Smith|Honor|Joy Team|Jordan Sales"
    "|India Press|Tab Hunter|Amina Diallo (iPhone)|Amina Diallo, Makerere University"
    "|Maria Silva - Ministry of Health|John Guest|Dean Grant|Amina Diallo (WHO)|Page Hall"
    "|Chad Support|Paris Sales|Sony Jean|Guest 3|Galaxy Smith|Anna Handy|Maria Mobile"
    "|Jean Portable|Pixel|Vivo Silva|Mary Field|Carlos Mission|Mel Field|AMINA Kenya|N. Bot|李明"
    "|محمد علي|Мария Иванова|Yoga Pratama|Junior Sales|Maria Lab|Sol General|Nova Max|Mini Max"
    "|Note Smith|Win-Htet|Chair Maria|Angelo Sala|Rosa Aula|A. Press|Sala Maria|Sala Ana"
    "|Santos Salud|Rosa Redes|Otto Raum|Saul Zimmer|Maria Union|Ana Alliance|Prudence Kenya"
    "|Care|Who Knows|Ronaldo Ong|Van Ngo|Ngo La|Bot|Salle Marie|Samsung Adam Smith|test|",
}


@pytest.mark.parametrize(
    ("text", "kind"), [(text, kind) for kind, texts in NAMES.items() for text in texts.split("|")]
)
def test_a_name_tells_the_kind_or_nothing(text: str, kind: str) -> None:
    found = kind_of_name(text)
    assert found.kind == kind
    assert bool(found.reason) == bool(kind)


@pytest.mark.parametrize(
    ("text", "owner"),
    {
        "iPhone de Maria": "Maria",
        "iPad von Anna": "Anna",
        "Maria's iPhone": "Maria",
        "Maria’s iPad (2)": "Maria",
        "Ayşe'nin iPhone'u": "Ayşe",
        "MacBook-Pro-de-Juan": "Juan",
        "iPhone d'Amina": "Amina",
        "Teléfono de Maria de Souza": "Maria de Souza",
        "Galaxy A12 de Maria": "Maria",
        "айфон Марии": "Марии",
        "Galaxy S21": "",
        "LAPTOP-3FJ2K": "",
        "Maria": None,
        "Amina Diallo (iPhone)": None,
        "": None,
    }.items(),
)
def test_a_device_may_tell_its_owner(text: str, owner: str | None) -> None:
    assert device_owner(text) == owner


def test_a_full_name_with_a_device_behind_it_is_a_name():
    assert behind_device("Amina Diallo (iPhone)") == "Amina Diallo"
    assert behind_device("Amina Diallo - mobile") == "Amina Diallo"
    assert behind_device("Amina (iPhone)") == "Amina (iPhone)"
    assert behind_device("Amina Diallo") == "Amina Diallo"


@pytest.mark.parametrize(
    ("shown", "organization", "domain", "kind"),
    [
        ("ACME Kenya", "", "acme.example", "shared_login"),
        ("ACME", "ACME", "", "shared_login"),
        ("ACME", "", "acme.example", "shared_login"),
        ("Hope Clinic Trust", "Hope Clinic Trust", "", "shared_login"),
        ("Amina Diallo", "Amina Diallo", "aminadiallo.example", ""),
        ("Maria", "", "maria.example", ""),
        ("Maria Kenya", "", "health.example", ""),
    ],
)
def test_a_name_may_be_that_of_the_organisation(
    shown: str, organization: str, domain: str, kind: str
) -> None:
    assert name_judgement(shown, organization, domain).kind == kind


@pytest.mark.parametrize(
    ("vendor", "shown", "full", "local", "kind"),
    [
        ("service", "Amina Diallo", True, "amina", "service"),
        ("bot", "", False, "", "bot"),
        ("person", "iPhone de Maria", False, "", "device"),
        (None, "iPhone de Maria", False, "", "device"),
        (None, "iPhone de Maria", False, "maria.silva", "person"),
        (None, "Conference Room B", False, "confb", "room"),
        (None, "Training Team", False, "", "shared_login"),
        (None, "Training Team", False, "training", "role_mailbox"),
        (None, "Training Team", False, "trainingteam", "role_mailbox"),
        (None, "MNCH Unit", False, "mu", "shared_login"),
        (None, "Training Team", False, "amina.diallo", "person"),
        (None, "Amina Diallo", True, "info", "person"),
        (None, "Amina", False, "info", "role_mailbox"),
        (None, "", False, "noreply", "service"),
        (None, "", False, "conf-room-b", "room"),
        (None, "", False, "amina", "person"),
        (None, "", False, "", "person"),
    ],
)
def test_vendor_then_name_then_mailbox(
    vendor: str | None, shown: str, full: bool, local: str, kind: str
) -> None:
    found = judge(vendor, kind_of_name(shown), shown, full, local)
    assert found.kind == kind
    assert bool(found.reason) == (kind != "person")


def test_vendors_words_become_ours():
    assert [kind_of_vendor(w) for w in ("Bot", "application", "user", "gizmo", None)] == [
        "bot", "service", "person", "", "",
    ]  # fmt: skip
    assert [kind_of_vendor(kind) for kind in KINDS] == list(KINDS)


@given(
    st.text()
    | st.sampled_from(["iPhone ", "Room ", "'s PC", "Team"]).flatmap(
        lambda w: st.text().map(w.__add__)
    )
)
def test_any_text_is_judged(text: str) -> None:
    assert kind_of_name(text).kind in ("", *KINDS)
    assert name_judgement(text, text, text).kind in ("", *KINDS)


@pytest.mark.parametrize(
    ("shown", "local", "kind"),
    [
        ("Reminder Bot", "no-reply", "bot"),
        ("Helping Robot", "forum-bounces", "bot"),
        ("Annika Bot", "annika.bot", "person"),
        ("Amina Diallo", "no-reply", "person"),
    ],
)
def test_who_is_called_bot_where_nobody_reads_is_one(shown: str, local: str, kind: str) -> None:
    """Bot is a surname too; and lists send what people write from an address of their own."""
    assert judge("person", kind_of_name(shown), shown, True, local).kind == kind
