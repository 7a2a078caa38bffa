"""Measures of the standby video: does it play, is it long enough, and does it move and sound, as platforms want it to.

TikTok Shop takes a picture that hardly moves, and a slide show, for no show at all (Still Frame, 2025-06), and others
end a room that is silent and still after some minutes: a standby picture must move and be heard.
"""

from __future__ import annotations

import numpy as np

from rigcheck.backup_state import Floats, StandbyFile
from rigcheck.measure.cadence import frozen_runs
from rigcheck.metrics import BACKUP_CONTENT, BACKUP_CONTENT_LENGTH, BACKUP_MOVING, BACKUP_VOICED
from rigcheck.model import Measurement, Metric, Reason
from rigcheck.profile import Setting
from rigcheck.samples import Sample

STILL_S = 2.0
"""So long a picture stands still, or is silent, before it counts: ffmpeg freezedetect's and silencedetect's own 2 s."""
SILENT_DBFS = -60.0
"""ffmpeg silencedetect's own noise floor."""
READINGS_A_S = 10
_UNREAD = (BACKUP_CONTENT_LENGTH, BACKUP_MOVING, BACKUP_VOICED)


def measure_standby(sample: Sample, setting: Setting, name: str) -> tuple[Measurement, ...]:
    """Every backup.content* metric: a word, s, and % of what was looked at. Without a file in the profile: not-in-profile."""
    del name
    if not isinstance(sample, StandbyFile):
        return tuple(Measurement(metric, None, Reason.NOT_IN_PROFILE) for metric in (BACKUP_CONTENT, *_UNREAD))
    if sample.outcome != "read":
        unread = (Measurement(metric, None, Reason.NONE_HERE) for metric in _UNREAD)
        return (Measurement(BACKUP_CONTENT, sample.outcome, params={"names": _file(setting)}), *unread)
    return (
        Measurement(BACKUP_CONTENT, "ok"),
        _length(sample),
        Measurement(BACKUP_MOVING, _moving_pct(sample)),
        Measurement(BACKUP_VOICED, _voiced_pct(sample.sound_dbfs)),
    )


def _file(setting: Setting) -> tuple[str, ...]:
    content = setting.profile.backup.content
    return (content.file,) if content and content.file else ()


def _length(sample: StandbyFile) -> Measurement:
    """A still picture is as long as it is shown."""
    metric: Metric = BACKUP_CONTENT_LENGTH
    if sample.seconds is None:
        return Measurement(metric, None, Reason.STILL if sample.t_s.size <= 1 else Reason.NOT_PUBLISHED)
    return Measurement(metric, sample.seconds)


def _moving_pct(sample: StandbyFile) -> float:
    if sample.t_s.size <= 1:
        return 0.0
    runs = frozen_runs(sample.t_s, sample.change, sample.same, sample.key)
    still_s = sum(run.length_s for run in runs if run.length_s >= STILL_S)
    whole_s = float(sample.t_s[-1] - sample.t_s[0])
    return 100 * max(0.0, 1 - still_s / whole_s) if whole_s > 0 else 0.0


def _voiced_pct(sound_dbfs: Floats) -> float:
    """Pauses between words are part of speech: a reading counts as heard if any within two seconds around it is."""
    if not sound_dbfs.size:
        return 0.0
    loud = np.asarray(sound_dbfs) >= SILENT_DBFS
    reach = np.ones(round(STILL_S * READINGS_A_S) + 1)
    return float(100 * np.mean(np.convolve(loud, reach, "same")[: loud.size] > 0))
