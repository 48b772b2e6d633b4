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


def unheld(tests: tuple[str, ...]) -> list[str]:
    """What is wrong with the tests of a trap, given as `path::name`, in words; nothing is right.

    Each must be there, run on every machine, and wait for nobody's files.
    """
    return [why for name in tests if (why := _trouble(name))] if tests else ["it has no test"]


def _trouble(name: str) -> str:
    path, _, test = name.partition("::")
    found = functions(path).get(test)
    if found is None:
        return f"{name} is no more: what holds this trap?"
    if "vendor_files" in {one.arg for one in found.args.args}:
        return f"{name} waits for files that only some machines have"
    marks = " ".join(ast.unparse(mark) for mark in found.decorator_list)
    return f"{name} is left out" if "skip" in marks or "xfail" in marks else ""
