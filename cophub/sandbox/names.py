"""Raw material of the invented world: organisations, communities of practice and what they say.

People's names are those of the population's cultures. Every address is at an example domain, so no
real person or mailbox can be meant.
"""

ORGANISATIONS: tuple[tuple[str, str, str], ...] = (
    ("Health Alliance for Tomorrow", "health-alliance.example", "NGO"),
    ("Ministry of Health, Northern Region", "moh-north.example", "government"),
    ("Institut de Santé du Sahel", "sante-sahel.example", "research"),
    ("Blue River Foundation", "blueriver.example", "foundation"),
    ("Open Measures Lab", "openmeasures.example", "research"),
    ("Lakeside University School of Public Health", "lakeside-sph.example", "university"),
    ("Maternal Care Partners", "maternalcare.example", "NGO"),
    ("Clearwater Logistics", "clearwater-logistics.example", "company"),
    ("Fundación Salud Andina", "salud-andina.example", "NGO"),
    ("Nile Nutrition Network", "nile-nutrition.example", "NGO"),
    ("Global Vaccine Supply Office", "vaccine-supply.example", "multilateral"),
    ("Community Health Worker Collective", "chw-collective.example", "NGO"),
    ("East Coast Statistics Bureau", "ecsb.example", "government"),
    ("Digital Square House", "digital-house.example", "company"),
    ("Rural Doctors Society", "rural-doctors.example", "association"),
    ("Agência Saúde e Dados", "saude-dados.example", "government"),
    ("Himalaya Relief Trust", "himalaya-relief.example", "NGO"),
    ("Südwind Stiftung", "suedwind.example", "foundation"),
    ("Pacific Islands Health Forum", "pacific-health.example", "association"),
    ("Gender and Health Action", "gender-health.example", "NGO"),
    ("District Hospital Kisimani", "kisimani-hospital.example", "hospital"),
    ("Evidence to Policy Centre", "evidence-policy.example", "research"),
    ("Family Planning Futures", "fp-futures.example", "NGO"),
    ("One World Data Consultants", "owdata.example", "company"),
)

PERSONAL_DOMAINS = ("gmail.example", "yahoo.example", "hotmail.example", "outlook.example")
"""Private mailboxes are at the providers that everybody knows, so that they can be told from an
employer's; under a name that is reserved, so that nobody real can be written to."""

COMMUNITIES: tuple[tuple[str, str, str, str], ...] = (
    # key, title, domain, how often its newsletter goes out
    ("mercop", "Monitoring, Evaluation and Research", "M&E", "fortnightly"),
    ("mnch", "Maternal, Newborn and Child Health", "Maternal health", "monthly"),
    ("fpcop", "Family Planning Practitioners", "Family planning", "fortnightly"),
    ("scmnet", "Health Supply Chain Network", "Supply chain", "monthly"),
    ("chwhub", "Community Health Workers Hub", "Community health", "monthly"),
    ("digihealth", "Digital Health Exchange", "Digital health", "fortnightly"),
    ("nutrition", "Nutrition Learning Group", "Nutrition", "monthly"),
    ("immunize", "Immunization Practitioners", "Immunization", "monthly"),
    ("gendercop", "Gender and Health", "Gender", "monthly"),
    ("francosante", "Santé publique francophone", "Public health", "monthly"),
    ("malaria", "Malaria Programme Managers", "Malaria", "monthly"),
    ("kmforum", "Knowledge Management Forum", "Knowledge management", "monthly"),
)

TOPICS = (
    "Indicators", "Data quality", "Policy", "Field stories", "Training", "Research digest",
    "Webinars", "Funding",
)  # fmt: skip

TAGS = (
    "facilitator", "speaker", "steering group", "donor", "alumni 2024", "alumni 2025", "webinar",
    "francophone", "needs follow-up", "field office", "press", "student",
)  # fmt: skip

SUBJECTS = (
    "What we learned this month", "New tools for your team", "Stories from the field",
    "Register now: our next call", "Evidence round-up", "Members in the news",
    "Five questions to a practitioner", "Call for contributions", "Data you can use",
)  # fmt: skip
