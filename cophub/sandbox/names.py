# ruff: noqa: E501 - a table reads best with one line for one thing
"""Invented people's raw material: names by culture, organisations, communities of practice.

Common given and family names are combined at random; every address is at an example domain, so no
real person or mailbox can be meant.
"""

from typing import NamedTuple


class Culture(NamedTuple):
    """A way of naming people, and where they may live: (country code, city, time zone)."""

    key: str
    language: str
    given: tuple[str, ...]
    family: tuple[str, ...]
    places: tuple[tuple[str, str, str], ...]
    family_first: bool = False


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


CULTURES: tuple[Culture, ...] = (
    Culture(
        "anglo", "en",
        _words("Emily James Olivia Daniel Sarah Andrew Hannah Michael Grace Thomas Ruth Peter Claire David"),
        _words("Miller Thompson Clarke Bennett Hughes Foster O'Connor Sullivan Price Walker McKay Reid"),
        (("US", "Washington", "America/New_York"), ("GB", "London", "Europe/London")),
    ),
    Culture(
        "french", "fr",
        _words("Aurélie Jean-Marc Hélène François Élodie Benoît Chloé Mathieu Noémie Étienne Sylvie Rémi"),
        _words("Lefèvre Moreau Dubois Garnier Béranger Lacroix Fournier Rousseau Chevallier Gauthier"),
        (("FR", "Paris", "Europe/Paris"), ("CH", "Geneva", "Europe/Zurich")),
    ),
    Culture(
        "sahel", "fr",
        _words("Aminata Moussa Fatoumata Ibrahima Mariam Ousmane Awa Seydou Kadiatou Boubacar Aïssata Cheikh"),
        _words("Diallo Traoré Coulibaly Keïta N'Diaye Ouédraogo Sow Konaté Touré Camara Sawadogo Cissé"),
        (("SN", "Dakar", "Africa/Dakar"), ("ML", "Bamako", "Africa/Bamako"), ("BF", "Ouagadougou", "Africa/Ouagadougou")),
    ),
    Culture(
        "nigerian", "en",
        _words("Chinedu Ngozi Oluwaseun Adaeze Tunde Funmilayo Emeka Amara Babatunde Ifeoma Yakubu Hauwa"),
        _words("Okafor Adeyemi Eze Balogun Nwosu Bello Okonkwo Abubakar Adeleke Obi Danjuma Ogunleye"),
        (("NG", "Abuja", "Africa/Lagos"), ("NG", "Lagos", "Africa/Lagos")),
    ),
    Culture(
        "east-african", "en",
        _words("Wanjiru Otieno Achieng Kamau Njeri Mwangi Nakato Okello Neema Juma Zawadi Baraka"),
        _words("Ochieng Kariuki Wambui Odhiambo Mutua Nabirye Ssempijja Mushi Kimani Chebet Mwakasege Auma"),
        (("KE", "Nairobi", "Africa/Nairobi"), ("UG", "Kampala", "Africa/Kampala"), ("TZ", "Dar es Salaam", "Africa/Dar_es_Salaam")),
    ),
    Culture(
        "ethiopian", "en",
        _words("Abebe Tigist Dawit Hirut Getachew Selam Yonas Meseret Bereket Almaz"),
        _words("Tesfaye Bekele Alemu Haile Worku Desta Girma Mengistu Kebede Assefa"),
        (("ET", "Addis Ababa", "Africa/Addis_Ababa"),),
    ),
    Culture(
        "arabic", "ar",
        _words("Layla Omar Fatima Youssef Nour Khaled Rania Hassan Salma Tariq ليلى أحمد مريم خالد"),
        _words("Al-Masri Haddad Khoury Mansour El-Sayed Barakat Nasser Saleh الحسن منصور حداد"),
        (("JO", "Amman", "Asia/Amman"), ("EG", "Cairo", "Africa/Cairo"), ("LB", "Beirut", "Asia/Beirut")),
    ),
    Culture(
        "south-asian", "en",
        _words("Priya Arjun Ananya Rajesh Lakshmi Vikram Sunita Imran Ayesha Nusrat Rahul Meera"),
        _words("Sharma Iyer Rahman Chowdhury Patel Khan Banerjee Thapa Perera Siddiqui Reddy Gurung"),
        (("IN", "New Delhi", "Asia/Kolkata"), ("BD", "Dhaka", "Asia/Dhaka"), ("NP", "Kathmandu", "Asia/Kathmandu")),
    ),
    Culture(
        "chinese", "zh",
        _words("Wei Xiuying Jun Yan Haoran Meiling Lei Ting 伟 秀英 娜 强"),
        _words("Wang Li Zhang Liu Chen Yang Huang Zhao 王 李 张 陈"),
        (("CN", "Beijing", "Asia/Shanghai"), ("SG", "Singapore", "Asia/Singapore")),
        family_first=True,
    ),
    Culture(
        "latin-american", "es",
        _words("María José Luisa Andrés Camila Ramón Ximena Joaquín Lucía Héctor Beatriz Íñigo"),
        _words("González Muñoz Quispe Rodríguez Herrera Ibáñez Núñez Mamani Peña Castañeda Ríos"),
        (("PE", "Lima", "America/Lima"), ("CO", "Bogotá", "America/Bogota"), ("GT", "Guatemala City", "America/Guatemala")),
    ),
    Culture(
        "lusophone", "pt",
        _words("João Conceição Tiago Inês Paulo Graça Nuno Fátima Luís Márcia"),
        _words("Machava dos-Santos Magalhães Ferreira Nhantumbo Gonçalves Sitoe Araújo Simão"),
        (("MZ", "Maputo", "Africa/Maputo"), ("BR", "São Paulo", "America/Sao_Paulo")),
    ),
    Culture(
        "nordic-german", "de",
        _words("Jürgen Åsa Björn Käthe Søren Anneliese Øyvind Ulrike Matthias Linnéa"),
        _words("Müller Schäfer Lindström Weiß Sørensen Vogel Österberg Köhler Bjørnstad Richter"),
        (("DE", "Berlin", "Europe/Berlin"), ("SE", "Stockholm", "Europe/Stockholm"), ("NO", "Oslo", "Europe/Oslo")),
    ),
    Culture(
        "slavic", "ru",
        _words("Olena Dmytro Natalia Piotr Katarzyna Marek Svitlana Ivan Светлана Дмитрий"),
        _words("Kowalska Shevchenko Novak Wójcik Petrenko Dvořák Bondarenko Иванов Мельник"),
        (("UA", "Kyiv", "Europe/Kyiv"), ("PL", "Warsaw", "Europe/Warsaw")),
    ),
    Culture(
        "south-east-asian", "en",
        _words("Siti Budi Maricel Somchai Thi-Hoa Agus Rosario Dewi Narong Quang"),
        _words("Santoso Reyes Dela-Cruz Nguyễn Wibowo Srisai Tran Villanueva Lê Hartono"),
        (("PH", "Manila", "Asia/Manila"), ("ID", "Jakarta", "Asia/Jakarta"), ("VN", "Hanoi", "Asia/Ho_Chi_Minh")),
    ),
)  # fmt: skip

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

PERSONAL_DOMAINS = ("post.example", "inbox.example", "webmail.example", "courrier.example")

JOB_TITLES = (
    "Programme Officer", "M&E Advisor", "Technical Director", "Research Associate", "Country Lead",
    "Data Manager", "Knowledge Management Officer", "Nurse Midwife", "Supply Chain Analyst",
    "Consultant", "Professor", "District Health Officer", "Communications Specialist", "",
)  # fmt: skip

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
