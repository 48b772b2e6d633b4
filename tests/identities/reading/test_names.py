"""Names of people are read and compared as sets of words."""

from cophub.identities.reading.names import EQUAL, compare, read_name


def test_a_name_equals_itself_in_any_order_of_its_words():
    one, _ = read_name("Amina Diallo")
    other, _ = read_name("DIALLO Amina")
    assert one is not None
    assert other is not None
    assert compare(one, other).level == EQUAL
