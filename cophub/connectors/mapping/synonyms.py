"""What the columns of exports are called, by record and field, in several languages.

Without accents, in lower case. The first field of a record that a title fits is taken.
"""

import re

from cophub.connectors.mapping.words import folded

_IN_BRACKETS = re.compile(r"\s*[(\[][^)\]]*[)\]]\s*$")
PEOPLE: dict[str, tuple[str, ...]] = {
    "email": (
        "e-mail", "email", "e mail", "mail", "email address", "e-mail address", "user email",
        "attendee email", "participant email", "primary email", "courriel", "adresse e-mail",
        "adresse email", "adresse electronique", "adresse mail", "adresse de courriel", "correo",
        "correo electronico", "direccion de correo", "direccion de correo electronico",
        "endereco de e-mail", "e-mail adresse", "email id", "user principal name", "upn",
        "participant id (upn)", "your email address", "email (work)", "work email", "member email",
    ),
    "name": (
        "name", "full name", "display name", "fullname", "member", "member name", "participant",
        "participant name", "attendee", "attendee name", "attendees", "participants",
        "name (original name)", "user name (original name)", "user name", "nom complet",
        "nom et prenom", "prenom et nom", "nom prenom", "nom & prenom", "nom du participant",
        "participant(e)", "nombre completo", "nombre y apellidos", "nombre y apellido",
        "apellidos y nombre", "nome completo", "nome", "contact", "contact name",
        "first name + last name", "your name", "caller name", "membre", "miembro", "leader/guest",
        "nom du membre", "nombre del miembro", "nome do membro", "who", "qui", "quien", "quem",
        "person", "personne", "persona", "pessoa",
    ),
    "given_name": (
        "first name", "firstname", "given name", "given names", "forename", "prenom", "prenoms",
        "nombre", "nombres", "nome proprio", "vorname", "first", "petit nom",
    ),
    "family_name": (
        "last name", "lastname", "family name", "surname", "nom", "nom de famille", "apellido",
        "apellidos", "sobrenome", "apelido", "nachname", "last",
        "patronyme", "nom d'usage",
    ),
    "username": (
        "username", "login", "user id", "userid", "screen name", "identifiant",
        "nom d'utilisateur", "usuario", "nombre de usuario",
    ),
    "job_title": (
        "job title", "position", "job", "function", "designation", "occupation", "poste",
        "fonction", "titre du poste", "titre", "intitule du poste", "cargo", "puesto", "funcao",
    ),
    "department": ("department", "unit", "division", "departement", "service", "departamento"),
    "organization": (
        "organization", "organisation", "organization name", "organisation name", "company",
        "company name", "institution", "affiliation", "employer", "agency", "institucion",
        "organizacion", "organizacao", "entreprise", "societe", "structure", "empresa", "ong",
    ),
    "city": ("city", "town", "ville", "ciudad", "cidade", "duty station"),
    "country": (
        "country", "country/region", "country/region name", "country of residence", "pays", "pais",
        "land", "country name",
    ),
    "timezone": ("timezone", "time zone", "fuseau horaire", "zona horaria"),
    "language": ("language", "langue", "idioma", "lingua", "preferred language"),
    "phone": (
        "phone", "telephone", "phone number", "mobile", "tel", "cell", "caller id", "ani",
        "participant phone", "dial-in number", "numero de telephone", "telefono", "celular",
        "telefone", "movil", "portable",
    ),
}  # fmt: skip
_CAME = {
    "joined_at": (
        "join time", "first join", "first join time", "time joined",
        "connect", "connect time", "connected", "arrival", "arrival time", "time in", "check-in",
        "check in", "start", "start time", "log in time", "login time", "heure d'arrivee",
        "arrivee",
        "heure de connexion", "connexion", "premiere participation", "hora de entrada", "entrada",
        "hora de conexion", "hora de union", "primera union", "ingreso",
    ),
    "left_at": (
        "leave time", "last leave", "last leave time", "left at", "left", "time left",
        "disconnect", "disconnect time", "disconnected", "departure", "departure time", "time out",
        "end", "end time", "log out time", "logout time", "heure de depart", "depart",
        "heure de deconnexion", "dernier depart", "hora de salida", "salida",
        "hora de desconexion", "ultima salida",
    ),
    "minutes": (
        "duration", "in-meeting duration", "time in session", "minutes", "length", "attendance",
        "minutes attended", "time attended", "attendance duration", "duration (minutes)",
        "time in session (minutes)", "duree", "duree de participation", "temps passe", "duracion",
        "tiempo", "duracao", "attendance minutes", "call duration",
    ),
    "registered": ("registered", "registration", "inscrit", "inscription", "inscrito"),
    "attended": ("attended", "present", "presence", "a participe", "asistio", "asistencia"),
}  # fmt: skip
_EVENTS = {
    "event_title": (
        "meeting title", "topic", "meeting topic", "meeting name", "webinar name", "webinar title",
        "event", "event name", "event title", "session", "session name", "conference name",
        "call", "titre de la reunion", "sujet", "reunion", "nom de l'evenement", "evenement",
        "titulo de la reunion", "tema", "nombre del evento", "evento", "meeting", "subject",
        "call name", "webinar", "rencontre", "titre de la rencontre", "appel", "encuentro",
    ),
    # Of a room that is used again and again the number is the same each time.
    "event_series": (
        "meeting id", "webinar id", "conference id", "conference", "conference code",
        "id de reunion", "identifiant de la reunion", "id de la reunion",
    ),
    "event": ("event id", "session id", "confirmation number", "call id", "meeting uuid"),
    "event_starts_at": (
        "start time", "meeting start time", "event date", "meeting date", "actual start time",
        "date", "conference date", "call date", "session date", "webinar date",
        "date de la reunion", "heure de debut", "date de debut", "fecha de la reunion",
        "hora de inicio", "fecha de inicio", "fecha",
    ),
    "event_ends_at": (
        "end time", "meeting end time", "actual end time", "heure de fin", "date de fin",
        "hora de finalizacion", "fecha de fin",
    ),
}  # fmt: skip
_MEMBER = {
    "role": ("role", "member role", "membership type", "type of member", "rol", "papel"),
    "status": (
        "status", "member status", "subscription status", "statut", "etat", "estado", "active",
        "actif", "activo",
    ),
    "joined_at": (
        "joined", "joined at", "joined on", "join date", "date joined", "member since", "since",
        "subscribed", "subscription date", "date added", "added", "added on", "registered",
        "registered on", "registration date", "created", "created at", "signup date", "optin_time",
        "confirm_time", "adhesion date", "date d'adhesion", "date d'inscription", "inscrit le",
        "membre depuis", "ingreso", "adhesion", "fecha de ingreso", "fecha de alta",
        "fecha de inscripcion",
        "fecha de registro", "miembro desde", "alta", "data de adesao", "date of joining",
        "joining date", "entry date", "entre le", "entree le", "date d'entree", "arrive le",
        "adherent depuis", "adhere le",
    ),
    "left_at": (
        "left", "left at", "left on", "unsubscribed", "unsubscribe date", "unsub_time",
        "date of departure", "exit date", "date left", "left the list", "until", "member until",
        "departure", "depart", "parti le", "date de depart", "date de sortie", "sortie",
        "radiation", "date de radiation", "desinscription", "desinscrit le", "membre jusqu'au",
        "fecha de baja", "fecha de salida", "baja", "salida", "dado de baja", "miembro hasta",
        "saida", "data de saida",
    ),
    "reason": ("reason", "reason for leaving", "motif", "motivo"),
    "space": ("group", "list", "community", "groupe", "liste", "communaute", "grupo", "lista",
              "comunidad", "mailing list", "cop"),
}  # fmt: skip
RECORDS: dict[str, dict[str, tuple[str, ...]]] = {
    "membership": {**PEOPLE, **_MEMBER},
    "attendance": {**PEOPLE, **_CAME, **_EVENTS},
    "event": {
        "key": ("id", "event id", "meeting id", "uid", "identifiant"),
        "title": (
            "title", "event", "event title", "event name", "name", "topic", "subject", "meeting",
            "webinar", "titre", "evenement", "nom de l'evenement", "sujet", "titulo", "evento",
            "nombre del evento", "tema",
        ),
        "starts_at": (
            "start", "starts", "start time", "start date", "starts at", "date", "event date",
            "when", "begin", "date et heure", "debut", "date de debut", "heure de debut", "fecha",
            "fecha de inicio", "inicio", "hora de inicio", "fecha y hora", "date and time",
        ),
        "ends_at": ("end", "ends", "end time", "end date", "ends at", "fin", "date de fin",
                    "heure de fin", "fecha de fin", "hora de fin"),
        "kind": ("type", "kind", "category", "event type", "categorie", "tipo", "categoria"),
        "organizer": ("organizer", "organiser", "host", "facilitator", "organisateur", "animateur",
                      "organizador", "facilitador", "presenter"),
        "url": ("url", "link", "lien", "enlace", "web page", "recording"),
        "cancelled": ("cancelled", "canceled", "annule", "cancelado"),
        "registered_count": ("registered", "registrants", "registrations", "inscrits",
                             "inscritos", "number registered"),
        "attendee_count": ("attendees", "participants", "attended", "attendance", "participantes",
                           "asistentes", "number of participants", "nombre de participants",
                           "number of attendees"),
        "space": _MEMBER["space"],
    },
    "campaign": {
        "key": ("campaign id", "unique id", "id"),
        "title": ("title", "campaign", "campaign name", "name", "newsletter", "titre", "campagne",
                  "titulo", "campana"),
        "subject": ("subject", "subject line", "email subject", "objet", "sujet", "asunto"),
        "sent_at": ("sent", "sent at", "send date", "sent on", "send time", "date sent", "date",
                    "delivery date", "date d'envoi", "envoye le", "fecha de envio", "enviado"),
        "sent_count": ("recipients", "total recipients", "emails sent", "number sent",
                       "destinataires", "destinatarios", "envoyes", "enviados"),
        "delivered_count": ("delivered", "successful deliveries", "delivres", "entregados"),
        "open_count": ("total opens", "opens", "ouvertures totales", "aperturas totales"),
        "unique_open_count": ("unique opens", "opened", "ouvertures", "ouvertures uniques",
                              "aperturas", "aperturas unicas"),
        "click_count": ("total clicks", "clicks", "clics"),
        "unique_click_count": ("unique clicks", "clicked", "clics uniques", "clics unicos"),
        "bounce_count": ("bounces", "bounced", "total bounces", "rebonds", "rebotes"),
        "unsubscribe_count": ("unsubscribes", "unsubscribed", "desabonnements", "bajas"),
        "url": ("url", "link", "archive", "lien", "enlace"),
    },
    "post": {
        **PEOPLE,
        "name": ("author", "author name", "posted by", "from", "sender", "auteur", "expediteur",
                 "autor", "autora", "remitente", "created by", *PEOPLE["name"]),
        "email": ("author email", "from email", "sender email", "from address", *PEOPLE["email"]),
        "key": ("id", "post id", "message id", "message-id", "msg id"),
        "thread": ("thread", "thread id", "topic id", "discussion id", "conversation id"),
        "reply_to": ("in reply to", "reply to", "parent", "parent id", "en reponse a"),
        "title": ("title", "subject", "topic", "headline", "titre", "sujet", "objet", "titulo",
                  "asunto", "tema"),
        "body": ("body", "message", "text", "content", "post", "comment", "contenu", "texte",
                 "corps", "commentaire", "mensaje", "texto", "contenido", "comentario"),
        "posted_at": ("posted", "posted at", "posted on", "date", "created", "created at", "sent",
                      "timestamp", "date posted", "post date", "time", "date de publication",
                      "publie le", "fecha", "fecha de publicacion", "publicado"),
        "url": ("url", "link", "permalink", "lien", "enlace"),
        "reaction_count": ("likes", "reactions", "votes", "j'aime", "me gusta"),
        "reply_count": ("replies", "comments", "reponses", "respuestas"),
        "view_count": ("views", "vues", "vistas"),
        "space": ("group", "forum", "list", "community", "groupe", "liste", "grupo", "foro"),
    },
    "document": {
        "title": ("title", "document", "file name", "filename", "file", "name", "titre", "fichier",
                  "nom du fichier", "titulo", "documento", "archivo"),
        "url": ("url", "link", "path", "lien", "enlace"),
        "media_type": ("type", "file type", "format", "tipo"),
        "size_bytes": ("size", "size (bytes)", "file size", "taille", "tamano"),
        "created_at": ("created", "date", "uploaded", "created at", "cree le", "creado"),
        "modified_at": ("modified", "updated", "last modified", "modifie le", "modificado"),
        "version": ("version",),
    },
}  # fmt: skip
"""The fields of each record with the titles that stand for them."""
SURE: dict[str, tuple[frozenset[str], ...]] = {
    "attendance": (
        frozenset(["email", "name", "given_name", "family_name", "phone", "username"]),
        frozenset(["joined_at", "left_at", "minutes", "attended", "event", "event_title"]),
    ),
    "membership": (
        frozenset(["email", "name", "given_name", "family_name", "username"]),
    ),
    "event": (frozenset(["starts_at"]), frozenset(["title"])),
    "campaign": (
        frozenset(["title", "subject"]),
        frozenset(["sent_count", "open_count", "unique_open_count", "click_count",
                   "delivered_count", "unique_click_count"]),
    ),
    "post": (frozenset(["body"]), frozenset(["posted_at", "name", "email", "title"])),
    "document": (frozenset(["title"]), frozenset(["url", "size_bytes", "media_type"])),
}  # fmt: skip
"""Of each group one must be there for a table to be guessed to be of this record."""


def forms(title: str) -> list[str]:
    """A title as synonyms are compared with it, and the same without its brackets."""
    plain = folded(title.replace("_", " ").replace("’", "'")).strip(" :*.#")
    bare = _IN_BRACKETS.sub("", plain)
    return [folded(title), plain, bare]


__all__ = ["PEOPLE", "RECORDS", "SURE", "forms"]
