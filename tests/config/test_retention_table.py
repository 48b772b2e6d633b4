"""`[retention]`: lengths of time, and what is wrong with others."""

from pathlib import Path

import pytest
from dateutil.relativedelta import relativedelta

from cophub.config import load_config
from cophub.errors import ConfigError


def written(tmp_path: Path, line: str) -> Path:
    file = tmp_path / "plugins.toml"
    file.write_text(f"[retention]\n{line}\n", encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("5 years", relativedelta(years=5)),
        ("1 month", relativedelta(months=1)),
        ("2 weeks", relativedelta(weeks=2)),
        ("90 days", relativedelta(days=90)),
    ],
)
def test_lengths(tmp_path: Path, text: str, length: relativedelta) -> None:
    assert load_config(written(tmp_path, f'post = "{text}"')).retention.kept == {"post": length}


def test_nothing_is_said(tmp_path: Path) -> None:
    assert load_config(written(tmp_path, "")).retention.kept == {}


@pytest.mark.parametrize("value", ['"5"', "5", '"0 days"', '"1.5 years"', '"six weeks"', "true"])
def test_what_is_no_length(tmp_path: Path, value: str) -> None:
    with pytest.raises(ConfigError) as error:
        load_config(written(tmp_path, f"post = {value}"))
    assert "[retention] post" in str(error.value)
    assert 'such as "5 years"' in str(error.value)


def test_what_cannot_go(tmp_path: Path) -> None:
    """Rows that figures rest on are not to be had."""
    with pytest.raises(ConfigError, match=r"\[retention\] delivery"):
        load_config(written(tmp_path, 'delivery = "2 years"'))
    with pytest.raises(ConfigError, match="longer than a hundred years"):
        load_config(written(tmp_path, 'post = "101 years"'))
