"""Texts of posts that are stored: cut to what a source keeps of them now."""

from sqlalchemy import BigInteger, Connection, func, insert, literal, null, or_, select, update

from cophub.warehouse import tables as t

ELLIPSIS = "…"
_NAME = "bodies {source}"


def cut(text: str, letters: int) -> str | None:
    """No more than so many letters of a text, and a sign where more was there; None of none."""
    if not letters:
        return None
    return text if len(text) <= letters else f"{text[:letters].rstrip(' ')}{ELLIPSIS}"


def cut_stored(connection: Connection, source: str, letters: int, sign: int) -> int:
    """The same to what is stored of a source; how many posts have less text now.

    Items that were not understood lose what may be such a text. `sign` turns the digests of posts
    into those of posts with so much text, so that no item is taken for changed.
    """
    if connection.dialect.name == "sqlite":
        # What is cut off is overwritten in the file, too.
        connection.exec_driver_sql("PRAGMA secure_delete = ON")
    p, r = t.post.c, t.reject.c
    signed = literal(sign, BigInteger)
    digest = (p.digest.bitwise_or(signed)) - (p.digest.bitwise_and(signed))
    here = update(t.post).where(p.source == source)
    connection.execute(here.where(p.digest.is_not(None)).values(digest=digest))
    shorter = func.rtrim(func.substr(p.body, 1, letters), " ") + ELLIPSIS if letters else null()
    longer = func.length(p.body) > letters if letters else p.body.is_not(None)
    done = connection.execute(here.where(longer).values(body=shorter))
    of_posts = or_(r.record.is_(None), r.record == "post")
    connection.execute(update(t.reject).where(r.source == source, of_posts).values(item=null()))
    return done.rowcount


def setting(connection: Connection, source: str) -> str:
    """How much text the stored posts of a source have: `whole`, `none` or a number of letters."""
    kept = select(t.meta.c.value).where(t.meta.c.name == _NAME.format(source=source))
    return str(connection.scalar(kept) or "whole")


def keep_setting(connection: Connection, source: str, value: str) -> None:
    """Remember how much text they have from now on."""
    name = _NAME.format(source=source)
    done = connection.execute(update(t.meta).where(t.meta.c.name == name).values(value=value))
    if not done.rowcount:
        connection.execute(insert(t.meta).values(name=name, value=value))


__all__ = ["ELLIPSIS", "cut", "cut_stored", "keep_setting", "setting"]
