"""What a computer can encode of its room's picture: which trial is the one to push with, and whether it has room to spare."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

from rigcheck.encoder_state import EncoderTrials, Trial
from rigcheck.metrics import ENCODER_CPU, ENCODER_CPU_SHARE, ENCODER_REALTIME
from rigcheck.model import Measurement, Metric, Params, Reason, Value
from rigcheck.profile import Setting
from rigcheck.push_plan import Encode, Target
from rigcheck.push_rule import PushRules

PREFERENCE = {name: rank for rank, name in enumerate(("nvenc", "qsv", "amf", "videotoolbox", "vaapi", "mf"))}
"""Hardware encoders, the preferred first; what is not in here (x264) comes after them. Our own rule: by their pictures."""
GOT = 0.75
"""Of the cores it can use, what a trial gets on a quiet computer at the least. Our own rule."""
MOST_CORES = 4
"""As many cores one encode of a show's size keeps busy. Our own rule: x264's threads wait for each other beyond."""
RULES = PushRules()
"""Those of a room that overrides none."""
Fit = Literal["enough", "busy", "slow"]


def share_of(trial: Trial, cores: int) -> float:
    """The share 0-... of all cores that encoding takes at the trial's own frame rate."""
    return trial.cpu_ms * trial.fps / 1000 / max(1, cores)


def fit_of(trial: Trial, cores: int, rules: PushRules = RULES) -> Fit:
    """Whether this encoder can serve a show on this computer: its share of the cores, and its speed, are the rules'.

    `busy`: its processor time would do, but other programs had the processor meanwhile; `slow`: it would not do on a
    quiet computer either.
    """
    if share_of(trial, cores) > rules.cores_share:
        return "slow"
    if trial.wall_fps >= rules.speed * trial.fps:
        return "enough"
    got_cores = trial.wall_fps * trial.cpu_ms / 1000
    is_software = trial.encoder not in PREFERENCE  # a hardware encoder waits for its chip, not for the processor
    return "busy" if is_software and got_cores < GOT * min(cores, MOST_CORES) else "slow"


def scaled_to(trial: Trial, width_px: int, height_px: int) -> Trial:
    """The trial as it would have gone at another size: as many times slower as there are more pixels.

    Our own rule, on the safe side: the time x264 takes grows a little more slowly than the number of pixels.
    """
    ratio = width_px * height_px / (trial.width_px * trial.height_px)
    faster = replace(trial, cpu_ms=trial.cpu_ms * ratio, wall_fps=trial.wall_fps / ratio)
    return replace(faster, width_px=width_px, height_px=height_px)


def choose(trials: Iterable[Trial], cores: int, rules: PushRules = RULES) -> Trial | None:
    """The encoder to push with among trials of one size and rate: hardware that is in time, else the slowest x264 preset.

    Trials are in the order of their presets' cost, as they were tried: costs alike are told apart by nothing else. Where
    nothing is in time, one that a quieter computer could do; else None.
    """
    tried = [*trials][::-1]
    tried.sort(key=_rank)
    for wanted in ("enough", "busy"):
        for trial in tried:
            if fit_of(trial, cores, rules) == wanted:
                return trial
    return None


def measure_encoder(sample: EncoderTrials, setting: Setting, name: str) -> tuple[Measurement, ...]:  # noqa: ARG001 - Measure
    """`encoder.realtime_x`, `encoder.cpu_ms_per_frame` and `encoder.cpu_pct` (of all cores) at the planned encode.

    Without a plan, at the show's target, of the encoder that `choose` picks; where none will do, of the cheapest. What
    was tried at a smaller size (the camera delivers no more) is scaled, and an estimate.
    """
    wanted = (setting.plan.encode if setting.plan else None) or setting.target
    trials = _at(wanted, sample.trials)
    trial = (
        _planned(wanted, trials)
        or choose(trials, sample.cores, setting.profile.recommend)
        or min(trials, key=_cost, default=None)
    )
    if trial is None:
        return tuple(Measurement(metric, None, Reason.NOT_IN_FILE) for metric in _METRICS)
    is_scaled = not any(trial is each for each in sample.trials)
    told = _told(trial, sample, setting.profile.recommend)
    values = (trial.wall_fps / trial.fps, trial.cpu_ms, 100 * share_of(trial, sample.cores))
    return tuple(
        Measurement(metric, value, estimate=is_scaled, params=told)
        for metric, value in zip(_METRICS, values, strict=True)
    )


_METRICS: tuple[Metric, ...] = (ENCODER_REALTIME, ENCODER_CPU, ENCODER_CPU_SHARE)


def _at(wanted: Encode | Target, trials: Iterable[Trial]) -> list[Trial]:
    """The trials at the wanted size and rate; else those nearest in size, scaled to it."""
    same_rate = [trial for trial in trials if trial.fps == wanted.fps and _is_sound(trial)]
    if not same_rate:
        return []
    pixels = wanted.width_px * wanted.height_px
    nearest = min((_size(trial) for trial in same_rate), key=lambda size: abs(size[0] * size[1] - pixels))
    found = [trial for trial in same_rate if _size(trial) == nearest]
    if nearest == (wanted.width_px, wanted.height_px):
        return found
    return [scaled_to(trial, wanted.width_px, wanted.height_px) for trial in found]


def _is_sound(trial: Trial) -> bool:
    return min(trial.width_px, trial.height_px, trial.fps, trial.wall_fps, trial.cpu_ms) > 0


def _planned(wanted: Encode | Target, trials: list[Trial]) -> Trial | None:
    if not isinstance(wanted, Encode):
        return None
    return next((each for each in trials if (each.encoder, each.preset) == (wanted.encoder, wanted.preset)), None)


def _rank(trial: Trial) -> int:
    return PREFERENCE.get(trial.encoder, len(PREFERENCE))


def _size(trial: Trial) -> tuple[int, int]:
    return trial.width_px, trial.height_px


def _cost(trial: Trial) -> float:
    return trial.cpu_ms


def _told(trial: Trial, sample: EncoderTrials, rules: PushRules) -> Params:
    fit = fit_of(trial, sample.cores, rules)
    facts: dict[str, Value | tuple[str, ...]] = {"encoder": trial.encoder, "preset": trial.preset, "fps": trial.fps}
    facts |= {"size": f"{trial.width_px}x{trial.height_px}", "cores": sample.cores, "load": sample.load}
    return facts if fit == "enough" else {**facts, "what": (fit,)}
