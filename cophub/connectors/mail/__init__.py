"""Reading mail, for every connector that gets some: files, messages, senders, dates, threads.

No plugin: the connectors for archives, list servers and groups that hand out mbox files use it.
"""
