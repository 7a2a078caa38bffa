"""A plain look at the far end: whether the viewer has a picture that lives, and sound."""

from __future__ import annotations

from rigcheck import metrics
from rigcheck.measure.outage import silences, spells
from rigcheck.model import Measurement
from rigcheck.profile import Setting
from rigcheck.viewer_state import ViewerTrace


def measure_viewer(trace: ViewerTrace, setting: Setting, name: str) -> tuple[Measurement, ...]:
    """far_end.lost_s: seconds of the look without data, black or frozen, and which; far_end.silent_s: without sound."""
    del setting, name
    lost = [spell for spell in spells(trace, from_start=True) if spell.cause != "silent"]
    causes = tuple(dict.fromkeys(spell.cause for spell in lost))
    silent_s = sum(spell.length_s for spell in silences(trace, from_start=True))
    return (
        Measurement(
            metrics.FAR_END_LOST, sum(spell.length_s for spell in lost), params={"what": causes} if causes else {}
        ),
        Measurement(metrics.FAR_END_SILENT, silent_s),
    )
