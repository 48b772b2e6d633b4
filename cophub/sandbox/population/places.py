# ruff: noqa: E501 - a table reads best with one line for one thing
"""Countries where people of the population live, as they write them."""

from functools import lru_cache
from typing import NamedTuple


class Country(NamedTuple):
    """A country: ISO 3166 code, names (the usual English one first), cities, zone, language."""

    code: str
    names: tuple[str, ...]
    cities: tuple[str, ...]
    timezone: str
    language: str


_TABLE = """
US|United States;USA;U.S.A.;United States of America;US;Estados Unidos|Washington;New York;Boston;Seattle;Atlanta;Baltimore;Chapel Hill|America/New_York|en
CA|Canada;CANADA|Ottawa;Toronto;Montréal|America/Toronto|en
GB|United Kingdom;UK;England;Great Britain;Royaume-Uni|London;Liverpool;Oxford;Edinburgh|Europe/London|en
IE|Ireland;Éire|Dublin;Cork|Europe/Dublin|en
AU|Australia|Melbourne;Sydney;Canberra|Australia/Sydney|en
NZ|New Zealand;Aotearoa|Wellington;Auckland|Pacific/Auckland|en
FR|France;FRANCE|Paris;Lyon;Marseille|Europe/Paris|fr
BE|Belgium;Belgique;België|Brussels;Antwerp|Europe/Brussels|fr
CH|Switzerland;Suisse;Schweiz|Geneva;Basel;Bern|Europe/Zurich|fr
DE|Germany;Deutschland;Allemagne|Berlin;Bonn;Heidelberg;München|Europe/Berlin|de
AT|Austria;Österreich|Vienna|Europe/Vienna|de
NL|Netherlands;The Netherlands;Nederland;Pays-Bas|Amsterdam;The Hague;Utrecht|Europe/Amsterdam|nl
SE|Sweden;Sverige|Stockholm;Uppsala|Europe/Stockholm|sv
NO|Norway;Norge|Oslo;Bergen|Europe/Oslo|no
DK|Denmark;Danmark|Copenhagen|Europe/Copenhagen|da
FI|Finland;Suomi|Helsinki;Tampere|Europe/Helsinki|fi
IT|Italy;Italia;Italie|Rome;Milano;Padova|Europe/Rome|it
ES|Spain;España;Espagne|Madrid;Barcelona|Europe/Madrid|es
PT|Portugal|Lisboa;Porto|Europe/Lisbon|pt
PL|Poland;Polska|Warsaw;Kraków|Europe/Warsaw|pl
CZ|Czech Republic;Czechia;Česko|Prague;Brno|Europe/Prague|cs
HU|Hungary;Magyarország|Budapest|Europe/Budapest|hu
RO|Romania;România|Bucharest;Cluj|Europe/Bucharest|ro
GR|Greece;Ελλάδα|Athens;Thessaloniki|Europe/Athens|el
RU|Russia;Russian Federation;Россия|Moscow;St Petersburg|Europe/Moscow|ru
UA|Ukraine;Україна|Kyiv;Lviv;Dnipro|Europe/Kyiv|uk
GE|Georgia;საქართველო|Tbilisi|Asia/Tbilisi|ka
AM|Armenia;Հայաստան|Yerevan|Asia/Yerevan|hy
TR|Turkey;Türkiye|Ankara;Istanbul;Gaziantep|Europe/Istanbul|tr
UZ|Uzbekistan;O‘zbekiston|Tashkent|Asia/Tashkent|ru
KZ|Kazakhstan;Казахстан|Almaty;Astana|Asia/Almaty|ru
EG|Egypt;Egypte;مصر|Cairo;Alexandria|Africa/Cairo|ar
JO|Jordan;Jordanie;الأردن|Amman|Asia/Amman|ar
LB|Lebanon;Liban;لبنان|Beirut|Asia/Beirut|ar
SA|Saudi Arabia;KSA;Arabie saoudite|Riyadh|Asia/Riyadh|ar
IQ|Iraq;العراق|Baghdad;Erbil|Asia/Baghdad|ar
YE|Yemen;Yémen|Sana'a;Aden|Asia/Aden|ar
SY|Syria;Syrian Arab Republic;Syrie|Damascus|Asia/Damascus|ar
PS|Palestine;State of Palestine;oPt|Ramallah;Gaza|Asia/Hebron|ar
MA|Morocco;Maroc;المغرب|Rabat;Casablanca|Africa/Casablanca|fr
DZ|Algeria;Algérie|Algiers;Oran|Africa/Algiers|fr
TN|Tunisia;Tunisie|Tunis|Africa/Tunis|fr
SD|Sudan;Soudan;السودان|Khartoum;Port Sudan|Africa/Khartoum|ar
SS|South Sudan;Soudan du Sud|Juba|Africa/Juba|en
SO|Somalia;Somalie;Soomaaliya|Mogadishu;Hargeisa;Garowe|Africa/Mogadishu|en
IR|Iran;Iran, Islamic Republic of|Tehran;Shiraz|Asia/Tehran|fa
AF|Afghanistan;افغانستان|Kabul;Herat|Asia/Kabul|en
PK|Pakistan;PAKISTAN|Islamabad;Karachi;Lahore;Peshawar|Asia/Karachi|en
BD|Bangladesh|Dhaka;Cox's Bazar;Sylhet|Asia/Dhaka|en
IN|India;INDIA;Inde;Bharat|New Delhi;Mumbai;Patna;Lucknow;Bengaluru;Chennai;Kolkata|Asia/Kolkata|en
NP|Nepal;Népal|Kathmandu;Pokhara|Asia/Kathmandu|en
LK|Sri Lanka|Colombo;Jaffna|Asia/Colombo|en
MM|Myanmar;Burma;Birmanie|Yangon;Mandalay|Asia/Yangon|en
TH|Thailand;Thaïlande|Bangkok;Chiang Mai|Asia/Bangkok|en
KH|Cambodia;Cambodge|Phnom Penh;Siem Reap|Asia/Phnom_Penh|en
LA|Laos;Lao PDR;Lao People's Democratic Republic|Vientiane|Asia/Vientiane|en
VN|Vietnam;Viet Nam;Việt Nam|Hanoi;Ho Chi Minh City|Asia/Ho_Chi_Minh|en
ID|Indonesia;Indonésie|Jakarta;Yogyakarta;Kupang|Asia/Jakarta|en
PH|Philippines;The Philippines;Pilipinas|Manila;Quezon City;Cebu;Davao|Asia/Manila|en
CN|China;PR China;P.R. China;Chine;中国|Beijing;Shanghai;Guangzhou|Asia/Shanghai|zh
SG|Singapore|Singapore|Asia/Singapore|en
HK|Hong Kong;Hong Kong SAR|Hong Kong|Asia/Hong_Kong|en
MY|Malaysia|Kuala Lumpur|Asia/Kuala_Lumpur|en
KR|South Korea;Republic of Korea;Korea, Republic of;대한민국|Seoul|Asia/Seoul|ko
JP|Japan;Japon;日本|Tokyo;Osaka;Nagasaki|Asia/Tokyo|ja
SN|Senegal;Sénégal|Dakar;Thiès;Kolda|Africa/Dakar|fr
ML|Mali|Bamako;Ségou;Mopti|Africa/Bamako|fr
BF|Burkina Faso;Burkina|Ouagadougou;Bobo-Dioulasso|Africa/Ouagadougou|fr
NE|Niger|Niamey;Zinder|Africa/Niamey|fr
GN|Guinea;Guinée;Guinée Conakry|Conakry;Kankan|Africa/Conakry|fr
GM|The Gambia;Gambia|Banjul|Africa/Banjul|en
MR|Mauritania;Mauritanie|Nouakchott|Africa/Nouakchott|fr
TD|Chad;Tchad|N'Djamena|Africa/Ndjamena|fr
CI|Côte d'Ivoire;Cote d'Ivoire;Ivory Coast;RCI|Abidjan;Bouaké|Africa/Abidjan|fr
TG|Togo|Lomé|Africa/Lome|fr
BJ|Benin;Bénin|Cotonou;Parakou|Africa/Porto-Novo|fr
CD|Democratic Republic of the Congo;DR Congo;DRC;RDC;RD Congo;Congo, Dem. Rep.;République démocratique du Congo|Kinshasa;Goma;Lubumbashi;Bukavu|Africa/Kinshasa|fr
CG|Congo;Congo-Brazzaville;Republic of the Congo|Brazzaville|Africa/Brazzaville|fr
CM|Cameroon;Cameroun|Yaoundé;Douala;Bamenda;Maroua|Africa/Douala|fr
GA|Gabon|Libreville|Africa/Libreville|fr
NG|Nigeria;NIGERIA;Federal Republic of Nigeria|Abuja;Lagos;Kano;Ibadan;Enugu;Maiduguri|Africa/Lagos|en
GH|Ghana;GHANA|Accra;Kumasi;Tamale|Africa/Accra|en
SL|Sierra Leone|Freetown;Bo|Africa/Freetown|en
LR|Liberia|Monrovia|Africa/Monrovia|en
KE|Kenya;KENYA;Republic of Kenya|Nairobi;Kisumu;Mombasa;Eldoret|Africa/Nairobi|en
TZ|Tanzania;United Republic of Tanzania;Tanzania, United Republic of;Tanzanie|Dar es Salaam;Dodoma;Mwanza;Arusha;Zanzibar|Africa/Dar_es_Salaam|en
UG|Uganda;UGANDA;Ouganda|Kampala;Gulu;Mbarara|Africa/Kampala|en
RW|Rwanda;RWANDA|Kigali;Huye|Africa/Kigali|en
BI|Burundi|Bujumbura;Gitega|Africa/Bujumbura|fr
ET|Ethiopia;ETHIOPIA;Ethiopie;ኢትዮጵያ|Addis Ababa;Mekelle;Hawassa;Bahir Dar|Africa/Addis_Ababa|en
ER|Eritrea;Érythrée|Asmara|Africa/Asmara|en
MG|Madagascar;Madagasikara|Antananarivo;Toamasina|Indian/Antananarivo|fr
MW|Malawi;MALAWI|Lilongwe;Blantyre;Mzuzu|Africa/Blantyre|en
ZM|Zambia;Zambie|Lusaka;Ndola|Africa/Lusaka|en
ZW|Zimbabwe|Harare;Bulawayo|Africa/Harare|en
BW|Botswana|Gaborone|Africa/Gaborone|en
ZA|South Africa;RSA;Afrique du Sud;Republic of South Africa|Pretoria;Johannesburg;Cape Town;Durban|Africa/Johannesburg|en
LS|Lesotho|Maseru|Africa/Maseru|en
MZ|Mozambique;Moçambique|Maputo;Beira;Nampula|Africa/Maputo|pt
AO|Angola|Luanda;Huambo|Africa/Luanda|pt
GW|Guinea-Bissau;Guiné-Bissau|Bissau|Africa/Bissau|pt
BR|Brazil;Brasil;Brésil|Brasília;São Paulo;Recife|America/Sao_Paulo|pt
MX|Mexico;México;Mexique|Mexico City;Oaxaca;Mérida|America/Mexico_City|es
GT|Guatemala|Guatemala City;Quetzaltenango|America/Guatemala|es
HN|Honduras|Tegucigalpa|America/Tegucigalpa|es
SV|El Salvador|San Salvador|America/El_Salvador|es
NI|Nicaragua|Managua|America/Managua|es
DO|Dominican Republic;República Dominicana|Santo Domingo|America/Santo_Domingo|es
CO|Colombia;Colombie|Bogotá;Medellín;Cali|America/Bogota|es
PE|Peru;Perú;Pérou|Lima;Cusco;Puno|America/Lima|es
BO|Bolivia;Bolivie;Estado Plurinacional de Bolivia|La Paz;El Alto|America/La_Paz|es
EC|Ecuador;Equateur|Quito;Guayaquil|America/Guayaquil|es
CL|Chile;Chili|Santiago|America/Santiago|es
AR|Argentina;Argentine|Buenos Aires;Rosario|America/Argentina/Buenos_Aires|es
HT|Haiti;Haïti;Ayiti|Port-au-Prince;Cap-Haïtien;Les Cayes|America/Port-au-Prince|fr
"""  # fmt: skip


@lru_cache(maxsize=1)
def countries() -> dict[str, Country]:
    """Every country by its code."""
    found = {}
    for line in _TABLE.strip().splitlines():
        code, names, cities, timezone, language = line.split("|")
        found[code] = Country(
            code, tuple(names.split(";")), tuple(cities.split(";")), timezone, language
        )
    return found
