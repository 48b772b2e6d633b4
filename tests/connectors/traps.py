"""What a table of a vendor's traps promises: each has tests, which run everywhere.

Whoever removes or renames one of these tests says in the table what holds its trap instead.
"""

import ast
from functools import cache
from pathlib import Path

TESTS = Path(__file__).parents[1]


@cache
def functions(path: str) -> dict[str, ast.FunctionDef]:
    """The tests of a file."""
    tree = ast.parse((TESTS / path).read_text(encoding="utf-8"))
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def held(tests: tuple[str, ...]) -> None:
    """Each test, as `path::name`, is there, is not left out, and waits for nobody's files."""
    assert tests
    for name in tests:
        path, _, test = name.partition("::")
        assert test in functions(path), f"{name} is no more: what holds this trap?"
        found = functions(path)[test]
        assert "vendor_files" not in {one.arg for one in found.args.args}
        marks = " ".join(ast.unparse(mark) for mark in found.decorator_list)
        assert "skip" not in marks and "xfail" not in marks
