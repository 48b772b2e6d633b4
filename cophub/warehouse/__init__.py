"""The warehouse: what every source says, the hub's own tables, and the views for readers."""

from cophub.warehouse.engine import Warehouse

__all__ = ["Warehouse"]
