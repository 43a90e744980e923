"""Languages: the codes of ISO 639-1, their names, and a guess at the language of a text."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping

from credpath.errors import InvalidInput

_ISO_639_1 = (
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en "
    "eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv "
    "ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne "
    "ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st "
    "su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu"
)
CODES = frozenset(_ISO_639_1.split())

# Names as catalogues write them, folded: in English and in the language itself.
_NAMES: Mapping[str, str] = {
    "ar": "arabic العربية", "bg": "bulgarian български", "bn": "bengali বাংলা", "ca": "catalan catala valencia",
    "cs": "czech cestina", "da": "danish dansk", "de": "german deutsch", "el": "greek ελληνικα", "en": "english",
    "es": "spanish espanol castellano", "et": "estonian eesti", "eu": "basque euskara", "fa": "persian farsi فارسی",
    "fi": "finnish suomi", "fr": "french francais", "ga": "irish gaeilge", "gl": "galician galego",
    "he": "hebrew עברית", "hi": "hindi हिन्दी", "hr": "croatian hrvatski", "hu": "hungarian magyar",
    "hy": "armenian հայերեն", "id": "indonesian bahasa", "is": "icelandic islenska", "it": "italian italiano",
    "ja": "japanese 日本語", "ka": "georgian ქართული", "kk": "kazakh казак", "ko": "korean 한국어",
    "lt": "lithuanian lietuviu", "lv": "latvian latviesu", "mn": "mongolian монгол", "ms": "malay melayu",
    "mt": "maltese malti", "nb": "norwegian norsk bokmal", "nl": "dutch nederlands", "pl": "polish polski",
    "pt": "portuguese portugues", "ro": "romanian romana", "ru": "russian русскии", "sk": "slovak slovencina",
    "sl": "slovenian slovene slovenscina", "sq": "albanian shqip", "sr": "serbian српски srpski",
    "sv": "swedish svenska", "sw": "swahili kiswahili", "ta": "tamil தமிழ்", "te": "telugu తెలుగు", "th": "thai ไทย",
    "tr": "turkish turkce", "uk": "ukrainian українська", "ur": "urdu اردو", "vi": "vietnamese",
    "zh": "chinese mandarin 中文 汉语 漢語 普通话 简体中文 繁體中文",
}  # fmt: skip

# Function words; one that several languages have stands where it is the commonest, so that each gives one vote.
_FUNCTION_WORDS: Mapping[str, str] = {
    "en": "the and of for with your you to from is are this how by an introduction",
    "es": "el los las y con del una por su al esta este como introduccion curso",
    "fr": "le les des et du une pour dans aux vous votre ce cette est avec sur au",
    "pt": "os da do das dos em com uma para voce ao pelo pela nao curso sao",
    "it": "il gli di che per nel della delle un'introduzione corso sono dei alla",
    "de": "der die das und mit fur ein eine ist von zu den im auf kurs nicht",
    "nl": "het een van voor met deze zijn niet wordt",
}
_WORDS = {word: code for code, words in _FUNCTION_WORDS.items() for word in words.split()}
_SCRIPTS = {
    "HIRAGANA": "ja", "KATAKANA": "ja", "HANGUL": "ko", "CYRILLIC": "ru", "ARABIC": "ar", "GREEK": "el",
    "HEBREW": "he", "THAI": "th", "DEVANAGARI": "hi", "CJK": "zh",
}  # fmt: skip


def folded(text: str) -> str:
    """Case and accents taken off; other scripts keep their letters."""
    if text.isascii():
        return text.casefold()
    bare = (c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return unicodedata.normalize("NFC", "".join(bare))


_BY_NAME = {folded(name): code for code, names in _NAMES.items() for name in names.split()}


def language_code(text: str) -> str:
    """The ISO 639-1 code of a code ("EN", "en-US") or of a name ("Español"); "" when not known."""
    text = folded(text.strip())
    head = re.split(r"[-_\s(]", text, maxsplit=1)[0]
    if re.fullmatch(r"[a-z]{2}", head, re.ASCII):
        return head if head in CODES else ""
    # A name may carry its article or its region: "اَلْعَرَبِيَّةُ", "Chinese (Simplified)".
    return _BY_NAME.get(text) or _BY_NAME.get(head, "")


def language_codes(texts: Iterable[str], field: str = "languages") -> tuple[str, ...]:
    """The codes of several languages, each once. Raises InvalidInput naming the one that is not known."""
    found = {text: language_code(text) for text in texts}
    for text, code in found.items():
        if not code:
            fix = "the two letters of ISO 639-1, for example en"
            raise InvalidInput(f"{field} holds {text[:40]!r}, which is no language code", where=field, fix=fix)
    return tuple(dict.fromkeys(found.values()))


def detect_language(text: str, default: str = "en") -> str:
    """The likeliest language of a title or paragraph: by script first, then by function words."""
    letters = Counter(_script(c) for c in text if c.isalpha())
    foreign = letters - Counter({"": letters[""]})
    # Kana decides over the ideographs that every Japanese text also has.
    scripts = sorted(foreign, key=lambda s: (s != "ja", -foreign[s], s))
    # One ideograph says as much as several letters.
    if scripts and foreign.total() * (5 if scripts[0] in ("ja", "zh", "ko") else 3) >= letters.total():
        return scripts[0]
    votes = Counter(_WORDS.get(word, "") for word in re.findall(r"[^\W\d_]+", folded(text)))
    del votes[""]
    if not votes:
        return default
    best = max(votes.values())
    return default if votes[default] == best else min(code for code in votes if votes[code] == best)


def _script(letter: str) -> str:
    """The language that a letter's script stands for, "" for Latin."""
    if letter < "\u0250":
        return ""
    return _SCRIPTS.get(unicodedata.name(letter, "").split(" ", 1)[0], "")
