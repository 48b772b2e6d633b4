"""`[retention]`: lengths of time, and what is wrong with others."""

from pathlib import Path

import pytest
from dateutil.relativedelta import relativedelta

from cophub.config import load_config
from cophub.config.retention_table import RetentionTable
from cophub.errors import ConfigError
from cophub.warehouse import retention
from cophub.warehouse.privacy import tagged
from cophub.warehouse.tables import metadata


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
    with pytest.raises(ConfigError, match=r"\[retention\] delivery: cannot go: figures of past"):
        load_config(written(tmp_path, 'delivery = "2 years"'))
    with pytest.raises(
        ConfigError, match=r'\[retention\] posts: no such key \(did you mean "post"'
    ):
        load_config(written(tmp_path, 'posts = "2 years"'))
    with pytest.raises(ConfigError, match=r"brief_sent: is less than 8 weeks"):
        load_config(written(tmp_path, 'brief_sent = "1 month"'))
    assert load_config(written(tmp_path, 'brief_sent = "8 weeks"')).retention.kept


def test_every_table_with_more_than_plain_columns_can_be_named_or_says_why_not() -> None:
    """Tables of figures are counted from these; the store of facts is the warehouse's own."""
    of_their_own = {"meta", "organization_name", "community", "measure_account"}
    named = {*RetentionTable.model_fields, *RetentionTable.WHY_NOT}
    tagged_ = {name for name in metadata.tables if tagged(name, "content", "sensitive")}
    counted = {name for name in tagged_ if name.startswith("measure_")}
    assert tagged_ - counted - of_their_own <= named
    assert named <= set(metadata.tables)
    assert not {*RetentionTable.model_fields} & {*RetentionTable.WHY_NOT}
    assert {*RetentionTable.model_fields} == {*retention.CONTENT, *retention.ROWS}


def test_the_end_of_each_reason_is_a_next_step(tmp_path: Path) -> None:
    for name in RetentionTable.WHY_NOT:
        with pytest.raises(ConfigError) as error:
            load_config(written(tmp_path, f'{name} = "2 years"'))
        assert str(error.value).endswith(
            "the keys here are alert, attendance, audit, brief_sent, membership, post, reject"
        )
    with pytest.raises(ConfigError, match="longer than a hundred years"):
        load_config(written(tmp_path, 'post = "101 years"'))
