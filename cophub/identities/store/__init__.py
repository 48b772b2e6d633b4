"""Evidence, keys and edges in the warehouse, and the people made of them.

`resolve` brings people up to date, and is what to read first: it looks at everybody (`whole`) or
only at what changed (`part`, with `crossing` for what a changed count touches). `state` is what it
knows of the last time. Evidence and keys are kept by `index`, edges by `edges`; `groups` says why
an account is where it is, `assign` which person a group is, and `people` writes that down. `rows`
is the way of many rows in and out.
"""
