"""JSON-LD as CTDL files come: full IRIs, prefixes or bare names; one object, a list, an "@graph", or several in a row.

No context is ever fetched. Names are taken by their last part, which is unambiguous within CTDL, CTDL-ASN, Open
Badges and the few schema.org terms that these files use.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from credpath.errors import InvalidInput
from credpath.interop.reading import MAX_DOCUMENT, open_input, parse_json
from credpath.interop.scraped_text import clean_paragraphs

MAX_DEPTH = 64
_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*|@none")
_REGISTRY_GRAPH = re.compile(r"(?<=/)graph(?=/ce-[0-9a-f-]+$)")


@dataclass
class Node:
    """One resource. `values` are by local name, always lists; `file` is where it was found first."""

    node_id: str
    file: Path
    types: tuple[str, ...] = ()
    values: dict[str, list[object]] = field(default_factory=dict)
    container: Node | None = None  # the resource that it is nested in

    def absorb(self, types: Sequence[str], values: Mapping[str, list[object]]) -> None:
        """Adds what another occurrence of the same resource says."""
        self.types = tuple(dict.fromkeys((*self.types, *types)))
        for key, found in values.items():
            known = self.values.setdefault(key, [])
            names = {value for value in known if isinstance(value, str)}
            for value in found:
                if value not in (names if isinstance(value, str) else known):
                    known.append(value)
                    names.update([value] if isinstance(value, str) else [])


def local_name(name: str) -> str:
    """ "name" of "https://purl.org/ctdl/terms/name", "ceterms:name", ":name" and "name"."""
    return re.split(r"[/#:]", name.rstrip("/#"))[-1]


def read_documents(path: Path) -> list[object]:
    """The JSON documents of a file: usually one; samples also hold several, one after another.

    Raises InvalidInput with the line of the first error in it.
    """
    with open_input(path) as stream:
        raw = stream.read(MAX_DOCUMENT + 1)
    if len(raw) > MAX_DOCUMENT:
        raise InvalidInput(f"{path.name} is over {MAX_DOCUMENT:,} bytes", where=path.name, fix="split it")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput("not UTF-8", where=path.name, fix="save it as UTF-8") from error
    return [parse_json(part) for part in _parts(text)]


def _parts(text: str) -> Iterator[str]:
    """The text of each document, with the lines before it kept as empty ones, so that errors name the right line."""
    decoder = json.JSONDecoder(parse_int=str, parse_float=str)
    at = 0
    while at < len(text):
        start = at + len(text[at:]) - len(text[at:].lstrip(" \t\r\n,"))
        if start == len(text):
            return
        try:
            _, end = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            end = len(text)
        yield "\n" * text.count("\n", 0, start) + text[start:end]
        at = end


class Graph:
    """All resources of one import, by id; the same id twice is one resource."""

    def __init__(self) -> None:
        self.nodes: dict[str, Node] = {}
        self._aliases: dict[str, str] = {}

    def add(self, document: object, file: Path) -> list[Node]:
        """Takes in a document; answers its resources. Raises InvalidInput when it is nested too deeply."""
        self._touched: list[Node] = []
        self._walk(document, file, {}, None, 0)
        return self._touched

    def _walk(self, value: object, file: Path, prefixes: Mapping[str, str], inside: Node | None, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise InvalidInput(f"nested deeper than {MAX_DEPTH} levels", where=file.name)
        if isinstance(value, list):
            for member in value:
                self._walk(member, file, prefixes, inside, depth + 1)
        elif isinstance(value, dict) and not _is_text(value):
            prefixes = {**prefixes, **_prefixes(value.get("@context"))}
            node = self._node(value, file, prefixes, inside)
            for key, member in value.items():
                if key != "@context":
                    self._walk(member, file, prefixes, node or inside, depth + 1)

    def _node(
        self, value: dict[str, object], file: Path, prefixes: Mapping[str, str], inside: Node | None
    ) -> Node | None:
        values: dict[str, list[object]] = {}
        for key, found in value.items():
            if not key.startswith("@") and key not in ("id", "type"):
                values.setdefault(local_name(key), []).extend(found if isinstance(found, list) else [found])
        named = value.get("@id", value.get("id"))
        types = tuple(local_name(t) for t in _listed(value.get("@type", value.get("type"))) if isinstance(t, str))
        if not values or (not types and "@graph" in value):
            return None
        node_id = expand(named, prefixes) if isinstance(named, str) and named else f"_:{len(self.nodes)}"
        value["@node"] = node_id  # so that a reference to a nested resource finds it again
        node = self.nodes.setdefault(node_id, Node(node_id, file, container=inside))
        node.absorb(types, {key: [_expanded(v, prefixes) for v in found] for key, found in values.items()})
        for key in ("ctid", "sameAs"):
            for alias in (expand(v, prefixes) for v in values.get(key, ()) if isinstance(v, str)):
                self._aliases.setdefault(alias, node_id)
        self._touched.append(node)
        return node

    def resolve(self, value: object) -> Node | None:
        """The resource that a value names or holds."""
        node_id = value.get("@node", reference(value)) if isinstance(value, dict) else reference(value)
        if not isinstance(node_id, str):
            return None
        return self.nodes.get(node_id) or self.nodes.get(self._aliases.get(node_id, ""))

    def name_of(self, value: object) -> str:
        """The name of a resource that a value names or holds, "" when none is given."""
        node = self.resolve(value)
        for key in ("name", "targetNodeName", "targetName", "competencyLabel", "competencyText", "prefLabel"):
            if node and (found := texts(node, key)):
                return found[0]
        return ""


def expand(name: str, prefixes: Mapping[str, str]) -> str:
    """An id with its declared prefix written out; the registry's graph of a resource is the resource."""
    prefix, colon, rest = name.strip().partition(":")
    if colon and prefix in prefixes and not rest.startswith("//"):
        name = prefixes[prefix] + rest
    return _REGISTRY_GRAPH.sub("resources", name.strip())


def _expanded(value: object, prefixes: Mapping[str, str]) -> object:
    if isinstance(value, str):
        return expand(value, prefixes)
    if isinstance(value, dict) and isinstance(value.get("@id", value.get("id")), str) and "@node" not in value:
        return {**value, "@id": expand(str(value.get("@id", value.get("id"))), prefixes)}
    return value


def _prefixes(context: object) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in _listed(context):
        if isinstance(part, dict):
            found |= {key: iri for key, iri in part.items() if isinstance(iri, str) and iri.endswith(("/", "#", ":"))}
    return found


def _listed(value: object) -> list[object]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _is_text(value: dict[str, object]) -> bool:
    """{"@value": ...} or a language map; {"id": "https://..."} is a reference, {"id": "Bahasa"} Indonesian text."""
    if "@value" in value:
        return True
    if not value or (isinstance(value.get("id"), str) and ":" in str(value["id"])):
        return False
    return all(_LANGUAGE_TAG.fullmatch(key) and _is_words(found) for key, found in value.items())


def _is_words(value: object) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(v, str) for v in value))


def reference(value: object) -> str:
    """The id in a value: an IRI, or an object with one; "" for anything else."""
    if isinstance(value, dict):
        value = value.get("@id", value.get("id"))
    return value.strip() if isinstance(value, str) else ""


def texts(node: Node, *keys: str) -> list[str]:
    """The words under the first of `keys` that has any, English before other languages; cleaned."""
    for key in keys:
        found = [words for value in node.values.get(key, ()) for words in words_of(value)]
        cleaned = [clean_paragraphs(words) for words in found]
        if any(cleaned):
            return [words for words in cleaned if words]
    return []


def text(node: Node, *keys: str) -> str:
    """The first of `texts`, or ""."""
    return next(iter(texts(node, *keys)), "")


def words_of(value: object) -> list[str]:
    """The words of a literal: text, a number, {"@value": ...}, or a language map (English first)."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return [str(value)]
    if not isinstance(value, dict):
        return []
    if "@value" in value:
        return words_of(value["@value"])
    if not _is_text(value):
        return []
    tag = min(value, key=lambda t: (not t.lower().startswith("en"), t))
    found = value[tag]
    return [found] if isinstance(found, str) else [words for words in _listed(found) if isinstance(words, str)]
