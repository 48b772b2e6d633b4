"""Local parts of functions, and those that only look like one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cophub.identities.reading.roles import is_role, is_unanswered

ROLES = """
    info contacto secretariat formation training admin me m-e m&e hr rh mnch coordinator
    office.kenya nairobi-office info.ke training2 info1 infokenya contactus trainingteam uganda
    info_africa rmnch-team mailer-daemon no-reply noreply capacitacion sekretariat news_fr
    country.office.nigeria headoffice helpdesk.it 2024training km-support pochta otdel.kadrov
    membership-services communications.unit webinars2 zoom1 programme.office press sales
    press.office comunicacao atendimento inscripciones egitim mafunzo tadrib lienhe zhaopin
    office.benin executive.director secretaria.general officenl pharmacypk recherchebd hrch
    communicationsau registrationhn me.kenya hr.om m.e m.e.sn hivgermany pharmacynigeria keinfo
    office.sierra.leone southsudanoffice direccao geral documentacion tb.kenya dean.medicine
    deanoffice rectorat laboratoire infotz officedrc pharmacie.ml farmacia nutrition.ne malaria2
    almacen procurement-ug bodega
"""
PEOPLE = """
    sales.maria infant mailo amina maria.office grace.training jordan chad k17 jsmith john.guest
    newsome newton marketa jobson infanta mariam pressley contadino dataram helpmann a.b tb mail.o
    martin presson redman formato salesi mailan noreen board.amina studiomaria jo.sales j.press
    grant dean dev mena amr marie.info infoula admina officer7x teamo mebra meghana fieldsj halan
    ha.it dean.miller hrvoje hrishi itai medina rosales ismail paredes escobar dominique mauricio
    deana infanti labelle tb.nguyen librada deandra geraldd geraldo geralde cooke webern salesj
"""


@pytest.mark.parametrize("local", ROLES.split())
def test_a_function_is_nobodys_name(local: str) -> None:
    assert is_role(local)


@pytest.mark.parametrize("local", PEOPLE.split())
def test_who_might_be_a_person_is_one(local: str) -> None:
    assert not is_role(local)


def test_machines_write_from_addresses_that_nobody_reads():
    for local in ("no-reply", "kmnews-bounces", "noreply.forum", "mailer-daemon", "root"):
        assert is_unanswered(local)
    for local in ("info", "amina", "rootes", "bouncer"):
        assert not is_unanswered(local)


@given(st.text())
def test_any_text_is_judged(text: str) -> None:
    assert is_role(text) in (True, False)
    assert is_unanswered(text) in (True, False)
