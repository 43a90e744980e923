"""What a goal in free words asks for: the target, and where the learner comes from.

"I want to move from marketing into data" has the target "data" and the origin "marketing". A bare title is left
exactly as it is. Tables of a few languages, no model: the same words always give the same answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from credpath.recommender.encoding import normalise_text

# What people write for a whole field; only where it is all that they ask for.
SHORT_FOR = {
    "ai": "artificial intelligence", "ml": "machine learning", "hr": "human resources", "ux": "user experience",
    "ui": "user interface", "pr": "public relations", "vr": "virtual reality", "iot": "internet of things",
    "it": "information technology", "ict": "information technology", "seo": "search engine optimisation",
    "qa": "quality assurance", "bi": "business intelligence", "k8s": "kubernetes", "infosec": "information security",
}  # fmt: skip
_EDGES = " .!?;,:\"'"
MAX_GOAL = 300  # characters that are read; beyond that a goal is an essay, and its start says what it is


@dataclass(frozen=True, slots=True)
class GoalText:
    """`target` is never empty while the text has any letter; `origin` is "" when the text names none."""

    target: str
    origin: str = ""


# Wishes, and verbs that lead into the target: en, es, fr, de, pt, it.
_LEADS = (
    r"(?:i am|i'm|im|i) (?:looking|hoping|trying|planning|aiming|training|studying|interested|keen|thinking)"
    r" (?:for|to|of|about|in|on)?(?: becoming| being| working as| working in)?",
    r"i(?:'d| would| want| wish| need| hope| plan| aim|'ll| will| am going)?(?: really)?(?: like| love| want)?(?: to)?"
    r"(?= (?:be|become|work|move|switch|get|go|change|learn|study|start|do|help|teach|make|build|transition|have|find))",
    r"(?:i )?(?:want|would like|'d like|like|love|wish|need|hope|plan|aim)(?: to)?",
    r"my (?:goal|dream|dream job|aim|target|ambition) is(?: to)?",
    r"how (?:do|can|could|to|would|should) (?:i|you|one)?(?: to)?", r"can i", r"please", r"help me(?: to)?",
    r"(?:be|become|becoming|get to be)(?: an?| the)?(?= )",
    r"(?:work|working|train|retrain|requalify|start|qualify)(?: again)? as(?: an?)?", r"work(?:ing)? (?:in|with|on|for)",
    r"(?:get|find|land|have|start|looking for|want)(?: me)? (?:an? )?(?:new )?(?:job|role|career|position|work)"
    r"(?: as| in| with| at)?(?: an?)?",
    r"(?:an? )?(?:job|role|career|position|future|jobs|work)(?: as| in| with)(?: an?)?",
    r"(?:move|moving|switch|switching|transition|transitioning|change|changing|get|getting|go|going|break|breaking|pivot|"
    r"upskill|reskill)(?: over)?(?: careers?)? (?:in ?to|to|into)(?: an?| the)?(?: field of| area of| world of)?",
    r"(?:something|anything|sth)(?: to do)?(?: with| in| about| around| like)?", r"career (?:change|switch|goal)(?: to)?:?",
    r"(?:me )?(?:quiero|quisiera|gustar[ií]a|encantar[ií]a|deseo|busco|necesito)", r"(?:quiero|busco) (?:un )?(?:trabajo|empleo) (?:de|como|en)",
    r"(?:ser|convertirme en|hacerme|llegar a ser|trabajar(?: de| como| en| con)?|estudiar|dedicarme a)(?: una?)?(?= )",
    r"(?:un )?(?:trabajo|empleo|puesto) (?:de|como|en)", r"c[oó]mo (?:puedo )?(?=ser|llegar|trabajar|convertirme)", r"algo (?:con|de|en)",
    r"je (?:veux|voudrais|souhaite|cherche|aimerais|souhaiterais|d[ée]sire|r[êe]ve de|vais)(?: [àa])?", r"j'aimerais",
    r"(?:devenir|[êe]tre|travailler (?:comme|dans|en tant que|avec|en)|me reconvertir (?:dans|en|comme)|faire)(?: une?)?(?= )",
    r"(?:un )?(?:emploi|poste|travail|m[ée]tier) (?:de|d'|comme|dans)", r"comment(?= devenir)", r"quelque chose (?:avec|dans|de)",
    r"(?:ich )?(?:m[öo]chte|will|w[üu]rde gern(?:e)?|suche|wollte)(?: gern(?:e)?)?(?: als| eine?n?)?", r"(?:arbeit|arbeiten|job|stelle|beruf) (?:als|in|mit|im)",
    r"wie werde ich(?: eine?)?", r"(?:ich )?(?:umschulen|wechseln) (?:auf|zu|zum|zur|in)", r"(?:irgend)?etwas mit", r"als(?= )",
    r"(?:eu )?(?:quero|queria|gostaria de|desejo|procuro|pretendo)", r"(?:tornar-me|me tornar|virar|trabalhar (?:como|com|em|na|no))(?: uma?)?",
    r"(?:um )?(?:trabalho|emprego) (?:de|como|em|na|no)", r"algo com",
    r"(?:io )?(?:voglio|vorrei|desidero|cerco|mi piacerebbe)", r"(?:diventare|essere|lavorare (?:come|con|nel|nella|in)|fare (?:il|la|l'))(?: una?)?(?= )",
    r"(?:un )?(?:lavoro|impiego) (?:di|come|da|nel|nella)", r"come (?=diventare)", r"qualcosa con",
    r"(?:help|helping|assist|support|serve|teach|care for)(?: other)? people(?: with| by| through| using| to)?(?= )",
)  # fmt: skip
# Leads only after one of the above: "study adviser" and "die maker" are titles.
_AFTER = re.compile(
    r"^(?:(?:learn|study|learning|studying|do|doing|be doing)(?: more)?(?: about)?(?: how to)?|una?|une?|el|la|le|les|los|las|"
    r"il|lo|ein|eine|einen|der|die|das|uma?|being|my)\s+"
)
_LEAD = re.compile(rf"^(?:{'|'.join(_LEADS)})(?=\s|$|:)[\s,:]*")
_TRAILS = (
    r"without (?:an? |any |having )?(?:college |university |formal )?(?:degree|experience|diploma|qualifications?|school|studying)\b.*",
    r"with no (?:experience|degree|background)\b.*", r"from scratch", r"(?:as a )?career change(?:r)?", r"(?:quickly|fast|asap|please|thanks?|thank you)",
    r"in (?:the )?(?:next )?(?:\d+|an?|one|two|three|six|twelve) (?:weeks?|months?|years?)", r"(?:as|for) (?:a )?(?:living|job|career)",
    r"(?:job|career|role|position)s?", r"at (?:the age of )?\d+", r"one day|some ?day|eventually",
    r"sin (?:t[íi]tulo|experiencia|estudios)\b.*", r"sans (?:dipl[ôo]me|exp[ée]rience)\b.*", r"ohne (?:studium|ausbildung|abschluss|erfahrung)\b.*",
    r"(?:zu )?werden", r"(?:zu )?arbeiten", r"sem (?:diploma|experi[êe]ncia|curso)\b.*", r"senza (?:laurea|esperienza|titolo)\b.*",
)  # fmt: skip
_TRAIL = re.compile(rf"\s+(?:{'|'.join(_TRAILS)})[\s.!?]*$")
_ARTICLE = re.compile(r"^(?:an?|the|some|l')\s+")
_GO = r"(?:mov\w+|switch\w*|chang\w+|transition\w*|go\w*|pivot\w*|get\w*|jump\w*|shift\w*|career change|coming|transfer\w*)"
_MOVES = tuple(re.compile(pattern) for pattern in (
    r"^(?P<origin>.+?)\s*(?:->|=>|→|⇒|➔|-->)\s*(?P<target>.+)$",
    rf"^(?:.*?\b{_GO}\s+(?:careers? |jobs? |away )?)?from (?:being |working (?:as|in) )?(?P<origin>.+?) (?:in ?to|to|towards?)"
    r" (?:being |becoming |working (?:as|in) )?(?P<target>.+)$",
    r"^(?:i am|i'm|im|currently|now|as|working as|i work as|i've been|i was|former|ex|i work in|today)(?: currently| now| working as)?"
    r"(?: an?| the)? (?P<origin>.+?)(?:,| and| but| who| looking| wanting| hoping| trying|;|\.)+ (?:(?:i |would |'d )*(?:want|like|look|hope|wish|"
    r"love|plan|aim|try|need|trying|looking|hoping|wanting|wants)\w*)(?: for| now| to|)*"
    rf"(?: {_GO})?(?: be| become| becoming| work as| work in| in ?to| to)*(?: an?| the)? (?P<target>.+)$",
    r"^(?P<origin>.+?) (?:who )?(?:want(?:s|ing)?|looking|hoping|trying|would like) to (?:be|become|work as|work in|move into|get into|"
    r"switch to|go into)(?: an?)? (?P<target>.+)$",
    r"^.*\b(?:pasar|cambiar|cambiarme|moverme|transici[oó]n)\b(?: de carrera)? (?:del?|desde) (?:la |el )?(?P<origin>.+?) (?:al?|hacia|en) (?P<target>.+)$",
    r"^.*\b(?:passer|[ée]voluer|reconvertir|reconversion|changer|quitter)\b(?: de| du| d'|) ?(?P<origin>.+?) (?:[àa] la |[àa] |au |aux |vers (?:la |le |les )?|pour)"
    r" ?(?P<target>.+)$",
    r"^.*?\bvo[nm] (?P<origin>.+?) (?:zum|zur|zu|in (?:die|den|das)|ins|in) (?P<target>.+?)(?: wechseln| werden| umschulen)?$",
    r"^.*\b(?:passar|mudar|migrar|transi[çc][ãa]o)\b (?:de|do|da) (?P<origin>.+?) (?:para|[àa]) (?:a |o )?(?P<target>.+)$",
    r"^.*\b(?:passare|cambiare|spostarmi)\b (?:dal?|dalla|dallo) ?(?P<origin>.+?) (?:al?|alla|allo|verso) (?:il |la )?(?P<target>.+)$",
    r"^(?P<origin>[^\W\d]+(?: [^\W\d]+){0,2}) to (?P<target>[^\W\d]+(?: [^\W\d]+){0,3})$",
))  # fmt: skip
# "A to B" names a move only when A is no verb or wish.
_NO_ORIGIN = re.compile(
    r"^(?:i|we|want|like|love|need|hope|plan|aim|how|ready|able|try|trying|looking|learn|learning|going|go|made|"
    r"assistant|aide|secretary|deputy|adviser|advisor|helper|hand|return|right|back|up|"
    r"door|end|business|peer|face|get|path|way|road|move|switch|transition|change|career)\b"
)


def parse_goal(text: str) -> GoalText:
    """Splits and strips. Idempotent on bare titles; a text of filler only comes back whole."""
    folded = normalise_text(text[: MAX_GOAL * 4])[:MAX_GOAL].strip(_EDGES)
    for move in _MOVES:
        found = move.match(folded)
        if found and not (move is _MOVES[-1] and _NO_ORIGIN.match(folded)):
            target, origin = strip_filler(found["target"]), strip_filler(found["origin"])
            if target:
                return GoalText(SHORT_FOR.get(target, target), origin)
    target = strip_filler(folded) or folded
    return GoalText(SHORT_FOR.get(target, target))


def strip_filler(text: str) -> str:
    """Without wishes before and conditions after the words that name the work; "" when nothing is left."""
    left, led = text.strip(_EDGES), False
    while True:
        shorter = _LEAD.sub("", left, count=1)
        led = led or shorter != left
        shorter = _ARTICLE.sub("", _AFTER.sub("", shorter, count=1) if led else shorter, count=1)
        shorter = _TRAIL.sub("", shorter, count=1).strip(_EDGES)
        if shorter == left or not shorter:
            return left if _LEAD.sub("", left + " ").strip() else ""
        left = shorter
