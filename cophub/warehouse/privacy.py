"""What each column of the warehouse tells about people.

An **identifier** says who somebody is, or leads to it: a name, an address, a login, an account's
key, the id of a person. **Content** is what people wrote, or what was written about them in free
text. **Sensitive** is what somebody did or was without saying it to anybody: attendance, opens and
clicks, roles and their end, work, and secrets. All else is **plain**: alone it is about nobody.

`people export` and retention go by it, and the data dictionary shows it. A test holds that every
column of every table and view is named, once.
"""

from functools import cache
from typing import Literal, get_args

Tag = Literal["identifier", "content", "sensitive", "plain"]
TAG_NAMES: tuple[Tag, ...] = get_args(Tag)

_OURS = "digest run first_seen_at changed_at gone_at"
"""What cophub itself notes of each row of the vendors' side."""

_FIGURE = (
    "community quarter measure label value unit previous difference percent absent definition"
    " sources observed_at note small position"
)
_RUN = "state started_at finished_at due_at files error code"

_TAGGED: dict[str, dict[Tag, str]] = {
    # --- the vendors' side
    "space": {
        "content": "title description extra",
        "plain": "source key kind url visibility open_membership language created_at parent"
        f" native_member_count native_post_count {_OURS}",
    },
    "account": {
        "identifier": "key name given_name family_name email username extra",
        "sensitive": "job_title department organization city country timezone language status",
        "plain": f"source email_verified kind created_at {_OURS}",
    },
    "membership": {
        "identifier": "account",
        "content": "extra",
        "sensitive": "role status joined_at left_at reason",
        "plain": f"source space joined_at_basis {_OURS}",
    },
    "membership_period": {
        "identifier": "account",
        "sensitive": "role status valid_from valid_to",
        "plain": "source space",
    },
    "post": {
        "identifier": "account author_name",
        "content": "title body extra",
        "plain": "source key space thread reply_to kind posted_at edited_at deleted_at url language"
        f" reaction_count reply_count view_count attachment_count {_OURS}",
    },
    "reaction": {
        "identifier": "account",
        "content": "extra",
        "sensitive": "kind reacted_at",
        "plain": f"source post {_OURS}",
    },
    "event": {
        "identifier": "organizer",
        "content": "title extra",
        "plain": "source key space series kind starts_at ends_at cancelled url registered_count"
        f" attendee_count {_OURS}",
    },
    "attendance": {
        "identifier": "account name",
        "content": "extra",
        "sensitive": "joined_at left_at minutes visits registered",
        "plain": f"source event {_OURS}",
    },
    "campaign": {
        "content": "title subject extra",
        "plain": "source key space sent_at url sent_count delivered_count open_count"
        " unique_open_count unique_open_count_no_proxy click_count unique_click_count bounce_count"
        f" unsubscribe_count {_OURS}",
    },
    "delivery": {
        "identifier": "account",
        "content": "extra",
        "sensitive": "sent_at opened_at open_count clicked_at click_count bounced unsubscribed",
        "plain": f"source campaign {_OURS}",
    },
    "document": {
        "identifier": "account",
        "content": "title extra",
        "plain": "source key space url media_type size_bytes created_at modified_at version"
        f" deleted_at {_OURS}",
    },
    "metric": {
        "content": "subject extra",
        "plain": f"source space name period_start period_end value unit observed_at {_OURS}",
    },
    # --- people
    "person": {
        "identifier": "id name email merged_into",
        "sensitive": "organization country",
        "plain": "kind listed created_at",
    },
    "person_account": {
        "identifier": "account person",
        "content": "explanation",
        "plain": "source rule probability",
    },
    "person_history": {
        "identifier": "person account",
        "content": "reason",
        "plain": "source valid_from valid_to run",
    },
    "identity_decision": {
        "identifier": "account_a account_b decided_by",
        "content": "note",
        "plain": "id decision source_a source_b decided_at withdrawn_at score",
    },
    "identity_evidence": {
        "identifier": "id account anchor evidence",
        "plain": "source digest",
    },
    "identity_key": {"identifier": "key evidence anchor"},
    "identity_edge": {
        "identifier": "a b",
        "content": "reasons",
        "plain": "score verdict joined",
    },
    "affiliation": {
        "identifier": "person",
        "sensitive": "organization valid_from valid_to",
        "plain": "place",
    },
    "account_organization": {
        "identifier": "account",
        "sensitive": "organization domain country valid_from valid_to",
        "plain": "source basis",
    },
    "organization": {"plain": "key name parent country domain"},
    "organization_name": {"identifier": "set_by", "plain": "name kind organization set_at"},
    "erasure": {"identifier": "hash", "plain": "kind erased_at"},
    # --- communities and figures
    "community": {
        "identifier": "contact",
        "content": "description",
        "plain": "key title domain url open_membership",
    },
    "community_space": {"identifier": "set_by", "plain": "community source space"},
    "event_place": {"plain": "source event place"},
    "measure": {
        "plain": "version community quarter measure value previous difference percent absent note"
        " small sources observed_at",
    },
    "measure_month": {"plain": "version community month kind acts people"},
    "measure_move": {"plain": "version community quarter level_before level people small"},
    "measure_channel": {
        "plain": "version community quarter source kind people people_only small",
    },
    "measure_heads": {"plain": "what community channel number came went undated"},
    "measure_kept": {"plain": "quarter counts"},
    "measure_space": {"plain": "source space seen_at"},
    "measure_due": {
        "identifier": "key thread",
        "plain": "id record source at also_at",
    },
    "measure_account": {"identifier": "account person", "sensitive": "counts", "plain": "source"},
    "measure_ahead": {"identifier": "person", "plain": "at"},
    "measure_gave": {"identifier": "person", "sensitive": "age", "plain": "community"},
    "measure_took_part": {
        "identifier": "person",
        "sensitive": "threads replies documents given score age given_age live_at is_steady level",
        "plain": "q community",
    },
    "measure_reached": {"identifier": "person", "sensitive": "a b", "plain": "community channel"},
    "measure_channel_stay": {
        "identifier": "person",
        "sensitive": "a b",
        "plain": "community channel",
    },
    "measure_member_stay": {
        "identifier": "person",
        "sensitive": "a b",
        "plain": "community undated",
    },
    "measure_spell": {
        "identifier": "person",
        "sensitive": "m_from m_to q_from q_to",
        "plain": "known source space undated",
    },
    "broker": {
        "identifier": "person",
        "sensitive": "communities bridging liaison gatekeeper representative parted",
        "plain": "version sampled found_at",
    },
    "brief_sent": {"identifier": "recipient", "plain": "community week state at"},
    # --- looking after the hub
    "run": {"plain": f"id kind source version asked_by {_RUN.replace(' files', '')}"},
    "stream_run": {
        "plain": "run stream state whole started_at finished_at seen new changed gone rejected"
        " dropped requests retries waited_seconds bytes_received seconds error held_for code",
    },
    "pipeline_run": {"plain": f"run pipeline {_RUN}"},
    "cursor": {"plain": "source stream lane value run saved_at whole_at"},
    "lease": {"plain": "name holder fence acquired_at expires_at"},
    "reject": {
        "identifier": "key",
        "content": "reason item",
        "plain": "id run source stream record field rejected_at code resolved_at",
    },
    "publication": {"plain": "version run state started_at published_at files size_bytes error"},
    "meta": {"sensitive": "value", "plain": "name"},
    "alert": {
        "plain": "cause code subject said opened_at told_at cleared_at tries next_try_at count"
        " waiting",
    },
    "audit": {
        "identifier": "who subject",
        "sensitive": "action details",
        "plain": "id at how count",
    },
    "token": {"sensitive": "sealed", "plain": "source name saved_at"},
    "backup_made": {"plain": "id at path size_bytes reason schema"},
    "retention_done": {"plain": "source table_name horizon_at done_at rows"},
    # --- views
    "act": {
        "identifier": "person",
        "sensitive": "kind at",
        "plain": "source space weight ref is_reply",
    },
    "activity": {
        "identifier": "person",
        "sensitive": "kind at",
        "plain": "community weight source ref space",
    },
    "event_person": {
        "identifier": "person",
        "sensitive": "at seconds",
        "plain": "source event space starts_at",
    },
    "member": {
        "identifier": "person",
        "sensitive": "roles joined_at",
        "plain": "community spaces first_seen_at",
    },
    "person_communities": {"identifier": "person", "sensitive": "communities"},
    "community_overlap": {
        "plain": "community_a community_b people_a people_b people_both containment jaccard",
    },
    "community_organization": {"plain": "community organization name people small"},
    "community_sign": {"content": "title", "plain": "community sign at source space ref"},
    "freshness": {
        "plain": "source stream run state started_at finished_at fresh_at seen rejected error"
        " held_for",
    },
    "measure_quarter": {"plain": _FIGURE},
    "measure_community": {"plain": _FIGURE},
    "measure_across": {"plain": _FIGURE},
    "warehouse_contract": {"plain": "name version changed_in readers"},
}


@cache
def tags(table: str) -> dict[str, Tag]:
    """The tag of each column of a table or view. Raises KeyError: there is no such table."""
    found: dict[str, Tag] = {}
    for tag, names in _TAGGED[table].items():
        for name in names.split():
            if found.setdefault(name, tag) != tag:
                raise ValueError(f"{table}.{name} is {found[name]} and {tag}")
    return found


def tagged(table: str, *wanted: Tag) -> list[str]:
    """The columns of a table or view that have one of these tags."""
    return [name for name, tag in tags(table).items() if tag in wanted]


def all_tables() -> list[str]:
    """Every table and view that is tagged."""
    return list(_TAGGED)


__all__ = ["TAG_NAMES", "Tag", "all_tables", "tagged", "tags"]
