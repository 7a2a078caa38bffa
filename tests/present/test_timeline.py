"""The timeline of a drill: every row as wide as the screen, no loss too short to be seen, and a sound SVG file."""

from xml.etree import ElementTree as ET

import pytest
from rich.cells import cell_len
from viewer_made import black, cut, programme, silent, slate

from rigcheck.i18n import languages, load_catalogue
from rigcheck.present.timeline import timeline
from rigcheck.present.timeline_svg import timelines_svg
from rigcheck.viewer_state import DrillTrace

MARKS = {"fault": 105.0, "switch": 106.5, "restore": 115.0, "undone": 117.0}
LANGUAGES = {language: load_catalogue(language) for language in languages()}
each_language = pytest.mark.parametrize("words", LANGUAGES.values(), ids=LANGUAGES)


def held(seconds: float = 20.0) -> DrillTrace:
    viewer = slate(cut(programme(seconds), 105.1, 108.5), 108.5, 115.0)
    return DrillTrace(silent(black(viewer, 115.2, 115.8), 109.0, 112.0), MARKS)


def drawn(trace: DrillTrace, words, width: int = 79) -> list[str]:
    return ["".join(text for text, _ in line) for line in timeline(trace, "camera-lost", words, width)]


@each_language
@pytest.mark.parametrize("seconds", [20.0, 300.0])
def test_no_line_is_wider_than_the_screen_and_any_console_can_show_it(words, seconds):
    for line in drawn(held(seconds), words):
        assert cell_len(line) <= 79
        line.encode("gbk")


def test_it_says_what_viewers_had_and_when():
    lines = drawn(held(), LANGUAGES["en"])
    picture, sound = (next(line for line in lines if line.startswith(row)) for row in ("picture", "sound"))
    assert picture.split()[1] == "#" * 17 + "." * 13 + "=" * 23 + "bbb" + "#" * 14
    assert set(sound.split()[1]) == {"#", ".", "_"}
    legend = " ".join(lines[-3:])
    for told in (
        "1 0.00 s fault",
        "2 0.",
        "noticed",
        "7.00 s first good frame",
        "back for good",
        "= standby",
        "b black",
    ):
        assert told in legend
    assert "frozen" not in legend


def test_no_loss_is_too_short_to_be_seen():
    """Half a second of 20 minutes is under a tenth of a cell."""
    trace = DrillTrace(cut(programme(1200.0, fps=5), 600.0, 601.5), {"fault": 600.0, "restore": 900.0})
    assert "." in next(line for line in drawn(trace, LANGUAGES["en"]) if line.startswith("picture"))


def test_what_nobody_watched_has_no_timeline():
    assert timeline(DrillTrace(None, MARKS), "lost", LANGUAGES["en"]) == []


@each_language
def test_the_svg_is_one_sound_file_with_every_drill_in_it_and_nothing_from_elsewhere(words):
    text = timelines_svg({"<camera> & \x07co": held(), "mic-lost": held(300.0), "blind": DrillTrace(None, {})}, words)
    root = ET.fromstring(text)  # noqa: S314 - our own
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    groups = root.findall("{http://www.w3.org/2000/svg}g")
    assert len(groups) == 3
    said = "".join(root.itertext())
    assert "<camera> & ?co" in said
    assert f"0.00 s {words.text('timeline.fault')}" in said
    assert "href" not in text
    assert "script" not in text
    colours = {rect.get("fill") for rect in groups[0].iter("{http://www.w3.org/2000/svg}rect")}
    assert colours == {"#2e7d32", "#0277bd", "#b71c1c", "#212121", "#e65100"}
