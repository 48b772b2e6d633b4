"""Names and addresses of people taken out of recorded answers, the same one always by the same.

Whose names they are is known from the warehouse, which has just read them. The key of the stand-ins
is forgotten with the process, so that nobody can lead one back to an address by trying.
"""

import hmac
import re
import secrets
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import md5
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import msgspec
from sqlalchemy import Connection, select

from cophub.warehouse import tables as t

_ADDRESS = re.compile(r"[\w.+'%-]+?(@|%40)[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
_WORD = re.compile(r"\w+(?:['’-]\w+)*")
_SUM = re.compile(r"\b[0-9a-f]{32}\b")
_NAMES = (
    t.account.c.name, t.account.c.given_name, t.account.c.family_name, t.account.c.username,
    t.attendance.c.name, t.post.c.author_name,
)  # fmt: skip
_SHORTEST = 2


@dataclass
class Disguise:
    """Stand-ins for the names and addresses of the people of some sources."""

    key: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    _names: dict[str, list[tuple[str, ...]]] = field(default_factory=lambda: defaultdict(list))
    """Names of several words, by their first."""
    _single: set[str] = field(default_factory=set)
    """Words that are a name where they stand alone."""
    _sums: dict[str, str] = field(default_factory=dict)

    def learn(self, connection: Connection, source: str) -> None:
        """The people that the warehouse knows from a source."""
        names: list[object] = []
        for column in _NAMES:
            query = select(column).where(column.table.c.source == source).distinct()
            names += connection.scalars(query)
        emails = select(t.account.c.email).where(t.account.c.source == source).distinct()
        self.learn_people(names, connection.scalars(emails))

    def learn_people(self, names: Iterable[object], emails: Iterable[object]) -> None:
        """People by their names and addresses; whatever is no text is passed over."""
        self._learn_names(name for name in names if isinstance(name, str) and name)
        for email in emails:
            if isinstance(email, str) and email:  # some vendors name people by this sum of it
                found = md5(email.strip().lower().encode(), usedforsecurity=False).hexdigest()
                self._sums[found] = self._token("sum", found, 32)

    def _learn_names(self, names: Iterable[str]) -> None:
        for name in names:
            words = tuple(word.casefold() for word in _WORD.findall(name))
            self._single.update(word for word in words if len(word) >= _SHORTEST)
            if len(words) > 1:
                for order in {words, words[::-1], (words[-1], *words[:-1])}:
                    if order not in self._names[order[0]]:
                        self._names[order[0]].append(order)

    def files(self, folder: Path) -> int:
        """Take them out of the exchanges in a folder; how many were no text, and are deleted."""
        left_out = 0
        for path in sorted(folder.glob("*.json")):
            exchange = msgspec.json.decode(path.read_bytes())
            if "base64" in exchange["response"]:
                path.unlink()
                left_out += 1
                continue
            content = msgspec.json.format(msgspec.json.encode(self.value(exchange)), indent=1)
            path.write_bytes(content)
        for path in sorted(folder.glob("*-*.json")):
            number = path.name.partition("-")[0]  # the rest tells what was asked
            path.rename(path.with_name(f"{number}.json"))
        return left_out

    def value(self, value: Any) -> Any:
        """Plain values with stand-ins for all that names somebody."""
        if isinstance(value, dict):
            return {self.text(key): self.value(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.value(inner) for inner in value]
        return self.text(value) if isinstance(value, str) else value

    def text(self, text: str) -> str:
        """Text with stand-ins; a word alone is a name where some name has it."""
        text = _ADDRESS.sub(self._address, text)
        text = _SUM.sub(lambda found: self._sums.get(found[0], found[0]), text)
        return "".join(self._without_names(text))

    def _address(self, found: re.Match[str]) -> str:
        address = unquote(found[0]).lower()
        return f"{self._token('address', address, 12)}{found[1]}example.org"

    def _without_names(self, text: str) -> Iterator[str]:
        words = list(_WORD.finditer(text))
        said = [word[0].casefold() for word in words]
        done, at = 0, 0
        while at < len(words):
            length = self._name_at(said, at, is_all=_is_alone(text, words, at))
            if not length:
                at += 1
                continue
            yield text[done : words[at].start()]
            yield self._stand_in(said[at : at + length])
            done = words[at + length - 1].end()
            at += length
        yield text[done:]

    def _name_at(self, said: list[str], at: int, *, is_all: bool) -> int:
        """How many words from here on are a name."""
        longest = 0
        for name in self._names.get(said[at], ()):
            if len(name) > longest and tuple(said[at : at + len(name)]) == name:
                longest = len(name)
        return longest or int(is_all and said[at] in self._single)

    def _stand_in(self, words: list[str]) -> str:
        if len(words) == 1:
            return f"N{self._token('word', words[0], 6)}"
        return f"Person N{self._token('name', ' '.join(words), 8)}"

    def _token(self, kind: str, value: str, length: int) -> str:
        found = hmac.digest(self.key, f"{kind}\0{value}".encode(), "sha256").hex()[:length]
        return found if kind == "sum" else f"p{found}"


def _is_alone(text: str, words: list[re.Match[str]], at: int) -> bool:
    """Whether a word is all that a field says, in JSON or between two tags."""
    start, end = words[at].span()
    before = text[words[at - 1].end() if at else 0 : start].rstrip()
    after = text[end : words[at + 1].start() if at + 1 < len(words) else None].lstrip()
    begins = before.endswith(">") or (not at and not before)
    ends = after.startswith("<") or (at + 1 == len(words) and not after)
    return begins and ends


__all__ = ["Disguise"]
