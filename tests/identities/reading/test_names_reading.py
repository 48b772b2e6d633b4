"""What is read of the names that vendors show and guests type."""

import pytest

from cophub.identities.reading.names import key_words, read_name

READ = {
    # text: (words, initials, organisation)
    "Diallo, Amina (FHI 360)": ("diallo amina", "", "FHI 360"),
    "Amina Diallo | WHO": ("amina diallo", "", "WHO"),
    "WHO | Amina Diallo": ("amina diallo", "", "WHO"),
    "FHI 360 - Amina Diallo": ("amina diallo", "", "FHI 360"),
    "Amina Diallo – WHO": ("amina diallo", "", "WHO"),
    "Amina Diallo/WHO": ("amina diallo", "", "WHO"),
    "Amina Diallo @ Blue Lake Clinic": ("amina diallo", "", "Blue Lake Clinic"),
    "Amina DIALLO, M.D., M.P.H.": ("amina diallo", "", ""),
    "Amina Diallo Ph.D": ("amina diallo", "", ""),
    "Amina Diallo - Country Director": ("amina diallo", "", ""),
    "Prof. Dr. med. Anna Schmidt": ("anna schmidt", "", ""),
    "H.E. Dr. John Otieno": ("john otieno", "", ""),
    "Mme DIALLO": ("diallo", "", ""),
    "Sheikh Ahmed Hassan": ("ahmed hassan", "", ""),
    "Hasina Sheikh": ("hasina sheikh", "", ""),
    "Amina Diallo <amina@who-cares.example>": ("amina diallo", "", ""),
    "amina_diallo": ("amina diallo", "", ""),
    "Amina Diallo [External]": ("amina diallo", "", ""),
    "Amina Diallo (she/her)": ("amina diallo", "", ""),
    "Amina Diallo 😀": ("amina diallo", "", ""),
    "\u202bAmina\u200b Diallo\u202c": ("amina diallo", "", ""),
    "ＡＭＩＮＡ　ＤＩＡＬＬＯ": ("amina diallo", "", ""),
    "\u200fليلى أحمد\u200f": ("layla ahmed", "", ""),
    "O’Connor, Mary": ("oconnor mary", "", ""),
    "N'Diaye Awa": ("ndiaye awa", "", ""),
    "J.K. Smith": ("smith", "j k", ""),
    "Smith JK": ("smith", "j k", ""),
    "LI Wei": ("li wei", "", ""),
    "Nguyễn Văn Đức": ("nguyen duc", "", ""),
    "Le Thi Mai": ("le thi mai", "", ""),
    "Al Gore": ("al gore", "", ""),
    "Ahmed Al-Hassan": ("ahmed hassan", "", ""),
    "Maria de Souza e Silva": ("maria souza silva", "", ""),
    "Diallo Bah, Aissatou": ("diallo bah aissatou", "", ""),
    "Amina Diallo, Rivertown Clinic": ("amina diallo", "", "Rivertown Clinic"),
    "Mamadou BA": ("mamadou ba", "", ""),
    "Mamadou Diallo BA": ("mamadou diallo", "", ""),
    "William (Bill) Smith": ("william smith", "", ""),
    "王伟 (Wang Wei)": ("wang wei", "", ""),
    "Kevin王伟": ("kevin wang wei", "", ""),
    "Иванов И.И.": ("ivanov", "i i", ""),
    "Ю. Иванов": ("ivanov", "y", ""),
    "Maria2": ("maria", "", ""),
    "Junior Tchamba": ("junior tchamba", "", ""),
    "Suharyono, M.Kes": ("suharyono", "", ""),
    "asatu dhadho united kingdom": ("asatu dhadho", "", "united kingdom"),
    "United Kingdom - Yahia": ("yahia", "", "United Kingdom"),
    "Yahia United Kingdom": ("yahia", "", "United Kingdom"),
    "Yahia Osman Royaume-Uni": ("yahia osman", "", "Royaume-Uni"),
    "Yahia Osman Kenya": ("yahia osman", "", "Kenya"),
    "Burkina Faso Yahia Osman": ("yahia osman", "", "Burkina Faso"),
    "Yahia Osman DRC": ("yahia osman", "", "DRC"),
    "Nigeria Amina": ("nigeria amina", "", ""),
    "Kenya Yahia Osman": ("kenya yahia osman", "", ""),
    "Anna Maria Jordan": ("anna maria jordan", "", ""),
    "Mary Ann England": ("mary ann england", "", ""),
    "Alfaro, Guadalupe": ("alfaro guadalupe", "", ""),
    "The Ndlovu": ("the ndlovu", "", ""),
    "Sara Siddig Mrs Osman": ("sara siddig osman", "", ""),
    "Diallo Dr. Amina": ("diallo amina", "", ""),
    "Amina Diallo (Mrs)": ("amina diallo", "", ""),
    "Ms. Chipo": ("chipo", "", ""),
    "Eng. Luis": ("luis", "", ""),
    "Ma. Perez": ("maria perez", "", ""),
    "MA. PEREZ": ("maria perez", "", ""),
    "Perez, Ma.": ("perez maria", "", ""),
    "Amina Diallo she/her": ("amina diallo", "", ""),
    "Amina Diallo - they/them": ("amina diallo", "", ""),
    "Amina Diallo MPH XYZC": ("amina diallo", "", ""),
    "Ted Boadu PhD": ("ted boadu", "", ""),
    "Ted Boadu, MBBS, MPH": ("ted boadu", "", ""),
    "Amina Diallo via Zoom": ("amina diallo", "", ""),
    "Amina Diallo x1234": ("amina diallo", "", ""),
    "Amina Diallo Tel: 0712 345 678": ("amina diallo", "", ""),
    "cool-coder99": ("coolcoder", "", ""),
    "sunny-maverick": ("sunnymaverick", "", ""),
    "the-real-amina": ("therealamina", "", ""),
    "kim_lee": ("kim lee", "", ""),
    "jean-luc": ("jean luc", "", ""),
    "صديق عمر": ("sdyq umar", "", ""),
}
NOBODY = [
    "", " ", "-", ".", "N/A", "Member", "No name", "test", "Unknown", "user1", "Guest 12", "Admin",
    "amina.diallo@who-cares.example", "+254 700 123456", "12345", "k17", "iPhone de Maria", "Dr.",
    "Ministry of Health", "Training Team", "😀", "\u200b", "Zoom User", "Amina & Robert Diallo",
]  # fmt: skip


@pytest.mark.parametrize("text", READ)
def test_a_shown_name_is_its_words(text: str) -> None:
    name, organization = read_name(text)
    assert name is not None
    assert (" ".join(name.tokens), " ".join(name.initials), organization) == READ[text]


@pytest.mark.parametrize("text", NOBODY)
def test_what_names_nobody_is_no_name(text: str) -> None:
    assert read_name(text)[0] is None


def test_given_and_family_name_are_known_from_their_own_fields() -> None:
    name, _ = read_name("Zhang Wei", "Wei", "Zhang")
    assert name is not None
    assert (name.given, name.family) == (("wei",), ("zhang",))


def test_fields_stand_in_for_a_name_that_says_less() -> None:
    for shown in (None, "", "test", "amina"):
        name, _ = read_name(shown, "Amina", "Diallo Bah")
        assert name is not None
        assert name.tokens == ("amina", "diallo", "bah")
        assert name.family == ("diallo", "bah")


def test_capitals_beside_small_letters_and_a_comma_tell_the_family_name() -> None:
    for text in ("DIALLO Amina", "Amina DIALLO", "Diallo, Amina", "Dr Diallo, Amina, MPH"):
        name, _ = read_name(text)
        assert name is not None
        assert name.family == ("diallo",)


def test_suffixes_are_kept_apart() -> None:
    cases = {"John Smith Jr.": "jr", "Smith Jr., John": "jr", "João Silva Filho": "jr",
             "John Smith III": "iii", "John Smith Sr": "sr", "John Smith": ""}  # fmt: skip
    for text, suffix in cases.items():
        name, _ = read_name(text)
        assert name is not None
        assert name.suffix == suffix


def test_spellings_of_one_name_have_one_key() -> None:
    for one, other in (
        ("Mohamed Müller", "Muhammad Mueller"),
        ("Алексей Чернов", "Alexey Chernov"),
        ("ليلى أحمد", "Leila Ahmad"),
        ("José Gonzales", "Jose González"),
    ):
        first, second = read_name(one)[0], read_name(other)[0]
        assert first is not None
        assert second is not None
        assert key_words(first) == key_words(second)
