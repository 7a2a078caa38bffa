import pytest
from rich.cells import cell_len

from rigcheck.checks import ALL_CHECKS
from rigcheck.errors import UsageError
from rigcheck.i18n import languages, load_catalogue
from rigcheck.loading import load_limit_sources, load_limits
from rigcheck.metrics import METRICS
from rigcheck.model import OneOf
from rigcheck.present.explain import explain
from rigcheck.present.wording import value_text

EN, ZH = load_catalogue("en"), load_catalogue("zh-Hans")
LIMITS, SOURCES = load_limits(), load_limit_sources()
SUBJECTS = [*METRICS, *(check.id for check in ALL_CHECKS)]


def told(subject, words=EN):
    return explain(subject, words, LIMITS, SOURCES)


@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize("words", [load_catalogue(name) for name in languages()], ids=languages())
def test_everything_is_explained(subject, words):
    text = told(subject, words)
    assert max(map(cell_len, text.split("\n"))) <= 79
    assert text.startswith(subject)
    assert words.text("explain.is") in text
    assert words.text("explain.how") in text
    assert "{" not in text


def test_a_metric_says_where_its_limit_comes_from():
    text = told("mic.loudness_lufs")
    assert "Limit           ok -18..-13, warn -24..-10, otherwise fail" in text
    assert "GY/T 377-2023" in text
    assert "Judged by       mic.level (Mic level)" in text
    assert "Too low         Mic too quiet" in text
    assert "Too high        Mic too loud" in text


def test_a_check_says_what_it_looks_at_and_what_it_needs():
    text = told("mic.level")
    assert "Needs           the host speaking" in text
    assert "mic.loudness_lufs  loudness (LUFS)" in text
    assert "viewers see or hear it at once (tech, about 1 min)" in text


def test_limits_of_the_room_and_of_nobody():
    assert "Limit           set by the room" in told("camera.width_px")
    assert "Limit           set by the room" in told("mic.noise_dbfs")  # by its baseline
    assert "Limit           none built in" in told("light.highlights_pct")
    assert "Judged by       nothing" in told("light.flicker_hz")


def test_words_that_only_warn_are_told_apart():
    assert "ok nothing to report, warn something unusual" in told("power.condition")
    assert "Limit           ok even, warn anything else\n" in told("camera.cadence")
    many = [metric for metric, limit in LIMITS.items() if isinstance(limit.warn, OneOf) and len(limit.warn.values) > 7]
    assert many == ["camera.cadence"]  # test_pulldown.py holds its limit and its words together


def test_what_is_counted_has_its_own_word():
    assert told("mic.taps", ZH).split("\n")[0].count("个") == 1
    assert value_text(METRICS["mic.taps"], 1, ZH) == "1 个"
    assert value_text(METRICS["mic.dropouts"], 1, ZH) == "1 处"
    assert value_text(METRICS["mic.taps"], 1, EN) == "1"


@pytest.mark.parametrize(
    ("wrong", "right"),
    [("mic.loudnes", "mic.loudness_lufs"), ("light.flickr", "light.flicker"), ("mic.levle", "mic.level")],
)
def test_nearly_right_is_helped(wrong, right):
    with pytest.raises(UsageError) as raised:
        told(wrong)
    message = raised.value.message
    assert right in message.params["hint"]
    assert f"do you mean {message.params['hint'][0]}" in EN.text(message.id, message.params)


def test_wholly_wrong_gets_no_guess():
    with pytest.raises(UsageError) as raised:
        told("zzzz")
    assert EN.text(raised.value.message.id, raised.value.message.params) == "there is no metric or check zzzz"
