"""The hub side of the warehouse: communities, people, what they publish, and how runs went."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
)

from cophub.warehouse.columns import Instant, Json, RowId, metadata

community = Table(
    "community",
    metadata,
    Column("key", Text, primary_key=True, comment="Short name, as in plugins.toml"),
    Column("title", Text, nullable=False, comment="Its name for readers"),
    Column("domain", Text, comment="What the community is about"),
    Column("description", Text, comment="A sentence or two for readers"),
    Column("url", Text, comment="Where readers find it"),
    Column("open_membership", Boolean, comment="Whether anybody may join"),
    Column("contact", Text, comment="Whom to write to"),
    comment="A community of practice",
)

community_space = Table(
    "community_space",
    metadata,
    Column(
        "community",
        ForeignKey("community.key", ondelete="CASCADE"),
        primary_key=True,
        comment="Key of the community",
    ),
    Column("source", Text, primary_key=True, comment="Source of the space"),
    Column("space", Text, primary_key=True, comment="Key of the space"),
    Column("set_by", Text, nullable=False, comment="config, proposed or a person's name"),
    comment="Which spaces serve which community",
)

event_place = Table(
    "event_place",
    metadata,
    Column("source", Text, primary_key=True, comment="Source of the event"),
    Column("event", Text, primary_key=True, comment="Key of the event"),
    Column(
        "place",
        Text,
        nullable=False,
        comment="Stands for its space in community_space: the rules that fit it, after that space"
        " where it serves a community too",
    ),
    comment="Which events serve communities by a rule of plugins.toml",
)

person = Table(
    "person",
    metadata,
    Column("id", Text, primary_key=True, comment="Opaque and stable; never made from an address"),
    Column("name", Text, comment="Best name among their accounts"),
    Column("email", Text, comment="Best address among their accounts"),
    Column("organization", Text, comment="Key of the organisation, or its name as written"),
    Column("country", Text, comment="Country"),
    Column(
        "kind",
        Text,
        nullable=False,
        comment="person, or what is nobody: role_mailbox, bot, service, device, shared_login, room",
    ),
    Column("listed", Boolean, nullable=False, comment="Whether they agreed to be shown to readers"),
    Column("created_at", Instant, nullable=False, comment="When the hub first knew them"),
    Column("merged_into", Text, comment="Id of the person they turned out to be; else NULL"),
    comment="One human being, or one shared mailbox or machine, behind one or more accounts",
)

person_account = Table(
    "person_account",
    metadata,
    Column("source", Text, primary_key=True, comment="Source of the account"),
    Column("account", Text, primary_key=True, comment="Key of the account"),
    Column("person", Text, nullable=False, comment="Id of the person"),
    Column("rule", Text, comment="Name of the rule that put it there"),
    Column("probability", Double, comment="How sure that is, 0 to 1"),
    Column("explanation", Text, comment="Why, in a sentence; addresses masked"),
    Index(None, "person"),
    comment="Which account belongs to which person",
)

identity_decision = Table(
    "identity_decision",
    metadata,
    Column("id", RowId, primary_key=True, comment="Number of the decision"),
    Column("decision", Text, nullable=False, comment="same or different"),
    Column("source_a", Text, nullable=False, comment="Source of the one account"),
    Column("account_a", Text, nullable=False, comment="Key of the one account"),
    Column("source_b", Text, nullable=False, comment="Source of the other account"),
    Column("account_b", Text, nullable=False, comment="Key of the other account"),
    Column("decided_by", Text, comment="Who decided"),
    Column("decided_at", Instant, nullable=False, comment="When"),
    Column("note", Text, comment="Why"),
    Column("withdrawn_at", Instant, comment="When it was taken back"),
    Column(
        "score",
        Double,
        comment="Log-odds with which it was asked about; NULL: unasked, or in spite of them",
    ),
    Index(None, "source_a", "account_a"),
    Index(None, "source_b", "account_b"),
    comment="What a person decided about two accounts; outranks every rule",
)

identity_evidence = Table(
    "identity_evidence",
    metadata,
    Column("id", RowId, primary_key=True, comment="Number of the account in the index"),
    Column("source", Text, nullable=False, comment="Source of the account"),
    Column("account", Text, nullable=False, comment="Key of the account"),
    Column("digest", BigInteger, nullable=False, comment="Of the fields that the evidence tells"),
    Column("anchor", BigInteger, nullable=False, comment="Hash of the mailbox, or of the account"),
    Column("evidence", LargeBinary, nullable=False, comment="Normal form of the account"),
    Index(None, "source", "account", unique=True),
    comment="What each account says about whose it is, kept while the account stays as it is",
)

identity_key = Table(
    "identity_key",
    metadata,
    Column("key", BigInteger, primary_key=True, autoincrement=False, comment="Hash of the key"),
    Column(
        "evidence",
        BigInteger,
        primary_key=True,
        autoincrement=False,
        comment="Number of the account that carries it",
    ),
    Column("anchor", BigInteger, nullable=False, comment="Hash of the mailbox that bears it"),
    comment="By what accounts find one another, and how rare that is",
    sqlite_with_rowid=False,
)

identity_edge = Table(
    "identity_edge",
    metadata,
    Column("a", BigInteger, primary_key=True, autoincrement=False, comment="The one account"),
    Column("b", BigInteger, primary_key=True, autoincrement=False, comment="The other account"),
    Column("score", Double, nullable=False, comment="Sum of the reasons, in log-odds"),
    Column(
        "verdict",
        Text,
        nullable=False,
        comment="merge, ask or never; tie: held together by one mailbox or directory id",
    ),
    Column("joined", Boolean, nullable=False, comment="Whether one person was made by it"),
    Column("reasons", Json, comment="What speaks for and against, as JSON; no addresses"),
    Index(None, "b"),
    comment="What speaks for and against two accounts being one person's",
    sqlite_with_rowid=False,
)

person_history = Table(
    "person_history",
    metadata,
    Column("person", Text, primary_key=True, comment="Id of the person"),
    Column("source", Text, primary_key=True, comment="Source of the account"),
    Column("account", Text, primary_key=True, comment="Key of the account"),
    Column("valid_from", Instant, primary_key=True, comment="Since when it was theirs"),
    Column("valid_to", Instant, comment="Until when; NULL: still theirs"),
    Column("run", RowId, comment="Run that put it there"),
    Column("reason", Text, comment="Why it came or went"),
    Index(None, "source", "account"),
    comment="Which account was held to be whose, and when",
)

organization = Table(
    "organization",
    metadata,
    Column("key", Text, primary_key=True, comment="Short name"),
    Column("name", Text, nullable=False, comment="Its name for readers"),
    Column("parent", Text, comment="Key of the organisation it is an office of"),
    Column("country", Text, comment="Country"),
    Column("domain", Text, comment="Its main mail domain"),
    comment="An organisation that people work for",
)

organization_name = Table(
    "organization_name",
    metadata,
    Column(
        "name",
        Text,
        primary_key=True,
        comment="A name in normal form, a mail domain, or the key of one merged away",
    ),
    Column("kind", Text, primary_key=True, comment="name, domain or key"),
    Column("organization", Text, nullable=False, comment="Key of the organisation; empty: of none"),
    Column("set_by", Text, comment="Who said so: seed, learned or a person's name"),
    Column("set_at", Instant, comment="When a person said so"),
    Index(None, "organization"),
    comment="Names and domains by which an organisation goes",
)

affiliation = Table(
    "affiliation",
    metadata,
    Column("person", Text, primary_key=True, comment="Id of the person"),
    Column("organization", Text, primary_key=True, comment="Key of the organisation"),
    Column("valid_from", Instant, primary_key=True, comment="Since when, as far as is known"),
    Column("valid_to", Instant, comment="Until when; NULL: still"),
    Column("place", Integer, comment="Of those at one time the least is the main one"),
    comment="Who works for whom, and when",
)

account_organization = Table(
    "account_organization",
    metadata,
    Column("source", Text, primary_key=True, comment="Source of the account"),
    Column("account", Text, primary_key=True, comment="Key of the account"),
    Column("valid_from", Instant, primary_key=True, comment="Since when, as far as known"),
    Column("valid_to", Instant, comment="Until when; NULL: still"),
    Column("organization", Text, nullable=False, comment="Organisation, as written"),
    Column("domain", Text, nullable=False, comment="Host of a work address; empty: none"),
    Column("country", Text, nullable=False, comment="Country, as written"),
    Column(
        "basis",
        Text,
        nullable=False,
        comment="What valid_from rests on: created, joined, first_seen or changed",
    ),
    comment="What each account said about where its owner works, and when",
)

erasure = Table(
    "erasure",
    metadata,
    Column("hash", Text, primary_key=True, comment="HMAC-SHA256, in hex, of what named a person"),
    Column("kind", Text, nullable=False, comment="email, account, id or name"),
    Column("erased_at", Instant, nullable=False, comment="When the person was erased"),
    comment="Keyed hashes of erased people, so that no sync brings them back",
)

brief_sent = Table(
    "brief_sent",
    metadata,
    Column("community", Text, primary_key=True, comment="Key of the community"),
    Column("week", Text, primary_key=True, comment="ISO week, as 2026-W47"),
    Column("recipient", Text, primary_key=True, comment="HMAC-SHA256, in hex, of the mail address"),
    Column(
        "state", Text, nullable=False, comment="sent, or sending: whether it arrived is not known"
    ),
    Column("at", Instant, nullable=False, comment="When its sending began"),
    comment="Which weekly briefs were mailed, so that none is mailed twice",
)

run = Table(
    "run",
    metadata,
    Column("id", RowId, primary_key=True, comment="Number of the run"),
    Column("kind", Text, nullable=False, comment="sync, backfill, publish, upload or decide"),
    Column("source", Text, comment="Source in plugins.toml; NULL: the pipelines"),
    Column("state", Text, nullable=False, comment="running, done, failed, held, busy or killed"),
    Column("started_at", Instant, nullable=False, comment="When it began"),
    Column("finished_at", Instant, comment="When it ended"),
    Column("error", Text, comment="What went wrong, in one line"),
    Column("version", Text, comment="Version of cophub that ran"),
    Column("code", Text, comment="Code of what went wrong, as CPH-C01"),
    Column("asked_by", Text, comment="person, timetable or worker"),
    Column("due_at", Instant, comment="Time of its timetable that it ran for; NULL: none"),
    Index(None, "source", "id"),
    comment="One sync of one source, or one making of publications",
)

stream_run = Table(
    "stream_run",
    metadata,
    Column("run", ForeignKey("run.id", ondelete="CASCADE"), primary_key=True, comment="Its run"),
    Column("stream", Text, primary_key=True, comment="Name of the stream"),
    Column("state", Text, nullable=False, comment="running, done, failed, held or unchanged"),
    Column("whole", Boolean, nullable=False, comment="Whether it read everything"),
    Column("started_at", Instant, nullable=False, comment="When it began"),
    Column("finished_at", Instant, comment="When it ended"),
    Column("seen", BigInteger, nullable=False, default=0, comment="Records read"),
    Column("new", BigInteger, nullable=False, default=0, comment="Rows made"),
    Column("changed", BigInteger, nullable=False, default=0, comment="Rows changed"),
    Column("gone", BigInteger, nullable=False, default=0, comment="Rows found gone"),
    Column("rejected", BigInteger, nullable=False, default=0, comment="Items not understood"),
    Column("dropped", BigInteger, nullable=False, default=0, comment="Records of erased people"),
    Column("requests", BigInteger, nullable=False, default=0, comment="Requests sent"),
    Column("retries", BigInteger, nullable=False, default=0, comment="Requests sent again"),
    Column("waited_seconds", Double, nullable=False, default=0.0, comment="Waited for the vendor"),
    Column("bytes_received", BigInteger, nullable=False, default=0, comment="Bytes received"),
    Column("seconds", Double, nullable=False, default=0.0, comment="Time taken"),
    Column("error", Text, comment="What went wrong, in one line"),
    Column("held_for", Text, comment="What a held run waits for, in one line"),
    Column("code", Text, comment="Code of what went wrong, as CPH-U01"),
    comment="How one stream went in one run",
)

cursor = Table(
    "cursor",
    metadata,
    Column("source", Text, primary_key=True, comment="Source in plugins.toml"),
    Column("stream", Text, primary_key=True, comment="Name of the stream"),
    Column("lane", Text, primary_key=True, comment="live, or the name of a backfill"),
    Column("value", Text, comment="Where the stream got to; NULL: it yields no checkpoints"),
    Column("run", RowId, nullable=False, comment="Run that saved it"),
    Column("saved_at", Instant, nullable=False, comment="When"),
    Column("whole_at", Instant, comment="When the last finished whole read began"),
    comment="Where each stream of each source got to",
)

lease = Table(
    "lease",
    metadata,
    Column("name", Text, primary_key=True, comment="What is held: a source or the pipelines"),
    Column("holder", Text, comment="Who holds it: machine, process and thread; NULL: free"),
    Column("fence", RowId, nullable=False, comment="Goes up each time it changes hands"),
    Column("acquired_at", Instant, nullable=False, comment="When it was taken"),
    Column("expires_at", Instant, nullable=False, comment="When others may take it"),
    comment="One run at a time: who may write for a source",
)

reject = Table(
    "reject",
    metadata,
    Column("id", RowId, primary_key=True, comment="Number of the reject"),
    Column("run", RowId, nullable=False, comment="Run that met it"),
    Column("source", Text, nullable=False, comment="Source in plugins.toml"),
    Column("stream", Text, nullable=False, comment="Name of the stream"),
    Column("record", Text, comment="Record it should have become"),
    Column("key", Text, comment="Key, where it could be told"),
    Column("field", Text, comment="Field that was wrong, where it could be told"),
    Column("reason", Text, nullable=False, comment="What was wrong"),
    Column("item", Json, comment="The vendor's item, secrets taken out"),
    Column("rejected_at", Instant, nullable=False, comment="When"),
    Column("code", Text, comment="Code of what was wrong, where it has one"),
    Column("resolved_at", Instant, comment="When a later run understood it; NULL: none did"),
    Index(None, "run"),
    Index(None, "rejected_at"),
    comment="Items that were not understood, kept for a while",
)

publication = Table(
    "publication",
    metadata,
    Column("version", RowId, primary_key=True, comment="Number of the version"),
    Column("run", RowId, comment="Run that made it"),
    Column("state", Text, nullable=False, comment="making, published, replaced or failed"),
    Column("started_at", Instant, nullable=False, comment="When its making began"),
    Column("published_at", Instant, comment="When readers first saw it"),
    Column("files", Integer, comment="Number of files"),
    Column("size_bytes", BigInteger, comment="Their size in all"),
    Column("error", Text, comment="What went wrong, in one line"),
    comment="Versions of what is published; readers see the newest that is published",
)

meta = Table(
    "meta",
    metadata,
    Column("name", Text, primary_key=True, comment="Name of the fact"),
    Column("value", Text, nullable=False, comment="The fact"),
    comment="Facts about this warehouse itself, such as the key of the erasure hashes",
)
