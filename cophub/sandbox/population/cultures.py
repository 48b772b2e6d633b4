"""The cultures of the population: how common each is, where it lives, how its names are made."""

from bisect import bisect
from functools import cached_property, lru_cache
from itertools import accumulate
from random import Random

from cophub.sandbox.population.places import Country, countries
from cophub.sandbox.population.pools import Pool, words


class Culture:
    """One way of naming people.

    `rule` says of what a name is made (see `calling`). `family_first`: how its owner writes it.
    `alone`: the share of people with one name only. `rare`: the share of family names that are not
    in the list, made of the halves of two that are.
    """

    def __init__(self, line: str) -> None:
        key, weight, rule, places, skew, rare, *flags = line.split()
        self.key = key
        self.weight = float(weight)
        self.rule = rule
        self.places: tuple[Country, ...] = tuple(countries()[code] for code in places.split(","))
        self.language = self.places[0].language
        self.rare = float(rare)
        self.family_first = "family-first" in flags
        self.alone = next((float(f[6:]) for f in flags if f.startswith("alone=")), 0.0)
        self._skew = _numbers(skew)
        self._given = _numbers(next((f[6:] for f in flags if f.startswith("given=")), "0.75/4"))

    @cached_property
    def men(self) -> Pool:
        """Given names of men."""
        return Pool(words(self.key, "men"), *self._given)

    @cached_property
    def women(self) -> Pool:
        """Given names of women."""
        return Pool(words(self.key, "women"), *self._given)

    @cached_property
    def family(self) -> Pool:
        """Family names, of men where women's differ."""
        return Pool(words(self.key, "family"), *self._skew)

    @cached_property
    def women_family(self) -> Pool:
        """Family names of women."""
        own = words(self.key, "women_family")
        return Pool(own, *self._skew) if own else self.family

    @cached_property
    def middle(self) -> Pool:
        """Middle names, where these are a class of their own (Vietnamese)."""
        return Pool(words(self.key, "middle"), 1.0, 1)

    @cached_property
    def english(self) -> Pool:
        """Names taken for use with foreigners (Chinese)."""
        return Pool(words(self.key, "english"), 0.5, 4)


def _numbers(skew: str) -> tuple[float, float]:
    s, _, q = skew.partition("/")
    return float(s), float(q)


# key, weight, rule, countries, skew of family names s/q, share of rare family names, flags;
# given: the skew of given names, where it is not the usual one.
_TABLE = """
american            13.0 western   US,US,US,CA            0.72/4  .24
british              4.0 western   GB,GB,AU,NZ,CA         0.72/4  .18
irish                0.8 western   IE,GB,US               0.75/3  .12
french               3.2 western   FR,FR,CH,BE,CA         0.55/6  .24
german               1.6 western   DE,CH,AT               0.60/4  .21
dutch                1.0 western   NL,BE                  0.60/4  .18
nordic               1.1 western   SE,NO,DK               0.80/2  .12
finnish              0.3 western   FI                     0.50/6  .12
italian              0.9 western   IT,IT,CH               0.50/6  .24 given=.8/2
iberian              1.2 two       ES                     0.85/2  .12 given=.9/2
mexican              1.6 two       MX,GT,HN,SV,NI,DO      0.85/2  .09 given=.9/2
colombian            1.3 two       CO,CO,EC               0.85/2  .09 given=.9/2
platense             0.8 two       CL,AR                  0.80/2  .12
andean               1.5 two       PE,BO,EC               0.80/2  .09 given=.9/2
brazilian            1.8 lusophone BR                     0.95/1  .15 given=1/1
portuguese           0.5 lusophone PT                     0.85/1  .09 given=.9/1
lusophone-african    2.0 lusophone MZ,MZ,AO,GW            0.75/2  .09 given=.9/2
polish               0.5 western   PL                     0.45/6  .24 given=.8/2
czech                0.3 western   CZ                     0.50/4  0
hungarian            0.2 western   HU                     0.85/1  .09  family-first
romanian             0.4 western   RO                     0.70/2  .15
greek                0.3 western   GR                     0.50/6  0
russian              0.9 slavic    RU,KZ                  0.60/4  0
ukrainian            0.9 slavic    UA                     0.45/6  0
georgian             0.5 western   GE                     0.40/8  0
armenian             0.3 western   AM                     0.40/8  0
turkish              0.7 western   TR                     0.70/3  .12
uzbek                0.4 western   UZ,KZ                  0.60/4  .06
arabic               3.2 fathers   EG,EG,JO,LB,SA,IQ,YE,SY,PS 0.70/2 .09 given=1/1
maghrebi             1.6 western   MA,TN,DZ               0.60/4  .12 given=.9/1
sudanese             1.0 fathers   SD                     0.75/1  .02 given=.9/1
somali               0.9 fathers   SO,SO,KE               0.75/1  .01 given=1/1
persian              0.4 western   IR                     0.60/3  .15 given=.9/1
afghan               0.9 western   AF                     0.60/2  .09  alone=.12 given=.9/1
pakistani            2.4 western   PK                     0.95/1  .06  alone=.03 given=1/1
bangladeshi          2.6 western   BD                     0.90/1  .05 given=.9/1
bengali              1.3 western   IN,IN,BD               0.80/1  .06
north-indian         5.0 western   IN                     0.90/2  .15  alone=.03
south-indian         2.2 initial   IN,IN,LK,SG            0.70/2  .15  alone=.10
nepali               1.5 western   NP                     0.75/2  .06 given=.8/2
sinhalese            0.6 western   LK                     0.90/1  .09
burmese              0.9 syllables MM                     0.80/1  0
thai                 0.8 western   TH                     0.20/8  .70
khmer-lao            0.7 western   KH,LA                  0.75/2  .03  family-first
vietnamese           0.9 vietnamese VN                    1.35/0.3 0   family-first
indonesian           1.6 western   ID                     0.60/3  .18  alone=.30 given=.9/2
filipino             2.4 mother    PH                     0.75/2  .15 given=.8/2
chinese              2.2 chinese   CN,CN,CN,SG,HK,MY      0.85/1.5 0   family-first
korean               0.6 korean    KR                     1.10/0.3 0   family-first
japanese             0.8 western   JP                     0.65/2  .06
sahel                4.2 western   SN,ML,BF,NE,GN,GM,MR,TD 0.85/1 .04 given=1/1
ivorian              1.8 western   CI,TG,BJ               0.75/1  .07  family-first
congolese            2.6 postname  CD,CD,CD,CG,GA         0.60/2  .12  family-first given=.8/2
cameroonian          1.3 western   CM                     0.55/3  .18  family-first
yoruba               2.6 western   NG                     0.65/3  .18
igbo                 2.0 western   NG                     0.70/2  .12
hausa                1.7 western   NG,NG,NE               0.75/1  .05  alone=.02 given=1/1
ghanaian             2.0 western   GH,GH,LR,SL            0.75/2  .07 given=.8/2
kenyan               5.2 western   KE                     0.75/3  .09 given=.8/3
tanzanian            2.4 western   TZ                     0.60/3  .12 given=.85/2
ugandan              2.6 western   UG,UG,SS               0.50/4  .15 given=.8/2
rwandan              1.7 western   RW,BI                  0.45/5  .18  family-first given=.8/2
ethiopian            2.6 fathers   ET,ET,ET,ER            0.75/2  .03 given=.8/2
malagasy             0.7 western   MG                     0.55/3  .18  family-first
southern-african     2.6 western   MW,ZM,ZW,BW            0.65/2  .12
southafrican         1.7 western   ZA,ZA,LS               0.60/3  .12
haitian              0.8 western   HT                     0.70/1  .09 given=.85/1
"""


@lru_cache(maxsize=1)
def cultures() -> tuple[Culture, ...]:
    """All of them."""
    return tuple(Culture(line) for line in _TABLE.strip().splitlines())


@lru_cache(maxsize=1)
def _ends() -> list[float]:
    return list(accumulate(culture.weight for culture in cultures()))


def some_culture(chance: Random) -> Culture:
    """One, the common ones more often."""
    ends = _ends()
    return cultures()[bisect(ends, chance.random() * ends[-1])]


@lru_cache(maxsize=128)
def culture_of(key: str) -> Culture:
    """The culture with that key."""
    return next(culture for culture in cultures() if culture.key == key)
