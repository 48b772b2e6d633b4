"""Matching is a pure function of the set of accounts, obeys decisions, and crosses no veto."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from cophub.identities.evidence import Evidence
from cophub.identities.matching.clustering import Decision
from cophub.identities.matching.match import Matching, match
from cophub.identities.matching.words import sentence

from .conftest import account

_NAMES = ["Amina Diallo", "Diallo Amina", "A. Diallo", "Moussa Diallo", "Amina", "", "Zaoui Marwa"]
_BOXES = [
    "",
    "amina@clinic.example",
    "adiallo@gmail.com",
    "info@clinic.example",
    "mzaoui60@gmail.com",
]
_accounts = st.lists(
    st.tuples(
        st.sampled_from(["news", "calls", "files"]),
        st.sampled_from(_NAMES),
        st.sampled_from(_BOXES),
        st.sampled_from(["", "", "d1", "d2"]),
        st.sampled_from(["", "clinic"]),
    ),
    max_size=14,
)


def read(rows: list[tuple[str, str, str, str, str]]) -> list[Evidence]:
    return [
        account(source, str(n), name, email, directory=directory, organization=organization)
        for n, (source, name, email, directory, organization) in enumerate(rows)
    ]


def people(matching: Matching, accounts: list[Evidence]) -> set[frozenset[str]]:
    return {frozenset(accounts[i].key for i in person) for person in matching.people}


@settings(max_examples=60, deadline=None)
@given(_accounts, st.randoms(use_true_random=False))
def test_the_order_of_accounts_does_not_matter(rows, chance: Random):
    accounts = read(rows)
    shuffled = list(accounts)
    chance.shuffle(shuffled)
    assert people(match(accounts), accounts) == people(match(shuffled), shuffled)


@settings(max_examples=60, deadline=None)
@given(_accounts, st.data())
def test_decisions_outrank_scores_and_withdrawing_them_leaves_no_trace(rows, data):
    accounts = read(rows)
    before = people(match(accounts), accounts)
    if len(accounts) < 2:
        return
    pairs = st.tuples(
        st.booleans(), st.integers(0, len(accounts) - 1), st.integers(0, len(accounts) - 1)
    )
    decisions = [
        Decision(same, (accounts[a].source, accounts[a].key), (accounts[b].source, accounts[b].key))
        for same, a, b in data.draw(st.lists(pairs, max_size=4))
        if a != b
    ]
    matching = match(accounts, decisions=decisions)
    found = people(matching, accounts)
    home = {key: person for person in found for key in person}
    for decision in decisions:
        together = home[decision.a[1]] is home[decision.b[1]]
        if decision not in matching.clustering.contradictions:
            assert together == decision.same
        else:
            assert not together
    assert people(match(accounts), accounts) == before


@settings(max_examples=60, deadline=None)
@given(_accounts)
def test_two_directory_ids_and_juniors_and_seniors_never_meet(rows):
    accounts = read(rows)
    for person in match(accounts).people:
        assert len({accounts[i].directory for i in person} - {""}) <= 1


@settings(max_examples=40, deadline=None)
@given(_accounts)
def test_joined_edges_and_ties_are_a_spanning_tree_of_each_person(rows):
    accounts = read(rows)
    matching = match(accounts)
    ties = sum(len(node.ties) for node in matching.nodes)
    assert ties + len(matching.clustering.joined) == len(accounts) - len(matching.people)


def test_a_rare_name_is_enough_and_a_common_one_is_not(crowd):
    rare = [
        account("news", "z1", "Marwa Zaoui", "mzaoui60@gmail.com"),
        account("calls", "z2", "ZAOUI Marwa", "marwa@laboratory.example"),
    ]
    common = [account("calls", "c1", "Amina Diallo", "amina99@mail.example", domain="")]
    accounts = [*crowd, *rare, *common]
    found = people(match(accounts), accounts)
    assert frozenset(("z1", "z2")) in found
    assert frozenset(("c1",)) in found


def test_full_names_that_clash_are_never_joined_however_much_else_is_equal(crowd):
    accounts = [
        *crowd,
        account("a", "1", "Marwa Zaoui", "zaoui@gmail.com", organization="clinic", country="ma"),
        account("b", "2", "Karim Zaoui", "zaoui@yahoo.com", organization="clinic", country="ma"),
    ]
    found = people(match(accounts), accounts)
    assert frozenset("1") in found
    assert frozenset("2") in found


def test_numbered_mailboxes_of_one_domain_are_two_people(crowd):
    others = [account("x", f"x{n}", "", f"desk{n}@clinic.example") for n in range(9)]
    accounts = [
        *crowd,
        *others,
        account("a", "1", "Marwa Zaoui", "mzaoui@clinic.example"),
        account("b", "2", "Marwa Zaoui", "mzaoui2@clinic.example"),
    ]
    found = people(match(accounts), accounts)
    assert frozenset("1") in found


def test_different_stops_a_question_for_good(crowd):
    accounts = [*crowd, account("calls", "c1", "Amina Diallo"), account("news", "c2", "Olga Rao")]
    for question in match(accounts).clustering.questions:
        pair = question.edge.a.key, question.edge.b.key
        decided = match(accounts, decisions=[Decision(False, *pair)])
        asked = {(q.edge.a.key, q.edge.b.key) for q in decided.clustering.questions}
        assert pair not in asked


def test_contradicting_decisions_are_reported_and_the_different_one_is_followed():
    accounts = [account("a", key, "Marwa Zaoui") for key in "123"]
    ref = {key: ("a", key) for key in "123"}
    decisions = [
        Decision(True, ref["1"], ref["2"]),
        Decision(True, ref["2"], ref["3"]),
        Decision(False, ref["1"], ref["3"]),
    ]
    matching = match(accounts, decisions=decisions)
    assert len(matching.clustering.contradictions) == 1
    (one, three) = (next(p for p in people(matching, accounts) if key in p) for key in "13")
    assert one != three


def test_a_sentence_says_what_counted_and_shows_no_address(crowd):
    accounts = [
        *crowd,
        account("a", "1", "Marwa Zaoui", "mzaoui60@gmail.com", organization="clinic"),
        account("b", "2", "Marwa Zaoui", "mzaoui60@yahoo.com", organization="clinic"),
    ]
    (edge,) = (e for e in match(accounts).edges if {e.a.key[1], e.b.key[1]} == {"1", "2"})
    told = sentence(edge)
    assert told.startswith("name equal, borne by no other mailbox · ")
    assert "mzaoui" not in told
    assert "both Clinic" in told
