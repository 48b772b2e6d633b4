# ruff: noqa: E501 - a table reads best with one line for one thing
"""Job titles and role mailboxes, by language."""

from random import Random

_TITLES = {
    "en": "Programme Officer;Program Officer;M&E Advisor;M&E Officer;Technical Director;Research Associate;Country Director;Data Manager;Knowledge Management Officer;Nurse Midwife;Supply Chain Analyst;Consultant;Professor;District Health Officer;Communications Specialist;Senior Technical Advisor;Project Manager;Epidemiologist;Lecturer;Health Economist;Community Health Worker;Pharmacist;Medical Officer;Grants Manager;Executive Director;Policy Advisor;Intern;PhD Student;Statistician;GIS Specialist",
    "fr": "Chargé de programme;Chargée de programme;Conseiller technique;Responsable suivi-évaluation;Directeur pays;Sage-femme;Médecin chef de district;Coordinatrice;Coordonnateur de projet;Gestionnaire de données;Consultant;Chercheur;Assistante de direction;Chef de projet;Point focal",
    "es": "Oficial de programa;Asesora técnica;Coordinador de proyecto;Directora;Médico;Enfermera;Especialista en monitoreo y evaluación;Consultora;Investigador;Docente",
    "pt": "Oficial de programas;Assessor técnico;Coordenadora;Médico;Enfermeira;Gestor de dados;Director provincial;Consultor;Docente",
}  # fmt: skip
_ROLES = {
    "en": "info admin training me.officer coordinator office communications hr procurement library secretariat director program.manager data research frontdesk events membership news publications",
    "fr": "info contact direction secretariat formation suivi.evaluation coordination communication rh accueil bureau documentation programme",
    "es": "info contacto direccion secretaria capacitacion monitoreo coordinacion comunicaciones rrhh proyectos",
    "pt": "info geral direccao secretaria formacao monitoria coordenacao comunicacao rh",
}  # fmt: skip
_JOBS = {language: titles.split(";") for language, titles in _TITLES.items()}
_BOXES = {language: names.split() for language, names in _ROLES.items()}


def job_title(language: str, chance: Random) -> str:
    """What somebody does; empty for one in ten."""
    if chance.random() < 0.1:
        return ""
    return chance.choice(_JOBS.get(language) or _JOBS["en"])


def role(language: str, chance: Random) -> str:
    """The local part of a role mailbox."""
    return chance.choice(_BOXES.get(language) or _BOXES["en"])
