"""The model that Splink 5 is given: what is compared, in which levels, and what is fixed by hand.

Why it is so stands at the head of `splink_five.py`.
"""

from typing import Any


def settings(persons: int) -> Any:
    """The model; `persons` is a guess of how many mailboxes there are."""
    from splink import SettingsCreator, block_on

    # Two strangers share a mailbox less often than once in as many pairs as there are mailboxes.
    rare = 0.005 / persons
    return SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            _mailbox(rare, persons), _name(persons), _work(), _country(), _directory(rare),
            _communities(),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("mailbox"),
            block_on("directory"),
            block_on("whole"),
            block_on("local"),
            block_on("pairs", arrays_to_explode=["pairs"]),
            block_on("other", "left(one, 1)", "domain"),
            block_on("other", "left(one, 1)", "organization"),
            block_on("other", "left(one, 1)", "country"),
            block_on("one", "organization"),
        ],
        retain_matching_columns=False,
        max_iterations=20,
    )  # fmt: skip


def _compared(name: str, *levels: Any) -> Any:
    """A comparison of these levels, the first that holds counts; the last is all else."""
    import splink.comparison_library as library

    return library.CustomComparison(output_column_name=name, comparison_levels=[*levels])


def _exact(column: str, tf: bool = False) -> Any:
    import splink.comparison_level_library as levels

    return levels.ExactMatchLevel(column, term_frequency_adjustments=tf)


def _same(column: str, **fixed: Any) -> Any:
    """The same text in a column that another one is compared beside, adjusted for its frequency."""
    import splink.comparison_level_library as levels

    return levels.CustomLevel(f"{column}_l = {column}_r", f"same {column}").configure(
        fix_m_probability=True, tf_adjustment_column=column,
        disable_tf_exact_match_detection=True, **fixed,
    )  # fmt: skip


def _mailbox(rare: float, persons: int) -> Any:
    import splink.comparison_level_library as levels

    return _compared(
        "mailbox",
        levels.NullLevel("mailbox"),
        _exact("mailbox").configure(
            m_probability=0.55, fix_m_probability=True,
            u_probability=rare, fix_u_probability=True,
        ),
        _same("local", m_probability=0.02, tf_minimum_u_value=0.1 / persons),
        levels.CustomLevel(
            "domain_l = domain_r", "two addresses at one work domain"
        ).configure(m_probability=0.01, fix_m_probability=True),
        levels.ElseLevel().configure(m_probability=0.42, fix_m_probability=True),
    )  # fmt: skip


def _name(persons: int) -> Any:
    import splink.comparison_level_library as levels

    full = "whole_l is not null and whole_r is not null"
    shared = "len(list_intersect(words_l, words_r))"
    return _compared(
        "name",
        levels.NullLevel("words"),
        _exact("whole", tf=True).configure(tf_minimum_u_value=0.1 / persons),
        levels.CustomLevel(
            f"{full} and {shared} = least(len(words_l), len(words_r))",
            "the one name within the other",
        ),
        levels.CustomLevel(
            f"{full} and jaro_winkler_similarity(whole_l, whole_r) >= 0.94", "spelt alike"
        ),
        levels.CustomLevel(
            "other_l = other_r and left(one_l, 1) = left(one_r, 1)", "same last word, same initial"
        ),
        levels.CustomLevel(
            f"(whole_l is null or whole_r is null) and {shared} >= 1", "its only word in common"
        ),
        levels.ElseLevel(),
    )


def _work() -> Any:
    import splink.comparison_level_library as levels

    return _compared(
        "organization",
        levels.CustomLevel(
            "organization_l is null and domain_l is null"
            " or organization_r is null and domain_r is null"
        ).configure(is_null_level=True),
        _exact("organization", tf=True).configure(m_probability=0.35, fix_m_probability=True),
        _same("domain", m_probability=0.3),
        levels.ElseLevel().configure(m_probability=0.35, fix_m_probability=True),
    )


def _country() -> Any:
    import splink.comparison_level_library as levels

    return _compared(
        "country",
        levels.NullLevel("country"),
        _exact("country", tf=True).configure(m_probability=0.92, fix_m_probability=True),
        levels.ElseLevel().configure(m_probability=0.08, fix_m_probability=True),
    )


def _directory(rare: float) -> Any:
    import splink.comparison_level_library as levels

    return _compared(
        "directory",
        levels.NullLevel("directory"),
        _exact("directory").configure(
            m_probability=0.99, fix_m_probability=True,
            u_probability=rare, fix_u_probability=True,
        ),
        levels.ElseLevel().configure(
            m_probability=0.01, fix_m_probability=True,
            u_probability=1 - rare, fix_u_probability=True,
        ),
    )  # fmt: skip


def _communities() -> Any:
    """By how many are shared; in two tools, whose names for one may differ, none says nothing."""
    import splink.comparison_level_library as levels

    return _compared(
        "communities",
        levels.NullLevel("communities"),
        levels.ArrayIntersectLevel("communities", min_intersection=2),
        levels.ArrayIntersectLevel("communities", min_intersection=1),
        levels.CustomLevel("source_l <> source_r").configure(is_null_level=True),
        levels.ElseLevel(),
    )
