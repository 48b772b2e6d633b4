"""What the streams of a tap probably are, as lines to paste into plugins.toml."""

from collections.abc import Iterator, Sequence

from cophub.connectors.mapping.synonyms import RECORDS, SURE, forms


def guessed(columns: Sequence[str]) -> tuple[str, dict[str, str]] | None:
    """The likeliest record and its columns by field, by their names alone; None for no idea."""
    best: tuple[int, str, dict[str, str]] | None = None
    for record, groups in SURE.items():
        found = _fields(record, columns)
        if not all(group & found.keys() for group in groups):
            continue
        wanted = sum(len(group & found.keys()) for group in groups)
        score = len(found) + 2 * wanted
        if best is None or score > best[0]:
            best = (score, record, found)
    return best[1:] if best else None


def _fields(record: str, columns: Sequence[str]) -> dict[str, str]:
    free = list(columns)
    found = {}
    for name, titles in RECORDS[record].items():
        match = next((one for title in titles for one in free if title in forms(one)), None)
        if match is not None:
            free.remove(match)
            found[name] = match
    return found


def lines(source: str, stream: str, columns: Sequence[str], keys: Sequence[str]) -> Iterator[str]:
    """Lines for plugins.toml, or a comment that lists the columns."""
    guess = guessed(columns)
    if guess is None:
        yield f"# {stream}: nothing could be guessed; it has the columns {', '.join(columns)}"
        return
    record, found = guess
    yield f"[sources.{source}.settings.streams.{_quoted(stream)}]"
    yield f'record = "{record}"'
    told = ", ".join(f"{name} = {_text(column)}" for name, column in found.items())
    yield f"columns = {{ {told} }}"
    if keys and record not in ("membership", "account", "attendance"):
        yield f"key = [{', '.join(map(_text, keys))}]"
    if "space" not in found:
        yield f'# space = "{stream}"   # the key of its space; "{source}" when left out'
    left = [one for one in columns if one not in found.values()]
    if left:
        yield f"# not used: {', '.join(left)}"


def _quoted(name: str) -> str:
    return name if name.replace("_", "").replace("-", "").isalnum() else _text(name)


def _text(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
