"""Words that stand beside people's names: titles, degrees, suffixes, particles and fillers.

All folded: lower-case ASCII, no dots.
"""

TITLES = frozenset(
    """
    dipl diplom cand stud dr drs dra doctor doctora docteur doktor doutor doutora prof professor
    professeur profesor profesora professora professore mr mrs miss mx mister mme mlle madame
    mademoiselle monsieur herr frau fraulein hr fr frk sr sra srta senor senora senorita senhor
    senhora sig signor signora dott dottssa ing inge ingeniero ingeniera ingenieur engr arq lic
    licda licenciado licenciada licdo mtro mtra maestro abg abogado abogada dhr mevr mw meneer
    mevrouw pani pr hon honorable honourable excellency amb ambassador rev reverend revd
    archbishop sir dame capt captain col colonel maj lt lieutenant sgt sergeant gen brig brigadier
    cmdr commander adm admiral sen senator minister president dato datuk datin ustadz ustaz ustad
    ust mwalimu bwana ato woizero weyzero waizero woz shri sri smt shrimati mullah maulana mawlana
    moulana allama nurse matron dipling mudr phdr rndr mgr bc judr paeddr drg sheikha advocate adv
    barrister chef maam adj assoc associate assistant asst asoc catedratico commissaire inspecteur
    directeur directrice director dottoressa univ habil priv doz
    """.split()  # noqa: SIM905 - a list of words reads best as words
)
"""Dropped before a name, and after it where more than one word is left."""

TITLES_TOO = frozenset(
    """
    sheikh shaikh sheik sheekh cheikh haji hajji hadji hajj hajja hajia hajiya hadja alhaji
    alhadji elhadj elhadji hj hjh chief fr father sister brother pr sri seri lady lord major
    pastor bishop general master magister pandit bibi pan eng kh ir ms gen
    """.split()  # noqa: SIM905
)
"""Of these, some are names as well: dropped only before two words or more."""

DEGREES = frozenset(
    """
    skm skep mkes msi spd mpd ners phd md mph msc bsc mba mphil dphil drph dph msph msn bsn mbbs
    mbchb bds dds dmd dvm pharmd edd psyd llb llm jd mpa mpp mha mhs mhsc mhpe msw med bed bcom
    beng meng mtech btech pgd frcp mrcp frcs mrcs mrcog frcog facp faan fcps fwacp facog ffph
    fmcph cpa pmp cissp pe esq rn rnc cnm lcsw rph edm mfa bfa mtm mmed mmedsci mcommh mce scd sm
    bpharm mpharm mbbch dtm dtmh mtropmed dipl diploma phdc candidate mscph hbsc mpsych msce mci
    mcp pgdip emba ccc mle ches mches cph frcpath mrcgp mrcpch frcpch facs fccp mrpharms mres mstat
    dnp aprn lpn mbbchir dclinpsy mbbs mchem mnurs bnsc mscn
    """.split()  # noqa: SIM905
)
"""Dropped after a name, however they are written."""

DEGREES_IN_CAPITALS = frozenset(
    "ma ba ms bs do np pa pt ot cp od ra ca im obe mbe cbe kbe se bn rm rd dc".split()  # noqa: SIM905
)
"""Dropped after a comma or in capitals beside small letters: `Ba`, `Ma` and `Do` are names too."""

SUFFIXES = {
    "jr": "jr",
    "jnr": "jr",
    "junior": "jr",
    "filho": "jr",
    "fils": "jr",
    "hijo": "jr",
    "sr": "sr",
    "snr": "sr",
    "senior": "sr",
    "pere": "sr",
    "ii": "ii",
    "2nd": "ii",
    "iii": "iii",
    "3rd": "iii",
    "iv": "iv",
    "4th": "iv",
}
"""What tells a father from a son."""

PARTICLES = frozenset(
    """
    de del dela delos delas della delle dello dei degli di da do dos das du des la las los le les
    van von vom zu zum zur der den het ter ten te af av al el ul ad ed ould wuld ibn ben bin bint
    binti binte bte mint abi y e i und
    """.split()  # noqa: SIM905
)
"""Dropped between words, and before the first where no word is lost; kept as a last word."""

NAMES_TOO = frozenset(
    [
        "van",
        "ben",
        "bin",
        "le",
        "la",
        "do",
        "da",
        "di",
        "de",
        "den",
        "al",
        "el",
        "te",
        "ter",
        "ten",
        "i",
        "y",
        "e",
        "las",
        "des",
        "ad",
        "ed",
    ]
)
"""Particles that are names of their own as well: kept as first word."""

JOINED_PARTICLES = (
    "delos", "delas", "dela", "del", "dos", "das", "des", "della", "de", "da", "di", "du",
    "vander", "vanden", "vande", "van", "von", "ould", "ben", "bin", "al", "el", "la", "le",
    "mac", "mc", "san", "st", "o", "d",
)  # fmt: skip
"""What is written in one with the name after it: `delacruz`, `elamrani`, `odonnell`."""

MAIDEN = frozenset("nee born geb geborene nata nacida".split())  # noqa: SIM905
"""Words before a former family name."""

PRONOUNS = frozenset("she he they her him them hers his theirs ella elle elu ele".split())  # noqa: SIM905

FILLERS = frozenset(
    """
    guest external ext extern externe via visitor unverified invited host cohost me presenter
    moderator facilitator organizer interpreter speaker attendee participant invitee deceased
    retired consultant intern volunteer student he him she her
    """.split()  # noqa: SIM905
)
"""What a tool or a guest adds in brackets."""

TITLES_ANYWHERE = frozenset("dr dra drs engr mlle mme mr mrs ms mx pr prof sra srta".split())  # noqa: SIM905
"""Dropped in the middle of a name too: nobody is called by them."""

TOOLS = frozenset(
    """
    android chrome docs dropbox forum forums gmail google gotowebinar group groups hangouts
    instagram iphone linkedin list meet meeting messenger microsoft mobile outlook sharepoint skype
    slack teams telegram twitter webex whatsapp yahoo yammer zoom
    """.split()  # noqa: SIM905
)
"""What somebody came by, as in `via Zoom`: no employer."""

PLACEHOLDERS = frozenset(
    """
    test tester testing test1 member user username name noname nobody none null nil na nan unknown
    anonymous anon guest participant attendee visitor viewer caller customer client contact admin
    administrator moderator host organizer organiser unnamed untitled undefined default demo
    sample example temp tmp dummy new account profile first last firstname lastname fullname
    surname givenname prenom nom nombre apellido apellidos nome sobrenome vorname nachname inconnu
    inconnue anonyme anonimo desconocido invitado invitee invite utilisateur usuario miembro
    membre membro blank empty deleted removed former xxx xx abc asdf qwerty phone mobile telephone
    no not available applicable given provided private
    """.split()  # noqa: SIM905
)
"""A name of these words alone names nobody."""

ORGANIZATION = frozenset(
    """
    ministry ministere ministerio ministerium health sante salud saude university universite
    universidad universidade universitat univ college institute institut instituto hospital clinic
    clinique center centre centro foundation fondation fundacion fundacao stiftung association
    associacao asociacion network reseau project projet proyecto programme program programa
    alliance council office bureau department dept division unit team school faculty group groupe
    grupo international global national federal regional district county state ngo ong un who oms
    unicef unfpa undp unhcr unaids usaid gavi cdc nih msf icrc ifrc fao wfp world bank
    organization organisation organizacion society societe sociedad union federation committee
    commission agency agence agencia services service research consulting consultants company inc
    ltd llc gmbh corp corporation limited plc trust fund fonds moh nhs gov government gouvernement
    academy laboratory labs systems solutions secretariat headquarters hq africa asia europe
    america american african european medical medicine public community communication
    communications education nutrition malaria hiv tb reproductive family planning staff support
    """.split()  # noqa: SIM905
)
"""Words that a part of the text with an organisation or a post in it has."""

SPECIAL = (
    TITLES | TITLES_TOO | DEGREES | DEGREES_IN_CAPITALS | frozenset(SUFFIXES) | PARTICLES | MAIDEN
    | PRONOUNS | FILLERS | PLACEHOLDERS | ORGANIZATION
)  # fmt: skip
"""A text without any of these is a name as it stands."""
