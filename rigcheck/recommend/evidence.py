"""What is known of the room when a plan is made: plain figures, None where nothing was seen."""

from __future__ import annotations

from dataclasses import dataclass

from rigcheck.encoder_state import EncoderTrials


@dataclass(frozen=True, slots=True)
class EarlierTest:
    """A stored test of the line. `at_least`: it was paced and the line kept pace, so it may carry more."""

    upload_kbps: float
    at_least: bool = False


@dataclass(frozen=True, slots=True)
class LineSeen:
    """One line. `upload_kbps`: the worst 5 % of the test's one-second windows; `is_estimate`: fewer than three of them.

    `age_min`: how old the test is; None is a test of this run. `at_least`: it was paced, and the line kept pace.
    Round trips in ms, `loss_pct` idle.
    """

    upload_kbps: float
    is_estimate: bool = False
    at_least: bool = False
    age_min: float | None = None
    earlier: tuple[EarlierTest, ...] = ()
    rtt_ms: float | None = None
    loaded_rtt_ms: float | None = None
    loss_pct: float | None = None
    shared: bool = False
    metered: bool = False


@dataclass(frozen=True, slots=True)
class CameraSeen:
    """The main camera: the whole upright picture, the part of it that is shown, frames a second, noise in 8-bit codes."""

    width_px: int
    height_px: int
    shown_width_px: int
    shown_height_px: int
    fps: float | None = None
    noise_sigma: float | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything a plan is made of besides the wish. `offset_ms`: sound late is positive."""

    main: LineSeen | None = None
    backup: LineSeen | None = None
    camera: CameraSeen | None = None
    trials: EncoderTrials | None = None
    quality: EncoderTrials | None = None  # the trials of `--trial`, at the rates of the first plan
    offset_ms: float | None = None
