"""Asks a goal index for titles whose occupation is known, beside character tf-idf and the best label's cosine.

With --titles FILE (`title<TAB>occupation_uri`) it asks the bundle that serves, or with --taxonomy DIR an index of
that release; without, it holds a fifth of the release's own alternative labels out, refits and asks for those.
"""

from __future__ import annotations

import hashlib
import shutil
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from credpath.cli.printing import say, table
from credpath.config import load_settings
from credpath.domain.skills import Taxonomy
from credpath.errors import InvalidInput, NotReady, Refusal
from credpath.evaluation.calibration import calibration_error
from credpath.evaluation.intervals import bootstrap_means
from credpath.evaluation.ranking import hr_at, mrr
from credpath.interop.esco import read_esco
from credpath.interop.native_taxonomy import read_native_taxonomy
from credpath.interop.onet import read_onet
from credpath.recommender.bundle import verify
from credpath.recommender.bundle_switch import current_version
from credpath.recommender.encoding import Encoder, OnnxEncoder, normalise_text
from credpath.recommender.goal_index import GoalIndex
from credpath.recommender.goal_lexicon import trigrams_of, words_of
from credpath.recommender.goal_weights import GoalWeights, default_weights
from training.encoder_export import export_encoder, is_exported
from training.goal_folds import Title, alternative_titles, deal, without

READERS = {"esco": read_esco, "onet": read_onet, "native": read_native_taxonomy}
DEEPEST = 64  # places that are looked at; beyond, a title counts as not found
CACHE_VERSION = "1"
Tell = Callable[[str], None]
Answer = Callable[[str], Sequence[int]]


def add_arguments(parser: ArgumentParser) -> None:
    """The options of `python -m training.benchmark goals`."""
    parser.add_argument("--titles", type=Path, help="UTF-8 file of title<TAB>occupation_uri; default: held-out labels")
    parser.add_argument("--taxonomy", type=Path, help="folder of a release; default: the bundle that serves")
    parser.add_argument("--format", choices=sorted(READERS), default="esco", help="of --taxonomy")
    parser.add_argument("--owner", default="public", help="whose taxonomy of the bundle is asked")
    parser.add_argument(
        "--encoder", type=Path, help="folder of an exported encoder; default: the bundle's, or a new one"
    )
    parser.add_argument(
        "--refit", action="store_true", help="fit the weights on --taxonomy instead of the shipped ones"
    )
    parser.add_argument("--share", type=float, default=0.2, help="of the alternative labels held out without --titles")
    parser.add_argument("--limit", type=int, default=0, help="ask for so many titles only, drawn by the seed; 0: all")
    parser.add_argument("--seed", type=int, default=0)


def run(chosen: Namespace, tell: Tell = lambda _: None) -> dict[str, Any]:
    """The figures as one document. Raises CredpathError."""
    started = time.perf_counter()
    encoder = open_encoder(chosen.encoder)
    refusals: list[Refusal] = []
    if chosen.titles:
        titles, refusals = read_titles(chosen.titles)
        index = _index(chosen, encoder, tell)
        titles, unknown = _known(titles, index, chosen.titles)
        refusals += unknown
    else:
        titles, index = _hold_out(chosen, encoder, tell)
    asked = [title for _, title in titles]
    if chosen.limit:
        order = np.random.default_rng(chosen.seed).permutation(len(asked))[: chosen.limit]
        asked = [asked[i] for i in sorted(order)]
    if not asked:
        raise InvalidInput(
            "there is no title to ask for", where=str(chosen.titles or chosen.taxonomy), fix="see the refusals"
        )
    tell(f"asking for {len(asked)} titles")
    document = measure(index, asked, encoder, chosen.seed)
    document |= {"refused": len(refusals), "refusals": [str(refusal) for refusal in refusals], "seed": chosen.seed}
    return document | {"seconds": round(time.perf_counter() - started, 1)}


def show(document: dict[str, Any]) -> None:
    """The figures for a person."""
    rows = []
    for name, figures in document["systems"].items():
        cells = [f"{figures[m]['value']:.4f} ({figures[m]['low']:.4f}-{figures[m]['high']:.4f})" for m in METRICS]
        rows.append([name, *cells])
    table(["", *METRICS], rows, f"{document['titles']} titles, {document['occupations']} occupations, 95 % intervals")
    speed = document["milliseconds"]
    say(f"milliseconds a query, one thread: p50 {speed['p50']:.1f}, p95 {speed['p95']:.1f}")
    say(f"expected calibration error of the first answer: {document['calibration_error']:.4f}")
    say(f"answered as close enough: {document['close_enough']:.4f}")
    if document["in_index"]:
        say(f"{document['in_index']} titles are labels of their occupation in this index: they measure nothing")
    for line in document["refusals"][:20]:
        say(f"excluded: {line}")
    if document["refused"] > 20:
        say(f"... {document['refused']} lines excluded in all; --json lists them")


METRICS = ("top_1", "top_5", "mrr")


def read_taxonomy(folder: Path, layout: str) -> Taxonomy:
    """The taxonomy of a release; its refused rows do not matter here."""
    return READERS[layout](folder).items[0]


def open_encoder(folder: Path | None) -> OnnxEncoder:
    """The given encoder, the serving bundle's, or one exported into CREDPATH_HOME; on one thread."""
    settings = load_settings()
    version = current_version(settings.models)
    for place in (folder, settings.models / version / "encoder" if version else None):
        if place is not None:
            return OnnxEncoder(place, threads=1)
    place = settings.home / "benchmark" / "encoder"
    if not is_exported(place):
        shutil.rmtree(place, ignore_errors=True)
        export_encoder(place)
    return OnnxEncoder(place, threads=1)


def read_titles(path: Path) -> tuple[list[tuple[int, Title]], list[Refusal]]:
    """(line, title) of each good line, and the bad ones. A header line `title<TAB>occupation_uri` is passed over."""
    titles: list[tuple[int, Title]] = []
    refusals: list[Refusal] = []
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InvalidInput(f"cannot be read: {error.strerror}", where=str(path), fix="give a file of titles") from error
    for number, line in enumerate(raw.removeprefix(b"\xef\xbb\xbf").splitlines(), 1):
        if not line.strip() or (number == 1 and line.strip() == b"title\toccupation_uri"):
            continue
        try:
            title, uri = (cell.strip() for cell in line.decode("utf-8").split("\t"))
        except (UnicodeDecodeError, ValueError):
            refusals.append(Refusal(path.name, number, "not two UTF-8 cells", "title, a tab, occupation_uri"))
            continue
        if not title or not uri:
            refusals.append(Refusal(path.name, number, "an empty cell", "title, a tab, occupation_uri"))
            continue
        titles.append((number, Title(uri, title)))
    return titles, refusals


def _known(
    titles: list[tuple[int, Title]], index: GoalIndex, path: Path
) -> tuple[list[tuple[int, Title]], list[Refusal]]:
    unknown = [
        Refusal(path.name, line, f"no occupation {title.occupation_uri!r} in this taxonomy")
        for line, title in titles
        if title.occupation_uri not in index.position
    ]
    return [(line, title) for line, title in titles if title.occupation_uri in index.position], unknown


def _index(chosen: Namespace, encoder: Encoder, tell: Tell) -> GoalIndex:
    if chosen.taxonomy is None:
        return _bundle_index(chosen.owner)
    tell(f"reading {chosen.taxonomy}")
    taxonomy = read_taxonomy(chosen.taxonomy, chosen.format)
    folder = load_settings().home / "benchmark" / _digest(taxonomy, encoder, chosen.refit, chosen.seed)
    if not (folder / "uris.json").is_file():
        weights = _fit(taxonomy, encoder, chosen.seed, tell) if chosen.refit else default_weights()
        tell(f"indexing {len(taxonomy.occupations)} occupations")
        aside = folder.with_name(f"{folder.name}.new")
        shutil.rmtree(aside, ignore_errors=True)
        GoalIndex.build(taxonomy, encoder, weights).save(aside)
        shutil.rmtree(folder, ignore_errors=True)
        aside.rename(folder)
    return GoalIndex.load(folder)


def _bundle_index(owner: str) -> GoalIndex:
    models = load_settings().models
    version = current_version(models)
    folder = models / version / "taxonomies" / owner / "goals" if version else None
    if version is None or folder is None or not folder.is_dir():
        raise NotReady(
            f"no bundle with a taxonomy of {owner!r}", where=str(models), fix="give --taxonomy, or build one"
        )
    verify(models / version)
    return GoalIndex.load(folder)


def _digest(taxonomy: Taxonomy, encoder: Encoder, refit: bool, seed: int) -> str:
    """Changes with anything that the index depends on."""
    weights = f"refit {seed}" if refit else repr(sorted(default_weights().fitted_on.items()))
    text = repr((CACHE_VERSION, encoder.name, weights, taxonomy))
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:24]


def _hold_out(chosen: Namespace, encoder: Encoder, tell: Tell) -> tuple[list[tuple[int, Title]], GoalIndex]:
    """Labels held out, and an index fitted and built without them."""
    if chosen.taxonomy is None:
        raise InvalidInput("holding labels out needs a release", where="--taxonomy", fix="give --taxonomy or --titles")
    if not 0.0 < chosen.share < 0.9:
        raise InvalidInput(f"share is {chosen.share}, not within 0 to 0.9", where="--share")
    tell(f"reading {chosen.taxonomy}")
    taxonomy = read_taxonomy(chosen.taxonomy, chosen.format)
    titles = alternative_titles(taxonomy)
    [shuffled] = deal(titles, 1, chosen.seed)
    held_out = shuffled[: round(chosen.share * len(shuffled))]
    rest = without(taxonomy, held_out)
    weights = _fit(rest, encoder, chosen.seed, tell)
    tell(f"indexing {len(rest.occupations)} occupations")
    return [(0, title) for title in held_out], GoalIndex.build(rest, encoder, weights)


def _fit(taxonomy: Taxonomy, encoder: Encoder, seed: int, tell: Tell) -> GoalWeights:
    from training.goal_reranker import FEWEST_OCCUPATIONS, fit_goal_weights

    if len(taxonomy.occupations) < FEWEST_OCCUPATIONS:
        tell(f"{len(taxonomy.occupations)} occupations are too few to fit on: the shipped weights rank")
        return default_weights()
    return fit_goal_weights(taxonomy, encoder, seed, tell)


@dataclass(frozen=True, slots=True)
class _Answers:
    places: NDArray[np.float64]  # 1 for the first; infinite where not found
    confidences: NDArray[np.float64]
    seconds: NDArray[np.float64]
    close: NDArray[np.bool_]


def measure(index: GoalIndex, titles: Sequence[Title], encoder: Encoder, seed: int) -> dict[str, Any]:
    """Figures of the product and of two baselines over the same titles."""
    answers = _ask(index, titles, encoder)
    truth = np.array([index.position[title.occupation_uri] for title in titles])
    letters, cosines = _baselines(index, titles, truth, encoder)
    labels = {(uri, normalise_text(label)) for uri in index.uris for label in index.occupation(uri)}
    return {
        "titles": len(titles),
        "occupations": len(index.uris),
        "in_index": sum((t.occupation_uri, normalise_text(t.text)) in labels for t in titles),
        "systems": {
            "credpath": place_metrics(answers.places, seed),
            "character tf-idf": place_metrics(letters, seed),
            "best label cosine": place_metrics(cosines, seed),
        },
        "calibration_error": calibration_error(answers.confidences, answers.places == 1),
        "close_enough": float(answers.close.mean()),
        "milliseconds": {f"p{q}": float(np.percentile(answers.seconds, q) * 1e3) for q in (50, 95)},
        "fitted_on": dict(index.weights.fitted_on),
    }


def place_metrics(places: NDArray[np.float64], seed: int) -> dict[str, dict[str, float]]:
    """`places`: 1 for a first place, infinite for not found. {metric: value, low, high}, 95 % by bootstrap."""
    columns = {"top_1": hr_at(places, 1), "top_5": hr_at(places, 5), "mrr": mrr(places)}
    return {name: interval.as_dict() for name, interval in bootstrap_means(columns, seed).items()}


def _ask(index: GoalIndex, titles: Sequence[Title], encoder: Encoder) -> _Answers:
    index.match("warm up", encoder)
    rows = []
    for title in titles:
        started = time.perf_counter()
        answer = index.match(title.text, encoder, DEEPEST)
        seconds = time.perf_counter() - started
        found = [match.occupation_uri for match in answer.matches]
        place = found.index(title.occupation_uri) + 1 if title.occupation_uri in found else np.inf
        rows.append((place, answer.matches[0].confidence, seconds, answer.close_enough))
    places, confidences, seconds_, close = (np.array(column) for column in zip(*rows, strict=True))
    return _Answers(places.astype(float), confidences, seconds_, close)


def _baselines(
    index: GoalIndex, titles: Sequence[Title], truth: NDArray[np.int64], encoder: Encoder
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Places by the best label of each occupation: trigram tf-idf, and the encoder's cosine."""
    space, everything = index.space, np.arange(len(index.space.labels))
    codes = space.vectors.take(everything)
    letters, cosines = [], []
    for title, right in zip(titles, truth, strict=True):
        spelled = space.letters.scores(list(trigrams_of(words_of(title.text))), len(space.labels))
        meant = codes @ encoder.encode([title.text])[0]
        letters.append(_place(np.maximum.reduceat(spelled, space.starts[:-1]), int(right)))
        cosines.append(_place(np.maximum.reduceat(meant, space.starts[:-1]), int(right)))
    return np.array(letters, float), np.array(cosines, float)


def _place(scores: NDArray[np.float32], right: int) -> int:
    """Ties by row: whoever comes first in URI order stands before."""
    ahead = scores > scores[right]
    return 1 + int(ahead.sum()) + int((scores[:right] == scores[right]).sum())
