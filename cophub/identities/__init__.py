"""Who is who: one directory of people and organisations, made of what accounts say.

Each part imports only from those above it here, which is also the order to read them in:

- `evidence`, `links`, `privacy`: what one account says; accounts and whose they are; masking.
- `reading`: one row of `account` to an `Evidence`. Pure: no database, no other account.
- `matching`: many of these to nodes, scored edges and people. Pure as well; `matching.match.match`
  does all of it in memory, and is what to read first.
- `organizations`: whom names and domains stand for, and who worked where. Its `words`, `normal`
  and `known` come before `reading`, `register` before `matching`; the rest is in the warehouse.
- `decisions`, `standing`: what people said, and what it means for the accounts of today.
- `store`: evidence, keys, edges and people in the warehouse; `store.resolve.resolve` brings them up
  to date, looking only at what changed.
- `lookup`, `profile`: whom somebody means, and what accounts look like side by side.
- `review`: what people are asked. `explain`, `between`: why two are one person, or are not.
- `card`, `uniting`, `forgetting` (with `sweeping`): all that is known of a person; making people
  one; having somebody forgotten.

The pipeline `identities` calls `store.resolve` and `organizations.dated`; `cophub.hub` calls what
comes after `store`, and lends it a connection. Nothing here opens a transaction, asks the clock or
knows of settings: these are passed in.
"""
