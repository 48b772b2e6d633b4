"""What is refused though every single edge would do."""

from cophub.identities.matching.clustering import cluster
from cophub.identities.matching.nodes import Node, nodes
from cophub.identities.matching.reasons import ASK, MERGE, Reason
from cophub.identities.matching.scoring import Edge

from .conftest import account

STRONG, WEAK = 8.0, 1.5


def _edge(a: Node, b: Node, score: float) -> Edge:
    a, b = sorted((a, b), key=lambda node: node.key)
    verdict = MERGE if score == STRONG else ASK
    return Edge(a, b, score, verdict, (Reason("name_equal", score, "0"),))


def _people(father: str, son: str, caller: str, across: float) -> int:
    """How many people two mailboxes are, and a caller who fits both of them."""
    made = {
        node.key[1]: node
        for node in nodes([
            account("news", "father", father, "mallon36@gmail.com"),
            account("news", "son", son, "mallon87@yahoo.com"),
            account("calls", "caller", caller),
        ])
    }  # fmt: skip
    edges = [
        _edge(made["father"], made["caller"], STRONG),
        _edge(made["son"], made["caller"], STRONG),
        _edge(made["father"], made["son"], across),
    ]
    known = {(edge.a.key, edge.b.key): edge for edge in edges}
    found = cluster(list(made.values()), edges, cross=lambda a, b: known[a.key, b.key])
    return len(found.groups)


def test_an_account_without_a_mailbox_is_no_bridge_between_father_and_son() -> None:
    name = "Baljiwan Mallon"
    assert _people(name, f"{name} Jr", name, WEAK) == 2
    assert _people(name, f"{name} Jr", f"{name} Jr", WEAK) == 2
    assert _people(name, name, name, WEAK) == 1
    assert _people(name, f"{name} Jr", name, STRONG) == 1
