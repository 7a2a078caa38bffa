"""Which encoder carries a shape on this computer, by what it did with the room's own picture."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, cast

from rigcheck.encoder_state import EncoderTrials, Trial
from rigcheck.measure.encoder import Fit, choose, fit_of, scaled_to
from rigcheck.push_rule import PushRules
from rigcheck.recommend.shape import Shape

EncoderName = Literal["x264", "nvenc", "qsv", "amf", "videotoolbox", "vaapi", "mf", "any"]
ASSUMED = "veryfast"
"""x264's preset where nothing was tried: OBS's own default."""
_NO_MORE_BITS = frozenset({"x264", "nvenc", "any"})
_NO_MORE_ENOUGH = frozenset({"x264", "any"})


@dataclass(frozen=True, slots=True)
class Choice:
    """An encoder for one shape. `trial` None: nothing was tried; `is_scaled`: it was tried at another size."""

    encoder: EncoderName
    preset: str
    trial: Trial | None = None
    is_scaled: bool = False
    fit: Fit = "enough"
    cores: int = 0

    def least_factor(self, rules: PushRules) -> float:
        """How many more bits it needs at least, times x264's. OBS: hardware other than NVENC 1.14."""
        return 1.0 if self.encoder in _NO_MORE_BITS else rules.hardware

    def upper_factor(self, rules: PushRules) -> float:
        """How many more bits are enough, times x264's. OBS: everything that is not x264 1.14."""
        return 1.0 if self.encoder in _NO_MORE_ENOUGH else rules.hardware


def choose_encoder(trials: EncoderTrials | None, shape: Shape, rules: PushRules) -> Choice | Trial:
    """Usable hardware first, else the slowest x264 preset within the processor's share and well above real time.

    Where nothing carries the shape, the cheapest trial that shows it.
    """
    tried = _at(shape, trials) if trials else []
    if not tried or trials is None:
        return Choice("x264", ASSUMED)
    best = choose(tried, trials.cores, rules)
    if best is None:
        return min(tried, key=lambda trial: trial.cpu_ms)
    is_scaled = not any((t.width_px, t.height_px) == (shape.width_px, shape.height_px) for t in trials.trials)
    fit = fit_of(best, trials.cores, rules)
    return Choice(cast("EncoderName", best.encoder), best.preset, best, is_scaled, fit, trials.cores)


def _at(shape: Shape, trials: EncoderTrials) -> list[Trial]:
    """Every trial as if at this shape: those of the nearest size, in proportion to the pixels; a frame costs the same."""
    sound = [t for t in trials.trials if min(t.width_px, t.height_px, t.fps, t.wall_fps, t.cpu_ms) > 0]
    gaps = [abs(trial.width_px * trial.height_px - shape.pixels) for trial in sound]
    near = [trial for trial, gap in zip(sound, gaps, strict=True) if gap == min(gaps)]
    best: dict[tuple[str, str], Trial] = {}
    for trial in near:  # of several rates, the one that was the fastest
        own = best.setdefault((trial.encoder, trial.preset), trial)
        best[trial.encoder, trial.preset] = min(own, trial, key=lambda each: each.cpu_ms)
    return [replace(scaled_to(trial, shape.width_px, shape.height_px), fps=shape.fps) for trial in best.values()]
