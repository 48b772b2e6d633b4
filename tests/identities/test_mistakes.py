"""Errors are told by the strongest tie that there was."""

from hypothesis import given
from hypothesis import strategies as st
from identities_parts.metrics import score
from identities_parts.mistakes import TIES, Mistake, Seen, involved, mistakes, tie

AMINA = Seen("Amina Diallo", "amina.diallo@hilltop.example", "Hilltop Clinic", "SN")
HOME = Seen("DIALLO Amina", "ad77@gmail.com", "Hilltop Clinic")
OTHER = Seen("Moussa Diallo", "m.diallo@river.example")
ADDRESS = Seen("", "amina.d@river.example")
DESK = Seen("Training desk", "training@hilltop.example", kind="role_mailbox")


def test_ties_from_strong_to_weak() -> None:
    same = Seen("", " Amina.Diallo@hilltop.example")
    assert tie(AMINA, same) == "same address"
    assert tie(AMINA, HOME) == "same name and organisation"
    assert tie(AMINA, Seen("Amína  diallo", "x@gmail.com")) == "same full name"
    assert tie(AMINA, Seen("Amina Binta Diallo")) == "several words of a name in common"
    assert tie(AMINA, ADDRESS) == "name of the one fits the address of the other"
    assert tie(HOME, OTHER) == "name of the one fits the address of the other"
    assert tie(Seen("Amina Diallo"), Seen("Amina Sow")) == "one word of a name in common"
    assert tie(Seen("A", "k17@a.example"), Seen("B", "k17@b.example")) == (
        "same mailbox name at another domain"
    )
    assert tie(AMINA, DESK) == "same organisation, no name in common"
    assert tie(AMINA, Seen("Ivo Blum", "")) == "nothing in common"


@given(*[st.sampled_from([AMINA, HOME, OTHER, ADDRESS, DESK, Seen()]) for _ in range(2)])
def test_a_tie_has_no_direction(a: Seen, b: Seen) -> None:
    assert tie(a, b) == tie(b, a) in TIES


def test_a_stranger_who_was_joined_and_an_address_that_was_missed() -> None:
    """Amina's two and the desk were taken for one, her third address for somebody else."""
    accounts = [AMINA, HOME, DESK, ADDRESS]
    found = list(mistakes("aada", "1112", accounts.__getitem__))
    assert found == [
        Mistake("joined", "same organisation, no name in common (role mailbox)", 2, 0),
        Mistake("missed", "name of the one fits the address of the other", 3, 0),
    ]
    assert involved("aada", "1112") == {0, 1, 2, 3}


def test_a_sample_is_the_same_each_time() -> None:
    truth, found = range(50), [0] * 50

    def sample() -> list[Mistake]:
        return list(mistakes(truth, found, lambda _: AMINA, at_most=7))

    assert len(sample()) == 7
    assert sample() == sample()


@given(
    st.integers(1, 12).flatmap(
        lambda n: st.tuples(
            *[st.lists(st.integers(0, 4), min_size=n, max_size=n) for _ in range(2)]
        )
    )
)
def test_there_are_as_many_errors_as_splits_and_merges(
    groupings: tuple[list[int], list[int]],
) -> None:
    truth, found = groupings
    told = [error.wrong for error in mistakes(truth, found, lambda _: Seen())]
    figures = score(truth, found)
    assert (told.count("joined"), told.count("missed")) == (figures.splits, figures.merges)
