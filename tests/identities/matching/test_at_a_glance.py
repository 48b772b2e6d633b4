"""What a glance tells of two names is what looking closely does, for pairs of the table and all."""

from itertools import combinations

from cophub.identities.matching.frequency import Tally
from cophub.identities.matching.keys import anchor, index_keys
from cophub.identities.matching.match import _Plain
from cophub.identities.matching.nodes import nodes
from cophub.identities.matching.scoring import Scorer, worth_keeping
from cophub.identities.matching.weights import Weights
from cophub.identities.reading.at_a_glance import apart, plain
from cophub.identities.reading.likeness import compare
from cophub.identities.reading.names import read_name
from tests.identities.reading.test_names_pairs import rows

from .conftest import account


def test_names_that_are_apart_at_a_glance_clash() -> None:
    texts = sorted({text for row in rows() for text in row[2:]})
    names = [name for text in texts if (name := read_name(text)[0]) is not None and plain(name)]
    told = 0
    for one, other in combinations(names, 2):
        if apart(plain(one), plain(other)):
            told += 1
            assert compare(one, other).clash, (one, other)
            assert compare(other, one).clash, (other, one)
    assert told > 1000


def test_no_edge_is_lost_by_a_glance() -> None:
    texts = sorted({text for row in rows() for text in row[2:]})[::3]
    accounts = [
        # Two or three names in a mailbox each: nodes bear several.
        account("crowd", f"{number:03}", text, f"box{number // size}@crowd.example")
        for size, part in ((1, texts[:60]), (2, texts[60:140]), (3, texts[140:]))
        for number, text in enumerate(part, start=1000 * size)
    ]
    keys = [index_keys(each) for each in accounts]
    made = nodes(accounts)
    scorer = Scorer(Tally(keys, [anchor(each) for each in accounts]), _Plain(), Weights())
    pairs = list(combinations(range(len(made)), 2))
    closely = (scorer.score(made[one], made[other]) for one, other in pairs)
    assert list(scorer.edges(made, pairs)) == list(filter(worth_keeping, closely))
    assert sum(len(node.names) > 1 for node in made) > 10
