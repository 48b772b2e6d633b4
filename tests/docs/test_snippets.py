"""Every block of code on every page is run, compared or read; what is not says why."""

import configparser
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "docs"))

import snippets  # noqa: E402
from snippets import Block, blocks_of  # noqa: E402

from tests.docs.hubs import Desk  # noqa: E402

NOT_RUN = 37
"""Blocks that nobody runs. The number may fall and not grow: write the new one here."""
BLOCKS = snippets.blocks()
PAGES = sorted({block.page for block in BLOCKS})


def test_each_block_has_a_fate():
    """Whoever writes a block in another language says above it why nobody runs it."""
    lost = [
        f"{block.place}: {block.language or 'no language'}" for block in BLOCKS if not block.fate
    ]
    assert lost == [], "write <!-- not run: why --> above it"
    short = [block.place for block in BLOCKS if len(block.marks.get("not run", "a reason")) < 8]
    assert short == []


def test_no_more_blocks_are_left_out_than_before():
    left = [block.place for block in BLOCKS if block.fate == "not run"]
    assert len(left) == NOT_RUN, (
        "fewer: write the number here" if len(left) < NOT_RUN else f"run them: {left}"
    )


def test_what_is_run_elsewhere_is_there():
    for (page, language), test in snippets.ELSEWHERE.items():
        assert (ROOT / test).is_file()
        assert any((block.page, block.language) == (page, language) for block in BLOCKS)


def test_a_terminal_tells_what_failed_and_keeps_what_was_said(desk: Callable[[str], Desk]) -> None:
    """In a pipe, in a loop, and in the last line; what is exported and where it stands stay."""
    terminal = desk("docs/first-hub.md").terminal
    assert terminal.run("cophub nothing | cat")[0] == 2
    assert terminal.run("for name in a b; do cophub export $name; done\ntrue")[0] == 2
    assert terminal.run("mkdir below\ncd below\nexport WHO=nobody\ncophub --version > told")[0] == 0
    code, said = terminal.run('cat told\necho "$WHO in $(basename "$PWD")"')
    assert code == 0
    assert re.fullmatch(r"cophub [\d.]+\nnobody in below\n", said)


@pytest.mark.parametrize("page", PAGES)
def test_the_blocks_of_a_page_do_what_it_says(page: str, desk: Callable[[str], Desk]) -> None:
    """In their order, in one hub of invented vendors, in one terminal."""
    blocks = [block for block in blocks_of(ROOT / page) if block.fate in _DO]
    if not any(block.fate in ("run", "compared", "file") for block in blocks):
        for block in blocks:
            _read(block, None)
        return
    here = desk(page)
    for block in blocks:
        _DO[block.fate](block, here)


def _run(block: Block, here: Desk) -> None:
    content = here.fitted(block.content)
    if block.language == "python":
        here.python(content, block.place)
        return
    if block.language == "sql":
        here.asked(content, block.place)
        return
    if block.language == "console" and "$ " in content:
        content = "\n".join(re.findall(r"^\$ (.*)$", content, re.MULTILINE))
    code, here.said = here.terminal.run(content)
    assert code == int(block.marks.get("leaves", 0)), f"{block.place}:\n{content}\n{here.said}"


def _compare(block: Block, here: Desk) -> None:
    """A block of text is what the commands above it printed; `...` stands for what varies."""
    shown, said = here.fitted(block.content), _lines(here.said)
    pattern = "".join(map(_as_pattern, _lines(shown).splitlines()))
    assert re.fullmatch(pattern, said), f"{block.place}:\n{shown}\n--- is\n{said}"


def _as_pattern(line: str) -> str:
    """`...` by itself stands for any lines or none, within a line for any of it."""
    if line.strip() == "...":
        return r"(?:.*\n)*?"
    return re.escape(line).replace(r"\.\.\.", ".*?") + r"\n"


def _lines(text: str) -> str:
    """Without blanks at the ends of lines, and without empty lines before and after."""
    return "\n".join(line.rstrip() for line in text.splitlines()).strip("\n") + "\n"


def _keep(block: Block, here: Desk) -> None:
    if "into" in block.marks:
        _change(here.folder, block.marks["into"], here.fitted(block.content))
        return
    name = block.marks.get("file") or block.marks["adds to"]
    file = here.folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    with file.open("a" if "adds to" in block.marks else "w", encoding="utf-8") as written:
        written.write(here.fitted(block.content))


def _change(folder: Path, told: str, content: str) -> None:
    name, _, place = told.partition(", above ")
    file = folder / name
    text = file.read_text(encoding="utf-8")
    if place:
        [line] = [one for one in text.splitlines() if one.startswith(place)]
        old, new = f"{line}\n", f"{content}\n\n{line}\n"
    else:
        lines = content.splitlines(keepends=True)
        old = "".join(line[1:] for line in lines if line[0] in " -")
        new = "".join(line[1:] for line in lines if line[0] in " +")
    assert text.count(old) == 1, f"{name} does not have this just once:\n{old}"
    file.write_text(text.replace(old, new), encoding="utf-8")


def _read(block: Block, here: Any) -> None:
    """A block of a format is well formed; `tests/test_docs.py` has cophub take those of TOML."""
    if block.language == "json":
        json.loads(block.content)
    elif block.language == "yaml":
        yaml.safe_load(block.content)
    elif block.language == "ini":
        configparser.ConfigParser(strict=False).read_string(block.content)


_DO: dict[str, Callable[[Block, Any], None]] = {
    "run": _run, "compared": _compare, "file": _keep, "read": _read,
}  # fmt: skip
