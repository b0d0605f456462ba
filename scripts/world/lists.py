"""What ``build`` leaves out, adds and takes for granted: lists written by hand, of general knowledge."""

from __future__ import annotations

from countries.places.cues import words

#: Countries of which places from 500 people on are known: English-speaking ones, whose press writes of small towns, and
#: those at risk. Elsewhere from 5,000 on.
ENGLISH = ("US", "CA", "GB", "IE", "AU", "NZ")
SMALL, LARGE = 500, 5_000
#: Other names of cities are known from this many people on: in scripts with capitals; in others at home; and abroad.
ALTERNATES_FROM, UNCASED_FROM, UNCASED_ABROAD_FROM = 15_000, 50_000, 500_000
#: Where a script is at home, by the first word of its letters' names in Unicode: shorter names can be told from words there.
_INDIA = ("IN", "BD", "NP", "LK", "PK")
_CHINA = ("CN", "TW", "JP", "HK", "MO", "SG")
HOMES = {
    "ARABIC": words("AE AF BH DJ DZ EG IQ IR JO KM KW LB LY MA MR OM PK PS QA SA SD SO SY TD TN YE"),
    "HEBREW": ("IL", "PS"),
    "ETHIOPIC": ("ET", "ER"),
    "GEORGIAN": ("GE",),
    "MYANMAR": ("MM",),
    "THAI": ("TH",),
    "LAO": ("LA",),
    "KHMER": ("KH",),
    "HANGUL": ("KR", "KP"),
    "CJK": _CHINA,
    "HIRAGANA": _CHINA,
    "KATAKANA": _CHINA,
    **dict.fromkeys(words("DEVANAGARI BENGALI GURMUKHI GUJARATI ORIYA TAMIL TELUGU KANNADA MALAYALAM SINHALA"), _INDIA),
}
MOST_REFERENTS = 20
#: GeoNames numbers the regions of these countries in its own way; ISO 3166-2 here, as CLDR has it.
REGIONS = {
    "CA": {
        "01": "AB",
        "02": "BC",
        "03": "MB",
        "04": "NB",
        "05": "NL",
        "07": "NS",
        "08": "ON",
        "09": "PE",
        "10": "QC",
        "11": "SK",
        "12": "YT",
        "13": "NT",
        "14": "NU",
    },
    "AU": {"01": "ACT", "02": "NSW", "03": "NT", "04": "QLD", "05": "SA", "06": "TAS", "07": "VIC", "08": "WA"},
}
#: Abbreviations of states and provinces in the English-language press, beside those of the post.
ABBREVIATIONS = {
    "US": "AL=Ala. AK=Alaska AZ=Ariz. AR=Ark. CA=Calif.|Cal. CO=Colo. CT=Conn. DE=Del. DC=D.C. FL=Fla. GA=Ga. HI=Hawaii "
    "ID=Idaho IL=Ill. IN=Ind. IA=Iowa KS=Kan.|Kans. KY=Ky. LA=La. ME=Me. MD=Md. MA=Mass. MI=Mich. MN=Minn. MS=Miss. MO=Mo. "
    "MT=Mont. NE=Neb.|Nebr. NV=Nev. NH=N.H. NJ=N.J. NM=N.M. NY=N.Y. NC=N.C. ND=N.D. OH=Ohio OK=Okla. OR=Ore. PA=Pa. "
    "RI=R.I. SC=S.C. SD=S.D. TN=Tenn. TX=Tex. UT=Utah VT=Vt. VA=Va. WA=Wash. WV=W.Va. WI=Wis.|Wisc. WY=Wyo.",
    "CA": "AB=Alta. BC=B.C. MB=Man. NB=N.B. NL=N.L.|Nfld. NS=N.S. NT=N.W.T. ON=Ont. PE=P.E.I. QC=Que. SK=Sask. YT=Yukon",
    "AU": "NSW=N.S.W. VIC=Vic. QLD=Qld TAS=Tas. WA=W.A.",
}
#: People of a region, roughly, where GeoNames' cities do not tell.
REGION_SIZES = {"US": 5_000_000, "CA": 2_000_000, "AU": 2_000_000, "IN": 2_000_000, "CN": 2_000_000, "NG": 400_000}
DIRECTIONS = words(
    "north south east west northern southern eastern western central centre center upper lower northeast northwest "
    "southeast southwest nord sud est ouest region capital islands island coast city district province state and new "
    "metropolitan area greater inner outer middle far"
)
#: Words that are common in English with a capital, beside Faker's.
COMMON = words(
    "الجديدة الثورة مدينة المدينة القائم للجزيرة الجزيرة جزيره أدى أنه سنة دولة هام كان "
    "بالا میدان تازه بندر مردان شام سنه خارجه "
    "universidad universite centro sul norte como cada pero croix mitte namen stelle kapelle baia unio grande allah january "
    "february march april may june july august september october november december monday tuesday wednesday thursday friday "
    "saturday sunday christmas easter ramadan most police federal council olympic human jewish central center centre union "
    "liberal labour labor democrat republican independence liberty page start end rapid store room driver research red blue "
    "green black white gold silver star crescent cross marshal naval maritime economy portal mission university college "
    "school church hospital street north south east west northern southern eastern western islamic muslim christian "
    "catholic orthodox protestant mobile apple windows sector hub bed camp tool cut pope bishop king queen prince defence "
    "defense general major justice health education finance energy interior home state city town county district province "
    "region village island lake river mount mountain valley forest park beach bay port harbor harbour bridge hill hills "
    "spring springs summer winter autumn fall weekend today super bowl cup league club united national international royal "
    "gulf male female abu sidi ain adh dar umm bir wadi bab hai ras tel kafr bar grill deli soul van lakes rivers plains "
    "rest mon gras judah in on at for from with the and but not that this god metro vice abbey stone emerald honda grace "
    "faith hope honor patron victory what when where who why how all some many any each every other another more less few "
    "first second third last next new old great good best same"
)
#: Given names that are places too, whether or not Faker has them.
GIVEN = words(
    "jordan chad georgia israel india kenya paris london austin sydney sidney florence victoria charlotte chelsea dakota "
    "virginia carolina savannah madison adelaide alexandria brittany lourdes siena vienna geneva dallas houston denver "
    "phoenix memphis lincoln jackson troy trent brooklyn holland ireland asia cuba malaysia odessa milan"
)
#: Names of countries in CLDR that are everyday words of the same language, or too short to tell.
NOT_NAMES = {
    ("sw", "Mali"),
    ("ha", "Mali"),
    ("so", "Mali"),
    ("ar", "مالي"),
    ("ko", "수단"),
    ("ln", "Mali"),
    ("ar", "قطر"),
}
