"""Why there is no value: words of the model that every part of the program may give."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """Why there is no value. Each is either *absent* (nothing to see: skip) or *blind* (not seen: unknown)."""

    # absent: the room or the evidence has none of it
    NO_HUM = "no-hum"
    NO_TONE = "no-tone"
    NO_ECHO = "no-echo"
    NO_CLAP = "no-clap"
    NO_CHART = "no-chart"
    TOO_SMALL = "too-small"
    NO_BASELINE = "no-baseline"
    OTHER_BASELINE = "other-baseline"
    NO_CLOCK = "file-has-no-clock"
    STILL = "still-picture"
    MONO = "mono"
    SPLIT = "split-layout"
    NO_SPEECH = "no-speech"
    TOO_SHORT = "too-short"
    NOT_PUBLISHED = "not-published"
    NOT_IN_PROFILE = "not-in-profile"
    NOT_IN_FILE = "not-in-file"
    NO_PLAN = "no-plan"
    NOT_THIS_WAY = "not-by-this-route"
    NOT_STREAMING = "not-streaming"
    NONE_HERE = "none-here"
    NO_SLEEP = "no-sleep"
    NO_FLICKER = "no-flicker"
    NOT_TOGETHER = "not-together"
    NEEDS_HOST = "needs-host"
    NEEDS_LIGHTS = "needs-lights"
    NEEDS_QUIET = "needs-quiet"
    NEEDS_OBS = "needs-obs"
    NEEDS_TIME = "needs-time"
    NOT_ASKED = "not-asked"
    NO_OUTAGE = "no-outage"
    PASSED_OVER = "passed-over"
    ON_AIR = "on-air"
    ON_AIR_UNKNOWN = "on-air-unknown"
    SITE_ON_AIR = "site-on-air"
    # blind: we should have seen it and did not
    TIMEOUT = "timeout"
    CRASHED = "crashed"
    STALE = "stale"
    JUNK = "junk"
    NOT_RECOGNISED = "not-recognised"
    DENIED = "denied"
    HELD = "held"
    MISSING = "missing"
    AMBIGUOUS = "ambiguous"
    UNREACHABLE = "unreachable"
    LOST = "lost"
    NO_STREAM = "no-stream"
    NO_BANDWIDTH = "no-bandwidth"
    NOT_INSTALLED = "not-installed"
    VIRTUAL = "virtual-camera"
    RECORDING = "recording"
    TOO_OLD = "too-old"
    REFUSED = "refused"
    TURN = "turn-taken"
    FAILED = "failed"
    LIVE_KEY = "live-key"
    BADLY_EXPOSED = "badly-exposed"
    UNNOTICED = "unnoticed"
    NOT_DRILLED = "not-drilled"

    @property
    def is_blind(self) -> bool:
        """True where something should have been seen and was not: the finding is UNKNOWN, not SKIP."""
        return self in _BLIND


_BLIND = frozenset(list(Reason)[list(Reason).index(Reason.TIMEOUT) :])
