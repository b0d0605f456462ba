"""What is searched, copied or read aloud from a PDF is what was written, in every script of the catalogue."""

import dataclasses
import io
import re
import shutil
import subprocess
import unicodedata

import pypdfium2
import pytest
from pypdf import PdfReader

from briefings.render import pdf
from tests.factories import documents

WRITTEN = {
    "en": "The office of first aid filed five affidavits about the final offer.",
    "fr": "Où sont passés les témoins ? L’œuvre a été finie, à Noël peut-être.",
    "ha": "Ƙungiyar ta ce ɗalibai sun koma makaranta a ƙauyen.",
    "yo": "Àwọn ọmọ ilé ẹ̀kọ́ ti padà sí ìlú wọn ní ọjọ́ Àbámẹ́ta.",
    "ru": "Жители двух сёл сообщили, что объезд через мост закрыт.",
    "uk": "Мешканці її вулиці чекають, коли з’їзд знову відкриють.",
    "ar": "قالت الأُسرة إنّ الطريق إلى المدرسة لا يزال مغلقًا منذ يوم الاثنين.",
    "fa": "خانواده‌ها می‌گویند راه مدرسه هنوز بسته است و بچه‌ها نمی‌روند.",
    "ur": "گاؤں کے لوگوں نے کہا کہ بچّے ابھی تک اسکول نہیں گئے ہیں۔",
    "ku": "خێزانەکان دەڵێن ڕێگای قوتابخانە هێشتا داخراوە.",
    "ug": "ئائىلىلەر مەكتەپ يولىنىڭ تېخىچە تاقاق ئىكەنلىكىنى ئېيتتى.",
    "he": "המשפחות אמרו שהדרך לבית הספר עדיין סגורה מאז יום שני.",
    "am": "ቤተሰቦቹ ወደ ትምህርት ቤት የሚወስደው መንገድ አሁንም ዝግ ነው ብለዋል።",
    "ti": "ስድራቤታት ናብ ቤት ትምህርቲ ዝወስድ መንገዲ ክሳብ ሕጂ ዕጹው እዩ ኢሎም።",
    "my": "မိသားစုများက ကျောင်းသို့သွားသော လမ်းကို ယနေ့တိုင် ပိတ်ထားဆဲဖြစ်ကြောင်း ပြောကြသည်။",
    "shn": "ၽွင်းငမ်းၵၼ် ၵူၼ်းတင်းလုမ်ႈ ယွၼ်ႉပိူဝ်ႈ ၶီႇၼဵၵ်းတဵၵ်းတဵင်",
    "ksw": "တၢ်ကတိၤလၢပှၤဂ့ၢ်ဝီအပူၤန့ၣ်",
    "bn": "পরিবারগুলি জানিয়েছে যে বিদ্যালয়ের পথ সোমবার থেকে এখনও বন্ধ রয়েছে।",
    "hi": "परिवारों ने बताया कि विद्यालय का रास्ता सोमवार से अब भी बंद है और कक्षाएँ नहीं लग रहीं।",
    "ne": "परिवारहरूले विद्यालय जाने बाटो अझै बन्द छ भने र्‍याली भएन।",
}
RIGHT_TO_LEFT = {"ar", "fa", "ur", "ku", "ug", "he"}


def words(text):
    """Letters, marks, digits and joiners in their order; where a line was broken is the reader's affair."""
    return re.sub(
        "[^\\w\u0300-\u036f\u0900-\u0dff\u1000-\u109f\u064b-\u0655\u200c\u200d]", "", unicodedata.normalize("NFC", text)
    )


@pytest.fixture(scope="module")
def printed():
    """An edition whose bottom line is that sentence, and whose annex lists a source with it as title; made once each."""
    made = {}

    def of(code):
        if code not in made:
            source = documents.source(1, "Longitude Wire", WRITTEN[code], language=code)
            document = dataclasses.replace(
                documents.quiet(),
                language=code,
                direction="rtl" if code in RIGHT_TO_LEFT else "ltr",
                bottom_line=WRITTEN[code],
                sources=(source,),
            )
            made[code] = pdf.render(document, paper="A4")
        return made[code]

    return of


def by_pypdf(data, code):
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)


def by_pdfium(data, code):
    """The engine of Chromium."""
    with pypdfium2.PdfDocument(data) as opened:
        return "".join(page.get_textpage().get_text_bounded() for page in opened)


def by_poppler(data, code):
    """Only its own order of lines turns right-to-left text round, only the order of the file keeps columns apart."""
    order = [] if code in RIGHT_TO_LEFT else ["-raw"]
    done = subprocess.run(["pdftotext", *order, "-", "-"], input=data, capture_output=True, check=True, timeout=60)
    return done.stdout.decode()


@pytest.mark.parametrize("reader", [by_pypdf, by_pdfium, by_poppler])
@pytest.mark.parametrize("code", WRITTEN)
def test_the_words_come_out_as_they_were_written(printed, code, reader):
    if reader is by_poppler and not shutil.which("pdftotext"):
        pytest.skip("poppler is not installed here")
    sought, read = words(WRITTEN[code]), words(reader(printed(code), code))
    if reader is by_pdfium:  # which leaves joiners out, wherever they stand
        sought, read = sought.replace("\u200c", ""), read.replace("\u200c", "")
    assert read.count(sought) == 2, read
