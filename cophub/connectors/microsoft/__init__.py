"""What the connectors for Microsoft's services share: sign-in, Graph, the directory, reports.

It is no plugin: it has no source of its own.
"""
