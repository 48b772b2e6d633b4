"""Short and pet forms of names, in many languages: `bob` for `robert`, `pepe` for `jose`.

English ones are mostly those of the `nicknames` package.
"""

from nicknames import NickNamer

from cophub.identities.reading.spellings import SPELLING

SHORT_FORMS = """
maria: ria mia
ifeoma: ify
josefina: josie
michelle: mitch shelly
savannah: savi
jose: pepe pepito chepe ze zeca zezinho pep
francisco: paco pancho kiko chico curro quico xico
ignacio: nacho
guillermo: memo guille
enrique: quique kike
jesus: chuy chucho
rafael: rafa
alejandro: alex ale jandro
alejandra: ale alex
fernando: fer nando
fernanda: fer nanda
eduardo: edu lalo
roberto: beto
alberto: beto
gilberto: beto
humberto: beto
luis: lucho lula luisito
luiz: lula luizinho
carlos: carlitos charly cac caca
antonio: tono toni tony toninho nino
manuel: manolo manu lolo manny
emmanuel: manu emma manny
miguel: mike migue
gabriel: gabi gabo gaby
gabriela: gabi gaby
daniel: dani dany danny dan
daniela: dani dany
santiago: santi yago
sebastian: seba sebas
cristobal: tobal
nicolas: nico nicky
joaquin: quino xim
gonzalo: gonza
ernesto: neto
vicente: chente
pedro: perico pedrito
juan: juanito juancho
javier: javi xavi
xavier: xavi javi
agustin: tin
mercedes: merche meche
dolores: lola loli
concepcion: concha conchita
consuelo: chelo
rosario: charo chayo
guadalupe: lupe lupita
pilar: pili
montserrat: montse
isabel: isa chabela
maria: mari mary maruja marichu
teresa: tere teresita
beatriz: bea betty
graciela: chela
graca: gracinha
luisa: lu
patricia: pati paty pat patty trish
silvia: sil
susana: susi
susan: sue susi susie
victoria: vicky viki tori
veronica: vero
margarita: marga rita
carolina: caro carol
catalina: cata
valentina: vale valen
antonia: toni tona
milagros: mila
josefa: pepa
josefina: pepa fina
francisca: paca paquita
magdalena: magda lena malena
joao: joaozinho joca
helena: lena leni nena
aleksandr: sasha sacha sascha alex aleks shura oleks sanya
aleksandra: sasha sacha alex aleks ola shura sanya
aleksei: alyosha aliosha lyosha alex
mikhail: misha micha mischa
dmitri: dima mitya dimitry
sergei: seryozha seriozha serge
vladimir: vova volodya vlad
volodymyr: vova volodya vlad
vladislav: vlad vladik slava
vyacheslav: slava
yaroslav: slava yarik
stanislav: stas slava
yevgeny: zhenya jenya genya
yevgenia: zhenya jenya
yekaterina: katya katia kate katja kati
tatiana: tanya tania tanja
natalia: natasha natacha nata natalka
maria: masha mascha
anastasia: nastya nastia stasia asya
irina: ira irinka
olga: olya olia
yelena: lena lenka alyona
svetlana: sveta lana
lyudmila: lyuda luda mila
galina: galya galia halya
yulia: yulya julka
nadezhda: nadya nadia
lyubov: lyuba luba
anna: anya ania anja annie asya
ivan: vanya ivanko
nikolai: kolya nick
konstantin: kostya kostia
pavel: pasha
petr: petya petia
boris: borya
grigory: grisha
viktor: vitya
viktoria: vika
valentin: valya
valery: valera
vasily: vasya
fyodor: fedya
yuri: yura
ilya: ilyusha
leonid: lyonya
maksim: max maks
maximilian: max
ksenia: ksyusha
larisa: lara
lyubomir: lyubo
igor: gosha
roman: roma
artem: tyoma
anatoly: tolya tolik
oleksandr: sashko oleks
jakub: kuba
tomasz: tomek
piotr: piotrek
pawel: pawelek
katarzyna: kasia kaska
malgorzata: gosia malgosia
agnieszka: aga agusia
joanna: asia joasia
krzysztof: krzysiek krzys
stanislaw: staszek stach
zofia: zosia
barbara: basia babs barb
ewa: ewka
jerzy: jurek
andrzej: jedrek
jan: janek jas
wojciech: wojtek
istvan: pista
laszlo: laci
jozsef: jozsi
ferenc: feri
erzsebet: bozsi zsoka
katalin: kati
gheorghe: gica ghita gigi
georgi: gosho zhoro
dimitar: mitko
fatima: fatou fatu fati fatim tima
fatoumata: fatou fatim fanta
khadija: khady dija kadi khadi
aissatou: aissa aicha
aminata: ami aminta mina
mariama: mari mary yama
mamadou: mamadu doudou
muhammad: moh mo mhd mohd md mohamad muh hamada muhd
ibrahim: ibro ibra brahim ib
mustafa: mus tapha mustaf
abdallah: abdo abdou abdu abdul
abdulrahman: abdo abdou abdu rahman abdul
abdulkarim: abdo abdou karim abdul
abdulaziz: abdo abdou aziz abdul
abdulkadir: abdo abdou kadir abdul kader
abdulmalik: abdo abdou malik abdul
abdulhamid: abdo abdou hamid abdul
abdulsalam: abdo abdou salam abdul
abdulrahim: abdo abdou rahim abdul
abubakar: abu bakar bakary
ousmane: ous
souleymane: souley solo
suleiman: sule
sheikh: cheikhou
elhadj: el
zainab: zeina zee
christopher: chris kit topher
christian: chris
christina: chris tina chrissy christy
christine: chris tine christy
kristina: kris tina
michael: mike mick mikey
matthew: matt
matthias: matt matze
nicholas: nick nico nicky
joseph: joe joey jo
joshua: josh
jonathan: jon jonny
benjamin: ben benny benji
samuel: sam sammy
samantha: sam
alexander: alex sandy lex xander al
alexandra: alex sandra lexi
andrew: andy drew
anthony: tony ant
robert: rob bob bobby robbie bert
richard: rick dick rich ricky
william: bill will willy liam billy
edward: ed eddie ted ned
thomas: tom tommy
timothy: tim
stephen: steve
steven: steve
elizabeth: liz beth betty eliza lizzie betsy liza libby
margaret: maggie meg peggy marge greta
catherine: cathy kate katie cat
katherine: kathy kate katie kat
jennifer: jen jenny
jessica: jess
rebecca: becky
deborah: deb debbie
kimberly: kim
pamela: pam
philip: phil pip
peter: pete
gregory: greg
geoffrey: geoff jeff
jeffrey: jeff
lawrence: larry
leonard: leo len lenny
frederick: fred freddy
gerald: gerry jerry
raymond: ray
ronald: ron
donald: don
kenneth: ken kenny
david: dave davey
daniel: dan danny
patrick: pat paddy
theodore: ted theo
vincent: vince vinny
walter: walt wally
zachary: zach zack
abigail: abby
amanda: mandy
cynthia: cindy
dorothy: dot dottie
eleanor: ellie nell
emily: em emmy
gertrude: trudy
jacqueline: jackie
judith: judy
kathleen: kathy
nathaniel: nate nat
nathan: nate nat
oliver: ollie
sarah: sally sadie
theresa: terry tess tessa
valerie: val
virginia: ginny
james: jim jimmy jamie
john: jack johnny
charles: charlie chuck
henry: harry hank
francis: frank
franklin: frank
johannes: hans jo jan hannes
johann: hans
friedrich: fritz
heinrich: heinz heiner
wilhelm: willi willy
ulrich: uli ulli
wolfgang: wolf
hans: hansi
joachim: jochen achim
sebastian: basti
tobias: tobi
stefan: steffi
stefanie: steffi
stephanie: steph steffi
katharina: kathi katja kati
susanne: susi sanne
angelika: geli
brigitte: gitta gitte
elisabeth: lisa liesl sissi elsa elise betti
margarete: grete greta
giuseppe: beppe peppe pino
giovanni: gianni nino vanni
francesco: franco ciccio
luigi: gigi
antonino: nino
lorenzo: renzo
vincenzo: enzo
salvatore: salvo toto
domenico: mimmo
jean: jeannot
philippe: phil
frederic: fred
stephane: steph
dominique: dom
veronique: vero
caroline: caro
christophe: chris
mathieu: mat
valentine: val
konstantinos: kostas costas dinos
dimitrios: dimitris mitsos
georgios: giorgos yorgos
ioannis: yannis giannis
panagiotis: panos takis
nikolaos: nikos
vasilios: vasilis
athanasios: thanasis
emmanouil: manolis
evangelos: vangelis
eleni: lena
spyridon: spyros
maria: marika
ramakrishnan: rama ram
subramaniam: subbu mani
venkatesh: venkat
venkataraman: venkat
krishnamurthy: krishna
lakshmi: laksh lachu
rajendra: raj
rajesh: raj
rajiv: raj
sanjay: sanju
vijay: viju
suresh: suri
chandrasekhar: chandra
mohandas: mohan
oluwaseun: seun
oluwatobi: tobi
oluwafemi: femi
olufemi: femi
babatunde: tunde
adetunde: tunde
oluwaseyi: seyi
olusegun: segun
oluwadamilola: dami damilola
oluwakemi: kemi
adekunle: kunle
ayodele: ayo dele
abiodun: abi biodun
temitope: temi tope
olayinka: yinka
folasade: sade
chukwuemeka: emeka
chukwudi: chudi
chukwuma: chuma
ifeanyi: ify
nnamdi: namdi
ngozi: ngo
chinedu: nedu edu
chidinma: chidi
obinna: obi
uchenna: uche
ikechukwu: ike
ebenezer: eben
tesfaye: tesfu tesfa
okechukwu: okey oke
gebremariam: gebre
kidane: kida
nguyenthi: thi
edmund: ed eddie
augustin: gus tino
augustine: gus austin
evangeline: eva vangie
"""
"""A name and short forms of it, in many languages."""

_NOT_SHORT = frozenset(
    {
        ("robert", "bill"),
        ("robert", "billy"),
        ("bill", "fred"),
        ("billy", "fred"),
        ("ashley", "lee"),
    }
)
"""Pairs of the package that are not, or not today, one name."""

_NAMES_OF_THEIR_OWN = frozenset(["ali", "lee", "kay", "mel", "ian", "ivan", "kim", "jean", "may"])
"""Short forms of the package that are whole names elsewhere, and far more often so."""


def _short_forms() -> dict[str, frozenset[str]]:
    """The names for which each short form stands."""
    forms: dict[str, set[str]] = {}
    for line in SHORT_FORMS.strip().split("\n"):
        name, _, shorts = line.partition(":")
        for short in shorts.split():
            forms.setdefault(short, set()).add(name)
    for name, english in NickNamer.default_lookup().items():
        for short in english - _NAMES_OF_THEIR_OWN:
            if (name, short) not in _NOT_SHORT and len(short) > 1:
                forms.setdefault(short, set()).add(name)
    return {short: frozenset(names) for short, names in forms.items()}


STANDS_FOR = _short_forms()
"""Short form to the names that it stands for: `bob` to `robert`."""

_NONE: frozenset[str] = frozenset()


def nicknames(one: str, other: str) -> bool:
    """Whether one is a short form of the other, or both are of a third."""
    names, others = STANDS_FOR.get(one, _NONE), STANDS_FOR.get(other, _NONE)
    if not (names or others):
        return False
    if other in names or one in others:
        return True
    known, known_other = SPELLING.get(one, one), SPELLING.get(other, other)
    return (
        any(SPELLING.get(name, name) == known_other for name in names)
        or any(SPELLING.get(name, name) == known for name in others)
    )  # fmt: skip


__all__ = ["SHORT_FORMS", "STANDS_FOR", "nicknames"]
