"""The same sites as Microsoft Graph shows them: sites, lists, items, delta, drives, pages."""

from cophub.sandbox.microsoft.sharepoint.graphface import (  # noqa: F401 - they hold endpoints
    analytics,
    delta,
    drives,
    items,
    lists,
    pages,
    searching,
    sites,
)
