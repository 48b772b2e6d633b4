"""What of a directory is looked at again, beyond the accounts that a sync touched."""

from cophub.identities.matching.habits import Habits
from cophub.identities.matching.scoring import Scorer
from cophub.identities.matching.weights import Weights
from cophub.identities.organizations.stored import load_register
from cophub.identities.store.index import find_accounts
from cophub.identities.store.part import Context, StoredCounts, _crowded, _nodes_of, _with_heads
from tests.identities.store.conftest import Directory, account

GUID = "10000000-1111-2222-3333-444444444444"


def test_who_else_uses_a_mailbox_counts_also_where_nothing_ties_them(directory: Directory) -> None:
    """Two of three names at a mailbox might be one person's; with the third it is nobody's."""
    box = "zz17kk@saude.example"
    names = ("A. Zhang", "Awa Costa Lima", "Amina Diallo Ba")
    directory.sync(*(account("news", str(at), name=n, email=box) for at, n in enumerate(names)))
    directory.resolve()
    with directory.warehouse.connect() as connection:
        known = find_accounts(connection, [("news", "0"), ("news", "1")])
        counts = StoredCounts(connection, 3, Habits())
        scorer = Scorer(counts, load_register(connection), Weights())
        two = {k.id: k.evidence for k in known.values()}
        accounts, made = _nodes_of(connection, two, Context(counts, scorer, ()))
    assert len(accounts) == 3
    assert all(node.shared == (box,) for node in made)
    assert sorted(node.key for node in made) == [("news", "0"), ("news", "1")]


def test_the_account_that_stands_for_a_node_is_found_however_many_ties_away(
    directory: Directory,
) -> None:
    """`a` stands for all; `z` is tied to `m`, that to `n`, and `n` to `a`."""
    ids = {"extra": {"directory_id": GUID}}
    name = {"name": "Amina Diallo"}
    directory.sync(
        account("a", "1", **name, email="amina.diallo@who.int"),
        account("m", "1", **name, email="zz@who.int", **ids),
        account("n", "1", **name, email="amina.diallo@who.int", **ids),
        account("z", "1", **name, email="zz@who.int"),
    )
    directory.resolve()
    number = {row["source"]: row["id"] for row in directory.rows("identity_evidence")}
    with directory.warehouse.connect() as connection:
        assert _with_heads(connection, {number["z"]}) == set(number.values())


def test_of_three_nodes_those_count_whose_edges_are_unchanged(directory: Directory) -> None:
    """The score of a pair that is not kept may have changed, and with it whether two are joined."""
    pairs = [("amina", "Amina Diallo", 3), ("bruno", "Bruno Costa", 2)]
    directory.sync(
        *(
            account(f"s{at}", local, name=name, email=f"{local}@p{at}.example")
            for local, name, count in pairs
            for at in range(count)
        )
    )
    directory.resolve()
    rows = [(*row.values(),) for row in directory.rows("identity_edge")]
    numbers = {row["id"]: row["account"] for row in directory.rows("identity_evidence")}
    assert {numbers[row[0]] for row in rows} == {"amina", "bruno"}
    with directory.warehouse.connect() as connection:
        crowded = _crowded(connection, rows)
    assert {numbers[number] for number in crowded} == {"amina"}
    assert len(crowded) == 3
