"""What meters tell of a microphone, and that they claim no more."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from rigcheck import metrics
from rigcheck.measure.mic import measure_mic
from rigcheck.model import Reason, Stage
from rigcheck.profile import Profile, Setting
from rigcheck.samples import LevelTrace

SETTING = Setting(Profile(), Stage.HOST, date(2026, 11, 21))


def trace(*rms, crest=2.0, **changes):
    """Readings 50 ms apart; each a level, or (left, right)."""
    levels = np.array([np.broadcast_to(level, 2) for level in rms], np.float32)
    made = LevelTrace(np.arange(len(rms)) * 0.05, levels, levels * np.float32(crest), muted=False)
    return replace(made, **changes)


def values(made):
    found = {item.metric.id: item for item in measure_mic(made, SETTING, "main")}
    assert set(found) == {name for name in metrics.METRICS if name.startswith("mic.")}
    return found


def test_speech_is_the_level_of_what_is_not_pause():
    found = values(trace(*[0.1] * 10, *[0.001] * 10, *[0.1] * 10))
    assert found["mic.speech_dbfs"].value == pytest.approx(-20, abs=0.01)
    assert found["mic.peak_dbfs"].value == pytest.approx(-20 + 6.02, abs=0.01)
    assert found["mic.muted"].value is False
    assert found["mic.balance_db"].value == pytest.approx(0)
    assert [found[f"mic.{name}"].estimate for name in ("speech_dbfs", "peak_dbfs", "balance_db", "muted")] == [
        True,
        True,
        True,
        False,
    ]


def test_what_takes_the_sound_itself_is_absent():
    blind = {name for name, item in values(trace(0.1, 0.1)).items() if item.reason is Reason.NOT_THIS_WAY}
    assert len(blind) == len([name for name in metrics.METRICS if name.startswith("mic.")]) - 4
    assert {"mic.loudness_lufs", "mic.true_peak_dbtp", "mic.snr_db", "mic.dropouts", "mic.clipped_ppm"} < blind


def test_balance_and_a_dead_side():
    assert values(trace(*[(0.2, 0.1)] * 4))["mic.balance_db"].value == pytest.approx(6.02, abs=0.01)
    one = values(trace(*[(0.2, 0.0)] * 4))
    assert one["mic.muted"].value is True
    assert one["mic.muted"].params["channels"] == ("2",)
    assert one["mic.balance_db"].reason is Reason.NO_SPEECH
    assert one["mic.speech_dbfs"].value == pytest.approx(-13.98, abs=0.01)


def test_layouts():
    assert values(trace(*[(0.2, 0.0)] * 4, layout="mono"))["mic.muted"].value is False
    assert values(trace(0.1, layout="mono"))["mic.balance_db"].reason is Reason.MONO
    assert values(trace(0.1, layout="split"))["mic.balance_db"].reason is Reason.SPLIT


@pytest.mark.parametrize("silent", [trace(0.1, 0.1, muted=True), trace(0.0, 0.0)], ids=["by OBS", "nothing"])
def test_silence_is_muted_and_nothing_else(silent):
    found = values(silent)
    assert found["mic.muted"].value is True
    assert {found[f"mic.{name}"].reason for name in ("speech_dbfs", "peak_dbfs", "balance_db")} == {Reason.NO_SPEECH}


def test_nonsense_is_junk_and_nothing_is_lost():
    for made, reason in ((trace(0.1, np.nan), Reason.JUNK), (trace(0.1, np.inf), Reason.JUNK)):
        assert {values(made)[f"mic.{name}"].reason for name in ("muted", "speech_dbfs")} == {reason}
    empty = np.empty((0, 2), np.float32)
    found = values(LevelTrace(np.empty(0), empty, empty, muted=False))
    assert {found[f"mic.{name}"].reason for name in ("muted", "peak_dbfs")} == {Reason.LOST}
