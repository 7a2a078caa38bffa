"""A sound card by the kernel's snd-aloop, through ALSA, PortAudio and the whole command."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from command import command, environment, finding
from lab_room import LIVE, ask, calmly, once_open, unseen, write_room
from lab_sound import Card, sound_card, write_tone

pytestmark = pytest.mark.lab


@pytest.fixture(scope="module")
def card() -> Iterator[Card]:
    with sound_card() as one:
        yield one


def listen(folder: Path, card: Card, seconds: int = 3, **changes: str) -> dict[str, Any]:
    room = write_room(folder, mic=f'{{main: {{device: "{card.name}", speak_s: {seconds}}}}}')
    return ask(folder, "mic", room, **changes)


@pytest.mark.parametrize("rate_hz", [48_000, 44_100])
@pytest.mark.parametrize("dbfs", [-20.0, -36.0])
def test_a_level_is_read_to_a_tenth_of_a_decibel(tmp_path: Path, card: Card, rate_hz: int, dbfs: float) -> None:
    """BS.1770: 997 Hz in two channels of X dBFS each is X + 3.01 LUFS; its peak is 3.01 dB over its RMS."""
    with card.playing(write_tone(tmp_path / "tone.wav", rate_hz, dbfs)):
        made = calmly(lambda: listen(tmp_path, card), "mic.true_peak_dbtp", pytest.approx(dbfs + 3.01, abs=0.2))
    assert made["measurements"]["mic.loudness_lufs"] == pytest.approx(dbfs + 3.01, abs=0.1)
    assert made["measurements"]["mic.dropouts"] == 0
    assert finding(made, "mic.muted")["status"] == "ok"


def test_a_line_without_anything_is_muted(tmp_path: Path, card: Card) -> None:
    made = listen(tmp_path, card)
    assert made["measurements"]["mic.muted"] is True
    assert made["exit_code"] == 2


def test_a_microphone_that_another_program_has_is_named(tmp_path: Path, card: Card) -> None:
    with card.held():
        made = listen(tmp_path, card)
    assert unseen(made) == "held"
    assert made["findings"][0]["message"]["params"]["holder"] == "arecord"


def test_unplugged_while_it_records_it_is_lost(tmp_path: Path, card: Card) -> None:
    """PortAudio's callback just stops: no error, no flag, and the stream says that it is active."""
    began_s = time.monotonic()
    pulled: list[float] = []
    with card.playing(write_tone(tmp_path / "tone.wav", 48_000, -20.0)):
        timer = once_open(card.node, 2.0, lambda: (pulled.append(time.monotonic()), card.unplug()))
        try:
            made = listen(tmp_path, card, seconds=20)
            ended_s = time.monotonic()
        finally:
            timer.join()
            card.plug()
    assert unseen(made) == "lost"
    assert ended_s - pulled[0] < 5, ended_s - began_s


def test_what_is_plugged_in_again_is_found_again(tmp_path: Path, card: Card) -> None:
    name = card.name
    card.unplug()
    try:
        gone = ask(tmp_path, "mic", write_room(tmp_path, mic=f'{{main: {{device: "{name}", speak_s: 2}}}}'))
    finally:
        card.plug()
    assert unseen(gone) == "missing"
    with card.playing(write_tone(tmp_path / "tone.wav", 48_000, -20.0)):
        assert finding(listen(tmp_path, card), "mic.muted")["status"] == "ok"


def test_a_list_is_never_older_than_the_question(card: Card) -> None:
    """PortAudio's own list is a snapshot of when it was loaded; one process asks before, without and after the card."""
    code = (
        "import sys\nfrom rigcheck.sources.portaudio import list_inputs\n"
        "for _ in range(3):\n"
        "    print(any(sys.argv[1] in one.name for one in list_inputs()), flush=True)\n    sys.stdin.readline()\n"
    )
    words = [sys.executable, "-c", code, card.name]
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as asker:
        assert asker.stdin is not None
        assert asker.stdout is not None
        answers = []
        for deed in (card.unplug, card.plug, lambda: None):
            answers.append(asker.stdout.readline().strip())
            deed()
            asker.stdin.write("\n")
            asker.stdin.flush()
    assert answers == ["True", "False", "True"]


def test_a_broken_configuration_of_alsa_is_said(tmp_path: Path, card: Card) -> None:
    broken = tmp_path / "asound.conf"
    broken.write_text("pcm.!default { type hw\n")
    assert unseen(listen(tmp_path, card, ALSA_CONFIG_PATH=str(broken))) == "failed"


def test_without_portaudio_the_command_that_installs_it_is_said(tmp_path: Path, card: Card) -> None:
    """The library's own file hidden behind an empty one, for this one program."""
    (library,) = [
        line.rpartition("=> ")[2]
        for line in subprocess.run(
            ["/sbin/ldconfig", "-p"], capture_output=True, text=True, check=True
        ).stdout.splitlines()
        if "libportaudio.so.2 " in line
    ]
    room = write_room(tmp_path, mic=f'{{main: {{device: "{card.name}", speak_s: 2}}}}')
    words = [
        "unshare",
        "-m",
        "sh",
        "-c",
        f'mount --bind /dev/null {library} && exec "$0" "$@"',
        *command("mic", room, *LIVE),
    ]
    done = subprocess.run(words, env=environment(tmp_path), capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 3, done.stderr
    assert '"reason.not-installed"' in done.stdout
    assert "libportaudio2" in done.stdout


def test_nothing_that_portaudio_prints_reaches_the_screen(tmp_path: Path, card: Card) -> None:
    """It writes `Expression ... failed` to descriptor 2, past everything."""
    room = write_room(tmp_path, mic=f'{{main: {{device: "{card.name}", speak_s: 2}}}}')
    with card.held():
        done = subprocess.run(
            command("mic", room, *LIVE),
            env=environment(tmp_path),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.stderr == ""
