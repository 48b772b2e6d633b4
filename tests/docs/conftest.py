"""Vendors and a hub for the pages, made once; each page has a copy of it and a terminal."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.docs.hubs import PREPARED, Desk, World
from tests.docs.terminal import Terminal


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = World(tmp_path_factory.mktemp("world"))
    yield made
    made.close()


@pytest.fixture
def desk(
    world: World, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Callable[[str], Desk]]:
    """The desk of a page: a copy of the hub, prepared for what the page speaks of."""
    opened: list[Terminal] = []

    def sit(page: str) -> Desk:
        folder = tmp_path / "hub"
        shutil.copytree(world.folder, folder)
        opened.append(Terminal(folder))
        desk = Desk(opened[-1], lambda: str(request.getfixturevalue("postgres_database")()))
        PREPARED.get(page, lambda world, desk: None)(world, desk)
        return desk

    yield sit
    for terminal in opened:
        terminal.close()
