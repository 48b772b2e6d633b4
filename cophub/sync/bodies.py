"""How much of the texts of posts a source keeps: whole, shortened, or none.

Every connector's records pass here on their way to the warehouse, and so do items that could not
be understood; what is stored already is brought in line when the setting changes.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Literal

import msgspec
from sqlalchemy import Connection
from xxhash import xxh3_64_intdigest

from cophub.connector import Stream
from cophub.records import Post, Record, Reject
from cophub.warehouse import bodies as stored
from cophub.warehouse import state

Bodies = Literal["whole", "none"] | int
"""`whole`, `none`, or so many letters at most."""

_ALL = 2**62


@dataclass(frozen=True)
class Keeping:
    """What a source keeps of the text of a post."""

    bodies: Bodies = "whole"

    @property
    def letters(self) -> int:
        """How many letters of a text are kept at most."""
        return self.bodies if isinstance(self.bodies, int) else (0, _ALL)[self.bodies == "whole"]

    @cached_property
    def sign(self) -> int:
        """What marks digests of posts of which this much is kept; 63 bits, 0 for whole ones."""
        if self.bodies == "whole":
            return 0
        return xxh3_64_intdigest(f"bodies {self.bodies}".encode()) >> 1

    def records(self, records: list[Record]) -> list[Record]:
        """The records with no more text than is kept; those that were given stay as they are."""
        if self.bodies == "whole":
            return records
        return [self._kept(each) if isinstance(each, Post) else each for each in records]

    def reject(self, reject: Reject, stream: Stream) -> Reject:
        """A reject without the item, where that may hold the text of a post."""
        if self.bodies == "whole" or (stream.yields and Post not in stream.yields):
            return reject
        if reject.record not in (None, Post.TABLE):
            return reject
        return msgspec.structs.replace(reject, item=None)

    def known(
        self, digests: Sequence[int], are_stored: Callable[[Sequence[int]], Collection[int]]
    ) -> Collection[int]:
        """Those of the digests of posts that are stored with as much text as is kept now."""
        if not self.sign:
            return are_stored(digests)
        return {found ^ self.sign for found in are_stored([each ^ self.sign for each in digests])}

    def _kept(self, post: Post) -> Post:
        digest = post.digest ^ self.sign if isinstance(post.digest, int) else post.digest
        body = stored.cut(post.body, self.letters) if isinstance(post.body, str) else post.body
        return msgspec.structs.replace(post, body=body, digest=digest)


def settle(
    connection: Connection,
    source: str,
    keeping: Keeping,
    streams: Sequence[Stream],
    *,
    run: int,
    now: datetime,
) -> None:
    """Bring what is stored in line with the setting, where that is not what it was.

    Less text is cut off at once. More can only come from the vendor: every stream that may yield
    posts is read whole, in this run or the next.
    """
    before = Keeping(_read(stored.setting(connection, source)))
    if before.bodies == keeping.bodies:
        return
    if keeping.letters < before.letters:
        stored.cut_stored(connection, source, keeping.letters, before.sign ^ keeping.sign)
    else:
        for stream in streams:
            if not stream.yields or Post in stream.yields:
                state.write_cursor(
                    connection, source, stream.name,
                    value=None, run=run, now=now, lane=state.WHOLE,
                )  # fmt: skip
    stored.keep_setting(connection, source, str(keeping.bodies))


def _read(setting: str) -> Bodies:
    if setting.isdecimal():
        return int(setting)
    return "none" if setting == "none" else "whole"


__all__ = ["Bodies", "Keeping", "settle"]
