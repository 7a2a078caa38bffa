"""PortAudio that is missing, broken or busy. The library is really loaded; its absence is staged in a child process."""

import subprocess
import sys

import pytest

from rigcheck.model import Reason
from rigcheck.sources.mic_choice import Input
from rigcheck.sources.portaudio import DEVICE_UNAVAILABLE, install_command, install_for, open_failure

LAV = Input(index=3, name="Lav: USB Audio (hw:7,0)", hostapi="ALSA", channels=1, rate_hz=48_000)
PROBE = """
import ctypes.util, sys
{stage}
from rigcheck.errors import NotSeen
from rigcheck.sources.portaudio import load_portaudio
try:
    load_portaudio()
except NotSeen as error:
    print(error.reason, sorted(error.params))
"""


def probe(stage, tmp_path, environment=None):
    command = [sys.executable, "-c", PROBE.format(stage=stage)]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=30, check=True, cwd=tmp_path
    )
    return done.stdout.strip()


def test_library_missing(tmp_path):
    hide = "ctypes.util.find_library = lambda name: None"
    assert probe(hide, tmp_path) == "not-installed ['install']"


def test_package_missing(tmp_path):
    assert probe("sys.modules['sounddevice'] = None", tmp_path) == "not-installed ['install']"


@pytest.mark.skipif(sys.platform != "linux", reason="ALSA is Linux")
@pytest.mark.svc
def test_broken_sound_configuration(tmp_path):
    broken = tmp_path / "asound.conf"
    broken.write_text("pcm.!default { type hw\n")
    found = probe("", tmp_path, {"ALSA_CONFIG_PATH": str(broken), "HOME": str(tmp_path)})
    assert found == "failed ['error']"


@pytest.mark.parametrize(
    ("names", "command"),
    [
        (["debian"], "apt install libportaudio2"),
        (["ubuntu", "debian"], "apt install libportaudio2"),
        (["fedora"], "dnf install portaudio"),
        (["rocky", "rhel", "centos", "fedora"], "dnf install portaudio"),
        (["opensuse-leap", "suse", "opensuse"], "zypper install portaudio"),
        (["manjaro", "arch"], "pacman -S portaudio"),
        (["haiku"], "apt install libportaudio2"),
    ],
)
def test_install_line_of_the_distribution(names, command):
    assert install_for(names) == command


@pytest.mark.parametrize("system", ["Windows", "Darwin"])
def test_install_line_of_other_systems(system, monkeypatch):
    monkeypatch.setattr("platform.system", lambda: system)
    assert install_command().split()[0] == {"Windows": "pip", "Darwin": "brew"}[system]


def test_busy_is_held_and_everything_else_failed():
    held = open_failure(RuntimeError("Device unavailable", DEVICE_UNAVAILABLE), LAV)
    assert (held.reason, held.params) == (Reason.HELD, {"device": LAV.name, "holder": ""})
    failed = open_failure(RuntimeError("Invalid sample rate", -9997), LAV)
    assert (failed.reason, failed.params["code"]) == (Reason.FAILED, -9997)
    assert open_failure(RuntimeError(), LAV).params["code"] == 0
