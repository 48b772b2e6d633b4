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
