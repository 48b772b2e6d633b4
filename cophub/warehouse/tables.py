"""Every table of the warehouse, by name: the vendor side, then the hub side.

Names and columns are a public contract: dashboards read them. A change here comes with a migration.
"""

from cophub.warehouse.columns import Instant, Json, metadata
from cophub.warehouse.hub_tables import (
    account_organization,
    affiliation,
    brief_sent,
    community,
    community_space,
    cursor,
    erasure,
    event_place,
    identity_decision,
    identity_edge,
    identity_evidence,
    identity_key,
    lease,
    meta,
    organization,
    organization_name,
    person,
    person_account,
    person_history,
    publication,
    reject,
    run,
    stream_run,
)
from cophub.warehouse.measure_tables import (
    broker,
    measure,
    measure_account,
    measure_channel,
    measure_due,
    measure_gave,
    measure_kept,
    measure_month,
    measure_move,
    measure_took_part,
)
from cophub.warehouse.operation_tables import (
    alert,
    audit,
    backup_made,
    pipeline_run,
    retention_done,
    token,
)
from cophub.warehouse.stay_tables import (
    STAYS,
    measure_ahead,
    measure_channel_stay,
    measure_heads,
    measure_member_stay,
    measure_reached,
    measure_space,
    measure_spell,
)
from cophub.warehouse.vendor_tables import (
    VENDOR_TABLES,
    account,
    attendance,
    campaign,
    delivery,
    document,
    event,
    membership,
    membership_period,
    metric,
    post,
    reaction,
    space,
)

__all__ = [
    "STAYS", "VENDOR_TABLES", "Instant", "Json", "account", "account_organization", "affiliation",
    "alert", "attendance", "audit", "backup_made", "brief_sent", "broker", "campaign", "community",
    "community_space", "cursor", "delivery", "document", "erasure", "event", "event_place",
    "identity_decision", "identity_edge", "identity_evidence", "identity_key", "lease", "measure",
    "measure_account", "measure_ahead", "measure_channel", "measure_channel_stay", "measure_due",
    "measure_gave", "measure_heads", "measure_kept", "measure_member_stay", "measure_month",
    "measure_move", "measure_reached", "measure_space", "measure_spell", "measure_took_part",
    "membership", "membership_period", "meta", "metadata", "metric", "organization",
    "organization_name", "person", "person_account", "person_history", "pipeline_run", "post",
    "publication", "reaction", "reject", "retention_done", "run", "space", "stream_run", "token",
]  # fmt: skip
