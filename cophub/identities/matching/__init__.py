"""Accounts that belong to one person: mailboxes, names and how rare they are, weighed.

`match` does all of it and is what to read first. In its order: `keys` (by what accounts find one
another), `frequency` and `habits` (how many bear a key, and what is true of the whole directory),
`nodes` with `sharing` (what one mailbox or directory id holds together), `blocking` (which nodes
are compared), `scoring` (what speaks for and against: `name_evidence`, `mailbox_evidence` and
`setting_evidence`, with the table in `weights`), and `clustering` with `groups` (who is one
person). `reasons` and `words` are how evidence is named and told.

A pure function of the set of accounts, the decisions, the weights and the register: no database,
and no order of arrival.
"""
