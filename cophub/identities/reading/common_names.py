"""Given and family names that millions bear: between two of them, one letter is no slip.

They also tell which word of a name is the given one, and that a word is a name at all. Folded.
"""

from itertools import chain

from cophub.identities.reading.nicknames import STANDS_FOR
from cophub.identities.reading.written_names import ARABIC

_GIVEN = """
aaron abdirahman abdullah abdullahi abebe abel abena abigail abiodun abiy achieng ada adam adama
adebayo adeola adrian adriana adriano afia agata agnes agus ahmad ahmed ai aida aiko akash akinyi
akira akosua alain alan alba albert alberta alberto alejandra alejandro alem alessandra alessandro
alessia alex alexander alexandra alexis alfonso alfred alfredo ali alice alicia alina alisha
alison allan allen alma alois alvaro amadou amanda amare amaury amber amelia amelie amina aminata
amir amira amit amita amparo amy ana anais anand ananya anastasia anders andre andrea andreas
andree andrei andres andrew anette angel angela angelica angelina angelo anil anita anja anjali
anke ann anna annabel annamaria anne annika anouk anthony antoine anton antonella antonia antonio
anu anupam anya aparna apollo araceli arash ariana ariane ariel arjun arlene armand armando arnaud
arnold arthur arturo arun aruna asha ashley ashok asif asim asma astrid atieno atsuko audrey
august augusto auma aurelie aurora awa axel aya ayaan ayana aynur ayse babacar babatunde bahar
barbara bart bashir beata beatrice beatriz bekele belinda benedict benedicta benjamin benoit
bernadette bernard bernardo bertha bertrand beth betty beverly bilal bintou birgit bjorn blanca
blessing bogdan boris brandon brenda brian brigitte britta bruce bruna bruno bulat camila camilla
camille candice carina carine carl carla carlo carlos carmen carol carole carolina caroline
cassandra catalina catarina caterina catherine cecile cecilia celeste celia celine cesar chad
chandra chantal charles charlotte chen chenoa cheryl chiara chidi chika chinedu chinonso chinwe
chioma chloe christa christel christelle christian christiana christiane christina christine
christoph christophe christopher chukwu ciara cindy claire clara clare clarissa claudia claudio
clemence clement colette colin connie constance corinne cristian cristiana cristina cristobal
cynthia cyril cyrille dag dagmar dahir daisy damian damien dan dana daniel daniela daniele
daniella danielle danilo darya david davide dawit dawn deborah deepa deepak deepika delphine denis
denise dennis deqa derek derrick desire desiree devi dhruv diana diane dianne didier diego dieter
dilip dimitri dina dinesh diogo dmitri dolores domingo dominic dominik dominique donald donna dora
doris dorothea dorothy douglas duc duncan dung eden edgar edith edmund edna eduarda eduardo edward
edwin efua eiji eileen eka ekaterina elena eleni eleonora eli elias elif elisa elisabeth elise
eliza elizabeth ella ellen elodie elsa elvira emanuel emanuela emeka emil emilia emilie emilio
emily emma emmanuel emmanuelle emre enrica enrico enrique ephraim eric erica erik erika ernest
ernesto ersin esperanza estelle esther ethan etienne eugenia eugenio eunice eva evelyn ezekiel
fabian fabiana fabien fabienne fabio fabiola fabrice faduma faith fanny farah farhan farida fartun
fatima fatou fatoumata federica federico felicia felicity felipe felix ferdinand fernanda fernando
fidel filip filipe fiona firas flavia flavio flora florence florent florian francesca francesco
francine francis francisca francisco franck francois francoise frank franklin fred freda frederic
frederick frederique frieda friedrich gabriel gabriela gabriele gabriella gael gaelle gaetan gail
gamal ganesh garima gary gaston gauri genevieve geoffrey george georges georgia georgina gerald
geraldine gerard gerardo germain germaine gertrude gianna gianni gideon gil gilbert gilberto
gilles gina giorgia giorgio giovanna giovanni girma gisela gisele giulia giulio giuseppe
giuseppina gladys gloria gonzalo gopal gordon grace graciela graham grant greta guadalupe guido
guillaume guillermo guled gustav gustavo guy habib hadiza haile hailu halima hamid hana hanna
hannah hannes hans harald hari harold harriet harris harry haruka haruki harun hassan hawa heather
heba hector heidi heike heinz helen helena helene helga henri henrietta henrik henry herbert
herman hermann hiba hibo hilda hillary hiroko hiroshi hiroyuki hoa hodan hong hope horst howard
hugh hugo hugues huong hussein hyun ian ibrahim ida idil ifeoma ifrah ignacio igor ike ikram
ilaria ilona ilse iman imran ina indira ines inge ingrid innocent ioana ion irene irfan irina iris
irma isaac isabel isabella isabelle isaias ishaan ismael ivan ivana ivo jack jackson jacob
jacqueline jacques jaime jakob jakub jama jamal james jamie jamila jan jana jane janet janice
jared jasmine jason javier jayne jean jeanette jeanne jeannette jeff jeffrey jelena jennifer jens
jeremiah jeremy jerome jerry jessica jesus jill jiro joachim joan joana joanna joanne joao joaquin
joel joelle johan johann johanna johannes john johnny johnson jolanta jonas jonathan jorge jose
josef josefa josefina joseph josephine joshua josiane josue joy joyce juan juana juanita judith
judy jules julia julian juliana juliane julie julien julienne juliet julieta julio julius jun june
junko jurgen justin justina justine justyna jutta kai kamal kamala kamau kamil kaoru karan karel
karen karim karima karin karina karl karla karolina kasper kate katharina katherine kathleen
kathrin kathryn kavita kazuko kazuo keiko keith kelly kelvin ken kenichi kenji kenneth kerstin
kevin khadija khadra khalid kim kimani kimberly kiran kirsten klara klaus kofi kojo komal konrad
konstantin krishna kristen kristian kristin kristina kristine kunal kwabena kwadwo kwame kwasi
kweku kyle lakshmi lan lance lars latifa laura laure lauren laurence laurent laurie lawrence layla
lea leandro leila lena leo leon leona leonard leonardo leonie leonor leonora leopold leslie
leticia lev leyla liban lidia lien liliana lillian lily lin lina linda linh lionel lisa lise liu
livia lloyd loic lola lorena lorenza lorenzo loretta lorraine louis louisa louise lourdes luc luca
lucas lucia luciana luciano lucie lucien lucienne lucille lucrecia lucy ludovic luis luisa luiza
lukas luke luz lydia lydie lynn mabel macarena madeleine madhu madison magali magda magdalena maja
makoto malaika malik malika mamadou manfred manish manisha manoj manon manuel manuela mao mara
marc marcel marcela marcella marcelle marcello marcelo marcia marcin marco marcos marcus marek
margaret margarita margot marguerite maria mariam mariama mariana mariane marianna marianne
maribel marie mariela marielle marilyn marina marine mario marion marisa marisol marissa marjorie
mark markus marlene marlon marta martha martin martina martine marvin mary maryam masako mathias
mathieu mathilde matilda matilde matteo matthew matthias maureen maurice mauricio maurizio max
maxime maximilian maya mbali meera megan mehmet mei melanie melinda melissa mercedes mercy merle
meron mia micaela michael michaela michal michel michele micheline michelle michiko miguel mihai
mika mike mila milan milena min mina minh mira miranda mireille miriam mirko miroslav misaki mitra
miyuki moez mohit moises mona monica monika monique morgan moritz moses mukesh mulugeta murat musa
myriam nadia nadine naledi nam nana nancy nandini naomi narayan nasir natalia natalie natasha
nathalie nathan nathaniel navin neema neha nelly nelson nestor ngoc ngozi nguyet nicholas nick
nicola nicolas nicole nicoletta nigel nikhil nikita nikola nils nimco nina ning nino nisha nishant
nitin njeri njeru njoki noah noel noelia noella noelle noemi noemie nora norah norbert norma nour
nuno nur obinna octavia octavio odette odile oksana ola olaf ole oleg olga olive oliver olivia
olivier omar oscar oskar osman oswald otieno otto ousmane pablo padma paige pamela paola paolo
parisa pascal pascale patience patrice patricia patricio patrick patrizia paul paula paulette
pauline paulo pavel pedro peggy penelope pervin peter petra phan phil philip philippa philippe
phoebe phuong pia pierre pierrette pietro pilar piotr pooja pradeep prakash pranav prasad praveen
precious preeti prem priscilla priya priyanka promise purity quang quentin rachel rachid rachida
radha radka rafael rafaela rahel rahul raj raja rajan rajani rajesh rajiv rakesh raku ram rama
ramadan ramesh ramon ramona rana randall rani raquel rashid rashida raul ravi raymond raymonde
rebecca regina regine rehana reiko reina reinhard rekha remi renata renato renaud rene renee
ricarda ricardo riccardo richard rika rita ritu robert roberta roberto robin rodrigo roger rohan
rohit roland rolf romain roman romana romeo ronald rosa rosalia rosalie rosalind rosario rose
roselyn rosemary rosine roxana roy ruben rudolf rukhsana rupert russell ruth ryan saad sabina
sabine sabrina sachiko sadia sagal sahar sahra saida sakura salah salim salma salman salome
samantha sami samir samira samuel sana sandeep sandra sandrine sangeeta sania sanjay santiago sara
sarah sarita saskia satoshi saul scott sean sebastian sebastien segun selam selma serena serge
sergio seun shabnam shah shane shankar shanti sharon shashi shaun sheila shirley shweta sibusiso
sidonie siegfried sigrid silas silke silvana silvia silvio simon simona simone simran sipho siti
snehal sofia solange solomon sonia sonja sophia sophie soraya sota stacy stanislav stefan stefania
stefanie stefano stella stephan stephane stephanie stephen steven stuart sudha sudhir suleiman
sultana suman sumit sunil sunita suresh susan susana susanna susanne sushil sushila suzanne sven
svetlana swati sylvain sylvia sylvie tadesse taiwo takashi takeshi tamara tania tanvi tanya taro
tatiana tendai teodora teresa terese tesfa tesfaye tess thabo thandi thandiwe thanh thao theo
theodora theodore theresa therese thi thierry thomas thuy tiago tigist tim timothy tina tobias
todd tom tomas tomasz tomoko toni tony toshi tran trevor trinh tuan tuba tunde ugo ulrich ulrike
uma umar umesh ursula usha uwe vadim valentin valentina valentine valeria valerie valery vanessa
vania vasco veena venkat vera veronica veronika veronique vicente vicky victor victoria vijay
vijaya vikram viktor viktoria vinay vincent vincenzo vinod viola violet violeta violette virginia
virginie vishal vito viviana viviane vladimir volker walter wanda wangari wanjiku wanjiru warsame
wei wendy werner wilfred wilhelm will william willy winnie winston wojciech wolfgang xavier ximena
xin yaa yael yan yana yann yannick yasin yasmin yasmine yaw yejide yetunde ying yohanna yohannes
yolanda yoshi yousef youssef yu yuka yuki yuko yumi yuri yusuf yuto yves yvette yvonne zahra
zainab zamzam zanele zara zeynep zhanna zita zodwa zoe zofia zsofia zuleika zuzana
"""

_FAMILY = """
abbasi abdi abebe acheampong acosta adams addo adeyemi afolabi agarwal agbaje aguilar aguirre
ahmadi ahn akhtar akinola allen almeida alonso alvarado alvarez alves amoah an anderson andersson
andrade ansah antwerpen aoki appiah araujo arias arroyo arslan asante ayala aydin bah bailey baker
bakker balde balogun bamba banda banerjee barbosa barnes barros barry bauer baumann becker begum
bekele bell bello beltran bernard bianchi blanc boateng bondarenko bonnet borges botha boyer braun
brooks brown brun bui butler cabrera cai camara campbell campos cao cardoso carneiro carrillo
carter castillo castro celik chan chang chaudhary chavez che chen cheng cherkasov cheung chin
chinwe choi chow chowdhury chu clark cohen cole coleman collins colombo conde cook cooper cordero
correia cortes cortez costa coulibaly cox cruz cunha da dang das david davies davis delgado
dembele demir deng desai dhar dia diallo diarra dias diaz dietrich ding diop diouf dlamini do
dogan dominguez dong dos duan dubois duong dupont duran durand edwards eriksson escobar espinoza
esposito estrada evans fall fan fang farah faye feng fernandes fernandez ferrari ferreira fischer
fleming flores fofana fontaine foster fournier franco franke freitas fu fuentes fujita fukuda
gallo gao garcia garnier gauthier geleta ghosh gimenez girard gomes gomez gonzales gonzalez gordon
goto gray greco green griffin gruber gu guerrero gueye guo gupta gutierrez guzman haddad hall
hamilton han hansen hara harris hasegawa hashimoto hayashi hayes he heinrich henderson hernandez
herrera hill ho hoang hoffmann horvath hosseini howard hu huang huber hughes huynh hwang ibarra
ikeda inoue ishii ishikawa islam ito ivanov jackson jadhav jain james jang jansen jara jenkins
jensen jeong jia jiang jimenez jin johansson johnson jones jordan joshi juarez jung kabore kaiser
kamara kang kapoor karlsson kato kaur kaya keita keller kelly khalil khan khumalo kim kimura king
klein kobayashi koch koffi kohler kone koroma kovac kovacs kovalenko kowalczyk kowalski kozak
kozlov kramer krause kruger kumar kuznetsov lam lang lange larsen larsson lau le lebedev lee
lefebvre lehmann leon leroy leung lewis li liang liao lim lin liu lo long lopes lopez lozano lu
luna luo ly ma maas machado maciel mahlangu mai maier maldonado marin marino marques marquez
marshall martin martinez martins matsumoto mayer mbaye mbeki mcdonald medina mehta meier mejia
mendes mendez mendoza mensah meyer miah miller mills miranda mishra mitchell miyamoto mohan molefe
molina moore moraes morales moreau moreira morel moreno morgan mori morozov morris moya muller
munoz murphy murray musa mwangi naidoo nair nakajima nakamura narayanan nascimento navarro nel
nelson neumann nguyen nielsen nikolaev nkosi nogueira novak novikov nowak nunes nunez nyambura obi
ochieng ochoa odhiambo ogawa oh okada okafor okeke okello okonkwo okoth oliveira olsen omondi ono
onyango orlov ortega ortiz osei otieno ouattara ouedraogo owusu ozdemir ozturk pacheco padilla
palmer pan paredes park parker patel patil paul pavlov pei pena peng pereira perera perez perrin
peters petersen petersson petit petrov petrova pham phan phillips phiri pierre pinto popov porter
powell price qian qiu qureshi rahman rai ramirez ramos rana rao rath reddy reed reis ren reyes
ribeiro ricci richard richardson richter rios rivera robert roberts robinson rocha rodrigues
rodriguez rogers rojas roman romano romero rosa rosario rossi roux roy ruiz russo ryan saito
salazar salinas sanchez sanders sandoval sangare sano santana santiago santos sarr sasaki sato
savage sawadogo schafer schmid schmidt schmitt schmitz schneider scholz schroeder schubert schulz
schwartz schwarz scott seck serrano shah shaikh shao sharma shen shevchenko shi shimizu shin
sidibe silva simmons simon singh sissoko sithole smirnov smit smith smyth so soares soko sokolov
song soto sousa souza sow stewart su sullivan sun suzuki svensson sy sylla takahashi tan tanaka
tang tao taylor teixeira tekle tesfaye thapa thiam thomas thompson tian tiwari toledo torres toure
tran traore tremblay truong tsai tshabalala turner ueda valdez valencia van vargas vasquez vazquez
vega velasquez velez vera verma vidal vieira vincent virtanen vo vogel volkov vu wagner walker
wallace wang ward watanabe watson weber wei wen werner west white williams wilson winkler wolf
wong wood woods wright wu xia xiao xie xu yadav yamada yamaguchi yamamoto yamashita yan yang yao
ye yildirim yildiz yilmaz yin yoon yoshida young yu yuan zaitsev zeng zhang zhao zheng zhong zhou
zhu ziegler zimmermann zou zulu zuniga
"""

FAMILY = frozenset(_FAMILY.split())
# Tables of short forms have some names that are far more often family names, as `smith`.
_SHORT = frozenset(STANDS_FOR) | frozenset(chain.from_iterable(STANDS_FOR.values()))
GIVEN = frozenset(_GIVEN.split()) | (_SHORT - FAMILY)
COMMON = frozenset(_GIVEN.split()) | FAMILY | frozenset(ARABIC.values())

CHINESE_SURNAMES = frozenset(
    """
    wang li zhang liu chen yang zhao huang zhou wu xu sun hu zhu gao lin he guo ma luo liang song
    zheng xie han tang feng yu dong xiao cheng cao yuan deng fu shen zeng peng lu su jiang cai jia
    ding wei xue ye yan pan du dai xia zhong tian ren fan fang shi yao tan liao zou xiong jin hao
    kong bai cui kang mao qiu qin gu hou shao meng long wan duan lei qian yin lai gong pang
    wong chan cheung lau leung ng ho lam chow kwok tse tsang ouyang situ shangguan zhuge sima
    """.split()  # noqa: SIM905
)
KOREAN_SURNAMES = frozenset(
    """
    kim lee yi park pak choi jung jeong chung kang cho jo yoon yun jang chang lim im han oh seo suh
    shin kwon hwang ahn song jeon hong yoo yu ko moon yang son bae paik baek heo hur noh roh nam
    """.split()  # noqa: SIM905
)

__all__ = ["CHINESE_SURNAMES", "COMMON", "FAMILY", "GIVEN", "KOREAN_SURNAMES"]
