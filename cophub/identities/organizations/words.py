"""Words that say something about an organisation's name: legal forms, nobody, offices, no place."""

# ruff: noqa: SIM905 - lists of words read best as words


def _lines(text: str) -> frozenset[str]:
    return frozenset(line.strip() for line in text.split(";") if line.strip())


LEGAL_FORMS = frozenset(
    """
    inc incorporated ltd limited ltda llc llp lp plc corp corporation co cie pty pvt pte bhd sdn
    gmbh ggmbh mbh gug ug ag ev eg kg ohg kgaa sa sarl sas sasu snc srl sl slu spa srls sapi rl
    bv nv vzw vof asbl aisbl ivzw cvba scrl ab oy oyj ry asa aps as kft zrt nyrt bt sro spol doo dd
    ood eood ooo zao oao jsc ojsc pjsc ipc ngo ong osc oscip ac iap abp
    """.split()
)
"""What may stand at the end of a name to say what it is by law."""

LEGAL_OPENINGS = frozenset("ong ngo asbl stichting pt ooo zao oao cv tbk ets sarl".split())
"""What may stand before a name to say what it is by law."""

JOINING = frozenset("and et und och og".split())
"""Words for `&`."""

SMALL_WORDS = frozenset(
    """
    and et und y e for of the to in on at by with a an de del de la las los le les du des d l
    da do das dos di della delle dei der die das fur von zu zur en para por pour sur aux au el van
    voor het
    """.split()
)
"""Words that an acronym may leave out."""

ABBREVIATIONS = {
    "organisation": "organization",
    "organisations": "organizations",
    "programme": "program",
    "programmes": "programs",
    "centre": "center",
    "centres": "centers",
    "labour": "labor",
    "intl": "international",
    "natl": "national",
    "univ": "university",
    "dept": "department",
    "assn": "association",
    "assoc": "association",
    "govt": "government",
    "inst": "institute",
    "fdn": "foundation",
    "fndn": "foundation",
    "hosp": "hospital",
    "mgmt": "management",
}
"""Two spellings of one word, or a word and how it is cut short -> the one that stands for both."""

NOBODY = _lines(
    """
    ; consultant; consultants; consulting; consultancy; freelance; freelancer; free lance;
    free lancer; freelance consultant; home; independent; independent consultant;
    independant consultant; independant; independent researcher; independent expert; individual;
    individual consultant; myself; me; self; self employed; selfemployed; self employment; own;
    sole trader; sole proprietor; private; private person; private individual; personal; citizen;
    nil; no; none; nothing; null; nan; na; not applicable; not available; not known; unknown; other;
    others; any; various; tbc; tbd; tba; test; testing; xxx; xx; x; asdf; unemployed; retired;
    retiree; pensioner; emeritus; student; students; job seeker; jobseeker; looking for work;
    volunteer; unaffiliated; no affiliation; not affiliated; not employed; none at present;
    currently none; between jobs; parent; mother; company; organization; company name;
    organization name; your organization; name of organization; institution; employer; n a; n d;
    nd; does not apply; prefer not to say; confidential; anonymous; guest; user; default;
    independiente; consultor; consultora; consultor independiente; consultora independiente;
    autonomo; autonoma; por cuenta propia; cuenta propia; ninguno; ninguna; ningun; no aplica;
    no tengo; no tiene; no hay; sin organizacion; sin afiliacion; desempleado; desempleada;
    jubilado; jubilada; estudiante; estudiantes; particular; otro; otra; otros; nada;
    voluntario; voluntaria;
    desconocido; prueba; independiente consultor; trabajo independiente; organizacion; empresa;
    independant e; independante; independent e; consultant independant; consultante independante;
    consultante; consultant independent; sans; sans emploi; sans organization; aucun; aucune; neant;
    non applicable; so; sans objet; retraite; retraitee; etudiant; etudiante; particulier; prive;
    autre; autres; a son compte; travailleur independant; travailleur autonome; auto entrepreneur;
    autoentrepreneur; micro entrepreneur; benevole; chomage; chomeur; inconnu; pas applicable;
    pas d organization; rien; personnel; ancien; entreprise; societe; expert independant;
    freiberuflich; freiberufler; freiberuflerin; selbstandig; selbststandig; selbstandige;
    selbststandige; selbstaendig; selbststaendig; privat; privatperson; keine; keiner; kein; ohne;
    entfallt; nicht zutreffend; rentner; rentnerin; im ruhestand; arbeitslos; studentin; berater;
    beraterin; unabhangig; unabhangige beraterin; unabhangiger berater; sonstige; unbekannt;
    nessuno; nessuna; libero professionista; libera professionista; lavoratore autonomo;
    consulente; pensionato; pensionata; studente; studentessa; indipendente; altro; non applicabile;
    nenhum; nenhuma; nao aplicavel; nao se aplica; nao tenho; consultor independente; independente;
    consultora independente; autonomo a; trabalhador independente; aposentado; aposentada;
    reformado; reformada; estudiante; estudante; conta propria; por conta propria; outro; outra;
    sem organizacao; sem vinculo; desempregado; desempregada; profissional liberal; nao;
    zzp; zzper; zelfstandig; zelfstandige; geen; nvt; n v t; onafhankelijk; gepensioneerd;
    zelfstandig consultant; niet van toepassing; egenforetagare; ingen; inget; pensionar; frilans;
    нет; не указано; самозанятый; самозанятая; фрилансер; фриланс; независимый консультант;
    консультант; пенсионер; студент; студентка; безработный; частное лицо; не работаю;
    немає; самозайнятий; لا يوجد; لا شيء; مستقل; مستقلة; استشاري مستقل; طالب; طالبة; متقاعد;
    عمل حر; غير متاح; 无; 没有; 自由职业; 自由职业者; 个人; 学生; 退休; 独立顾问; 不适用; 無;
    フリーランス; 個人; なし; 無職; 自営業; 학생; 없음; 프리랜서; 개인
    """.replace("\n", " ")
)
"""What people write into the field when they have no organisation, in normal form."""

OFFICE_WORDS = frozenset(
    """
    country regional office offices bureau bureaux pays oficina oficinas regional nacional national
    escritorio buro landesburo representation representacion representacao delegation delegacion
    mission mision headquarters headquarter hq siege sede central field sub suboffice branch
    chapter section team program secretariat subregional esaro wcaro rosa eapro menaro lacro ecaro
    tacro rsc ho co
    """.split()
)
"""What stands beside a country where a name is that of an office there."""

LINKING = frozenset(
    "of in for at to the de du des la le les en au aux a da do dos del d pour para fur".split()
)
"""What may stand between a name, its office and its country."""

VAGUE = _lines(
    """
    university; universite; universidad; universidade; universitat; universita; universiteit;
    college; school; faculty; medical school; nursing school; school of nursing; academia; academic;
    hospital; hopital; hospitals; clinic; health center; health centers; health facility; clinica;
    centro de salud; centre de sante; center de sante; dispensary; pharmacy; laboratory;
    laboratoire;
    district hospital; regional hospital; general hospital; referral hospital; teaching hospital;
    university hospital; national hospital; university teaching hospital; chu; chr; chd;
    hopital de district; hopital regional; hopital general; hopital central; hospital general;
    hospital regional; hospital central; hospital nacional; hospital universitario;
    district health office; district health team; health district; district sanitaire; dhmt; dho;
    county health department; county government; county; district; region; province; municipality;
    city council; city; town council; local government; mairie; commune; municipio; alcaldia;
    department of health; health department; public health; public health department;
    departement de sante; health; sante; salud; saude; department; ministry; ministere; ministerio;
    government; govt; gouvernement; gobierno; governo; public sector; public service; civil service;
    private sector; private practice; private company; civil society; civil society organization;
    cso; cbo; community based organization; community; ngo; ngos; ingo; ong; ongs; non profit;
    nonprofit; non governmental organization; international organization; association; foundation;
    fondation; fundacion; institute; institut; instituto; institution; research; research institute;
    research center; center de recherche; centro de investigacion; church; eglise; iglesia; mission;
    company; firm; bank; media; press; army; military; police; embassy; ambassade; embajada;
    consultancy firm; consulting firm; business; startup; enterprise; project; projet; proyecto;
    red cross; croix rouge; cruz roja; cruz vermelha; red crescent; rotes kreuz; public;
    national public health institute; national institute of public health;
    institute of public health;
    national institute of health; institut national de sante publique; instituto nacional de salud;
    instituto nacional de saude; instituto nacional de salud publica; inspq; inps; insp; ins; nphi;
    united nations agency; un agency; agency; donor; partner; network; alliance; work; office;
    министерство; университет; больница; وزارة; جامعة; مستشفى; 大学; 医院; 病院
    """.replace("\n", " ")
)
"""Kinds of organisations: alone they say of which kind one is, not which one."""

SEATS = frozenset("rome roma paris york vienna wien bonn hague delhi lima".split())
"""Seats of well-known bodies, besides the cities that no person is called by."""

NATIONAL_BODIES = dict.fromkeys(
    ("red cross", "croix rouge", "cruz roja", "cruz vermelha", "rotes kreuz", "red crescent"),
    "red cross",
)
"""Of which a country has one, as it has ministries."""

MINISTRIES = frozenset(
    """
    ministry ministries ministere ministerio ministero ministerium ministerie kementerian
    министерство міністерство وزارة
    """.split()
)
"""First words of what every government has; which one it is, only a country tells."""

MINISTRY_OF_HEALTH = _lines(
    """
    moh; mohs; mohfw; minsa; minsante; minsal; msp; mspp; msps; msas; ms; ministry of health;
    ministry for health; ministry of public health; ministry of health sanitation;
    ministry of health social welfare; ministry of health social services;
    ministry of health wellness;
    ministry of health family welfare; federal ministry of health; fmoh; health ministry;
    ministry of health medical services; ministry of health child care;
    ministry of health population;
    ministere de la sante; ministere de sante; ministere de la sante publique; ministere sante;
    ministere de la sante de l hygiene publique; ministere de la sante de la population;
    ministere de la sante de l action sociale; ministere de la sante de la prevention;
    ministere de la sante hygiene publique; ministerio de salud; ministerio de salud publica;
    ministerio de la salud; ministerio da saude; ministerio de la proteccion social;
    ministerio de salud proteccion social; ministero della salute; ministerium fur gesundheit;
    gesundheitsministerium; bundesministerium fur gesundheit; министерство здравоохранения;
    وزارة الصحة; kementerian kesehatan
    """.replace("\n", " ")
)
"""Names of what is one ministry in a country, however it is called that year."""
