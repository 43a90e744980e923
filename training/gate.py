"""Promote or hold: every criterion says its number, its threshold and what to do, and one failure holds.

Two regimes. Where impressions were logged with exploration, the off-policy lift over the champion decides: it is
unbiased, because propensities are exact. Full ranking on such a log favours the champion, since learners take what it
showed them, so there a comparison on presented credentials is told and never judged. Without impressions, or when the
lift is refused, full ranking must beat every baseline and the champion beyond its interval, advantage or not.
"""

from __future__ import annotations

from collections.abc import Mapping

from credpath.evaluation.intervals import Interval
from credpath.evaluation.offpolicy import Estimate
from training.gate_thresholds import Thresholds, load_thresholds
from training.gate_trial import Trial
from training.gate_verdict import Criterion, Verdict

__all__ = ["Criterion", "Thresholds", "Trial", "Verdict", "judge", "load_thresholds"]


def judge(trial: Trial, thresholds: Thresholds) -> Verdict:
    """Applies every rule; promotes only when all pass."""
    criteria = (
        _finite(trial),
        *_enough(trial, thresholds),
        *_offered(trial),
        *_better(trial, thresholds),
        _calibrated(trial, thresholds),
        _covers(trial, thresholds),
        _popularity(trial, thresholds),
        _fast(trial, thresholds),
        _small(trial, thresholds),
        _fair(trial, thresholds),
    )
    regime = "off-policy" if trial.judged_off_policy else "full ranking"
    return Verdict(all(c.passed for c in criteria), criteria, regime, thresholds)


def too_little(trial: Trial, thresholds: Thresholds, *lacking: Criterion) -> Verdict | None:
    """The verdict on a log that is too small or one-sided to judge by, before anything is judged; else None.

    `lacking`: what else the log lacks. Where it leaves nothing to count, it is told alone: it is why.
    """
    verdict = hold(trial, thresholds, *lacking)
    return verdict if verdict.failed else None


def hold(trial: Trial, thresholds: Thresholds, *lacking: Criterion) -> Verdict:
    """The verdict on a log of which nothing was judged."""
    enough = () if lacking and not trial.decisions else _enough(trial, thresholds)
    regime = "full ranking" if trial.negatives is None else "off-policy"
    return Verdict(False, (*enough, *lacking), regime, thresholds)


def _finite(trial: Trial) -> Criterion:
    if broken := trial.broken():
        return Criterion("finite", False, f"not finite: {', '.join(broken)}; find out what the fit was fed")
    return Criterion("finite", True, "every feature, score and figure is finite")


def _enough(trial: Trial, t: Thresholds) -> tuple[Criterion, ...]:
    return (
        _count("decisions", trial.decisions, t.least_decisions, "decisions judge", t),
        _count("learners", trial.learners, t.least_learners, "learners are behind them", t),
        _count("positives", trial.positives, t.least_positives, "of them earned a reward", t),
        _count("negatives", trial.negatives, t.least_negatives, "of them earned none", t),
        _count("credentials", trial.credentials, t.least_credentials, "different credentials were taken up", t),
        _share("outcome_share", trial.outcome_share, t.most_outcome_share, "outcome class", t),
        _share("credential_share", trial.credential_share, t.most_credential_share, "credential", t),
    )


MANY_FILTERED = 0.2  # of what was taken: so much is no longer a few special cases


def _offered(trial: Trial) -> tuple[Criterion, ...]:
    """Told and never judged: it says how far full ranking can tell rankers apart at all."""
    share = trial.filtered_share or 0.0
    if share < MANY_FILTERED:
        return ()
    what = f"{share:.0%} of what was taken next is what the filters would not have offered, so every ranker misses it"
    advice = "see whether prerequisites, languages and stacks are right and earlier awards are in the log"
    return (Criterion("offered", True, f"{what}: {advice}", judged=False),)


def _count(name: str, count: int | None, least: int, what: str, t: Thresholds) -> Criterion:
    if count is None:
        return _unmeasured(name, t, "the log holds no impressions")
    if count >= least:
        return Criterion(name, True, f"{count:,} {what}, at least {least:,}")
    return Criterion(name, False, f"{count:,} {what}, under {least:,}: wait for more outcomes")


def _share(name: str, share: float | None, most: float, what: str, t: Thresholds) -> Criterion:
    if share is None:
        return _unmeasured(name, t, "the log holds no impressions")
    return _at_most(name, f"the largest {what} has {share:.1%} of all", share, most, f"{most:.1%}",
                    "the log is one-sided; wait, or see whether outcomes of some kind are not sent")  # fmt: skip


def _unmeasured(name: str, t: Thresholds, why: str) -> Criterion:
    holds = name in t.unmeasured_holds
    return Criterion(name, not holds, f"{name} was not measured ({why})" + (": measure it" if holds else ""), False)


def _at_most(name: str, what: str, number: float, most: float, limit: str, advice: str) -> Criterion:
    if number <= most:
        return Criterion(name, True, f"{what}, at most {limit}")
    return Criterion(name, False, f"{what}, over {limit}: {advice}")


def _better(trial: Trial, t: Thresholds) -> tuple[Criterion, ...]:
    if trial.judged_off_policy:
        return (
            _lift(trial.lift, t),
            _agreement(trial.lift_snips, t),
            _baseline_lifts(trial.baseline_lifts, t),
            _not_worse("baselines", trial.baselines, trial, t),
            _not_worse("champion", _named(trial.champion), trial, t),
        )
    why = trial.lift.refused if trial.lift else "no impressions with exploration"
    told = Criterion("lift", True, f"the off-policy lift is not known ({why}), so full ranking decides", measured=False)
    missing = sorted(set(t.required_baselines) - set(trial.baselines))
    baselines = _beats("baselines", trial.baselines, trial.metric, t)
    if missing and trial.baselines:
        baselines = _unmeasured("baselines", t, f"without {', '.join(missing)}")
    return told, baselines, _beats("champion", _named(trial.champion), trial.metric, t)


def _named(champion: Interval | None) -> Mapping[str, Interval]:
    return {} if champion is None else {"champion": champion}


def _lift(lift: Estimate | None, t: Thresholds) -> Criterion:
    if lift is None or lift.low is None:
        return _unmeasured("lift", t, "refused")
    share = lift.overlap.unsupported
    where = f", with no credit for the {share:.0%} of decisions that were never explored" if share > 0.005 else ""
    what = f"off-policy, the challenger earns {lift} more a decision than the champion{where}"
    if lift.low > t.least_lift:
        return Criterion("lift", True, f"{what}; the interval lies above {t.least_lift:g}")
    advice = (
        "log more decisions or explore more" if (lift.high or 0.0) > t.least_lift else "it is worse; look at its fit"
    )
    return Criterion("lift", False, f"{what}; the interval must lie above {t.least_lift:g}: {advice}")


def _agreement(snips: Estimate | None, t: Thresholds) -> Criterion:
    if snips is None or snips.value is None:
        return _unmeasured("snips", t, snips.refused if snips else "the self-normalised lift is missing")
    what = f"the self-normalised estimate of the lift is {snips}"
    if snips.value >= t.least_lift_snips:
        return Criterion("snips", True, f"{what}, which does not contradict")
    return Criterion(
        "snips", False, f"{what}, under {t.least_lift_snips:g}: it must not contradict the doubly robust one"
    )


def _baseline_lifts(lifts: Mapping[str, Estimate], t: Thresholds) -> Criterion:
    known = {name: e for name, e in lifts.items() if e.value is not None and e.high is not None}
    if not known:
        return _unmeasured("baseline_lifts", t, "no baseline's choices were explored enough")
    name, least = min(known.items(), key=lambda pair: (pair[1].value or 0.0, pair[0]))
    what = f"off-policy, the challenger earns {least} more than the best baseline, {name}"
    worse = [n for n, e in sorted(known.items()) if e.high is not None and e.high < t.least_lift]
    if not worse:
        return Criterion("baseline_lifts", True, f"{what}; it is worse than none")
    return Criterion("baseline_lifts", False, f"{what}; it is worse than {', '.join(worse)}: look at its fit")


def _not_worse(name: str, found: Mapping[str, Interval], trial: Trial, t: Thresholds) -> Criterion:
    if not found:
        return _unmeasured(name, t, "full ranking is missing")
    other, interval = _closest(found)
    what = f"in full ranking, {trial.metric} differs by {interval} from {other}"
    if trial.presented:
        why = "not judged, because learners take what the champion shows them; the lift judges"
        return Criterion(name, True, f"{what}: {why}", judged=False)
    worse = [n for n, i in sorted(found.items()) if i.high < -t.least_ranking_gain]
    if not worse:
        return Criterion(name, True, f"{what}, not worse")
    return Criterion(name, False, f"{what}; it is worse than {', '.join(worse)} beyond doubt: look at its fit")


def _beats(name: str, found: Mapping[str, Interval], metric: str, t: Thresholds) -> Criterion:
    if not found:
        return _unmeasured(name, t, "full ranking is missing")
    other, interval = _closest(found)
    what = f"in full ranking, {metric} differs by {interval} from {other}"
    if all(i.low > t.least_ranking_gain for i in found.values()):
        return Criterion(name, True, f"{what}; the interval lies above {t.least_ranking_gain:g}")
    return Criterion(name, False, f"{what}; the interval must lie above {t.least_ranking_gain:g}: "
                     "wait for more outcomes, or improve the fit")  # fmt: skip


def _closest(found: Mapping[str, Interval]) -> tuple[str, Interval]:
    """The one that is hardest to beat."""
    return min(found.items(), key=lambda pair: (pair[1].low, pair[0]))


def _calibrated(trial: Trial, t: Thresholds) -> Criterion:
    if trial.calibration_error is None:
        return _unmeasured("calibration", t, "no probability will be shown")
    most = max(t.most_calibration_error, trial.champion_calibration_error or 0.0)
    whole = "" if trial.whole_calibration_error is None else f"{trial.whole_calibration_error:.3f}, "
    what = f"the expected calibration error is {whole}{trial.calibration_error:.3f} more than chance alone shows"
    if trial.calibration_error <= most:
        return Criterion("calibration", True, f"{what}; at most {most:.3f} more is allowed")
    return Criterion("calibration", False, f"{what}, over {most:.3f}: calibrate on the latest part")


def _covers(trial: Trial, t: Thresholds) -> Criterion:
    if trial.coverage is None:
        return _unmeasured("coverage", t, "no lists")
    kept = 1.0 if trial.champion_coverage is None else t.least_coverage_kept * trial.champion_coverage
    least = min(t.least_coverage, kept)
    what = f"the lists reach {trial.coverage:.1%} of the catalogue"
    if trial.coverage >= least:
        return Criterion("coverage", True, f"{what}, at least {least:.1%}")
    return Criterion("coverage", False, f"{what}, under {least:.1%}: it collapses to few credentials")


def _popularity(trial: Trial, t: Thresholds) -> Criterion:
    if trial.popularity_lift is None:
        return _unmeasured("popularity", t, "no lists")
    most = t.most_popularity_lift
    if trial.champion_popularity_lift is not None:
        most = max(most, trial.champion_popularity_lift + t.most_popularity_growth)
    what = f"what it recommends is {1.0 + trial.popularity_lift:.2f} times as popular as what learners take"
    return _at_most("popularity", what, trial.popularity_lift, most, f"{1.0 + most:.2f} times", "it follows the crowd")


def _fast(trial: Trial, t: Thresholds) -> Criterion:
    if trial.latency_ratio is None:
        return _unmeasured("latency", t, "no timing")
    if trial.latency_ms is not None and trial.latency_ms <= t.free_latency_ms:
        what = f"it answers in {trial.latency_ms:.1f} ms, within the {t.free_latency_ms:g} ms that are always allowed"
        return Criterion("latency", True, what)
    most = t.most_latency_ratio
    what = f"it takes {trial.latency_ratio:.2f} times as long as the champion"
    return _at_most("latency", what, trial.latency_ratio, most, f"{most:g} times", "fewer trees or candidates")


def _small(trial: Trial, t: Thresholds) -> Criterion:
    if trial.bundle_bytes is None:
        return _unmeasured("size", t, "no bundle")
    limit = f"{t.most_bundle_bytes / 1e6:.0f} MB"
    what = f"the learned part of the bundle has {trial.bundle_bytes / 1e6:.1f} MB"
    return _at_most("size", what, trial.bundle_bytes, t.most_bundle_bytes, limit, "thin the retrievers' arrays")


def _fair(trial: Trial, t: Thresholds) -> Criterion:
    if trial.group_gap is None:
        return _unmeasured("groups", t, "no groups were supplied, or all are small")
    most = t.most_group_gap
    if trial.champion_group_gap is not None:
        most = max(most, trial.champion_group_gap.value + t.most_group_gap_growth)
    what = f"the widest gap between groups is {trial.group_gap}"
    return _at_most("groups", what, trial.group_gap.low, most, f"{most:.3f} beyond doubt", "see the slices by group")
