"""Names as readers see them: given name first, without titles and organisations, well cased."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cophub.identities.reading import display
from cophub.identities.reading.display import best_name, shown_name

SHOWN = {
    "Joseph Mwangi": ("Mwangi, Joseph (PATH)", "Dr. JOSEPH MWANGI, MPH", "joseph mwangi",
                      "MWANGI Joseph", "Joseph Mwangi | WHO", "Joseph Mwangi, Kenya",
                      "  Joseph \t Mwangi ", "joseph_mwangi", "joseph.mwangi"),
    "Omar Al-Hassan": ("Al-Hassan, Omar", "Omar AL-HASSAN"),
    "Maria de la Cruz": ("MARIA DE LA CRUZ", "de la Cruz, Maria", "maria de la cruz"),
    "Sean O'Brien": ("O'BRIEN, SEAN", "Sean O\u2019Brien"),
    "Ronald McDonald": ("RONALD MCDONALD", "McDonald, Ronald"),
    "Jean-Pierre N'Diaye": ("JEAN-PIERRE N'DIAYE",),
    "Ludwig van der Berg": ("Ludwig van der Berg", "LUDWIG VAN DER BERG"),
    "Nguyen Van Le": ("NGUYEN VAN LE",),
    "Martin King Jr": ("King Jr, Martin", "MARTIN KING JR"),
    "Sara Osman Diallo": ("Prof Sara Osman Mrs Diallo",),
    "J.K. Rowling": ("J.K. Rowling",),
    "Анна Кузнецова": ("АННА КУЗНЕЦОВА", "Анна Кузнецова"),
    "王伟": ("王伟",),
    "Person 07": ("Person 07", "PERSON 07"),
    "Amina Diallo": ("Amina (she/her) Diallo", "Amina Diallo2"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("written", "shown"), [(text, name) for name, texts in SHOWN.items() for text in texts]
)
def test_a_name_is_shown_as_a_name(written: str, shown: str) -> None:
    assert shown_name(written).text == shown


@pytest.mark.parametrize("text", ["Training Team", "iPhone de Maria", "amina@health.example"])
def test_what_is_no_name_stays_as_it_is(text: str) -> None:
    assert shown_name(text) == (5, text)


@pytest.mark.parametrize(
    ("texts", "best"),
    [
        (("MWANGI, Joseph (PATH)", "joseph mwangi"), "Joseph Mwangi"),
        (("Mwangi, Joseph (PATH)", "J. Mwangi", "Joseph"), "Joseph Mwangi"),
        (("RONALD MACDONALD", "R. MacDonald"), "Ronald MacDonald"),
        (("JOSE NUNEZ", "José N."), "José Nunez"),
        (("Joseph Mwangi", "Joseph Kamau Mwangi", "DR JOSEPH KAMAU OTIENO MWANGI"),
         "Joseph Kamau Mwangi"),
        (("Training Team", "Amina"), "Amina"),
    ],
)  # fmt: skip
def test_the_best_written_name_is_taken_in_whatever_order(
    texts: tuple[str, ...], best: str
) -> None:
    assert {best_name(order) for order in permutations(texts)} == {best}


def test_accounts_that_are_gone_tell_how_a_name_is_spelt() -> None:
    assert best_name(["RONALD MACDONALD"], ["Ron MacDonald"]) == "Ronald MacDonald"


@given(st.lists(st.text(max_size=30).filter(str.strip), min_size=1, max_size=4))
def test_any_text_has_something_to_be_shown(texts: list[str]) -> None:
    """And what is shown is shown as it is when it is read again."""
    best = best_name(texts)
    assert best == best_name(reversed(texts))
    assert best and best == " ".join(best.split())


def test_what_is_passed_over_is_never_the_best(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [text for known in SHOWN.values() for text in known]
    texts += [*SHOWN, "amina diallo", "A. Diallo", "Diallo Amina", "Dr. Amina Diallo", "Amina"]
    some = list(permutations(sorted(set(texts)), 2))
    quick = [best_name(pair) for pair in some]
    monkeypatch.setattr(display, "_in_question", sorted)
    assert quick == [best_name(pair) for pair in some]
