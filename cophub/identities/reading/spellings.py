"""Names that are one name, in the spellings that the papers of one bearer show side by side.

Mostly because an alphabet was written down for readers of English, French, Spanish or German.
`SPELLINGS` has a name up to each semicolon, its usual spelling first.
`COUNTERPARTS` are names of one origin in several languages: seldom one person's, yet they happen
(`Juan` who signs as `John`), so that they do not speak against it either.
"""

SPELLINGS = """
muhammad mahamed maxamed; mahmoud mahamud maxamuud;
faruk faruq farouk farooq faruque farook farouq; umar omar oumar omer umer oumarou umaru cumar;
mark marc; hannah hanna hana; anna ana; nora norah; toni tony; anya anja; jana yana; yann yan;
sonia sonja sonya; kofi koffi; karl carl; zoe zoey; erik eric; tania tanya tanja; mira meera;
mamadou mahamadou mahamadu mahamoudou mamadu; amadou ahmadou hamadou amadu ahamadou ahamadu;
hussein husain hussain husayn hossain hosein hossein houssein hussien hocine husein hussen hussin;
hussein oussein xuseen huseyin; housseini hussaini ousseini ousseyni houssaini;
hamid hameed hamiid; hamed haamed; isa issa eissa essa issah ciise; said saeed saeid saiid siciid;
adam aden aadan aadam; adem edem; elias ilyas ilias ilyass iliyas ilyaas iliasu elyas;
sheikh shaikh sheik shaykh sheekh; cheikh cheick cheikhou;
syed sayed sayyid sayyed seyed sayid saiyed seyyed; abdul abdel abdoul abd abdal abdol; abdou abdu;
salim saleem selim saliim;
fatima fatimah fatma fatema fatemeh faatimah fathima fatime fadumo faadumo fatimetou;
fatoumata fatumata fatimata fatoumatta fatouma fatimatou;
aisha aicha ayesha aysha aishah aisya aischa ayse aishath aishatu caasha;
aissatou aissata aissetou aichatou aissatu;
khadija khadijah khadidja hadija khatija hadiza khadeeja khadiija khadiga;
kadiatou kadijatou kadidiatou khadijatou khadidiatou kadidia;
maryam mariam meriem mariame maryem meryem mariyam miriam myriam meriam mariem maryan;
mariama mariamou maryama mariamu; amina aminah ameena amna amineh amiina;
aminata aminatou aminatu amineta; halima halimah haleema alima xaliima;
halimatou halimata halimatu; safia safiya safiyya safiyyah safiye; safiatou safiatu safietou;
rabia rabiah rabiya; rabiatou rabiatu; ramatou ramatu ramata ramatoulaye; samira sameera samirah;
sumaya soumaya sumayya soumia somaya sumaia sumayah sumeya; salamatou salamatu salimata;
hassan hasan hassane hassen xasan; ali aly alli ally cali; aliou aliyu alioune aliu alieu;
ahmed axmed ahmad ahmet achmad;
aleksandr alexander alexandr aleksander oleksandr alexandre aliaksandr aleksandar alexandru;
aleksandr alexandros; aleksandra alexandra oleksandra aliaksandra;
aleksei alexey alexei aleksey oleksii oleksiy alexej aliaksei oleksij alexy;
andrei andrey andriy andrii andrej andrew;
sergei sergey serhii serhiy sergej serguei siarhei serge sergii serhij;
dmitri dmitry dmitriy dmytro dmitrii dimitri dimitry dzmitry dmitrij dmytrii;
yevgeny evgeny evgeni yevhen evgeniy evgenii yevgeni yevgeniy evgueni ievgen yevhenii evhen;
yevgeny eugene; yevgenia evgenia evgeniya yevheniia eugenia yevgeniya evgeniia;
nikolai nikolay mykola mikola nikolaj nicolai mikalai;
mikhail mykhailo mihail mikhailo mikhaylo mihajlo michail mykhaylo;
vladimir volodymyr wladimir uladzimir wolodymyr;
vasily vasiliy vasyl vasilii wasil vassily vassili; viktor victor wiktor viktar;
yuri yuriy yury yurii iurii jurij jury iurie iouri youri;
yulia julia yuliya iuliia yuliia julija iulia juliya iuliya;
natalia natalya nataliya natalja nataliia natalie natallia;
tatiana tatyana tetiana tetyana tatjana tatsiana; yelena elena olena jelena ielena alena helena;
yekaterina ekaterina kateryna catherine katerina; oksana oxana aksana; olga olha volha;
svetlana svitlana sviatlana; lyudmila ludmila liudmila lyudmyla liudmyla ludmilla ljudmila;
galina halyna galyna halina; irina iryna irena;
anastasia anastasiya anastasiia anastassia anastasija; maria mariya mariia marija marya;
marina maryna; oleg oleh aleh; igor ihor ihar;
konstantin kostiantyn constantin constantine kostyantyn;
grigory grigoriy hryhorii gregory grigori grigorii hryhoriy; pavel pavlo;
petr pyotr petro pjotr piotr; stepan stefan stephan; timofei timofey tymofii timothy;
fyodor fedor fedir; matvei matvey matvii matthew; ilya iliya illia ilia;
georgi georgy heorhii georgiy georgii george; yakov iakov yakiv jakov; semyon semen simeon;
iosif yosif josif; ksenia kseniya xenia kseniia; zoya zoia; nadezhda nadiia nadejda;
lyubov liubov lubov ljubov; vyacheslav viacheslav vjaceslav viaceslav; stanislav stanislaw;
yaroslav jaroslav jaroslaw iaroslav; vadim vadym wadim; artem artyom artiom;
kirill kyrylo kiril cyril; daniil danylo danil; bogdan bohdan;
viktoria victoria viktoriya viktoriia victoriya; valery valeriy valerii valeri valerij;
valeria valeriya valeriia; anatoly anatoliy anatolii anatoli anatolij; arkady arkadiy arkadii;
gennady gennadiy hennadii gennadi henadz; yegor egor yehor jegor; maksim maxim maksym maxime;
gulnara gulnora; kristina christina cristina; kristine christine;
giorgos yiorgos yorgos georgios george;
yannis giannis ioannis ioannes; dimitrios dimitris; nikos nikolaos; kostas konstantinos;
papadopoulos papadopulos; gevorg kevork gevork; hovhannes hovhanes ovanes;
itzhak yitzhak isaac izhak; moshe moses; yosef yossef josef yosif; avraham abraham; shmuel samuel;
yaakov yaacov jacob; rivka rebecca; sophia sofia; stephen steven; geoffrey jeffrey; philip phillip;
catherine katherine kathryn catharine; elisabeth elizabeth; anne ann; sarah sara;
deborah debora debra; theresa teresa therese; jonathan johnathan jonathon; nicholas nicolas;
frederick frederic; eric erik; carl karl; christopher kristopher;
christoph kristoph christof kristof; luis luiz; teresa tereza; elisa eliza; tomas thomas;
mateus matheus; felipe filipe phelipe; rafael raphael; cristina christina; cristian christian;
katarina catarina katharina; gonsalves goncalves; kim gim; lee yi rhee ri; jung jeong chung joung;
yoo yu; noh roh; koo gu goo ku; woo wu; seo suh; cho jo joe; kwak gwak; son sohn; ha hah;
seong sung; hyun hyeon hyon; young yeong yong; kyung gyeong kyong; eun un; min minn; joon jun june;
jin jean; hee hui; soo su; hsu xu; hsieh xie; tsai cai; tsao cao; chiang jiang; chien qian;
hsiao xiao; chou zhou; chu zhu; chang zhang; hwang huang;
abdulrahim abdurrahim abdelrahim abdirahim abdoulrahim abderrahim;
abdulrazak abdelrazak abdirizak abdurrazzaq abdulrazzaq abderrazak abdoulrazak abdirisaq;
abdulwahab abdelwahab abdulwahid; abdulnasir abdelnasser abdinasir abdulnaser abdennaser;
abdulfatah abdelfattah abdifatah abdulfattah abdifatax; abdulghani abdelghani abdigani abdoulgani;
abdulhakim abdelhakim abdihakim; abdullatif abdellatif abdilatif;
abdulmajid abdelmajid abdimajid abdulmajeed; shamsuddin shamsudin chamseddine shamseddin;
nuruddin nooruddin noureddine nureddin nouredine nuradin;
salahuddin salaheddine salahudin salaheldin saladin salahaddin; alauddin aladdin alaeddine alaudin;
jamaluddin djamaleddine jamaludin; badruddin badreddine badrudin;
izzuddin azzedine ezzeldin izzeddin; aminuddin amineddine aminudin;
fakhruddin fakhreddine fakhrudin; saifuddin seifeddine saifudin seifeldin; ziauddin ziaudin;
muhammad mohamed mohammed mohammad muhammed mohamad mohamud mohamoud mohd muhamad muhamed mehmed;
muhammad mohammod mouhamed mouhamad mouhamadou mouhammad muhammadu mhamed mohamadou mohammadou;
muhammad muhamadu mahomed; ahmad ahmed ahmet achmad achmed akhmed akhmad ahamed ahmadu ahmmed;
mahmoud mahmud mehmud mahmood mahmut mamoud mahmoudou mahamoud;
hassan hasan hassane hasson assane hassen;
ibrahim ibraheem ebrahim ibrahima brahim ibrahem ibrohim;
ismail ismael ismaila esmail ismaeel smail ismayil ismaiel esmaeil ismoil;
osman othman usman ousmane uthman osmane othmane ousman usmane outhman uthmaan ousmanou usmon;
umar omar oumar omer umer oumarou umaru oumer;
yusuf yousef youssef yousuf yousif yusuff yousaf yusef youssouf yussuf youssoufou yusuph yusufu;
yusuf yusif yousouf iusuf; yunus younes younis yunis younus younous yonis;
yaqub yacoub yaqoob yakubu yacouba yakub yaqoub yakoub yaacoub; yahya yahia yehia yahaya yahye;
musa moussa mousa mussa moosa; dawud dawood daoud daud dawit daouda dauda daouad dawda;
sulaiman suleiman sulayman soliman souleymane suleman suleyman sulaymon sulemana souleiman;
sulaiman slimane sleiman sulieman souleyman souleimane suleymane solomane;
harun haroun haroon haruna harouna; idris idriss edris driss idrissa idrees idrissou;
bilal bilel bellal bilaal; khalid khaled kaled khaalid halid; walid waleed oualid;
rashid rasheed rachid rashed rached; saad sad saed; salih saleh salah salehe saley salihu;
samir sameer samer; karim kareem kerim abdoulkarim; jamal gamal djamal cemal djamel jamaal;
jamil jameel gamil djamil cemil; jafar jaafar djafar gafar jaffer jaafer; kamal kemal kamel kamaal;
tariq tarik tareq tarek tarique;
mustafa mostafa moustafa moustapha mustapha mustafaa mostofa mustafo;
murtada murtaza mortada mortaza morteza; mukhtar mokhtar moctar moktar mouctar mukhtaar;
abdallah abdullah abdulla abdoulaye abdullahi abdulahi abdellah abdillahi abdallahi abdoullah;
abdallah abdoulahi abdalla abdilahi;
abdulrahman abdurrahman abdelrahman abdirahman abderrahmane abdurahman abdulrehman abdrahman;
abdulrahman abderrahman abdourahmane abdurrahmon abdelrahmane abdirahmaan;
abdulkarim abdelkarim abdikarim abdoulkarim abdelkrim abdukarim;
abdulaziz abdelaziz abdiaziz abdoulaziz abdalaziz;
abdulkadir abdelkader abdulqadir abdikadir abdoulkader abdulkader abdelkadir abdelqader abdukadir;
abdulkadir abdulqader; abdulmalik abdelmalek abdoulmalik abdelmalik abdimalik;
abdulhamid abdelhamid abdihamid abdulhameed abdoulhamid;
abdulsalam abdelsalam abdessalam abdisalam abdoussalam abdulsalaam;
abubakar abubakr aboubacar aboubakar boubacar abubakari aboubakr bubakar boubakar aboubacry;
abubakar aboubeker; ali aly alli aliou aliyu alioune aliu alieu; hamza hamzah hamsa;
habib habeeb habibou; hakim hakeem akim; nasir nasser naser nassir; nur noor nour nuur nuru;
nurul noorul nourul; amin ameen amine amen; anwar anouar enver anwer; aziz azeez azize;
faisal faysal feisal fayssal faisel faizal; farid fareed ferid;
farouk faruk farooq faruq farook farouq; fuad fouad foad; ghassan gassan; hisham hicham hesham;
husni hosni housni; imad emad; jawad jaouad javad djaouad; majid majeed madjid mejid;
marwan marouane merwan; masud masoud massoud masood mesut; munir mounir mouneer muneer;
mubarak moubarak mbarek; nabil nabeel; najib najeeb nadjib;
qasim kassim kasim qassim qasem kassem gassim kassoum; rahim raheem rahimou;
ramadan ramzan ramadhan ramazan ramadhani; sadiq sadik saddik sadeq sadiqou saddiq seddik;
shafiq shafik chafik shafeeq; sharif cherif shareef sheriff sharifu charif sherif;
tahir taher tahirou tahar; taufiq tawfik toufik taoufik tawfiq tofik; wahid waheed ouahid;
zaid zayd zeid zayed;
zakaria zakariya zakariyya zekeriya zakariah zachariah zacharia zachary zakariyah; ziad ziyad zyad;
jibril djibril gibril jibreel jibrin djibrilla jibrail; seydou saidou seidu saidu seydu saydou;
sekou shekou cheikhou seku; modou modu; cheikh sheikh shaikh sheik cheick shaykh sheekh;
zainab zeinab zaynab zineb zaineb zeynep zeynab zainabu zeinabou zeyneb; zahra zahraa zehra zohra;
hawa hauwa awa hawaa haoua xaawo hawo; salma selma salmah; sara sarah saara;
layla leila laila leyla lejla leilah laylah; latifa latifah lateefa; nadia nadiya nadja;
naima naeema naimah; nura noura noora nourah; rashida rachida rasheeda;
rahma rahmah rahmatou rahmat;
rukia roukia ruqayya ruqaya roqaya rokia ruqayyah rokaya rukaya rokhaya rukayya;
shaimaa chaima shaima chaimaa shaimae;
yasmin yasmine yasmeen jasmin jasmine yasemin iasmin yasmina;
zubaida zoubida zubeda zubeida zoubeida; asma asmaa asmae esma; iman imane eman imaan; hiba heba;
huda hoda houda; jamila djamila jameela gamila cemile; karima kareema; khawla khaoula;
malika maleeka; muna mouna mona; najat najet nadjat nejat; nawal naoual; suad souad soad;
sana sanaa; wafa wafaa ouafa; aaliyah aliyah aliya alia aliaa; shukri chokri shukry;
ayoub ayub ayyub ayoob; anas anass; luqman loukman lukman lokman; harith hareth; hadi haadi hadiy;
rida reda ridha reza riza rheda; tayyib tayeb tayyeb taieb; murad mourad; nizar nezar;
riyad riad riadh riyadh; sufyan sofiane sufian soufiane sofian;
zuhair zoheir zouhair zuhayr zouheir zoher; wisam wissam wesam; usama osama oussama ossama usamah;
hatim hatem; hazim hazem; mahdi mehdi mahdy; mukesh mukhesh; gonzalez gonzales gonsalez goncalez;
rodriguez rodrigues; hernandez ernandez hernandes; fernandez fernandes; martinez martines;
lopez lopes; perez peres; gomez gomes; sanchez sanches; ramirez ramires; gutierrez gutierres;
alvarez alvares; mendez mendes; jimenez gimenez ximenez; vasquez vazquez vasques; diaz dias;
nunez nunes; suarez soares; sousa souza; texeira teixeira;
diallo dialo jallow jalloh djallo ndiallo; bah ba; diop dioup jobe; ndiaye njie ndiay njai;
traore trawally; toure touray; cisse ceesay; camara kamara; keita keyta;
coulibaly kulibali koulibaly; conde konde; kone koneh; sylla silla syla; fofana fofanah;
ouedraogo wedraogo; sawadogo savadogo; kabore kabre; barro baro; mbaye mbay; gueye guey; fall faal;
sarr saar; tshisekedi cisekedi; haile hayle; gebre ghebre; tesfaye tesfay;
berhane birhane berhan birhanu; mekonnen mekonen makonnen; tekle tekele; girma ghirma;
getachew getachaw; kebede kebed; tadesse taddesse tadese; yohannes yohanes; alemayehu alemayhu;
desta destaw; mulugeta mulugheta; hailu haylu; warsame warsama; jama jaama; hirsi hersi xirsi;
guled guuleed; abshir absher; cabdi abdi; nguyen nguyn;
chowdhury choudhury chaudhary chaudhry chaudhuri choudhary chowdhary choudhry;
mukherjee mukerji mukherji mookerjee; chatterjee chatterji; banerjee banerji bannerjee;
bhattacharya bhattacharjee bhattacharyya; rahman rehman rahmaan rahmane rahmon;
hoque haque haq huq haqu; islam eslam; akter akhtar akhter aktar; begum begam; khatun khatoon;
sarkar sircar sarker; agarwal aggarwal agrawal; shrestha srestha; lakshmi laxmi; krishnan kirshnan;
srinivasan sreenivasan; vijay bijay; vishnu bishnu; bikash vikas vikash; vinod binod; vivek bibek;
naidu nayudu; reddy reddi; iyer aiyar ayyar; joshi joshy; sharma sarma; verma varma;
trivedi tribedi; dwivedi dubey dwibedi; dixit dikshit; zhou chou; xu hsu; xie hsieh; cai tsai;
cao tsao; jiang chiang; qian chien; xiao hsiao; park pak bak; choi choe; kang gang; yoon yun;
jang chang; lim im; shin sin; kwon gwon; ahn an; moon mun; bae pae; baek paik back; ito itoh;
sato satoh satou; kato katoh katou; saito saitoh saitou; goto gotoh gotou; endo endoh endou;
kondo kondoh kondou; ono ohno oono; ota ohta oota; oshima ohshima ooshima; endo endou;
shinichi shinniti; jiro jirou; taro tarou; yuki yuuki; yuko yuuko; kohei kouhei; shota shouta;
koji kouji kohji; yoko youko yohko; ryo ryou; papadopoulos papadopulos; cohen kohen cohn;
levi levy; saint st; abu abou; papa pape;
premarathna premaratne premarathne;
mcdonald macdonald; mckenzie mackenzie; mclean maclean; mcgregor macgregor
"""

COUNTERPARTS = """
aleksandr alexander alexandr aleksander oleksandr alexandre alejandro alessandro aliaksandr;
aleksandr alexandros aleksandar alexandru alekzandr sikandar iskander iskandar;
aleksandra alexandra oleksandra aliaksandra;
aleksei alexey alexei aleksey oleksii oleksiy alexej aliaksei oleksij aleksy;
andrei andrey andriy andrii andrej andrzej andrew andreas andre andres ondrej andrija;
sergei sergey serhii serhiy sergej serguei siarhei sergio serge sergi;
dmitri dmitry dmitriy dmytro dmitrii dimitri dimitry dzmitry dimitar dimitrios dmitrij;
yevgeny evgeny evgeni yevhen evgeniy evgenii eugene yevgeni yevgeniy evgueni ievgen eugen eugenio;
yevgeny eugeniu jevgeni evhen; yevgenia evgenia evgeniya yevheniia eugenia yevgeniya;
nikolai nikolay mykola nicholas nicolas nikolaos mikola nikolaj nicolae nikola nikolas mikalai;
mikhail mykhailo mikhael michail mihail michael miguel michel mihai michal mikael mikhailo mihaly;
mikhail misael mikel mihajlo miquel mikayel;
ivan iwan johannes yohannes john juan joao jean giovanni johan ioannis yuhanna yohanes yohana;
vladimir volodymyr wladimir uladzimir vladymyr wolodymyr;
vasily vasiliy vasyl vasilii basil wasil vasile vasil basilio vassily vasilios;
viktor victor wiktor vittorio viktar; yuri yuriy yury yurii iurii jurij jury iurie iouri youri;
yulia julia yuliya iuliia yuliia julija iulia juliya;
natalia natalya nataliya natalja nataliia natalie natallia nathalie;
tatiana tatyana tetiana tetyana tatjana tatsiana;
yelena elena olena helena helene yelyena jelena ielena elen;
yekaterina ekaterina kateryna katarina katharina catherine katherine catalina caterina katarzyna;
yekaterina ekaterini kathrin catarina katerina kathryn; oksana oxana aksana; olga olha volha;
svetlana svitlana sviatlana; lyudmila ludmila liudmila lyudmyla liudmyla ludmilla;
galina halyna galyna halina; irina iryna irena irene;
anastasia anastasiya anastasiia anastassia nastassia; maria mariya mariia marija maryia;
marina maryna; oleg oleh aleh; igor ihor ihar;
konstantin kostiantyn constantin konstantinos constantine kostyantyn;
grigory grigoriy hryhorii gregory gregorio grzegorz grigor grigorios krikor;
pavel pavlo paul pablo paolo pawel pavlos paulo boulos;
petr pyotr petro peter pedro pierre piotr pietro petros petar pjotr butros boutros;
stepan stefan stephen esteban etienne steven stephan stefano szczepan estevao stephane stjepan;
stepan stefanos; timofei timofey tymofii timothy timothee;
fyodor fedor fedir theodore teodor feodor theodoros teodoro;
matvei matvey matthew mateo matthias mateusz matteo matthieu mateus matej matias mathieu;
ilya iliya illia ilia;
georgi georgy george heorhii georgios georges jorge giorgos yiorgos georg giorgi georgiy yorgos;
georgi jerzy juraj giorgio gheorghe jiri gevorg kevork georgii jordi;
yakov jacob jakob yakiv iakov jakub iacob jacobo;
iosif joseph jose josef giuseppe yosef josep josip iosef yossef; lev leo leon leonid; tamara tamar;
ksenia kseniya xenia; zoya zoia; nadezhda nadiia nadezda; lyubov liubov lubov;
vyacheslav viacheslav vjaceslav; stanislav stanislaw stanislas estanislao;
yaroslav jaroslav jaroslaw iaroslav; vadim vadym wadim; artem artyom artiom;
kirill kyrylo kiril cyril; daniil danylo danil; zsofia sophia sophie sofija zofia; bogdan bohdan;
gulnara gulnora; nargiza nargis; akmal akmaal; kristina christina cristina krystyna khrystyna;
kristine christine;
krzysztof christopher cristobal christophe christoph cristovao kristoffer christoffer;
elisabeth elizabeth isabel elisabet elzbieta elisabetta isabella isabelle yelizaveta elizaveta;
anton anthony antonio antoine antoni antonis antal antonius; tomas thomas tomasz tommaso tome toma;
lukas lucas luca luke luc lukasz; markus marcus marco mark marc marcos marek;
martin marten martino marton martyn; philip felipe philippe filip phillip filippo filipe filippos;
jonas yonas jonah; simon simao shimon semyon szymon symeon simeon; david dawid davide davit davyd;
daniel danyal; samuel samwel samuil shmuel samouel; isaac isaak izaak itzhak yitzhak isak isaack;
abraham avraham abram; moses moshe moises moise mose; solomon salomon salomao shlomo;
joshua josue josua; emmanuel manuel manoel emanuel emanuele immanuel; gabriel gavriel gabor;
raphael rafael rafal raffaele;
francis francisco francesco francois franz frans franciscus francisc ferenc;
lawrence laurence lorenzo laurent lorenz laurentius; vincent vicente vincenzo vincentius;
henry henri enrique henrik henrique heinrich enrico hendrik;
charles carlos carl karl carlo karel karol;
william guillaume guillermo wilhelm guilherme willem guglielmo;
edward eduardo edouard eduard edoardo edvard; robert roberto; richard ricardo riccardo;
frederic frederick federico friedrich frederik fredrik frederico fryderyk;
louis luis luiz luigi ludwig lluis; stella estela estella; monica monika monique;
veronica veronika veronique; lucia luzia lucie lucy; cecilia cecile cecily;
agnes ines inez agnieszka; ana anna hanna anne ann hannah; marta martha marthe;
teresa theresa therese tereza terezia;
margarita margaret margarete marguerite margherita malgorzata margareta margit;
magdalena madeleine magdalene; joanna johanna giovanna juana jeanne ivana joana; rosa rose roza;
eva ewa eve; lidia lydia lidiya; sandra alessandra;
huang wong hwang; yang yeung yeong; luo lo law; ye yeh yip ip; xu hsu hui; zhang chang cheung zang;
chen chan chin tan; liu lau lew; lin lam lim; wu ng woo eng; liang leung leong; guo kwok kuo;
zheng cheng tay; zhou chow chou chau; zhao chiu chao; cai tsai choi chua; xie tse hsieh; he ho;
jiang chiang keung kong; wei ngai; peng pang; pan poon; su so; xue sit; tang tong; zeng tsang tseng;
cui tsui; yuan yuen; feng fung; fang fong; guan kwan; lu lui; shen shum; xiao siu hsiao; situ szeto;
ouyang auyeung; zhu chu choo; sun suen; qian chin; qiu yau chiu; deng tang; du to; ma mah; mo mok;
lee yi rhee; park pak bak; jung jeong chung; choi choe; kang gang
"""


def _spellings() -> dict[str, str]:
    """The first spelling of a name for each other; the first name that has a word counts."""
    first: dict[str, str] = {}
    for line in SPELLINGS.split(";"):
        words = line.split()
        for word in words:
            first.setdefault(word, first.get(words[0], words[0]))
    return first


def _counterparts() -> dict[str, frozenset[int]]:
    lines: dict[str, set[int]] = {}
    for number, line in enumerate(COUNTERPARTS.split(";")):
        for word in line.split():
            lines.setdefault(word, set()).add(number)
    return {word: frozenset(numbers) for word, numbers in lines.items()}


SPELLING = _spellings()
"""Word to the usual spelling of its name: `mohamed` to `muhammad`."""

COUNTERPART = _counterparts()
"""Word to the numbers of its groups in `COUNTERPARTS`."""

__all__ = ["COUNTERPART", "COUNTERPARTS", "SPELLING", "SPELLINGS"]
