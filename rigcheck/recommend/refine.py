"""Refinement by trial: the best options encoded at their rates from the room's own clip, compared at display size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from rigcheck.encoder_state import Candidate, EncoderTrials
from rigcheck.recommend.option import Option
from rigcheck.recommend.shape import ladder, rounded, upper_kbps
from rigcheck.recommend.wish import Wish

TRIED = 3
"""Options compared, each at its rate and the next lower one: six trials of a 3 s clip take some ten seconds."""


def smaller_candidates(
    orientation: Literal["portrait", "landscape"], asked: Sequence[Candidate]
) -> tuple[Candidate, ...]:
    """The next smaller size than the smallest one that is asked for, at OBS's rate for it."""
    least = min((each.width_px * each.height_px for each in asked), default=0)
    shape = next((shape for shape in ladder(orientation, sixty=False) if shape.pixels < least), None)
    if shape is None:
        return ()
    return (Candidate(shape.width_px, shape.height_px, shape.fps, rounded(upper_kbps(shape))),)


def quality_candidates(fitting: tuple[Option, ...], wish: Wish) -> tuple[Candidate, ...]:
    """What to encode: the best options, each at its rate and at the next lower one that its need allows."""
    return tuple(
        Candidate(option.shape.width_px, option.shape.height_px, option.shape.fps, kbps, (option.choice.preset,))
        for option in fitting[:TRIED]
        for kbps in dict.fromkeys((option.kbps, _saved(option, wish)))
    )


def refined(
    fitting: tuple[Option, ...], quality: EncoderTrials | None, wish: Wish
) -> tuple[Option, int, dict[str, float]]:
    """The option to take, its rate, and the figures in dB that spoke: `gain` over the first, `loss` of a saving.

    Another option replaces the first only where it is visibly better, and a lower rate is taken only where nobody sees
    it. Without trials it is the first one at its own rate.
    """
    best, figures = fitting[0], dict[str, float]()
    scores = {
        option: score for option in fitting[:TRIED] if (score := _score(option, option.kbps, quality)) is not None
    }
    if best in scores and (top := max(scores, key=scores.__getitem__)) is not best:
        gain = scores[top] - scores[best]
        if gain >= wish.rules.saving_db:
            best, figures["gain"] = top, gain
    saved = _saved(best, wish)
    lower = _score(best, saved, quality)
    if saved < best.kbps and best in scores and lower is not None and scores[best] - lower < wish.rules.saving_db:
        return best, saved, {**figures, "loss": scores[best] - lower}
    return best, best.kbps, figures


def _saved(option: Option, wish: Wish) -> int:
    """The next lower rate; the option's own where that is less than it needs."""
    kbps = rounded(wish.rules.saving * option.kbps)
    return kbps if kbps >= option.least_kbps else option.kbps


def _score(option: Option, kbps: int, quality: EncoderTrials | None) -> float | None:
    """XPSNR at display size, else SSIM, in dB, of the option's own encoder at a rate."""
    shape = option.shape
    for trial in quality.trials if quality else ():
        same_size = (trial.width_px, trial.height_px, trial.fps) == (shape.width_px, shape.height_px, shape.fps)
        same_encoder = (trial.encoder, trial.preset) == (option.choice.encoder, option.choice.preset)
        if same_size and same_encoder and trial.video_kbps == kbps:
            return trial.xpsnr_db if trial.xpsnr_db is not None else trial.ssim_db
    return None
