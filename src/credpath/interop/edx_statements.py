"""The free text of a prerequisites cell, cut into statements.

The scrape joined list items and links without a space ("Basic MathLinear algebra"), so a statement may begin at a
capital inside a word; words that are spelled with capitals inside are kept whole.
"""

from __future__ import annotations

import re
from itertools import pairwise

from credpath.interop.scraped_text import clean_line, said

MAX_CELL = 4_000

_CAMEL = re.compile(
    r"(?:Java|Type|Post)Script|Git(?:Hub|Lab)|(?:Linked|Array|Skip)Lists?|Hash[Mm]aps?|PyTorch|TensorFlow|TinyML|"
    r"ArcGIS|QGIS|InVEST|ChatGPT|PyCharm|NumPy|SciPy|PowerPoint|YouTube|LinkedIn|DevOps|NoSQL|PostgreSQL|MySQL|"
    r"BigQuery|OpenCV|OpenAI|WordPress|LaTeX|FinTech|[Mm]ac[Oo][Ss]|VirtualBox|CompTIA|AutoCAD|SolidWorks|BSc|MSc|"
    r"PhD|Micro(?:Masters|Bachelors)|NatCap|Delft[Xx]|Harvard[Xx]|IIMBx|IoT|IPv\d|eCars\w*|ALUs|APIs|PDFs|"
    r"[Ee]d[Xx](?:\.org)?|"
    r"McGraw|DaVinci|XSeries|Node\.js|Cilium\.io|\b[A-Z]{2,}\d[\dA-Z]*x?(?:[IVX]+\b|[\d.]*)|\bUXe\d+x[\d.]*"
)
# Between two list items: a capital, an ordinal or the usual first word of an item, straight after a letter.
_JUNCTION = re.compile(
    r"(?<=[a-zà-ÿ\)\]+#])(?=[A-ZÀ-Ý¿“\"])|(?<=[A-Z]{3})(?=[A-Z][a-z]{3})|(?<=[a-z])(?=\d(?:st|nd|rd|th)\b)|"
    r"(?<=[a-zà-ÿ\)+#][.!?])(?=[A-ZÀ-Ý¿]|(?:high|basic|introductory|secondary|undergraduate)\b)|"
    r"(?<=[a-zà-ÿ\):][:;])(?=[^\W\d_¿])|(?<=\))(?=[^\W\d_])|(?<=[.!?])(?=¿)|(?<=\w)(?=https?://)|"
    r"(?<=[a-z])(?=(?:high[ -]school|secondary school|introductory|undergraduate|basic) [a-z])|"
    r"(?<=ed\))\s(?=[A-Z])"
)
_ABBREVIATION = re.compile(r"\b(?:e\.\s?g|i\.\s?e|etc|vs|incl|approx|U\.S)\.|\b\d+\.\d+\b", re.IGNORECASE)
_LINK = re.compile(r"\(?https?://[^\s)]+\)?")
_BREAK = re.compile(
    r"[.!?]+(?:[\s\"”]+|$)|[;•\n]|\s[-–]\s|"
    r",?\s\b(?:however|but|although|though|pero|aunque)\b,?\s"
    r"(?!is\b|it\b|are\b|would\b|not\b|no\b|you\b|helpful|recommended)",
    re.IGNORECASE,
)
_AUDIENCE = re.compile(r"target audience|a quién está dirigido|who (?:is|should)\b.*\bfor", re.IGNORECASE)
_DOT = "\u2024"  # stands for a full stop that ends no sentence


def statements(cell: str) -> tuple[str, ...]:
    """The sentences and list items of a cell, each on its own, up to where it begins to speak of its audience."""
    text = _LINK.sub("\n", clean_line(said(cell[:MAX_CELL])))
    text = _separated(_ABBREVIATION.sub(lambda found: found[0].replace(".", _DOT), text))
    parts = (part.replace(_DOT, ".").strip(" ,\u00a0") for part in _BREAK.split(text))
    found: list[str] = []
    for part in parts:
        if _AUDIENCE.search(part):
            break
        if any(c.isalpha() for c in part):
            found.append(part)
    return tuple(found)


def _separated(text: str) -> str:
    kept = [found.span() for found in _CAMEL.finditer(text)]
    cuts = {f.start() for f in _JUNCTION.finditer(text) if not any(a < f.start() < b for a, b in kept)}
    cuts |= {end for _, end in kept if end < len(text) and text[end].isupper()}
    edges = [0, *sorted(cuts), len(text)]
    return "\n".join(text[a:b] for a, b in pairwise(edges))
