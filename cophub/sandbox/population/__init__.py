"""An invented population, to any size, as an organisation for global health meets it.

`Population(seed=1, accounts=27_284).accounts()` streams about 10,000 people's accounts at five
kinds of vendor and on mailing lists, each with the truth beside it: whose it is, and what it tells.
It is made to find out how well people are told apart and put together, so nothing in it is fitted
to what does that, and nothing there may know of it.

| what | share |
| --- | --- |
| accounts of one person | 1 to 9, 2.6 on average; with what is nobody's 2.73 accounts to a person |
| SharePoint, Yammer, Mailchimp | 14 %, 10 %, 25 % of accounts; at Mailchimp many without a name |
| GoTo, Dgroups, mailing lists | 30 %, 15 %, 6 %; nearly half of GoTo's without an address |
| no address | 17 % of accounts |
| linkable at all (see `linkable`) | 89 % |
| nobody's (role mailboxes, shared logins, rooms, bots, services) | 4.5 % |
| a change of employer, the old mailbox still on lists | 18 % of people |
| a marriage with a new name | 4 % of women where that is the custom |
| one address everywhere | 34 % of people |
| a work mailbox | nine in ten; in ministries and hospitals four in ten |
| couples with one mailbox | 1.2 % of people |
| father and son of one name (Jr.), a third of them with one mailbox | 0.8 % |
| two of one name in one organisation, beside those by chance | 0.8 % |
| brothers and sisters | 1.4 % |
| two to four successors in one role mailbox | 3 % |

How names and addresses are written, with the share of each habit: `habits.SHARES`. The 67 cultures
with their rules and countries: `cultures`; 26,000 names: `names.txt`, drawn by Zipf's law, so that
names are less and less unique as the population grows. Organisations are invented, grow in number
with the population (370 for 10,000 people) and have reserved domains; private mailboxes are at the
well-known public providers, or a list of providers could not be told from one of employers. They
live in memory alone, and nothing here writes to anybody.
"""

from cophub.sandbox.population.held import Held, linkable
from cophub.sandbox.population.stream import SOURCES, Population

__all__ = ["SOURCES", "Held", "Population", "linkable"]
