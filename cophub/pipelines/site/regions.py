"""Regions of the world: which country is in which, and what both are called.

Source: the United Nations' standard M49, https://unstats.un.org/unsd/methodology/m49/; the names in
each language are those of Unicode's CLDR, by way of babel. Oceania is one region here.
"""

from functools import cache

from babel.core import Locale

from cophub.identities.reading.places import country_code

UNKNOWN = ""
_CONTAINED = {
    "015": "DZ EG EH LY MA SD TN",
    "011": "BF BJ CI CV GH GM GN GW LR ML MR NE NG SH SL SN TG",
    "017": "AO CD CF CG CM GA GQ ST TD",
    "014": "BI DJ ER ET IO KE KM MG MU MW MZ RE RW SC SO SS TF TZ UG YT ZM ZW",
    "018": "BW LS NA SZ ZA",
    "145": "AE AM AZ BH CY GE IL IQ JO KW LB OM PS QA SA SY TR YE",
    "143": "KG KZ TJ TM UZ",
    "034": "AF BD BT IN IR LK MV NP PK",
    "035": "BN ID KH LA MM MY PH SG TH TL VN",
    "030": "CN HK JP KP KR MN MO TW",
    "009": "AS AU CC CK CX FJ FM GU HM KI MH MP NC NF NR NU NZ PF PG PN PW SB TK TO TV UM VU WF WS",
    "154": "AX DK EE FI FO GB GG IE IM IS JE LT LV NO SE SJ",
    "151": "BG BY CZ HU MD PL RO RU SK UA",
    "155": "AT BE CH DE FR LI LU MC NL",
    "039": "AD AL BA ES GI GR HR IT ME MK MT PT RS SI SM VA XK",
    "021": "BM CA GL PM US",
    "013": "BZ CR GT HN MX NI PA SV",
    "029": "AG AI AW BB BL BQ BS CU CW DM DO GD GP HT JM KN KY LC MF MQ MS PR SX TC TT VC VG VI",
    "005": "AR BO BR BV CL CO EC FK GF GS GY PE PY SR UY VE",
}
_WIDER = {
    "015": "015", "202": "011 017 014 018", "142": "145 143 034 035 030", "009": "009",
    "150": "154 151 155 039", "021": "021", "419": "013 029 005",
}  # fmt: skip
REGIONS, WIDE_REGIONS = tuple(_CONTAINED), tuple(_WIDER)
"""UN codes, in the order in which they are shown; the wide ones have more people each."""
_WIDE_OF = {code: wide for wide, codes in _WIDER.items() for code in codes.split()}
_REGION_OF = {code: region for region, codes in _CONTAINED.items() for code in codes.split()}


def region_of(country: str | None) -> str:
    """The region of a country as somebody wrote it: `Kenya`, `KE` or `kenia` -> '014'."""
    code = country_code(country or "")
    return _REGION_OF.get((code or "").upper(), UNKNOWN)


def wide(region: str) -> str:
    """'014' -> '202': Eastern Africa is in Sub-Saharan Africa."""
    return _WIDE_OF.get(region, UNKNOWN)


@cache
def region_name(region: str, language: str = "en") -> str:
    """'014' -> `Eastern Africa`."""
    return str(Locale.parse(language).territories[region])
