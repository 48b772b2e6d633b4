"""The vendor's `fields` and `exclude_fields`: dotted names that pass through lists."""

from typing import Any

Tree = dict[str, "Tree"]


def tree(names: str) -> Tree:
    """`"members.id,total_items"` as `{"members": {"id": {}}, "total_items": {}}`."""
    root: Tree = {}
    for name in filter(None, (part.strip() for part in names.split(","))):
        branch = root
        for step in name.split("."):
            branch = branch.setdefault(step, {})
    return root


def below(name: str, include: str, exclude: str) -> tuple[Tree | None, Tree]:
    """What `fields` and `exclude_fields` say of the rows of `name`; (None, ...) for all fields."""
    wanted = tree(include)
    inner = wanted.get(name, {"": {}}) if wanted else None
    return (inner or None), tree(exclude).get(name, {})


def chosen(value: Any, include: Tree | None, exclude: Tree) -> Any:
    """The value with only the fields of `include` (None: all) and none of `exclude`."""
    if isinstance(value, list):
        return [chosen(item, include, exclude) for item in value]
    if not isinstance(value, dict):
        return value
    result = {}
    for name, item in value.items():
        left_out = exclude.get(name)
        if (include and name not in include) or left_out == {}:
            continue
        wanted = include[name] if include else None
        result[name] = chosen(item, wanted or None, left_out or {}) if wanted or left_out else item
    return result
