"""Phrases around a goal in six languages: wishes before it, conditions after it, and moves from one to another.

Regular expressions over normalised text; English, Spanish, French, German, Portuguese and Italian in this order.
"""

from __future__ import annotations

# Wishes, and verbs that lead into the target.
LEADS = (
    (
        r"(?:i am|i'm|im|i) (?:looking|hoping|trying|planning|aiming|training|studying|interested|keen|"
        r"thinking) (?:for|to|of|about|in|on)?(?: becoming| being| working as| working in)?"
    ),
    (
        r"i(?:'d| would| want| wish| need| hope| plan| aim|'ll| will| am going)?(?: really)?(?: like| love| "
        r"want)?(?: to)?(?= (?:be|become|work|move|switch|get|go|change|learn|study|start|do|help|teach|make|"
        r"build|transition|have|find))"
    ),
    r"(?:i )?(?:want|would like|'d like|like|love|wish|need|hope|plan|aim)(?: to)?",
    r"my (?:goal|dream|dream job|aim|target|ambition) is(?: to)?",
    r"how (?:do|can|could|to|would|should) (?:i|you|one)?(?: to)?",
    r"can i",
    r"please",
    r"help me(?: to)?",
    r"(?:be|become|becoming|get to be)(?: an?| the)?(?= )",
    r"(?:work|working|train|retrain|requalify|start|qualify)(?: again)? as(?: an?)?",
    r"work(?:ing)? (?:in|with|on|for)",
    (
        r"(?:get|find|land|have|start|looking for|want)(?: me)? (?:an? )?(?:new )?(?:job|role|career|position|"
        r"work)(?: as| in| with| at)?(?: an?)?"
    ),
    r"(?:an? )?(?:job|role|career|position|future|jobs|work)(?: as| in| with)(?: an?)?",
    (
        r"(?:move|moving|switch|switching|transition|transitioning|change|changing|get|getting|go|going|break|"
        r"breaking|pivot|upskill|reskill)(?: over)?(?: careers?)? (?:in ?to|to|into)(?: an?| the)?(?: field "
        r"of| area of| world of)?"
    ),
    r"(?:something|anything|sth)(?: to do)?(?: with| in| about| around| like)?",
    r"career (?:change|switch|goal)(?: to)?:?",
    r"(?:me )?(?:quiero|quisiera|gustar[ií]a|encantar[ií]a|deseo|busco|necesito)",
    r"(?:quiero|busco) (?:un )?(?:trabajo|empleo) (?:de|como|en)",
    (
        r"(?:ser|convertirme en|hacerme|llegar a ser|trabajar(?: de| como| en| con)?|estudiar|dedicarme a)(?: "
        r"una?)?(?= )"
    ),
    r"(?:un )?(?:trabajo|empleo|puesto) (?:de|como|en)",
    r"c[oó]mo (?:puedo )?(?=ser|llegar|trabajar|convertirme)",
    r"algo (?:con|de|en)",
    r"je (?:veux|voudrais|souhaite|cherche|aimerais|souhaiterais|d[ée]sire|r[êe]ve de|vais)(?: [àa])?",
    r"j'aimerais",
    (
        r"(?:devenir|[êe]tre|travailler (?:comme|dans|en tant que|avec|en)|me reconvertir (?:dans|en|comme)|"
        r"faire)(?: une?)?(?= )"
    ),
    r"(?:un )?(?:emploi|poste|travail|m[ée]tier) (?:de|d'|comme|dans)",
    r"comment(?= devenir)",
    r"quelque chose (?:avec|dans|de)",
    r"(?:ich )?(?:m[öo]chte|will|w[üu]rde gern(?:e)?|suche|wollte)(?: gern(?:e)?)?(?: als| eine?n?)?",
    r"(?:arbeit|arbeiten|job|stelle|beruf) (?:als|in|mit|im)",
    r"wie werde ich(?: eine?)?",
    r"(?:ich )?(?:umschulen|wechseln) (?:auf|zu|zum|zur|in)",
    r"(?:irgend)?etwas mit",
    r"als(?= )",
    r"(?:eu )?(?:quero|queria|gostaria de|desejo|procuro|pretendo)",
    r"(?:tornar-me|me tornar|virar|trabalhar (?:como|com|em|na|no))(?: uma?)?",
    r"(?:um )?(?:trabalho|emprego) (?:de|como|em|na|no)",
    r"algo com",
    r"(?:io )?(?:voglio|vorrei|desidero|cerco|mi piacerebbe)",
    r"(?:diventare|essere|lavorare (?:come|con|nel|nella|in)|fare (?:il|la|l'))(?: una?)?(?= )",
    r"(?:un )?(?:lavoro|impiego) (?:di|come|da|nel|nella)",
    r"come (?=diventare)",
    r"qualcosa con",
    r"work(?:ing)? (?:from home|remotely)(?= as| in| ?$)(?: as| in)?(?: an?)?",
    (
        r"(?:help|helping|assist|support|serve|teach|care for)(?: other)? people(?: with| by| through| using| "
        r"to)?(?= )"
    ),
)

# Only after one of the above: "study adviser" and "die maker" are titles.
AFTER_LEADS = (
    (
        r"^(?:(?:learn|study|learning|studying|do|doing|be doing)(?: more)?(?: about)?(?: how to)?|una?|une?|"
        r"el|la|le|les|los|las|il|lo|ein|eine|einen|der|die|das|uma?|being|my)\s+"
    ),
)

# Conditions, and words that add nothing.
TRAILS = (
    (
        r"without (?:an? |any |having )?(?:college |university |formal )?(?:degree|experience|diploma|"
        r"qualifications?|school|studying)\b.*"
    ),
    r"with no (?:experience|degree|background)\b.*",
    r"from scratch",
    r"(?:as a )?career change(?:r)?",
    r"(?:quickly|fast|asap|please|thanks?|thank you)",
    r"in (?:the )?(?:next )?(?:\d+|an?|one|two|three|six|twelve) (?:weeks?|months?|years?)",
    r"(?:as|for) (?:a )?(?:living|job|career)",
    r"(?:job|career|role|position)s?",
    r"at (?:the age of )?\d+",
    r"one day|some ?day|eventually",
    r"(?:working )?(?:from home|remotely)",
    r"sin (?:t[íi]tulo|experiencia|estudios)\b.*",
    r"sans (?:dipl[ôo]me|exp[ée]rience)\b.*",
    r"ohne (?:studium|ausbildung|abschluss|erfahrung)\b.*",
    r"(?:zu )?werden",
    r"(?:zu )?arbeiten",
    r"sem (?:diploma|experi[êe]ncia|curso)\b.*",
    r"senza (?:laurea|esperienza|titolo)\b.*",
)

# What is not wanted, to the end of the clause: at the start of one, or anywhere; English, French and Spanish.
WISHES = r"\b(?:i want|i would|i['’]d|je veux|quiero)\b"
CLAUSE_ENDS = r"[,.;:!?]|\b(?:but|pero|sino|mais)\b|\b(?:and|y|et)(?= (?:not|never|no|i|want|would|je|quiero)\b)"
NOTS = (
    (
        r"(?:(?:anything|everything|all) (?:but|except|other than)|(?:tout|n['’]importe quoi) sauf|"
        rf"(?:cualquier cosa|todo|lo que sea) (?:menos|excepto))\b(?:(?!{WISHES})[^.;!?])*"
    ),
    r"(?:(?:i|we) )?(?:(?:am|do|did|have|would|will) )?(?:not(?![ -]for)|never|no longer)",
    r"(?:(?:i|we) )?(?:do|did|wo|would)n['’]t",
    r"i['’]m (?:not|no longer)",
    r"(?:(?:i am|i['’]m) )?(?:so |very )?(?:tired|sick|fed up) (?:of|with)",
    r"(?:je )?n(?:e |['’])\w+ (?:pas|plus|jamais)",
    r"(?:yo )?(?:ya )?no (?:me )?(?:quiero|quisiera|deseo|gusta|gustar[ií]a|soy|s[ée])",
)
NOTS_ANYWHERE = (r"(?:instead of|rather than|(?<!why )not an?|no longer an?|plut[ôo]t que|en vez de|en lugar de)",)

# From an origin to a target; the last one, bare "A to B", only where A is no verb or wish.
MOVES = (
    r"^(?P<origin>.+?)\s*(?:->|=>|→|⇒|➔|-->)\s*(?P<target>.+)$",
    (
        r"^(?:.*?\b(?:mov\w+|switch\w*|chang\w+|transition\w*|go\w*|pivot\w*|get\w*|jump\w*|shift\w*|career "
        r"change|coming|transfer\w*)\s+(?:careers? |jobs? |away )?)?from (?:being |working (?:as|in) "
        r")?(?P<origin>.+?) (?:in ?to|to|towards?) (?:being |becoming |working (?:as|in) )?(?P<target>.+)$"
    ),
    (
        r"^(?:i am|i'm|im|currently|now|as|working as|i work as|i've been|i was|former|ex|i work in|today)(?: "
        r"currently| now| working as)?(?: an?| the)? (?P<origin>.+?)(?:,| and| but| who| looking| wanting| "
        r"hoping| trying|;|\.)+ (?:(?:i |would |'d )*(?:want|like|look|hope|wish|love|plan|aim|try|need|"
        r"trying|looking|hoping|wanting|wants)\w*)(?: for| now| to|)*(?: (?:mov\w+|switch\w*|chang\w+|"
        r"transition\w*|go\w*|pivot\w*|get\w*|jump\w*|shift\w*|career change|coming|transfer\w*))?(?: be| "
        r"become| becoming| work as| work in| in ?to| to)*(?: an?| the)? (?P<target>.+)$"
    ),
    (
        r"^(?P<origin>.+?) (?:who )?(?:want(?:s|ing)?|looking|hoping|trying|would like) to (?:be|become|work "
        r"as|work in|move into|get into|switch to|go into)(?: an?)? (?P<target>.+)$"
    ),
    (
        r"^.*\b(?:pasar|cambiar|cambiarme|moverme|transici[oó]n)\b(?: de carrera)? (?:del?|desde) (?:la |el "
        r")?(?P<origin>.+?) (?:al?|hacia|en) (?P<target>.+)$"
    ),
    (
        r"^.*\b(?:passer|[ée]voluer|reconvertir|reconversion|changer|quitter)\b(?: de| du| d'|) "
        r"?(?P<origin>.+?) (?:[àa] la |[àa] |au |aux |vers (?:la |le |les )?|pour) ?(?P<target>.+)$"
    ),
    (
        r"^.*?\bvo[nm] (?P<origin>.+?) (?:zum|zur|zu|in (?:die|den|das)|ins|in) (?P<target>.+?)(?: wechseln| "
        r"werden| umschulen)?$"
    ),
    (
        r"^.*\b(?:passar|mudar|migrar|transi[çc][ãa]o)\b (?:de|do|da) (?P<origin>.+?) (?:para|[àa]) (?:a |o "
        r")?(?P<target>.+)$"
    ),
    (
        r"^.*\b(?:passare|cambiare|spostarmi)\b (?:dal?|dalla|dallo) ?(?P<origin>.+?) (?:al?|alla|allo|verso) "
        r"(?:il |la )?(?P<target>.+)$"
    ),
    r"^d(?:e |a |['’])(?P<origin>.+?) (?:[àa]|au|vers|hacia|para) (?P<target>.+)$",
    r"^(?P<origin>[^\W\d]+(?: [^\W\d]+){0,2}) to (?P<target>[^\W\d]+(?: [^\W\d]+){0,3})$",
)

NO_ORIGIN = (
    (
        r"^(?:i|we|want|like|love|need|hope|plan|aim|how|ready|able|try|trying|looking|learn|learning|going|"
        r"go|made|assistant|aide|secretary|deputy|adviser|advisor|helper|hand|return|right|back|up|door|end|"
        r"business|peer|face|get|path|way|road|move|switch|transition|change|career)\b"
    ),
)
