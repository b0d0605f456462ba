"""What readers of world news trip over, one line each: names alike, names inside words, people, papers, scripts, cases."""

from __future__ import annotations

import pytest

from countries.places.read import read


def countries(text: str) -> set[str]:
    return set(read(text).weights)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Countries whose names are alike
        ("Elections in Niger were put off, the junta in Niamey said.", {"NE"}),
        ("Elections in Nigeria were put off, Abuja said.", {"NG"}),
        ("The Niger River has burst its banks.", set()),
        ("Two died in Niger State, police said.", {"NG"}),
        ("Guinea's junta and the neighbours.", {"GN"}),
        ("The president of Equatorial Guinea spoke.", {"GQ"}),
        ("The army of Guinea-Bissau spoke.", {"GW"}),
        ("Papua New Guinea and Guinea signed.", {"PG", "GN"}),
        ("Fighting in the Democratic Republic of the Congo goes on.", {"CD"}),
        ("The Republic of the Congo votes on Sunday.", {"CG"}),
        ("Brazzaville and Kinshasa, capitals on one river.", {"CG", "CD"}),
        ("Congo's army left Goma and Bukavu.", {"CD"}),
        ("Sudan and South Sudan agreed on oil.", {"SD", "SS"}),
        ("South Sudanese refugees arrive.", {"SS"}),
        ("North Korea fired a missile, South Korea said.", {"KP", "KR"}),
        ("Pyongyang fired a missile.", {"KP"}),
        ("Tbilisi: Georgia's parliament met on Monday.", {"GE"}),
        ("ATLANTA — Georgia lawmakers in Savannah voted, as Alabama did.", {"US"}),
        ("Dominica and the Dominican Republic share a sea.", {"DM", "DO"}),
        ("The Central African Republic and the CAR's neighbours.", {"CF"}),
        ("He bought a car and told us about it.", set()),
        ("The US told us nothing.", {"US"}),
        ("TELL US MORE: READERS ASK", set()),
        ("SUDAN: ARMY SHELLS EL FASHER AND NYALA", {"SD"}),
        ("Russia, U.S. and China agreed.", {"RU", "US", "CN"}),
        ("They paid US$5 million and A$3 million.", set()),
        ("St. Kitts and Nevis, Trinidad and Tobago", {"KN", "TT"}),
        # People, papers and words
        ("Michael Jordan played again. Jordan scored forty.", set()),
        ("Jordan's king met refugees in Amman.", {"JO"}),
        ("Chad Kelly threw the ball. Kelly and Chad were pleased.", set()),
        ("Chad closed its border with Sudan.", {"TD", "SD"}),
        ("The ambassador, an embassy man, was normal.", set()),
        ("Malian troops left Kidal. The village of Somalia Drive slept.", {"ML", "SO"}),
        ("Paris Hilton arrived with Chelsea Clinton.", set()),
        ("The Washington Post and the Sudan Tribune wrote of it.", set()),
        ("They ate turkey off fine china.", set()),
        ("Reading is good for you. Mobile phones are nice.", set()),
        # Places that imply their country
        ("Shells fell on El Fasher and Nyala overnight.", {"SD"}),
        ("Gunmen burnt homes near Bambari and Bria.", {"CF"}),
        ("A bomb went off in Kandahar.", {"AF"}),
        ("Residents fled Sittwe for Yangon.", {"MM"}),
        ("Drones struck Kharkiv.", {"UA"}),
        # Places of one name
        ("Militias clashed in Tripoli; Benghazi stayed calm.", {"LY"}),
        ("Soldiers patrolled Tripoli and Sidon, north and south of Beirut.", {"LB"}),
        ("The mayor of Paris, Texas, resigned.", {"US"}),
        ("The mayor of Paris resigned.", {"FR"}),
        ("The school board of Springfield, Illinois, met.", {"US"}),
        ("In Cambridge, England, and in Cambridge, Mass., it rained.", {"GB", "US"}),
        ("London, Ont. police and the mayor of Hamilton spoke.", {"CA"}),
        ("Birmingham, Ala. and Montgomery mourn.", {"US"}),
        ("In London, US officials met.", {"GB", "US"}),
        ("Lebanon police, of Boone County, Indiana, closed Lebanon High School.", {"US"}),
        ("Lebanon's army left Tyre.", {"LB"}),
        ("Ohio votes. Columbus and Cleveland wait.", {"US"}),
        # None
        ("Nothing is named here.", set()),
        ("Fighting in Africa and Asia, the Middle East and the Sahel.", set()),
        ("", set()),
        ("\u0301\u0301 \x00 \ud800", set()),
    ],
)
def test_english(text, expected):
    assert countries(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("قتل عشرات الأشخاص في السودان", {"SD"}),
        ("وبالسودان وللسودان", {"SD"}),
        ("جنوب السودان والسودان", {"SS", "SD"}),
        ("المسودان", set()),
        ("معارك في دارفور والفاشر", {"SD"}),
        ("القوات السورية في حلب", {"SY"}),
        ("قال الأسد والجيش السوري", {"SY"}),
        ("Les rebelles maliens et l'armée nigérienne", {"ML", "NE"}),
        ("L'armée nigériane au Nigeria", {"NG"}),
        ("Des réfugiés sud-soudanais au Tchad", {"SS", "TD"}),
        ("La République démocratique du Congo et la Centrafrique", {"CD", "CF"}),
        ("à N’Djamena et à Bangui", {"TD", "CF"}),
        ("El gobierno venezolano y los nicaragüenses", {"VE", "NI"}),
        ("O governo moçambicano em Cabo Delgado", {"MZ"}),
        ("В Сирии и на юге Украины", {"SY", "UA"}),
        ("Южного Судана и Судана", {"SS", "SD"}),
        ("российские войска под Харьковом", {"RU", "UA"}),
        ("В Україні та в Судані", {"UA", "SD"}),
        ("Suriye'de ve Sudan'dan gelen", {"SY", "SD"}),
        ("Wanajeshi wa Sudan Kusini na Msumbiji", {"SS", "MZ"}),
        ("Serikali ya Jamhuri ya Kidemokrasia ya Kongo", {"CD"}),
        ("በኢትዮጵያና በሱዳን", {"ET", "SD"}),
        ("ኣብ ኤርትራን ኢትዮጵያን", {"ER", "ET"}),
        ("בסוריה ובסודאן", {"SY", "SD"}),
        ("ယနေ့မြန်မာနိုင်ငံတွင်", {"MM"}),
        ("缅甸和苏丹的战斗", {"MM", "SD"}),
        ("우크라이나에서 미국은", {"UA", "US"}),
        ("सूडान में लड़ाई", {"SD"}),
        ("বাংলাদেশের সরকার", {"BD"}),
        ("இலங்கையில்", {"LK"}),
        ("Soomaaliya iyo Itoobiya", {"SO", "ET"}),
        ("Wojska w Syrii i Sudanie", {"SY", "SD"}),
    ],
)
def test_other_languages(text, expected):
    assert countries(text) == expected
