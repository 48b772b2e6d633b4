"""Figures of what changed alone are those of everything counted anew, whatever has happened."""

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cophub.pipelines.measures import changes
from cophub.pipelines.measures.changes import Plan
from cophub.warehouse import Warehouse, tables
from tests.pipelines.measures.alone import ALONE, COUNTED_WHOLE, settle_in
from tests.pipelines.measures.histories import OFTEN, History
from tests.sizes import sized

HISTORIES = st.lists(
    st.tuples(st.sampled_from(OFTEN), st.integers(0, 10**6), st.booleans()),
    min_size=1,
    max_size=8,
)
"""What happens, by which number, and whether figures are made before the next."""
ONE_AFTER_ANOTHER = sorted(
    change
    for change in ALONE.keys() - COUNTED_WHOLE
    if " comes of " not in change and " goes by" not in change and "hour" not in change
)
"""Single changes that need no other time, most of which change nothing that one before took."""
ANY_FIXTURE = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hub at the beginning of every history, its figures made."""
    file = tmp_path_factory.mktemp("begun") / "cophub.db"
    warehouse = Warehouse.open(f"sqlite:///{file}")
    History(warehouse).refresh()
    warehouse.dispose()
    return file


@pytest.fixture(scope="module")
def settled(begun: Path) -> Path:
    """The same after what the single changes are about has happened."""
    file = begun.with_name("settled.db")
    shutil.copy(begun, file)
    warehouse = Warehouse.open(f"sqlite:///{file}")
    history = History(warehouse, begun=True)
    settle_in(history)
    history.refresh()
    warehouse.dispose()
    return file


def noting(plan: Callable[..., Any], plans: list[Plan]) -> Callable[..., Any]:
    """The same function, which notes what it plans."""

    def noted(*given: Any) -> Any:
        found = plan(*given)
        plans.append(found[0])
        return found

    return noted


def bare(figures: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """The same without how fresh they are: that changes with each run."""
    names = [column.name for column in tables.measure.columns if column.name != "version"]
    fresh = names.index("observed_at")
    return figures | {"measure": [row[:fresh] + row[fresh + 1 :] for row in figures["measure"]]}


def wrong_after(history: History, happened: list[tuple[str, int, bool]]) -> list[str]:
    """Where figures that were made after a change are not the same as from nothing, by table."""
    wrong: list[str] = []
    for name, seed, looked in [*happened, ("hours", 1, True)]:
        history.step(name, seed)
        if looked:
            made = history.refresh()
            whole = history.from_nothing()
            wrong += [f"{table} after {name}" for table in whole if made[table] != whole[table]]
    return wrong


@given(happened=HISTORIES)
@settings(max_examples=sized(10, 25), deadline=None, suppress_health_check=ANY_FIXTURE)
def test_figures_of_what_changed_are_those_of_everything(
    begun: Path, tmp_path: Path, happened: list[tuple[str, int, bool]]
) -> None:
    file = tmp_path / "cophub.db"
    file.unlink(missing_ok=True)
    shutil.copy(begun, file)
    warehouse = Warehouse.open(f"sqlite:///{file}")
    try:
        assert wrong_after(History(warehouse, begun=True), happened) == []
    finally:
        warehouse.dispose()


@given(happened=HISTORIES)
@settings(max_examples=sized(2, 3), deadline=None, suppress_health_check=ANY_FIXTURE)
def test_on_postgresql_too(
    postgres_database: Callable[[], str], happened: list[tuple[str, int, bool]]
) -> None:
    warehouse = Warehouse.open(postgres_database())
    try:
        history = History(warehouse)
        history.refresh()
        assert wrong_after(history, happened) == []
    finally:
        warehouse.dispose()


@pytest.mark.parametrize("change", sorted(ALONE))
def test_no_change_is_missed(
    settled: Path, tmp_path: Path, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "cophub.db"
    shutil.copy(settled, file)
    warehouse = Warehouse.open(f"sqlite:///{file}")
    try:
        history = History(warehouse, begun=True)
        history.now += timedelta(hours=2)
        before = history.from_nothing()
        ALONE[change](history)
        plans: list[Plan] = []
        with monkeypatch.context() as patch:
            patch.setattr(changes, "plan", noting(changes.plan, plans))
            made = history.refresh()
        whole = history.from_nothing()
    finally:
        warehouse.dispose()
    for table, rows in whole.items():
        assert made[table] == rows, table
    assert bare(before) != bare(whole), "the change changes no figure: it tests nothing"
    assert [plan.whole for plan in plans] == [change in COUNTED_WHOLE]


def test_where_nothing_changed_on_a_day_nothing_is_counted(
    settled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "cophub.db"
    shutil.copy(settled, file)
    warehouse = Warehouse.open(f"sqlite:///{file}")
    plans: list[Plan] = []
    try:
        history = History(warehouse, begun=True)
        made = history.refresh()
        monkeypatch.setattr(changes, "plan", noting(changes.plan, plans))
        assert history.refresh() == made
        assert plans == []
        ALONE["one is a mailbox"](history)
        assert history.refresh() != made
        assert len(plans) == 1
    finally:
        warehouse.dispose()


def test_what_was_kept_after_a_change_is_right_after_the_next(
    settled: Path, tmp_path: Path
) -> None:
    """A quarter that was counted anew, and kept wrongly, shows when it is not counted again."""
    file, looked = tmp_path / "cophub.db", sized(10, 5)
    shutil.copy(settled, file)
    warehouse = Warehouse.open(f"sqlite:///{file}")
    try:
        history = History(warehouse, begun=True)
        for number, change in enumerate(ONE_AFTER_ANOTHER):
            ALONE[change](history)
            made = history.refresh()
            if number % looked == looked - 1:
                since = ONE_AFTER_ANOTHER[number + 1 - looked : number + 1]
                assert made == history.from_nothing(), since
    finally:
        warehouse.dispose()
