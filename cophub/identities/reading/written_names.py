"""Names that a script writes otherwise than it reads them: Arabic, Han, Japanese, Korean."""


def _pairs(text: str) -> dict[str, str]:
    words = text.split()
    return dict(zip(words[::2], words[1::2], strict=True))


ARABIC = _pairs(
    """
    عليرضا alireza محمدرضا mohammadreza غلامرضا gholamreza حميدرضا hamidreza
    محمد muhammad احمد ahmed محمود mahmoud حسن hassan حسين hussein علي ali عمر umar عثمان osman
    ابوبكر abubakar بكر bakr ابو abu ابراهيم ibrahim اسماعيل ismail اسحاق ishaq يعقوب yaqub
    يوسف yusuf موسي musa عيسي isa داود dawud سليمان sulaiman هارون harun ادريس idris يونس yunus
    يحيي yahya زكريا zakaria ايوب ayoub نوح nuh ادم adam الياس elias لقمان luqman خالد khalid
    وليد walid سعيد said سعد saad سالم salem سليم salim صالح salih سامي sami سمير samir
    كريم karim كمال kamal جمال jamal جميل jamil طارق tariq طاهر tahir مصطفي mustafa
    مختار mukhtar مراد murad منير munir مبارك mubarak مسعود masud منصور mansur مروان marwan
    ماهر maher مازن mazen ماجد majid مجيد majid عبد abdul عبدالله abdallah عبدالرحمن abdulrahman
    عبدالرحيم abdulrahim عبدالعزيز abdulaziz عبدالكريم abdulkarim عبدالقادر abdulkadir
    عبدالحميد abdulhamid عبدالملك abdulmalik عبدالسلام abdulsalam عبدالرزاق abdulrazak
    عبدالفتاح abdulfatah عبداللطيف abdullatif الله allah رحمن rahman رحمان rahman حمد hamad
    حامد hamed حميد hamid حمزه hamza حبيب habib حكيم hakim هشام hisham هاني hani هادي hadi
    همام hammam بلال bilal بدر badr بشير bashir بسام bassam باسم basem انس anas انور anwar
    امين amin امير amir ايمن ayman ايهاب ihab اسامه usama اشرف ashraf اكرم akram ايمان iman
    اسماء asma امينه amina اميره amira امل amal الاء alaa ايه aya فاطمه fatima عائشه aisha
    عايشه aisha خديجه khadija مريم maryam زينب zainab زهراء zahra زهره zahra ليلي layla نور nur
    نوره nura نادر nader ناديه nadia نجلاء najla نجيب najib نجوي najwa ناصر nasir نبيل nabil
    نزار nizar نعيمه naima هدي huda هند hind هبه hiba هناء hanaa هاله hala حنان hanan
    حليمه halima حياه hayat سلمي salma ساره sara سعاد suad سميره samira سميه sumaya سناء sana
    سوسن sawsan سهي suha سها suha شيماء shaimaa شادي shadi شريف sharif شكري shukri صلاح salah
    صفيه safia صباح sabah ضياء diaa رامي rami رانيا rania ريم reem رشيد rashid رضا rida
    رقيه rukia رباب rabab رحاب rehab رنا rana رياض riyad زيد zaid زياد ziad زهير zuhair
    دينا dina دعاء doaa دلال dalal غاده ghada غسان ghassan عادل adel عامر amer عماد imad
    عصام essam عزيز aziz عزه azza عبير abeer عفاف afaf علياء alia عباس abbas عمار ammar عمرو amr
    فؤاد fuad فواد fuad فيصل faisal فارس fares فريد farid فهد fahd فرج faraj فاروق faruk
    قاسم qasim لينا lina لمياء lamia لطيفه latifa لطفي lotfi مني muna مها maha مي mai
    ميساء maysa منال manal مروه marwa ملك malak مالك malek وائل wael وايل wael وفاء wafa
    وسام wisam ياسر yasser ياسمين yasmin ياسين yasin يسري yusri جعفر jafar جواد jawad
    جورج george جرجس girgis بطرس boutros حنا hanna ميخائيل mikhail طه taha رمضان ramadan
    شعبان shaaban رجب rajab جمعه jumaa خميس khamis خليل khalil خليفه khalifa حداد haddad
    خوري khoury نجار najjar مصري masri شامي shami بغدادي baghdadi حسيني husseini هاشمي hashemi
    انصاري ansari قرشي qureshi تميمي tamimi شهري shehri غامدي ghamdi عتيبي otaibi دوسري dosari
    قحطاني qahtani زهراني zahrani حربي harbi خطيب khatib عمري omari سيد syed شيخ sheikh حاج hajj
    رشاد rashad فتحي fathi فوزي fawzi صبري sabri صبحي sobhi حلمي helmi حسني husni حسام hossam
    رافت raafat عاطف atef مدحت medhat مجدي magdi ممدوح mamdouh توفيق taufiq شوقي shawky خان khan
    """
)
"""Names in Arabic letters, without vowel signs, hamza and article, as Latin script has them."""

HAN_SURNAMES = _pairs(
    """
    欧阳 ouyang 歐陽 ouyang 司马 sima 司馬 sima 诸葛 zhuge 諸葛 zhuge 上官 shangguan 司徒 situ
    东方 dongfang 尉迟 yuchi 皇甫 huangfu 令狐 linghu 慕容 murong 夏侯 xiahou 公孙 gongsun
    端木 duanmu 曾 zeng 单 shan 單 shan 解 xie 仇 qiu 任 ren 区 ou 區 ou 查 zha 盖 ge 乐 yue
    樂 yue 朴 piao 覃 qin 翟 zhai 万 wan 萬 wan 黑 he 繁 po 秘 bi 缪 miao 繆 miao 宁 ning 尹 yin
    沈 shen 石 shi 吕 lu 呂 lu
    """
)
"""Surnames of two characters, and of one that is read otherwise as a surname."""

JAPANESE_SURNAMES = _pairs(
    """
    佐藤 sato 鈴木 suzuki 高橋 takahashi 田中 tanaka 伊藤 ito 渡辺 watanabe 渡邊 watanabe
    渡邉 watanabe 山本 yamamoto 中村 nakamura 小林 kobayashi 加藤 kato 吉田 yoshida 山田 yamada
    佐々木 sasaki 山口 yamaguchi 松本 matsumoto 井上 inoue 木村 kimura 斎藤 saito 斉藤 saito
    清水 shimizu 山崎 yamazaki 阿部 abe 池田 ikeda 橋本 hashimoto 山下 yamashita 石川 ishikawa
    中島 nakajima 前田 maeda 藤田 fujita 後藤 goto 小川 ogawa 岡田 okada 村上 murakami
    長谷川 hasegawa 近藤 kondo 石井 ishii 坂本 sakamoto 遠藤 endo 藤井 fujii 青木 aoki
    福田 fukuda 三浦 miura 西村 nishimura 藤原 fujiwara 太田 ota 松田 matsuda 原田 harada
    岡本 okamoto 中野 nakano 中川 nakagawa 小野 ono 田村 tamura 竹内 takeuchi 金子 kaneko
    和田 wada 中山 nakayama 石田 ishida 上田 ueda 森田 morita 柴田 shibata 酒井 sakai 工藤 kudo
    横山 yokoyama 宮崎 miyazaki 宮本 miyamoto 内田 uchida 高木 takagi 安藤 ando 谷口 taniguchi
    大野 ono 丸山 maruyama 今井 imai 高田 takada 藤本 fujimoto 武田 takeda 村田 murata 上野 ueno
    杉山 sugiyama 増田 masuda 平野 hirano 大塚 otsuka 千葉 chiba 久保 kubo 松井 matsui
    小島 kojima 岩崎 iwasaki 桜井 sakurai 野口 noguchi 松尾 matsuo 野村 nomura 木下 kinoshita
    菊地 kikuchi 菊池 kikuchi 佐野 sano 大西 onishi
    """
)
JAPANESE_GIVEN = _pairs(
    """
    太郎 taro 次郎 jiro 一郎 ichiro 三郎 saburo 健一 kenichi 健二 kenji 健太 kenta
    健太郎 kentaro 花子 hanako 美咲 misaki 陽子 yoko 洋子 yoko 恵子 keiko 和子 kazuko
    幸子 sachiko 由美子 yumiko 久美子 kumiko 裕子 yuko 優子 yuko 直子 naoko 智子 tomoko
    京子 kyoko 明美 akemi 真由美 mayumi 由美 yumi 浩 hiroshi 誠 makoto 隆 takashi 博 hiroshi
    清 kiyoshi 実 minoru 学 manabu 翔太 shota 大輔 daisuke 拓也 takuya 直樹 naoki 和也 kazuya
    達也 tatsuya 浩二 koji 浩一 koichi 正 tadashi 雅子 masako 真理子 mariko 麻衣 mai 愛 ai
    彩 aya 結衣 yui 陽菜 hina 蓮 ren 悠斗 yuto 健 ken
    """
)
KOREAN_SURNAMES = _pairs(
    """
    김 kim 이 lee 박 park 최 choi 정 jung 강 kang 조 cho 윤 yoon 장 jang 임 lim 한 han 오 oh
    서 seo 신 shin 권 kwon 황 hwang 안 ahn 송 song 류 ryu 유 yoo 전 jeon 홍 hong 고 ko 문 moon
    양 yang 손 son 배 bae 백 baek 허 heo 노 noh 남 nam 심 shim 하 ha 곽 kwak 성 sung 차 cha
    주 joo 우 woo 구 koo 민 min 나 na 진 jin 지 ji 엄 um 채 chae 원 won 천 cheon 방 bang 공 kong
    현 hyun 함 ham 변 byun 염 yeom 여 yeo 추 choo 도 do 소 so 석 seok 선 sun 설 seol 마 ma
    길 gil 연 yeon 위 wi 표 pyo 명 myung 기 ki 반 ban 왕 wang 금 keum 옥 ok 육 yook 인 in
    맹 maeng 제 je 모 mo 남궁 namkoong 황보 hwangbo 제갈 jegal 선우 sunwoo 독고 dokgo
    사공 sagong
    """
)

__all__ = ["ARABIC", "HAN_SURNAMES", "JAPANESE_GIVEN", "JAPANESE_SURNAMES", "KOREAN_SURNAMES"]
