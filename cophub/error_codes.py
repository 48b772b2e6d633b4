"""The catalogue of codes: what each error means, why it comes, and what to do.

A code stays what it is: monitoring, alerts and notes of operators refer to it. The letter says who
or what puts it right: C plugins.toml, P the plugin's author, A the account's owner, U time (the
next run), W the operator of the warehouse, B waiting, H a person who looks at it, S whoever keeps
the timetable, X nobody yet.
"""

from dataclasses import dataclass

HELD = "CPH-H01"
NO_COPY = "CPH-W10"
LATE = "CPH-S01"
PROMISE_BROKEN = "CPH-S02"
NEVER_RAN = "CPH-S03"
STOPPED = "CPH-S04"
UNFORESEEN = "CPH-X01"
KILLED = "CPH-X02"


@dataclass(frozen=True)
class ErrorCode:
    """One kind of error; each text is a sentence or two without names of a particular hub."""

    code: str
    title: str
    cause: str
    next_step: str
    advice: str | None = None
    """What `status` says to do about a source that failed so; SOURCE stands for its name."""


_ALL = (
    ErrorCode(
        "CPH-C01",
        "plugins.toml is wrong",
        "A key is misspelled or missing, a value has the wrong form, what was named is not there,"
        " or a variable is not set in this terminal or service.",
        "Correct the place that the line names, then `cophub check`.",
    ),
    ErrorCode(
        "CPH-P01",
        "A plugin is broken or breaks the contract",
        "It cannot be imported, yields what the contract does not allow, or failed with an error of"
        " its own. Everything else works.",
        "Update or remove the plugin, or tell its author the line. `cophub plugins list` shows it.",
    ),
    ErrorCode(
        "CPH-A01",
        "A vendor refused the credentials or a permission",
        "A key was revoked or has run out, or the account may not read what is asked for.",
        "Let the account's owner renew it, then `cophub check SOURCE`.",
    ),
    ErrorCode(
        "CPH-U01",
        "A vendor did not answer, or not as it should",
        "It is away, too slow, asks to wait for longer than a run lasts, or its answer is not"
        " whole.",
        "Nothing: the next run goes on from the last checkpoint. After days, ask the vendor.",
    ),
    ErrorCode(
        "CPH-U02",
        "A vendor no longer accepts the stored cursor",
        "Too long a time has passed since the last run, or the vendor forgot it.",
        "Nothing: the stream is read whole again by itself.",
    ),
    ErrorCode(
        "CPH-W01",
        "The warehouse cannot be opened, written or upgraded",
        "The disk is full, the file or server is held, away or damaged, the clock is wrong, or a"
        " newer cophub wrote it.",
        "Do what the line says; `cophub doctor` looks at all of it.",
    ),
    ErrorCode(
        NO_COPY,
        "No copy of the warehouse could be made",
        "The disk has no room for it, its folder cannot be written, or pg_dump is not there or is"
        " older than the server. Nothing was changed.",
        'Make room, or name another folder as `backups` under `[hub]`; for PostgreSQL, put its'
        " client programs on PATH.",
    ),
    ErrorCode(
        "CPH-B01",
        "Another run holds the source or the pipelines",
        "A run of the same is under way, here or on another machine, or one took over because this"
        " one showed no sign of life.",
        "Wait for it, or end it: what it holds is free two minutes after its last sign of life.",
    ),
    ErrorCode(
        HELD,
        "A run is held: it would end more memberships than is easy to believe",
        "The vendor's answer lacks many members that it had before. Mostly something is wrong"
        " there, such as a permission that is gone. Nothing was ended.",
        "Look at it; if it is true: `cophub sync SOURCE --accept-departures`.",
    ),
    ErrorCode(
        LATE,
        "Its time has passed by more than an hour",
        "Nothing keeps the timetable: neither `cophub schedule` nor `cophub run` is being run, or"
        " another machine that should have is switched off.",
        "Start `cophub schedule`, best as a service that begins with the machine; or `cophub run`.",
    ),
    ErrorCode(
        PROMISE_BROKEN,
        "Data is older than promised",
        "The last run that ended well began longer ago than `fresh_within` allows: it runs too"
        " seldom, takes too long, was stopped, or nothing keeps the timetable.",
        "`cophub sync SOURCE`; if that is not enough, run it more often or promise less.",
    ),
    ErrorCode(
        NEVER_RAN,
        "A source has never run",
        "It is new in plugins.toml, or its settings were wrong each time.",
        "`cophub check SOURCE`, then `cophub sync SOURCE`.",
    ),
    ErrorCode(
        STOPPED,
        "A run was stopped at a checkpoint",
        "Somebody pressed Ctrl-C, or the service was stopped.",
        "Nothing: the next run goes on from there. At once: `cophub sync SOURCE`.",
    ),
    ErrorCode(
        UNFORESEEN,
        "Something that nobody foresaw went wrong",
        "A fault of cophub, or of something below it.",
        "Report it with `cophub-errors.log`, which lies beside plugins.toml.",
    ),
    ErrorCode(
        KILLED,
        "The process ended before its run did",
        "The machine was switched off, or the process was ended, while it worked.",
        "Nothing: the next run goes on from the last checkpoint.",
    ),
)

CATALOGUE: dict[str, ErrorCode] = {one.code: one for one in _ALL}
"""Every code, in the order in which it is told."""


__all__ = ["CATALOGUE", "HELD", "KILLED", "UNFORESEEN", "ErrorCode"]
