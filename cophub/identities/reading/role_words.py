"""Words that name a function, a team or a programme and nobody: in addresses and in names.

All are lower-case ASCII, as they stand in addresses; Arabic, Russian and others in Latin letters.
Words that are somebody's name as well (`salam`, `amal`, `page`) are left out: who might be a person
is one.
"""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


UNANSWERED = _words(
    """
    bounce bounces bounced daemon donotreply do-not-reply do_not_reply do.not.reply dontreply
    listserv mailer-daemon mailerdaemon mailer majordomo mailman no-reply no.reply no_reply nobody
    noreply noreplies no-responder noresponder no-responda noresponda nao-responda naoresponda
    ne-pas-repondre nepasrepondre pas-de-reponse nicht-antworten nichtantworten nereply
    ne-otvechat neotvechat notification notifications notify notificacion notificaciones
    notificacoes alert alerts alerte alertes alertas autoreply auto-reply autoresponder
    system-notification unsubscribe wordpress cron root devnull dev-null
    """
)
"""Local parts that machines write from and nobody reads."""

FUNCTIONS = UNANSWERED | _words(
    """
    abuse accounting accounts accreditation admin administration administrator administrators
    admissions advisory advocacy affiliates alumni analytics announce announcements applications
    archive archives assistance assistant ask audit authors billing board bookings booking books
    branding bursar business calendar call callcentre callcenter campaign campaigns campus cancel
    career careers centre ceo cfo chair chairman chairperson chiefexecutive cio claims clerk
    clinic comments committee comms communication communications community communities complaints
    compliance conf conference conferences conferencing confirm connect consultancy consulting
    consultations contact contactus content contracts contributions coo cooperation coordination
    coordinator coordinators copyright corporate correspondence council counsel courses cto
    customer customercare customers customerservice data datacenter database delegate
    deputydirector desk developer developers development digital director directorate directors
    directory discuss discussion discussions distribution documentation
    documents donate donation donations
    donor donors dpo editor editorial editors education ehealth elearning email emergency
    emergencies employment engagement enquire enquiries enquiry equipment ethics evaluation event
    events executive executivedirector expert experts export external facilitator facilitators
    facilities faculty faq fax feedback fellows fellowship fellowships field finance financial
    focalpoint forum forums frontdesk fundraising funding general generalmanager governance
    government grants group groups guest guests headoffice headquarters hello help helpdesk
    helpline hostmaster hotline hq hr human humanresources ict ideas import inbox info infodesk
    infocenter infocentre infomail information infos informatics innovation inquire inquiries
    inquiry institute insurance intake interns internship internships international intranet
    investors invoice invoices invitation invitations it itsupport jobs join journal knowledge km
    lab laboratory leadership learning legal library lists list logistics logs mail mailbox
    mailbag mailing maintenance manager managers management marketing materials mda me mearl meal
    media mediarelations meeting meetings members member membership memberships mentor mentoring
    merl message messages mission moderator moderators mobile monitoring network networks news
    newsdesk newsletter newsletters newsroom office officer offices online operations operator
    opportunities orders organiser organisers organizer organizers outreach owner participants
    partner partners partnership partnerships patients payment payments payroll permissions
    personnel phone planning policy portal post postbox postmaster practice president
    presidentoffice press pressoffice principal privacy procurement production program programme
    programmes programs programmanager programofficer project projects projectmanager
    projectoffice promo promotions proposals protocol public publication publications publichealth
    publicity publicrelations publishing purchasing quality queries query questions quotes
    reception recruiting recruitment recruiter redcross referrals refunds register registrar
    registration registrations registry regulatory relations reply report reporting reports
    request requests research researcher researchers reservations resources response results
    returns review reviews safety safeguarding sales scholarship scholarships school science
    secretariat secretariate secretaries secretary secretarygeneral security seminar seminars
    service services station shipping shop showroom site sitemaster smtp social socialmedia
    speakers sponsors sponsorship staff staffing statistics stats stores strategy student students
    studio subscribe subscriber subscribers subscription subscriptions suggestions supplies supply
    support survey surveys sustainability sysadmin system systems tech technical technicalsupport
    technology telehealth teleconference tender tenders test tester testing tickets tours trainer
    trainers training trainings translation translations travel treasurer treasury trial trustees
    tutor unit university updates upload user users vacancies vacancy vendor vendors video visa
    visitors volunteer volunteers volunteering warehouse web webadmin webinar webinars webmail
    webmaster website webteam welcome wellness workshop workshops writers zoom gotowebinar
    gotomeeting webex teams zoomhost

    accueil administracion adjoint agence animateur animation appels assistante assistanat assistenz
    atelier ateliers bibliotheque boutique bureau cabinet candidature candidatures cellule
    chargedeprojet collectif comite commercial communaute communautaire compta comptabilite
    comptable concours conseil contacts contactez coordinateur coordinatrice coordonnateur
    coordonnatrice coord courrier dircom direction directeur directrice diffusion dons drh emploi
    emplois enseignement equipe equipes etudes etudiants evenement evenements facturation facture
    financement formateur formateurs formation formations gestion gestionnaire inscription
    inscriptions juridique journee libraire logistique maintenance mairie messagerie pedagogie
    plaidoyer presidence presidente presse prestations projet projets qualite recherche recrutement
    redaction redacteur renseignement renseignements relations reseau reseaux responsable ressources
    reunion reunions rh rrhh santepublique scolarite secretaire secretariatgeneral siege soutien
    stage stages stagiaire standard suivi-evaluation suivi telephone tresorerie tresorier ventes

    administrador administrativo afiliados alertas almacen aprendizaje asesoria asistencia asistente
    atencion atencionalcliente ayuda biblioteca boletin boletines buzon calidad capacitacion
    capacitaciones captacion citas clientes coordinacion coordinador coordinadora comercial compras
    comunicacion comunicaciones comunidad comunitario conferencias consejo consulta consultas
    contabilidad contacta contactenos contacto contactos contratacion convocatoria convocatorias
    correo correos cursos denuncias desarrollo difusion direccion directora docencia donaciones
    editora empleo empleos encuesta escuela estudios eventos facturacion facturas finanzas formacion
    gerencia gerente gestor informa informacion informaciones informatica informes inscripcion
    inscripciones investigacion invitados jefatura juridico logistica matricula monitoreo mercadeo
    noticias novedades oficina oficinas pagos participa pedidos personal planificacion postulaciones
    prensa presidencia presupuesto presupuestos programa programas proveedores proyecto proyectos
    publicaciones quejas recepcion reclamos recursoshumanos redes redaccion registro reservas
    responsable reuniones salud saludpublica secretaria secretarias secretariageneral seguimiento
    seguridad seminario servicio servicios sistemas socios soporte sugerencias suscripcion
    suscripciones talento taller talleres tesoreria tesorero tienda tramites turismo ventas
    vinculacion voluntarios voluntariado webinario

    administracao adesao agenda ajuda apoio assessoria assinatura assistencia associados atendimento
    bolsas cadastro candidaturas capacitacao coordenacao coordenador coordenadora comercial
    comunicacao comunicados contabilidade contato contatos cursos departamento diretor diretora
    diretoria direcao doacoes duvidas editais ensino equipa equipe escola escritorio eventos
    faleconosco financas financeiro formacao formador gabinete gestao imprensa informacao
    informacoes informatica inscricao inscricoes investigacao juridico licitacao marketing
    matriculas monitoria monitoramento noticia oficinas orcamento ouvidoria participacao pesquisa
    pesquisas presidencia projecto projectos projeto projetos recepcao recrutamento recursoshumanos
    redacao relacoes reitoria reuniao sac saude saudepublica secretariado secretariageral seguranca
    selecao servicos sistema suporte tecnico tesouraria vagas vendas

    anfrage anfragen anmeldung ansprechpartner assistenz ausbildung bestellung bewerbung bewerbungen
    bibliothek buchhaltung buero datenschutz einkauf empfang fortbildung fragen geschaeftsfuehrung
    geschaeftsstelle hilfe kanzlei kontakt kundendienst kundenservice leitung mitglieder
    mitgliedschaft nachricht newsletter oeffentlichkeitsarbeit personalabteilung poststelle presse
    pressestelle projektbuero projekte projekt rechnung rechnungen redaktion schulung schulungen
    sekretariat seminare spenden stipendien studium technik termine veranstaltung veranstaltungen
    vereinsbuero vermittlung verwaltung vertrieb verkauf vorstand weiterbildung werbung zentrale
    zentrum

    amministrazione assistenza comunicazione comunicazioni contatti contatto corsi direzione eventi
    formazione informazioni iscrizioni lavoro presidenza prenotazioni progetti progetto protocollo
    redazione ricerca risorseumane segreteria segretario servizi servizio stampa supporto ufficio
    ufficiostampa uffici vendite volontari aanmelding administratie afdeling bestuur communicatie
    directie facturen inschrijving klantenservice kantoor ledenadministratie nieuwsbrief opleiding
    opleidingen personeelszaken pers receptie redactie secretariaat vacatures verkoop voorzitter
    vragen ansatte avdeling bestilling faktura foredrag kansli kontor kundservice kundeservice kurs
    medlem medlemmer nyheter opplaering personale postmottak postkasse registrator salg sekretaer
    sekretariatet styret toimisto tilmelding utbildning utdanning viestinta biuro dzial kadry
    kontakty rekrutacja sekretarz szkolenia sprzedaz zamowienia zapytania kancelar podatelna
    objednavky informace skoleni sekretariaat ured tajnistvo podrska obuke birou resurseumane
    relatii achizitii titkarsag iroda ugyfelszolgalat kepzes grammateia

    idara idaara maktab barid tadrib tadreeb tawthif tawzif alakat sikritaria ittisal istiqbal
    moudiriya wizara khadamat buhgalteriya kadrov koordinator buhgalter buhgalteria cadry dekanat
    direktor direkciya dogovor infootdel kadri kancelyariya kancelyaria kancler konferenciya
    obrazovanie obuchenie obucheniye ofis otdel otdelkadrov pochta podderzhka pressa pressluzhba
    press-sluzhba priem priemnaya prijomnaya prodazhi proekt proekty redakciya redaktsiya rektorat
    rektor sekretar sekretariya seminary sluzhba sotrudnichestvo spravka uchebny upravlenie vakansii
    voprosy zakaz zakazy kantselyariya viddil zapyt habari huduma idara mafunzo mawasiliano
    mkurugenzi msaada mratibu ofisi taarifa utawala bagian humas kantor kepegawaian keuangan layanan
    pelatihan pendaftaran perpustakaan sekretaris tatausaha umum pengaduan hubungikami latihan
    pejabat pertanyaan bilgi bilgiislem destek egitim etkinlik etkinlikler finansman iletisim
    insankaynaklari kurumsal mudurluk muhasebe ofis rezervasyon satis sekreterlik satinalma daotao
    hanhchinh kinhdoanh lienhe phongban thongtin thuvien tochuc tuyendung vanphong vanthu bangongshi
    kefu peixun zhaopin xinwen jimukyoku koho kouhou otoiawase soumu kenkyu karyalaya soochana
    prashasan prashikshan

    apotheke apteka armazem aprovisionamento approvisionnement achats acquisitions acquisition
    aquisicoes adquisiciones auditor auditors bloodbank bodega caisse cardiology cashier catering
    chancellery chancellor coldchain countrydirector countryoffice dataentry datamanager
    datamanagement deanery deanoffice deansoffice deanship decanat decanato dispensaire dispensary
    dispensario doyennat eczane entrepot epidemiologia epidemiologie epidemiology estates facility
    farmacia farmacias farmacja faculdade facultad faculte finances geral gerais seleccao seleccion
    focal gudang guesthouse housekeeping immunizations internalaudit direccao documentacao
    documentacion kutuphane laboratoire laboratoires laboratoria laboratories laboratorio
    laboratorios laboratorium labs legaloffice leprosy liaison librarian libraries logistic
    logisticien magasin magazzino magazyn maternite maternity midwifery midwives nurses nursing
    oncology outpatient paediatrics passation passationmarches pediatria pediatrics pediatrie
    pharmacie pharmacies pharmacy pharmacist pharmacists pharmacovigilance psychology quarantine
    radiology rectorado rectorat rector rectorate rectoria reitor rektorat resourcecenter
    resourcecentre secretario sekretarya statistician statistique statistiques storekeeper
    supplychain supplier suppliers surgery surveillance surveillances teamlead teamleader transport
    transporte transports vicechancellor vicerector vicerectorat vigilancia
    """
)
"""What a mailbox is for, said in one word; enough by itself."""

SURNAMES = _words(
    """
    ask bureau cabinet chair chancellor clerk desk dons field general guest human journal mentor
    mission pers post press presse principal prior register sales standard stage supply tutor
    """
)
"""Functions that are surnames too: beside initials (`j.sales`) they are somebody's."""

PROGRAMMES = _words(
    """
    ancc cancer cbhi cholera chw chws cmam copd covid covid19 dhis dhis2 diabetes ebola emtct epi
    eyecare familyplanning fgm gbv globalfund globalhealth gmp hiss hiv hivaids hmis hpv hss hrh
    iccm idsr immunisation immunization imci imnci iycf lmis malaria maternal maternalhealth mch
    mhealth mhpss mnch mncah mnh msk mcnh ncd ncds neonatal newborn ntd ntds nutrition ovc palu pbf
    phc plhiv pmtct polio pmi pnc prep psm reproductivehealth rmnch rmncah rmncahn sbc sbcc sdg sdgs
    sexualhealth sida smi snu srh srhr stbp tbhiv tbprogram telemedicine tuberculosis uhc
    vaccination vaccine vaccines vih vmmc wash measles mentalhealth nutricion nutricao nutrition
    paludisme tuberculose trachoma wca emro afro searo wpro paho
    """
)
"""Programmes and subjects that mailboxes are called after."""

SHORT = _words("drh hq hr it km me mel rh tb")
"""Functions of few letters: written in one with a country, `hrch`, or beside one, `tb.kenya`."""

GIVEN_TOO = _words("dean")
"""Functions that are given names too: a function beside a place or another function, or where
another name than this is shown; alone they tell nothing."""

TECHNICAL = _words(
    """
    api automation backup batch bridge connector copier crawler daemon deploy exporter fax gateway
    importer integration integrations job loader migration monitor notifier pipeline printer probe
    proxy queue robot scanner scheduler script server service services svc sync synchronisation
    synchronization system task webhook worker workflow
    """
)
"""Words that make up the names of services; with a number, an account or user beside them."""

QUALIFIERS = _words(
    """
    a an and at das de del der des di do dos du e el en et for fuer fur in la las le les los na of
    on or our para por pour pro the to u und us y africa african afrique all americas amerique
    americalatina asia asie centraal central centrale clinical continental country customer dept
    department district division domestic east eastern ecoles eu europe first general generale
    global global1 group gulf head health higher internal international internet joint junior latam
    latinamerica local lokal main middleeast medicine ministry mondial mondiale national nacional
    new nord norte north northern oceania ooest ouest pacific people poste primary principal
    provincial public region regional regionale rural sahel sante section senior south southern
    special subsaharan sud sul sur state system team tropical unit urban west western world
    worldwide ar en es fr pt ru zh de it mel dean dev grant
    """
)
"""What stands beside a function and leaves it one: `info.africa`, `training-team`, `news_fr`."""

TEAMS = _words(
    """
    team teams unit office department dept division secretariat helpdesk directorate committee
    workgroup taskforce headquarters hq cell subcommittee programme program project section equipe
    equipo unite unidad oficina departamento secretariado comite direccion direction bureau cellule
    service departement equipa escritorio unidade coordenacao coordinacion coordination abteilung
    buero referat sekretariat geschaeftsstelle einheit ufficio segreteria afdeling kantoor
    secretariaat kontor kansli avdeling biuro dzial otdel ofis upravlenie sekretariya maktab idara
    ofisi kitengo kantor bagian ofisi birim mudurluk
    """
)
"""Words that make a name that of a group of people, where nothing in it names somebody."""

ORGANIZATIONS = _words(
    """
    agency alliance association authority clinic college commission consortium consultants
    corporation council federation foundation gmbh hospital inc institute institution
    initiative laboratories limited llc ltd ministry network organisation organization
    partnership plc polytechnic society solutions universities university
    agence alliance association centre commission conseil federation fondation hopital institut
    ministere reseau universite
    agencia alianza asociacion centro comision consejo federacion fundacion hospital instituto
    ministerio universidad 
    agencia associacao comissao conselho federacao fundacao ministerio universidade
    gesellschaft ministerium stiftung universitaet universitat verein verband hochschule institut
    klinikum krankenhaus
    ministero universita fondazione associazione ospedale istituto stichting vereniging ministerie
    universiteit ziekenhuis ministerstvo universitet bolnica bolnitsa institut 
    wizarat jamia jamiat mustashfa wizara wizara hospitali kementerian universitas yayasan
    """
)
"""Words that make a name that of an organisation, as first or last word."""

__all__ = [
    "FUNCTIONS",
    "GIVEN_TOO",
    "ORGANIZATIONS",
    "PROGRAMMES",
    "QUALIFIERS",
    "SHORT",
    "SURNAMES",
    "TEAMS",
    "UNANSWERED",
]
