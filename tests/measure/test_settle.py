import numpy as np
import pytest

from rigcheck.measure.settle import rates_kbps, settled


def trace(kbps, dt_s=0.1):
    """One count a value of `kbps`, each `dt_s` long."""
    kbps = np.asarray(kbps, float)
    return dt_s * np.arange(1, kbps.size + 1), np.round(kbps * 125 * dt_s).astype(np.int64)


def test_a_steady_line_is_settled_after_three_seconds_and_not_before():
    t_s, arrived = trace([8000] * 40)
    assert not settled(t_s[:29], arrived[:29])
    assert settled(t_s[:30], arrived[:30])


def test_a_line_that_goes_up_and_down_is_not():
    slow_waves = 8000 + 6000 * np.sin(np.arange(50) / 5)
    assert not settled(*trace(slow_waves))


def test_nothing_arriving_is_never_settled():
    assert not settled(*trace([0] * 100))
    assert not settled(np.empty(0), np.empty(0, np.int64))


def test_the_start_is_left_out():
    rates = rates_kbps(*trace([100] * 10 + [8000] * 20))
    assert rates.shape == (20,)
    assert rates == pytest.approx(8000)


def test_uneven_intervals_keep_the_rate():
    t_s = np.array([0.13, 0.2, 0.35, 0.41, 0.6, 0.75, 1.0])
    arrived = np.round(np.diff(t_s, prepend=0) * 1_000_000).astype(np.int64)
    assert rates_kbps(t_s, arrived, ramp_s=0.0) == pytest.approx(8000, rel=1e-5)


def test_too_short_has_no_rates():
    assert rates_kbps(*trace([8000] * 5)).size == 0
    assert rates_kbps(np.empty(0), np.empty(0, np.int64)).size == 0
