"""Accounts that belong to one person: mailboxes, names and how rare they are, weighed."""
