"""What holds of any names whatever, tried on thousands of made-up ones."""

import unicodedata

from hypothesis import example, given, settings
from hypothesis import strategies as st

from cophub.identities.reading.names import (
    EQUAL,
    WEAK,
    compare,
    key_words,
    name_fits_local,
    read_name,
)

LATIN = st.text("abcdefghijklmnopqrstuvwxyzéèüöøßñçł", min_size=2, max_size=9).map(str.capitalize)
KNOWN = st.sampled_from(
    """
    Amina Diallo Mohamed Muhammad Abdul Rahman Abdulrahman Maria Jose Gonzalez Munoz Robert Bob
    Smith Jean Marc Jeanmarc Xiao Ming Xiaoming Wang Wei Aleksandr Sasha Fatou Fatoumata Daniel
    Daniela Mary Jean-Marc O'Connor Müller Mueller Ali Hassan Hussein Ahmed Kim Lee Otieno Atieno
    王伟 김민수 ليلى أحمد Дмитрий Сергеевич አበበ अमित J. K de Jr
    """.split()  # noqa: SIM905 - a list of words reads best as words
)
NAMES = st.lists(st.one_of(LATIN, KNOWN), min_size=1, max_size=5).map(" ".join)
ANYTHING = st.text(max_size=60)


@settings(max_examples=400, deadline=None)
@given(st.one_of(NAMES, ANYTHING), st.one_of(NAMES, ANYTHING))
@example("J. Smith", "Smith")
@example("El", "El Al")
def test_comparing_is_symmetric(one: str, other: str) -> None:
    a, b = read_name(one)[0], read_name(other)[0]
    if a is None or b is None:
        return
    there, back = compare(a, b), compare(b, a)
    assert (there.level, there.clash, there.why) == (back.level, back.clash, back.why)
    words = {*a.tokens, *a.initials}
    assert set(there.shared) <= words
    assert len(there.shared) == len(there.how)
    assert there.clash == (there.level == 0)
    assert bool(there.why) == there.clash


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(LATIN, KNOWN), min_size=1, max_size=5).flatmap(
    lambda words: st.tuples(st.just(words), st.permutations(words))
))  # fmt: skip
def test_words_in_any_order_are_one_name(words: tuple[list[str], list[str]]) -> None:
    """As read words: a title or a particle counts by its place in the text."""
    one = read_name(" ".join(words[0]))[0]
    if one is None or one.script != "latin" or len(one.tokens) != len(words[0]):
        return
    other = read_name(" ".join(words[1]))[0]
    if other is None or sorted(other.tokens) != sorted(one.tokens) or one.suffix != other.suffix:
        return
    assert compare(one, other).level == EQUAL


@settings(max_examples=300, deadline=None)
@given(st.one_of(NAMES, ANYTHING))
def test_reading_what_was_read_changes_nothing(text: str) -> None:
    name = read_name(text)[0]
    if name is None or name.suffix or any(len(word) < 2 for word in name.tokens):
        return
    again = read_name(" ".join(word.capitalize() for word in name.tokens))[0]
    if again is not None and not again.suffix:
        assert set(again.tokens) <= set(name.tokens)


@settings(max_examples=500, deadline=None)
@given(ANYTHING, st.none() | ANYTHING, st.none() | ANYTHING, ANYTHING)
def test_no_text_is_too_odd(name: str, first: str | None, last: str | None, local: str) -> None:
    read, organization = read_name(name, first, last)
    assert isinstance(organization, str)
    if read is not None:
        assert read.tokens
        assert all(word.isascii() and word for word in (*read.tokens, *read.initials))
        assert all(word == word.lower() for word in read.tokens)
        assert -1.0 <= name_fits_local(read, local) <= 1.0
        assert len(key_words(read)) == len(read.tokens)
        assert read_name(unicodedata.normalize("NFD", name), first, last)[0] is not None


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.one_of(LATIN, KNOWN), min_size=2, max_size=5).flatmap(
        lambda words: st.tuples(st.just(words), st.sets(st.integers(0, len(words) - 1), min_size=2))
    )
)
def test_a_part_of_a_name_never_clashes_with_it(drawn: tuple[list[str], set[int]]) -> None:
    words, places = drawn
    whole = read_name(" ".join(words))[0]
    if whole is None:
        return
    tokens = [word for i, word in enumerate(whole.tokens) if i in places]
    if len(tokens) < 2:
        return
    part = type(whole)(tuple(tokens), script=whole.script)
    likeness = compare(whole, part)
    assert not likeness.clash
    assert likeness.level > WEAK
