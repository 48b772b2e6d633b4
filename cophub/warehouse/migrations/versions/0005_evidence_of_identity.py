"""What accounts say about whose they are, the keys by which they meet, and what was weighed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_JSON = sa.Text().with_variant(JSONB(), "postgresql")
_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


_KINDS = "person, or what is nobody: role_mailbox, bot, service, device, shared_login, room"
_RUNS = "sync, backfill, publish, upload or decide"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"COMMENT ON COLUMN person.kind IS '{_KINDS}'")
        op.execute(f"COMMENT ON COLUMN run.kind IS '{_RUNS}'")
    op.create_index("ix_person_history_source_account", "person_history", ["source", "account"])
    _evidence()
    _keys()
    _edges()


def _evidence() -> None:
    op.create_table(
        "identity_evidence",
        sa.Column("id", _NUMBER, primary_key=True, comment="Number of the account in the index"),
        sa.Column("source", sa.Text, nullable=False, comment="Source of the account"),
        sa.Column("account", sa.Text, nullable=False, comment="Key of the account"),
        sa.Column(
            "digest", sa.BigInteger, nullable=False, comment="Of the fields that the evidence tells"
        ),
        sa.Column(
            "anchor",
            sa.BigInteger,
            nullable=False,
            comment="Hash of the mailbox, or of the account",
        ),
        sa.Column("evidence", sa.LargeBinary, nullable=False, comment="Normal form of the account"),
        comment="What each account says about whose it is, kept while the account stays as it is",
    )
    op.create_index(
        "ix_identity_evidence_source_account",
        "identity_evidence",
        ["source", "account"],
        unique=True,
    )


def _keys() -> None:
    op.create_table(
        "identity_key",
        _key("key", "Hash of the key"),
        _key("evidence", "Number of the account that carries it"),
        sa.Column(
            "anchor", sa.BigInteger, nullable=False, comment="Hash of the mailbox that bears it"
        ),
        comment="By what accounts find one another, and how rare that is",
        sqlite_with_rowid=False,
    )


def _edges() -> None:
    op.create_table(
        "identity_edge",
        _key("a", "The one account"),
        _key("b", "The other account"),
        sa.Column("score", sa.Double, nullable=False, comment="Sum of the reasons, in log-odds"),
        sa.Column(
            "verdict",
            sa.Text,
            nullable=False,
            comment="merge, ask or never; tie: held together by one mailbox or directory id",
        ),
        sa.Column(
            "joined", sa.Boolean, nullable=False, comment="Whether one person was made by it"
        ),
        sa.Column("reasons", _JSON, comment="What speaks for and against, as JSON; no addresses"),
        comment="What speaks for and against two accounts being one person's",
        sqlite_with_rowid=False,
    )
    op.create_index("ix_identity_edge_b", "identity_edge", ["b"])


def _key(name: str, comment: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, primary_key=True, autoincrement=False, comment=comment)
