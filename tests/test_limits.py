"""The built-in limits: the numbers that the contract promises, each with a source."""

import pytest

from rigcheck.loading import load_limit_sources, load_limits
from rigcheck.metrics import METRICS
from rigcheck.model import Limit, OneOf, Span

PROMISED = {
    "mic.loudness_lufs": Limit(Span(-18, -13), Span(-24, -10)),
    "mic.true_peak_dbtp": Limit(Span(None, -1), Span(None, -0.1)),
    "mic.snr_db": Limit(Span(20, None), Span(15, None)),
    "light.subject_ire": Limit(Span(45, 80), Span(35, 90)),
    "camera.fps_of_asked_pct": Limit(Span(98, 102), Span(95, 105)),
    "power.runtime_s": Limit(Span(600, None), Span(300, None)),
    "power.load_pct": Limit(Span(None, 70), Span(None, 80)),
}
WITHOUT = {"mic.noise_dbfs", "light.highlights_pct", "light.shadows_pct", "mic.hum_hz"}


@pytest.mark.parametrize("metric", PROMISED)
def test_the_contracts_limits_hold(metric: str) -> None:
    assert load_limits()[metric] == PROMISED[metric]


def test_what_is_never_judged_has_no_limit() -> None:
    assert not WITHOUT & load_limits().keys()


def test_every_limit_is_of_a_metric_and_says_where_it_comes_from() -> None:
    limits, sources = load_limits(), load_limit_sources()
    assert limits.keys() == sources.keys()
    assert limits.keys() <= METRICS.keys()
    assert all(len(source) > 30 for source in sources.values())
    assert all("because" in source for source in sources.values() if source.startswith("Our own rule"))
    assert all(limit.origin == "built-in" for limit in limits.values())


def test_flags_have_flags_and_numbers_have_ranges() -> None:
    for metric, limit in load_limits().items():
        values = limit.ok.values if isinstance(limit.ok, OneOf) else ()
        assert (METRICS[metric].unit == "flag") == any(isinstance(value, bool) for value in values), metric
        assert limit.warn is None or type(limit.warn) is type(limit.ok), metric
