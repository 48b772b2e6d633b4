"""The local part of an address speaks for a name, against it, or not at all."""

import pytest

from cophub.identities.reading.names import initials_fit, name_fits_local, read_name

FITS = """
amina diallo: amina.diallo adiallo diallo.a a_diallo aminad diallo diallo60 aminadiallo
amina diallo: diallo-amina amina.d diallo.amina2 a.diallo7 diallo_amina amina.diallo+lists dialloa
marwa zaoui: zaoui60 mzaoui60 marwa.zaoui zaouimarwa zaoui.m m-zaoui
mohamed ali hassan: mohamed.hassan muhammad.hassan mhassan mohamedali mahassan m.a.hassan
robert smith: bob.smith rsmith robert.smith bsmith smithr robsmith bobsmith robert_smith2
maria jose gonzalez munoz: mjgonzalez maria.gonzalez gonzalezmunoz mgonzalezm mariajose.gonzalez
jürgen müller: juergen.mueller j.mueller jmueller juergenmueller
jean-marc lefèvre: jmlefevre jeanmarc.lefevre jean-marc.lefevre jlefevre
王伟: wangwei wei.wang wwang wang.wei weiwang
Дмитрий Иванов: dmitry.ivanov ivanov divanov d.ivanov ivanov.dmitry dmitriivanov
maria de la cruz: mdelacruz maria.delacruz cruz.maria delacruz.m
mary o'connor: moconnor mary.o.connor mary.oconnor
J. K. Smith: jksmith j.smith jk.smith
wangwei: wang.wei
L. Sow: lamine.sow lsow
R. Ocampo: rolandoocampo rocampo
Cabdullaahi Muse: abdullahi.muse
"""
PARTLY = """
amina diallo: amina amina84 ami amina.geneva ad ad77 amidia
mohamed ali hassan: mah
robert smith: robert bob
"""
SILENT = """
amina diallo: k17 x 123 info office lucky7 project.lead happyday a 4455 bluesky aminata.geneva
amina diallo: admin hello.world4 sunshine peace4all1981
jennifer kennedy: jtaylor
王伟: kevin.wang info panda88
"""
OTHERS = """
amina diallo: john.smith jsmith robert.jones johnsmith kwame.boateng mary.diallo carlos martinez9
robert smith: jane.smith amina.diallo adiallo mary.smith fatou.ndiaye
marwa zaoui: karim.zaoui ahmed.mansour
王伟: john.smith
maria: john.smith robert.jones
"""


def cases(table: str) -> list[tuple[str, str]]:
    lines = [line.partition(": ") for line in table.strip().splitlines()]
    return [(name, local) for name, _, locals_ in lines for local in locals_.split()]


def fit(text: str, local: str) -> float:
    name, _ = read_name(text if not text.islower() else text.title())
    assert name is not None
    return name_fits_local(name, local)


@pytest.mark.parametrize(("name", "local"), cases(FITS))
def test_a_mailbox_made_of_the_name_fits(name: str, local: str) -> None:
    assert fit(name, local) == 1.0


@pytest.mark.parametrize(("name", "local"), cases(PARTLY))
def test_a_mailbox_made_of_a_part_of_the_name_fits_somewhat(name: str, local: str) -> None:
    assert 0.0 < fit(name, local) < 1.0


@pytest.mark.parametrize(("name", "local"), cases(SILENT))
def test_what_is_made_of_no_name_says_nothing(name: str, local: str) -> None:
    assert fit(name, local) == 0.0


@pytest.mark.parametrize(("name", "local"), cases(OTHERS))
def test_a_mailbox_made_of_another_name_clashes(name: str, local: str) -> None:
    assert fit(name, local) == -1.0


def test_initials_fit_in_any_order() -> None:
    name, _ = read_name("Amina Mariama Diallo")
    assert name is not None
    assert initials_fit(name, "amd")
    assert initials_fit(name, "ad5")
    assert not initials_fit(name, "xyz")
