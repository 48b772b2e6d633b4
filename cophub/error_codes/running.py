"""What goes wrong with the warehouse, with runs and with the timetable."""

from cophub.error_codes.entry import ErrorCode
from cophub.error_codes.names import (
    ADDRESS,
    BACKUP_LATE,
    BUSY,
    CANNOT_OPEN,
    CLOCK_BACK,
    DAMAGED,
    DISK_FULL,
    KILLED,
    LATE,
    LEASE_LOST,
    LOCKED,
    NEVER_RAN,
    NEWER_SCHEMA,
    NO_COPY,
    NO_DRIVER,
    NO_FIGURES,
    NO_QUEUE,
    NO_WORKER,
    OLD_SCHEMA,
    PROMISE_BROKEN,
    QUEUE,
    SERVER_AWAY,
    SERVER_REFUSED,
    STOPPED,
    TEMPORARY_FULL,
    UNFORESEEN,
    WAREHOUSE,
)

ENTRIES = (
    ErrorCode(
        WAREHOUSE,
        "The warehouse cannot be opened, written or upgraded",
        "Something about the database, its file or its folder is not as it must be.",
        "Do what the line says; `cophub doctor` looks at all of it.",
    ),
    ErrorCode(
        DISK_FULL,
        "The disk of the warehouse is full or damaged",
        "What was being written is not kept; all before is.",
        "Free some room, then run again: it goes on from the last checkpoint. Where there is"
        " room, let the disk be checked.",
        "free some room, then: cophub sync SOURCE",
    ),
    ErrorCode(
        LOCKED,
        "Another program holds the warehouse locked",
        "A database browser has it open for writing, a backup program copies it, or it lies on a"
        " network drive.",
        "End the other program and run again. Keep SQLite files on a disk of this machine.",
        "end the other program, then: cophub sync SOURCE",
    ),
    ErrorCode(
        DAMAGED,
        "The file of the warehouse is damaged, or no database",
        "The disk failed, the file was edited or copied while it was written, or another file"
        " has its name.",
        "Put a backup in its place (`cophub db backup` makes them); what came since is read"
        " again by the next runs.",
        "put a backup in its place",
    ),
    ErrorCode(
        NEWER_SCHEMA,
        "A newer cophub has written the warehouse",
        "Another machine or environment was upgraded before this one.",
        "Upgrade this one too: `pip install --upgrade cophub`.",
        "upgrade cophub here too",
    ),
    ErrorCode(
        CLOCK_BACK,
        "The clock is before the last run",
        "This machine's clock is wrong now, or was ahead when the last run began. Nothing was"
        " changed.",
        "Set the clock. If it was wrong then and is right now: `cophub sync SOURCE --trust-clock`.",
        "set the clock; if it is right now: cophub sync SOURCE --trust-clock",
    ),
    ErrorCode(
        CANNOT_OPEN,
        "The file of the warehouse cannot be opened or written",
        "Its folder does not exist, or this user has no rights there; some services run as"
        " another user.",
        "Correct `warehouse` under `[hub]`, or give the user rights on the file and its folder.",
    ),
    ErrorCode(
        SERVER_AWAY,
        "The PostgreSQL server does not answer",
        "It is not running, host or port is wrong, the network is down, or it takes no more"
        " connections.",
        "See that it runs and that this machine reaches it. Runs go on when it is back.",
        "see that the server runs, then: cophub sync SOURCE",
    ),
    ErrorCode(
        SERVER_REFUSED,
        "The PostgreSQL server refuses",
        "The user or password is wrong, the database or a right is missing, or others made views"
        " upon ours.",
        "Do what the line says as the server's administrator.",
    ),
    ErrorCode(
        NO_COPY,
        "No copy of the warehouse could be made",
        "The disk has no room for it, its folder cannot be written, or pg_dump is not there or"
        " is older than the server. Nothing was changed.",
        "Make room, or name another folder as `backups` under `[hub]`; for PostgreSQL, put its"
        " client programs on PATH.",
    ),
    ErrorCode(
        TEMPORARY_FULL,
        "The folder for temporary files is full",
        "Large files are unpacked and sorted there; /tmp is often small, or in memory.",
        "Free some room there, or set `TMPDIR` to a folder that has some, and run again.",
        "free some room or set TMPDIR, then: cophub sync SOURCE",
    ),
    ErrorCode(
        OLD_SCHEMA,
        "The warehouse is not upgraded yet, or has no tables",
        "This command does not change the schema by itself.",
        "`cophub db upgrade`.",
    ),
    ErrorCode(
        NO_DRIVER,
        "The driver for PostgreSQL is not installed",
        "It is an extra, so that those with SQLite need not have it.",
        '`pip install "cophub[postgres]"`.',
    ),
    ErrorCode(
        ADDRESS,
        "The address of the warehouse is not understood",
        "It is neither a SQLite file nor a PostgreSQL database.",
        "Write `sqlite:///FILE` or `postgresql+psycopg://USER@HOST/DATABASE` as `warehouse`"
        " under `[hub]`.",
    ),
    ErrorCode(
        NO_FIGURES,
        "There are no figures yet for what was asked",
        "Nothing was published yet, or that quarter is before the first data.",
        "`cophub run` makes them; the line tells which quarters there are.",
    ),
    ErrorCode(
        NO_QUEUE,
        "Work cannot be handed to workers",
        '`queue = "workers"` under `[hub]` needs PostgreSQL as the warehouse, procrastinate, a'
        " machine for each pipeline that has a timetable, and `COPHUB_KEY` where a worker runs; and"
        " `cophub worker` needs that line and something in plugins.toml that it may do.",
        "Do what the line says. For one machine, leave `queue` out.",
    ),
    ErrorCode(
        QUEUE,
        "The queue of workers cannot be used",
        "Its schema cannot be made by the user of the warehouse's address, or was made by a newer"
        " procrastinate than the one that is installed here.",
        "Do what the line says, then start the worker or the timetable again.",
    ),
    ErrorCode(
        BUSY,
        "Another run holds the source or the pipelines",
        "A run of the same is under way, here or on another machine.",
        "Wait for it, or end it: what it holds is free two minutes after its last sign of life.",
    ),
    ErrorCode(
        LEASE_LOST,
        "Another run took over",
        "This one showed no sign of life for two minutes: the machine slept, or was too busy. It"
        " writes nothing more.",
        "Nothing: the other run goes on. If it happens often, give the machine less to do at once.",
        "the next run goes on; at once: cophub sync SOURCE",
    ),
    ErrorCode(
        LATE,
        "Its time has passed by more than an hour",
        "Nothing keeps the timetable: neither `cophub schedule` nor `cophub run` is being run,"
        " or another machine that should have is switched off.",
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
        NO_WORKER,
        "Work waits, and no worker takes it",
        "No `cophub worker` runs, or none that has what waits: it was started with `--only`, on"
        " another machine than `on` names, or with another plugins.toml.",
        "Start `cophub worker` there, best as a service. `cophub status` tells what waits.",
    ),
    ErrorCode(
        BACKUP_LATE,
        "The copy of the warehouse is late",
        "`backup_every` under `[hub]` asks for copies, and the last is older than that by more than"
        " an hour: nothing keeps the timetable, or copies cannot be made.",
        "`cophub db backup` makes one now, or says why it cannot; `cophub schedule`, or `cophub"
        " run`, makes those to come.",
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

__all__ = ["ENTRIES"]
