"""One row of `account` in normal form: `account.read_account` is what to read first.

Names: `names` reads a name (`name_text` and `name_remarks` take out what is none of it, `scripts`
puts it into Latin letters), `likeness` compares two of them, `name_in_local` looks for one in an
address. Mailboxes: `mailboxes` (one normal form), `mail_domains`, `roles`. What kind of account it
is: `kinds`, `devices`, `own_text`. Also `places` and `identifiers`. `remembered` keeps what was
read of equal texts. All other modules are tables of words and what is made of them.
"""
