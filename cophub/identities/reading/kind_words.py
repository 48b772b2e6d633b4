"""Words and phrases by which a name tells of a device, a room, a machine or a shared login.

As `plain` in `kinds` writes them: lower case, no accents, no marks, in their own script.
"""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _phrases(text: str) -> tuple[str, ...]:
    return tuple(phrase for line in text.splitlines() if (phrase := " ".join(line.split())))


SURE_DEVICES = (
    "iphone|ipad|ipod|macbook|imac|chromebook|thinkpad|айфон|айпад|макбук|ايفون|ايباد|آيفون|"
    "アイフォン|아이폰|אייפון|آیفون"
)
"""Devices whose name nobody bears: wherever one stands, the name is that of a device."""

BRANDS = _words(
    """
    samsung galaxy huawei xiaomi redmi oppo realme oneplus tecno infinix itel lenovo motorola
    xperia blackberry zte zenfone alcatel wiko htc
    """
)
"""Makers and series that are nobody's name; alone they are a device."""

BRANDS_BORNE = _words(
    "honor sony dell acer vivo nokia pixel google surface asus hp lg moto poco mi"
)
"""Makers and series that people are called by too: only with a model's number."""

SERIES = _words(
    """
    5g 4g a air android book camon core duo duos edge elitebook flip fold fusion galaxy g go hot
    ideapad inspiron inches inch laptop latitude lite m mate max mini neo note notebook nova p
    pad pavilion pc phantom phone plus pop pova power prime pro probook play s se series sm smart
    smartphone spark studio t3 tab tablet tel ultra vivobook x xl xr xs y yoga z zero zoom
    """
)
"""What stands behind a maker's name beside numbers."""

GENERIC = _words(
    """
    android cel celular cell cellphone computador computadora computer komputer kompyuta laptop
    ordenador ordinateur pc phone portatil smartphone tableta tablet tablette telefon
    telefone telefono telemovel movil rechner simu
    телефон компьютер планшет ноутбук смартфон هاتف جوال موبايل كمبيوتر 手机 电脑 手機 電腦 スマホ
    パソコン 휴대폰 컴퓨터 מחשב טלפון
    """
)
"""Words for a device that are nobody's name."""

GENERIC_BORNE = _words("desktop handy hp mobil mobile notebook portable telephone")
"""Words for a device that need an owner beside them: `Handy von Anna`."""

OWNED_BY = _words(
    """
    cua d da de del di do du la lui milik od of pour s til tilhorer uzivatele van von vom ya a l do
    el le на у 的 の 의 του της של الخاص ب
    """
)
"""What stands between a device and its owner."""

MINE = _words("my mi mon ma meu minha mein mio mia mijn min mitt the work home new old moj мой")

CALLERS = _phrases(
    """
    call in user
    call in participant
    callin user
    caller
    dial in user
    dial in participant
    dialin user
    phone user
    phone participant
    phone caller
    telephone user
    telephone participant
    pstn user
    pstn caller
    wireless caller
    unknown caller
    anonymous caller
    audio caller
    mobile caller
    usuario de llamada
    usuario telefonico
    participante telefonico
    participante por telefono
    llamante
    utilisateur appelant
    utilisateur telephonique
    participant telephonique
    appelant
    anrufer
    telefonteilnehmer
    chamador
    usuario por telefone
    participante por telefone
    abonent
    абонент
    звонящий
    متصل
    呼叫者
    电话用户
    電話参加者
    """
)
"""Names that a call gives to whoever rings in; a number may follow."""

ROOMS = _phrases(
    """
    conference room
    conference hall
    meeting room
    meeting rooms
    meeting hall
    meetingroom
    board room
    boardroom
    training room
    video room
    vc room
    zoom room
    zoom rooms
    teams room
    teams rooms
    webex room
    room kit
    rally bar
    webex board
    surface hub
    huddle room
    huddle space
    class room
    classroom
    lecture hall
    lecture theatre
    lecture room
    seminar room
    situation room
    war room
    operations room
    council chamber
    auditorium
    telepresence
    video conference
    videoconference
    visioconference
    videoconferencia
    video conferencing unit
    polycom
    vtc
    salle de reunion
    salle de reunions
    salle de conference
    salle de conferences
    salle reunion
    salle conference
    salle de formation
    salle de cours
    salle des actes
    salle polyvalente
    salle visio
    grande salle
    petite salle
    amphitheatre
    sala de reuniones
    sala de reunion
    sala de juntas
    sala de conferencias
    sala de conferencia
    sala de capacitacion
    sala de crisis
    sala de sesiones
    sala de videoconferencia
    sala de videoconferencias
    sala de situacion
    salon de actos
    sala de reunioes
    sala de reuniao
    sala de treinamento
    sala de aula
    sala de formacao
    auditorio
    sala riunioni
    sala conferenze
    sala conferencyjna
    sala de sedinte
    sala konferencijska
    konferenzraum
    konferenzzimmer
    besprechungsraum
    besprechungszimmer
    sitzungszimmer
    sitzungsraum
    sitzungssaal
    schulungsraum
    seminarraum
    tagungsraum
    horsaal
    vergaderzaal
    vergaderruimte
    konferensrum
    motesrum
    modelokale
    moterom
    neuvotteluhuone
    zasedaci mistnost
    zasedacka
    targyaloterem
    toplanti odasi
    toplanti salonu
    konferans salonu
    ruang rapat
    ruang meeting
    ruang sidang
    bilik mesyuarat
    phong hop
    chumba cha mikutano
    ukumbi wa mikutano
    переговорная
    переговорка
    конференц зал
    зал заседаний
    актовый зал
    учебный класс
    конференц зала
    зала за заседания
    قاعة الاجتماعات
    قاعة اجتماعات
    غرفة الاجتماعات
    غرفة اجتماعات
    قاعة المؤتمرات
    قاعة المحاضرات
    قاعة التدريب
    اتاق جلسات
    会议室
    會議室
    会議室
    회의실
    ห้องประชุม
    αιθουσα συνεδριασεων
    חדר ישיבות
    """
)
"""Rooms for many people, wherever in the name they stand."""

ROOM_HEADS = _words("room salle sala raum zaal saal zimmer aula ruang salon зал комната قاعة غرفة")
"""Words for a room that tell of one with a number: `Sala 3`, `Room B`."""

MACHINES = _phrases(
    """
    no reply
    noreply
    do not reply
    donotreply
    please do not reply
    ne pas repondre
    no responder
    no responda
    nao responda
    nao responder
    nicht antworten
    bitte nicht antworten
    mailer daemon
    mail delivery subsystem
    mail delivery system
    mail administrator
    postmaster
    mailchimp
    mailman
    listserv
    majordomo
    sympa
    notification
    notifications
    email notification
    email notifications
    automatic notification
    auto reply
    automatic reply
    system account
    service account
    system user
    system notification
    sharepoint app
    app sharepoint
    sharepoint system
    sharepoint
    microsoft flow
    microsoft power automate
    power automate
    microsoft forms
    microsoft teams
    microsoft office
    microsoft 365
    microsoft viva
    viva engage
    yammer
    yammer notifications
    office 365
    google calendar
    google forms
    google groups
    google drive
    eventbrite
    surveymonkey
    wordpress
    zapier
    everyone
    everyone except external users
    all users
    todos
    система
    уведомления
    системное уведомление
    لا ترد
    请勿回复
    系统通知
    """
)
"""Names of machines, as a whole."""

BOTS = _phrases(
    """
    chatbot
    chat bot
    slackbot
    dependabot
    github actions
    otter ai
    otterpilot
    otter pilot
    fireflies ai
    read ai
    fathom ai
    tactiq
    ai companion
    ai assistant
    ai notetaker
    notetaker
    note taker
    meeting assistant
    meeting notes bot
    meeting recorder
    """
)
"""Programs that speak or listen like a participant, wherever in the name they stand."""

LOGINS = _phrases(
    """
    zoom
    zoom host
    zoom account
    zoom user
    zoom admin
    zoom meeting
    zoom webinar
    webex
    webex host
    teams host
    teams meeting
    goto
    goto webinar
    gotowebinar
    goto meeting
    gotomeeting
    goto training
    gototraining
    go to meeting
    go to webinar
    webinar
    webinars
    webinar host
    webinar account
    webinar organizer
    webinar team
    meeting host
    meeting organizer
    meeting account
    conference account
    host
    host account
    co host
    cohost
    organizer
    organiser
    organizador
    organizadora
    organisateur
    anfitrion
    anfitriao
    hote
    gastgeber
    moderator
    moderador
    moderateur
    interpreter
    interpretation
    interpretes
    english interpreter
    french interpreter
    spanish interpreter
    interprete
    tech support
    technical support
    soporte tecnico
    support technique
    shared account
    shared mailbox
    team account
    generic account
    generic user
    test account
    test user
    cuenta compartida
    compte partage
    conta compartilhada
    gemeinsames konto
    organizator
    организатор
    модератор
    ведущий
    администратор
    مدير
    المشرف
    المسؤول
    主持人
    管理员
    관리자
    管理者
    """
)
"""Logins that several people use, as a whole; a number may follow."""
