"""Documents to look at and to test with: a full one, a quiet one, Arabic, long names, Burmese.

Pure values, no database. Reconstructed in our own words for demonstration; outlets are invented.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
from collections.abc import Sequence

from briefings.render.document import (
    CalendarEntry,
    Claim,
    Correction,
    Coverage,
    CoverageGroup,
    DayCount,
    Document,
    Passage,
    Shutdown,
    SourceEntry,
)

DATE = dt.date(2013, 12, 24)
CUT_OFF = dt.datetime(2013, 12, 24, 5, 0, tzinfo=dt.UTC)  # 06:00 in Bangui


def source(number: int, publisher: str, title: str, **changes: object) -> SourceEntry:
    entry = SourceEntry(
        number=number,
        publisher=publisher,
        kind="international_news",
        language="en",
        is_party=False,
        title=title,
        url=f"https://source{number}.example/2013/12/23/article",
        published_at=dt.datetime(2013, 12, 23, 14, 10, tzinfo=dt.UTC),
        published_precision="minute",
        retrieved_at=dt.datetime(2013, 12, 23, 14, 32, tzinfo=dt.UTC),
        sha256=hashlib.sha256(title.encode()).hexdigest(),
        is_full_text_public=True,
    )
    return dataclasses.replace(entry, **changes)  # type: ignore[arg-type]


def passage(number: int, exact: str, prefix: str = "", suffix: str = "", language: str = "en") -> Passage:
    return Passage(
        id=f"p{number}{len(exact)}",
        source=number,
        exact=exact,
        prefix=prefix,
        suffix=suffix,
        start=len(prefix),
        end=len(prefix) + len(exact),
        language=language,
        place="page",
    )


def claim(number: int, text: str, cited: Sequence[int] = (), **changes: object) -> Claim:
    quoted = tuple(passage(n, text, "According to the report, ", " It gave no further detail.") for n in cited)
    value = Claim(
        id=f"c{number}", kind="claim", headline="", text=text, label="", mark="", passages=quoted, reports=len(cited)
    )
    return dataclasses.replace(value, **changes)  # type: ignore[arg-type]


def days(values: Sequence[int | None], incomplete: Sequence[int] = (), last: dt.date = DATE) -> tuple[DayCount, ...]:
    first = last - dt.timedelta(days=len(values) - 1)
    return tuple(
        DayCount(
            date=first + dt.timedelta(days=position),
            value=value,
            feeds_active=0 if value is None else (9 if position in incomplete else 14),
            feeds_expected=16,
            is_complete=value is not None and position not in incomplete,
        )
        for position, value in enumerate(values)
    )


SOURCES = (
    source(1, "Longitude Wire", "Protesters shot near Bangui airport as African troops guard convoy"),
    source(
        2,
        "Écho de l’Oubangui",
        "Aéroport : au moins quatre blessés lors de la manifestation de lundi",
        kind="local_media",
        language="fr",
    ),
    source(
        3,
        "Relief Ledger",
        "Bangui displacement sites: count of 22 December",
        kind="ngo",
        published_at=dt.datetime(2013, 12, 22, tzinfo=dt.UTC),
        published_precision="day",
    ),
    source(
        4,
        "Palais Info",
        "La présidence appelle au calme et annonce le cantonnement de ses forces",
        kind="government_media",
        language="fr",
        is_party=True,
    ),
    source(5, "المنصة", "القوات الأفريقية تتسلم مهامها في بانغي وسط توتر في أحياء الشمال", language="ar"),
    source(6, "Blue Desk Bulletin", "Adviser repeats warning on reprisals between communities", kind="un"),
    source(
        7,
        "Radio Pirogue",
        "Bossangoa : nuit calme à la mission, retour de tirs au nord de la ville",
        kind="local_media",
        language="fr",
    ),
)

CHANGED = (
    claim(
        1,
        "Soldiers of the African-led mission fired on a crowd outside the airport on 23 December; between one and "
        "four people were reported wounded.",
        (1, 2),
        mark="new",
        label="corroborated",
        reports=5,
        origins=2,
    ),
    claim(
        2,
        "People counted at displacement sites in Bangui rose to 214,000 on 22 December, from 189,000 on 17 December, "
        "aid agencies said.",
        (3,),
        mark="updated",
        label="single_source",
        reports=3,
        origins=1,
    ),
    claim(
        3,
        "The presidency said its fighters would be confined to three barracks from 26 December.",
        (4,),
        mark="new",
        label="claimed_by_party",
        reports=2,
        origins=1,
    ),
    claim(
        4,
        "The toll given for Bossangoa on 5 December is 30 to 45, not “more than 100” as in the edition of 20 December.",
        (7, 3),
        mark="corrected",
        label="corroborated",
        reports=4,
        origins=2,
    ),
    claim(
        5,
        "Reports of an armed group moving south from Bouca have not been repeated since 20 December.",
        (7,),
        mark="downgraded",
        label="unverified",
        reports=1,
        origins=1,
    ),
)

DEVELOPMENTS = (
    claim(
        6,
        "Several hundred people marched on the airport on Monday 23 December to demand that Chadian soldiers leave the "
        "mission. Witnesses told two outlets that soldiers guarding a convoy fired first into the air, then towards "
        "the crowd. A hospital counted four wounded; the mission confirmed one and said it was looking into who fired.",
        (1, 2, 5),
        headline="Trust in the African-led mission is breaking along the line it was sent to hold.",
        label="corroborated",
        reports=7,
        origins=3,
    ),
    claim(
        7,
        "House searches for weapons in the third and fifth arrondissements continued on 22 and 23 December. Residents "
        "said that disarmed fighters were attacked afterwards by neighbours; no count exists.",
        (2,),
        headline="Disarming one side only leaves Muslim quarters exposed.",
        label="single_source",
        reports=2,
        origins=1,
    ),
    claim(
        8,
        "In Bossangoa about 40,000 people remain in two camps, divided by faith, within a kilometre of each other. "
        "Shots were heard north of the town on the night of 22 December. The UN adviser on genocide prevention said "
        "that reprisals between communities could spread to towns without peacekeepers.",
        (6, 7),
        headline="The north-west is quieter, but the camps cannot empty.",
        label="corroborated",
        reports=6,
        origins=3,
    ),
)

ACTORS = (
    claim(
        9,
        "Reported firing on protesters on 23 December; the mission says that it is establishing the facts.",
        (1, 2),
        name="Chadian contingent of the African-led mission",
        role="State force under African Union command",
        attribution="alleged",
    ),
    claim(
        10,
        "Said to have carried out revenge killings in the fifth arrondissement after 5 December.",
        (2, 6),
        name="Anti-balaka groups",
        role="Non-state, loosely led",
        attribution="alleged",
    ),
    claim(
        11,
        "Announces confinement to barracks; commanders in the north have not commented.",
        (4,),
        name="Former Séléka units",
        role="Non-state, formerly in government",
        attribution="claimed",
    ),
)

OPTIONS = (
    claim(
        12,
        "Move the contingent accused by residents away from crowd control at the airport and pair remaining patrols "
        "with another contingent: mission command, within 72 hours.",
        (1, 6),
        headline="Change who guards the airport road.",
        kind="judgement",
        risk="A gap in the guard during the hand-over.",
    ),
    claim(
        13,
        "Post a fixed presence between the two camps in Bossangoa before the announced confinement on 26 December: "
        "French force and mission jointly.",
        (6, 7),
        headline="Hold the line between the camps.",
        kind="judgement",
        risk="Drawn from patrols on the road to Bouca.",
    ),
)


def rich(**changes: object) -> Document:
    """A full routine edition: every section filled, near its limits."""
    document = Document(
        id="CAF-2013-12-24-v1",
        situation_code="CAF",
        situation_name="Central African Republic",
        language="en",
        direction="ltr",
        date=DATE,
        kind="routine",
        sequence=1,
        version=1,
        status="published",
        tlp="CLEAR",
        time_zone="Africa/Bangui",
        period_start=CUT_OFF - dt.timedelta(days=1),
        period_end=CUT_OFF,
        issued_at=CUT_OFF + dt.timedelta(minutes=52),
        next_issue_at=CUT_OFF + dt.timedelta(days=1, minutes=60),
        prepared_by="Curator desk",
        approved_by="Editor",
        is_sample=True,
        bottom_line="Revenge attacks between communities in Bangui are outrunning the forces sent to stop them; since "
        "Monday’s shooting at the airport, part of the population treats the peacekeepers themselves as a party.",
        trend="worsening",
        level=3,
        level_since=dt.date(2013, 12, 5),
        likelihood="Further killings of civilians along communal lines in Bangui within 72 hours are very likely.",
        confidence="Confidence is moderate: three independent origins in the capital, one in the north-west, none "
        "east of Bambari.",
        what_changed=CHANGED,
        key_developments=DEVELOPMENTS,
        calendar=(
            CalendarEntry(dt.date(2013, 12, 26), "Announced start of confinement to barracks in Bangui"),
            CalendarEntry(dt.date(2013, 12, 30), "African Union peace and security council meets on the mission"),
            CalendarEntry(dt.date(2014, 1, 6), "Security Council consultations on resolution 2127"),
        ),
        days=days(
            (0, 1, 0, 2, 1, 1, 3, None, None, 9, 14, 12, 8, 7, 6, 5, 7, 4, 3, 5, 4, 6, 3, 5, 7, 6, 9, 4),
            incomplete=(12, 27),
        ),
        assessment="Civilians in mixed quarters now face attackers, reprisals and a peacekeeping force of which one "
        "contingent has lost their trust. Over 72 hours the danger lies in the third and fifth arrondissements and "
        "on the airport road. Over 30 days it moves to towns in the north-west where nobody stands between the "
        "camps. The judgement is graver than on 23 December because of the airport shooting.",
        alternative="Monday’s shooting may prove a single failure of crowd control; if the contingent is moved, "
        "anger could fall back to its level of 17 December.",
        signs=(
            "Joint patrols reported from both communities in the third arrondissement for three days running",
            "A count of fewer than 180,000 at displacement sites",
            "Markets at kilometre five open for a full week",
        ),
        local_perspective=(
            claim(
                14,
                "“We do not ask who is right. We ask who stands at the crossroads tonight”, a teacher in the fourth "
                "arrondissement told Écho de l’Oubangui.",
                (2,),
            ),
        ),
        actors=ACTORS,
        engaged=(
            claim(15, "The African-led mission took over from the regional force on 19 December.", (5,)),
            claim(16, "The UN adviser on genocide prevention repeated his warning on 22 December.", (6,)),
        ),
        options=OPTIONS,
        unknown="Nothing from Vakaga and Haute-Kotto since 17 December. No Sango-language source. Ouaka Hebdo has been "
        "silent for nine days; whether it still prints is not known. Tolls outside Bangui rest on two outlets.",
        coverage=Coverage(
            expected=16,
            seen=14,
            groups=(
                CoverageGroup("local_media", 4, 3, ("Ouaka Hebdo",), ("Ouaka",), ("Radio Pirogue",)),
                CoverageGroup("ngo", 1, 1, ()),
                CoverageGroup("advocacy", 2, 2, ()),
                CoverageGroup("un", 2, 2, ()),
                CoverageGroup("international_news", 4, 4, ()),
                CoverageGroup("think_tank", 1, 1, ()),
                CoverageGroup("scholarly", 1, 0, ("Savannah Review of Conflict Studies",)),
                CoverageGroup("government_media", 1, 1, ()),
            ),
            note="Nobody of ours goes north of Birao.",
            languages=("sg",),
            regions=("Haut-Mbomou", "Vakaga"),
            regions_of=17,
            shutdowns=(
                Shutdown("telephone", "Bossangoa", dt.date(2013, 12, 20), None, "https://operator.example/notice"),
                Shutdown(
                    "roads", "Bouca", dt.date(2013, 12, 18), dt.date(2013, 12, 23), "https://relief.example/roads"
                ),
            ),
        ),
        sources=SOURCES,
        corrections=(
            Correction(
                "CAF-2013-12-20-v1",
                "The toll for Bossangoa was given as “more than 100”. The source said “more than 100 families”.",
                dt.datetime(2013, 12, 23, 9, 0, tzinfo=dt.UTC),
            ),
        ),
    )
    return dataclasses.replace(document, **changes)  # type: ignore[arg-type]


def quiet() -> Document:
    """A quiet day: no claims, the standing judgement, coverage and dates."""
    return rich(
        id="BDI-2013-12-24-v1",
        situation_code="BDI",
        situation_name="Burundi",
        time_zone="Africa/Bujumbura",
        kind="quiet",
        bottom_line="No material change since 21 December. Arrests of opposition youth continue at the usual rate.",
        trend="unchanged",
        level=1,
        level_since=dt.date(2013, 9, 2),
        likelihood="Organised violence against civilians within 30 days is unlikely.",
        confidence="Confidence is high: eight of nine expected sources were seen.",
        what_changed=(),
        key_developments=(),
        calendar=(CalendarEntry(dt.date(2014, 1, 3), "Registration of voters opens"),),
        days=days((0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0)),
        assessment="",
        alternative="",
        signs=(),
        local_perspective=(),
        actors=(),
        engaged=(),
        options=(),
        unknown="Nothing from Cibitoke this week.",
        coverage=Coverage(
            expected=9,
            seen=8,
            groups=(
                CoverageGroup("local_media", 4, 3, ("Radio Imbo",)),
                CoverageGroup("un", 2, 2, ()),
                CoverageGroup("international_news", 3, 3, ()),
            ),
        ),
        sources=(),
        corrections=(),
    )


def arabic() -> Document:
    """The full edition in Arabic, right to left, with sources in three scripts."""
    return rich(
        id="CAF-2013-12-24-ar-v1",
        situation_name="جمهورية أفريقيا الوسطى",
        language="ar",
        direction="rtl",
        prepared_by="مكتب كيوريتور",
        approved_by="المحرر",
        bottom_line="هجمات الانتقام بين الجماعات في بانغي تسبق القوات التي أُرسلت لوقفها؛ ومنذ إطلاق النار عند المطار "
        "يوم الاثنين صار جزء من السكان يرى في قوات حفظ السلام طرفًا في النزاع.",
        likelihood="من المرجح جدًا وقوع مزيد من القتل على أساس الانتماء في بانغي خلال 72 ساعة.",
        confidence="الثقة متوسطة: ثلاثة مصادر مستقلة في العاصمة ومصدر واحد في الشمال الغربي.",
        what_changed=(
            claim(
                1,
                "أطلق جنود من البعثة الأفريقية النار على حشد قرب المطار في 23 كانون الأول/ديسمبر؛ وأفيد بإصابة ما بين "
                "شخص واحد وأربعة.",
                (1, 2),
                mark="new",
                label="corroborated",
                reports=5,
                origins=2,
            ),
            claim(
                2,
                "ارتفع عدد النازحين في مواقع بانغي إلى 214,000 في 22 كانون الأول/ديسمبر بحسب Relief Ledger.",
                (3,),
                mark="updated",
                label="single_source",
                reports=3,
                origins=1,
            ),
        ),
        key_developments=(
            claim(
                6,
                "سار مئات الأشخاص إلى المطار يوم الاثنين 23 كانون الأول/ديسمبر مطالبين برحيل الجنود التشاديين. وقال شهود "
                "لوسيلتين إعلاميتين إن الجنود أطلقوا النار في الهواء أولًا ثم باتجاه الحشد. وأحصى مستشفى أربعة جرحى.",
                (1, 2, 5),
                headline="الثقة في البعثة الأفريقية تنكسر عند الخط الذي أُرسلت لحمايته.",
                label="corroborated",
                reports=7,
                origins=3,
            ),
        ),
        calendar=(CalendarEntry(dt.date(2013, 12, 26), "البدء المعلن لتجميع المقاتلين في الثكنات"),),
        assessment="يواجه المدنيون في الأحياء المختلطة مهاجمين وأعمال انتقام وقوة فقدت إحدى وحداتها ثقتهم. خلال 72 ساعة "
        "يتركز الخطر في الدائرتين الثالثة والخامسة وعلى طريق المطار.",
        alternative="قد يكون إطلاق النار يوم الاثنين إخفاقًا منفردًا في ضبط الحشود.",
        signs=("دوريات مشتركة ثلاثة أيام متتالية في الدائرة الثالثة",),
        local_perspective=(),
        actors=(
            claim(
                9,
                "أفيد بإطلاقها النار على متظاهرين في 23 كانون الأول/ديسمبر.",
                (1, 2),
                name="الوحدة التشادية في البعثة",
                role="قوة نظامية بقيادة الاتحاد الأفريقي",
                attribution="alleged",
            ),
        ),
        engaged=(),
        options=(),
        unknown="لا شيء من فاكاغا منذ 17 كانون الأول/ديسمبر. لا مصدر بلغة السانغو.",
        corrections=(),
    )


def long_names() -> Document:
    """Long names without a place to break, many citations, a flash."""
    name = "Coordination of the Popular Front for the Renaissance of the Northern Prefectures (political-military wing)"
    return rich(
        id="DRC-EAST-2013-12-24-flash2-v3",
        situation_code="DRCEAST",
        situation_name="Democratic Republic of the Congo: North Kivu, South Kivu and Ituri",
        kind="flash",
        sequence=2,
        version=3,
        time_zone="Africa/Lubumbashi",
        key_developments=(
            claim(
                6,
                "Rwampara-Mambasa-Bunyatenge-Kanyabayonga-Nyamilima corridor closed. " * 3,
                (1, 2, 3, 4, 5, 6, 7),
                headline=f"{name} claims the road.",
                label="claimed_by_party",
                reports=17,
                origins=1,
            ),
        ),
        actors=(claim(9, "Claims control of the road.", (4,), name=name, role=name, attribution="claimed"),),
    )


def burmese() -> Document:
    """A Burmese edition: tall script, long words without spaces."""
    return rich(
        id="MMR-2013-12-24-my-v1",
        situation_code="MMR",
        situation_name="မြန်မာ",
        language="my",
        time_zone="Asia/Yangon",
        bottom_line="ရခိုင်ပြည်နယ်တွင် ကျေးရွာများအကြား တင်းမာမှု မြင့်တက်လာပြီး ဒေသခံများသည် လုံခြုံရေးတပ်ဖွဲ့များကို အားမကိုးနိုင်တော့ပါ။",
        what_changed=(claim(1, "စစ်တွေမြို့ အနီး ရွာနှစ်ရွာမှ လူ ၃၀၀ ခန့် ထွက်ပြေးခဲ့သည်ဟု ဒေသခံများက ပြောသည်။", (1,), mark="new"),),
        assessment="အရပ်သားများအတွက် အန္တရာယ် မြင့်မားနေဆဲဖြစ်သည်။",
    )
