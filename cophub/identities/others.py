"""Everybody but one person taken out of texts and values that are handed to that person."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, and_, select

from cophub.identities.links import Account
from cophub.identities.reading.account import shown_name as as_written
from cophub.identities.reading.mailboxes import mailbox_behind
from cophub.identities.reading.places import fold
from cophub.warehouse import tables
from cophub.warehouse.traces import ERASED, clean_text, clean_value

OTHER = "[somebody else]"
QUOTED = "[what others wrote]"
"""Stands where a mail quotes what it answers."""

_WORD = re.compile(r"[^\W\d_](?:[^\W_]|['’.-](?=\w))*")
_GAP = re.compile(r"[.,]?\s+")
_MENTION = re.compile(r"\[\[user:([^\]]+)\]\]")
_QUOTE = re.compile(r"(?m)(?:^[ \t]*>.*(?:\n|$))+")
_SHORTEST_NAME = 5


@dataclass
class Others:
    """What names somebody else; `hide` takes it out of a value."""

    own: frozenset[str]
    """Addresses, keys, ids and names of the person, lower case."""
    ids: frozenset[str] = frozenset()
    """Keys, logins and ids of others, lower case."""
    names: dict[str, list[tuple[str, ...]]] = field(default_factory=dict)
    """Full names of others in every order, by their first word; words are folded."""
    own_names: dict[str, list[tuple[str, ...]]] = field(default_factory=dict)

    def hide(self, value: Any) -> Any:
        """The value without others; numbers and instants stay as they are."""
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, dict | list):
            return self._inner(clean_value(value, self._is_other))
        return value

    def hide_key(self, value: Any) -> Any:
        """A value that is a key, an id or an address: the person's own, or nobody's."""
        if value is None or str(value).lower() in self.own:
            return value
        return OTHER

    def _inner(self, value: Any) -> Any:
        if isinstance(value, str):
            return OTHER if self._is_other(value.lower()) else self._text(value)
        if isinstance(value, list):
            return [self._inner(each) for each in value]
        if isinstance(value, dict):
            return {name: self._inner(each) for name, each in value.items()}
        return value

    def _text(self, text: str) -> str:
        text = _QUOTE.sub(f"{QUOTED}\n", text) if ">" in text else text
        text = _MENTION.sub(self._mention, text) if "[[user:" in text else text
        return self._without_names(clean_text(text, self._is_other).replace(ERASED, OTHER))

    def _mention(self, found: re.Match[str]) -> str:
        return found[0] if found[1].lower() in self.own else OTHER

    def _is_other(self, token: str) -> bool:
        """Whether a word is an address that is not the person's, or a key of somebody else."""
        if token in self.own:
            return False
        if "@" in token:
            return mailbox_behind(token) not in self.own
        return token in self.ids

    def _without_names(self, text: str) -> str:
        parts, done = [], 0
        for start, end in self._named(text):
            parts += [text[done:start], OTHER]
            done = end
        return "".join([*parts, text[done:]]) if parts else text

    def _named(self, text: str) -> Iterator[tuple[int, int]]:
        """Where names of others stand; one that is the person's too is theirs."""
        words = list(_WORD.finditer(text))
        folded = [fold(word[0]) for word in words]
        at = 0
        while at < len(words):
            length = _longest(self.own_names.get(folded[at], ()), folded, words, text, at)
            if length:
                at += length
                continue
            length = _longest(self.names.get(folded[at], ()), folded, words, text, at)
            if length:
                yield words[at].start(), words[at + length - 1].end()
            at += length or 1


def _longest(
    names: Iterable[tuple[str, ...]], folded: list[str], words: list[re.Match[str]], text: str,
    at: int,
) -> int:  # fmt: skip
    """How many words the longest of the names has that stands in the text there; 0: none does."""
    best = 0
    for name in names:
        length = len(name)
        if length <= best or tuple(folded[at : at + length]) != name:
            continue
        pairs = zip(words[at : at + length], words[at + 1 : at + length], strict=False)
        if all(_GAP.fullmatch(text[a.end() : b.start()]) for a, b in pairs):
            best = length
    return best


def others(
    connection: Connection,
    people: Iterable[str],
    accounts: Iterable[Account],
    own: Iterable[str],
    names: Iterable[str],
) -> Others:
    """Everybody but whoever has these ids, accounts, addresses and full names."""
    mine, theirs = set(accounts), set(people)
    known = frozenset(text.lower() for text in (*own, *theirs, *(key for _, key in mine)))
    ids: set[str] = set()
    called: set[str] = set()
    for source, key, said, its_ids in _accounts(connection):
        if (source, key) not in mine:
            ids.update(its_ids)
            called.update(said)
    person = tables.person.c
    query = select(person.id, person.name, person.kind)
    for number, name, kind in connection.execute(query):
        if number not in theirs:
            ids.add(number)
            called.update([name] if name and kind == "person" else [])
    called.update(_told(connection, mine))
    own_names = _by_first_word(names)
    return Others(known, frozenset(ids - known), _by_first_word(called), own_names)


def _accounts(connection: Connection) -> Iterator[tuple[str, str, list[str], list[str]]]:
    """Of each account: source, key, the full name if it is a person's, and what is its id."""
    a, link, p = tables.account.c, tables.person_account.c, tables.person.c
    query = (
        select(
            a.source, a.key, a.name, a.given_name, a.family_name, a.username, a.extra, a.kind,
            p.kind.label("found"),
        )
        .outerjoin(tables.person_account, and_(link.source == a.source, link.account == a.key))
        .outerjoin(tables.person, p.id == link.person)
    )  # fmt: skip
    for row in connection.execute(query.select_from(tables.account)):
        written = as_written(row.name, row.given_name, row.family_name)
        is_person = (row.found or row.kind or "person") == "person"
        extra = row.extra if isinstance(row.extra, dict) else {}
        ids = [row.key, row.username, extra.get("directory_id")]
        names = [written] if written and is_person else []
        yield row.source, row.key, names, [t.lower() for t in ids if isinstance(t, str)]


def _told(connection: Connection, mine: set[Account]) -> Iterator[str]:
    """Names that others gave at the door of a call, or under what they wrote."""
    for table, column in ((tables.attendance, "name"), (tables.post, "author_name")):
        c = table.c
        query = select(c.source, c.account, c[column]).where(c[column].is_not(None)).distinct()
        for source, account, name in connection.execute(query):
            if (source, account) not in mine:
                yield name


def _by_first_word(names: Iterable[str | None]) -> dict[str, list[tuple[str, ...]]]:
    found: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for name in names:
        words = [fold(word) for word in _WORD.findall(name or "")]
        if len(words) < 2 or len(" ".join(words)) < _SHORTEST_NAME or "@" in (name or ""):
            continue
        for turned in (words, words[1:] + words[:1], words[-1:] + words[:-1]):
            found[turned[0]].add(tuple(turned))
    return {word: sorted(each, key=len, reverse=True) for word, each in found.items()}


__all__ = ["OTHER", "QUOTED", "Others", "others"]
