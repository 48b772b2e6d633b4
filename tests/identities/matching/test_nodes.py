"""Accounts of one mailbox or directory id come together, unless names say otherwise."""

from cophub.identities.evidence import Evidence
from cophub.identities.matching.nodes import Node, nodes

from .conftest import account


def groups(
    accounts: list[Evidence], different: tuple[tuple[tuple[str, str], ...], ...] = ()
) -> set[frozenset[str]]:
    made = nodes(accounts, [(pair[0], pair[1]) for pair in different])
    return {frozenset(accounts[i].key for i in node.members) for node in made}


def test_one_private_mailbox_is_one_node_whatever_order_its_names_have():
    accounts = [
        account("a", "1", "Amina Diallo", "amina@clinic.example"),
        account("b", "2", "DIALLO Amina", "amina@clinic.example"),
        account("c", "3", "", "amina@clinic.example"),
        account("d", "4", "Amina", "amina@clinic.example"),
    ]
    assert groups(accounts) == {frozenset("1234")}


def test_a_couple_that_shares_a_mailbox_is_two_nodes_and_blank_names_stay_alone():
    accounts = [
        account("a", "1", "Amina Diallo", "family@mail.example", domain="", role=False),
        account("b", "2", "Moussa Diallo", "family@mail.example", domain="", role=False),
        account("c", "3", "", "family@mail.example", domain="", role=False),
    ]
    assert groups(accounts) == {frozenset("1"), frozenset("2"), frozenset("3")}


def test_a_new_family_name_in_a_private_mailbox_is_one_person():
    accounts = [
        account("a", "1", "Olga Petrova", "olga1980@gmail.com"),
        account("b", "2", "Olga Keller", "olga1980@gmail.com"),
    ]
    assert groups(accounts) == {frozenset("12")}


def test_father_and_son_are_two():
    accounts = [
        account("a", "1", "Kwame Mensah Sr", "mensah@gmail.com"),
        account("b", "2", "Kwame Mensah Jr", "mensah@gmail.com"),
    ]
    assert groups(accounts) == {frozenset("1"), frozenset("2")}


def test_a_role_mailbox_holds_nodes_by_name_and_is_evidence_for_none_of_them():
    accounts = [
        account("a", "1", "Amina Diallo", "info@clinic.example"),
        account("b", "2", "Diallo, Amina", "info@clinic.example"),
        account("c", "3", "Peter Novak", "info@clinic.example"),
        account("d", "4", "", "info@clinic.example"),
    ]
    assert groups(accounts) == {frozenset("12"), frozenset("3"), frozenset("4")}
    assert all(not node.mailboxes for node in nodes(accounts))


def test_a_directory_id_takes_the_accounts_of_its_mailbox_along():
    accounts = [
        account("m365", "1", "Amina Diallo", "amina@clinic.example", directory="d1"),
        account("news", "2", "", "amina@clinic.example"),
        account("news", "3", "Peter Novak", "amina@clinic.example"),
    ]
    assert groups(accounts) == {frozenset("12"), frozenset("3")}


def test_a_mailbox_that_two_directory_ids_bear_belongs_to_neither():
    accounts = [
        account("m365", "1", "Amina Diallo", "desk@clinic.example", directory="d1"),
        account("m365", "2", "Peter Novak", "desk@clinic.example", directory="d2"),
        account("news", "3", "", "desk@clinic.example"),
    ]
    assert groups(accounts) == {frozenset("1"), frozenset("2"), frozenset("3")}


def test_who_was_said_to_be_two_people_is_two_and_one_again_when_that_is_withdrawn():
    accounts = [
        account("a", "1", "Amina Diallo", "amina@clinic.example"),
        account("b", "2", "Amina Diallo", "amina@clinic.example"),
    ]
    assert groups(accounts, ((("a", "1"), ("b", "2")),)) == {frozenset("1"), frozenset("2")}
    assert groups(accounts) == {frozenset("12")}


def test_ties_are_a_spanning_tree_of_the_members():
    accounts = [
        account("m365", str(n), "Amina Diallo", f"amina{n % 3}@clinic.example", directory="d1")
        for n in range(6)
    ] + [account("news", "9", "", "amina1@clinic.example")]
    (node,) = nodes(accounts)
    reached, ties = {node.members[0]}, list(node.ties)
    assert len(ties) == len(node.members) - 1
    for _ in ties:
        reached |= {end for a, b, _ in ties for end in (a, b) if {a, b} & reached}
    assert reached == set(node.members)


def test_a_bot_is_one_thing_whatever_it_is_called_and_never_a_person():
    accounts = [
        account("a", "1", "Amina Diallo", "amina@clinic.example"),
        account("b", "2", "", "amina@clinic.example", kind="bot"),
        account("c", "3", "", "amina@clinic.example", kind="bot"),
    ]
    made: list[Node] = nodes(accounts)
    assert {(node.kind, len(node.members)) for node in made} == {("person", 1), ("bot", 2)}


def test_who_is_split_off_a_mailbox_together_stays_together() -> None:
    address = "ana@clinic.example"
    accounts = [
        account("news", "1", "Ana Lima", address),
        account("news", "2", "A. Lima", address),
        account("news", "3", "", address),
    ]
    refs = [(e.source, e.key) for e in accounts]
    found = nodes(accounts, {(refs[0], refs[2]), (refs[1], refs[2])})
    assert sorted(node.members for node in found) == [(0, 1), (2,)]


def test_a_blank_account_at_work_follows_who_has_a_word_in_the_local_part_and_no_other() -> None:
    named = "lnovaesmaana@fundacio.example"
    blank = account("c", "3", "", named)

    def together(*names: str) -> int:
        shown = [account("a", str(at), name, named) for at, name in enumerate(names)]
        return len(nodes([*shown, blank]))

    assert together("Laura Novaes", "Laura") == 1
    assert together("Kofi Mensah", "Kofi") == 2
