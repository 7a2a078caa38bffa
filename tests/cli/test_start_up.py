"""Start-up is quick because laziness is declared; this is where it is tested."""

import subprocess
import sys

import pytest
from command import environment, rigcheck

HEAVY = ("numpy", "cv2", "av", "sounddevice", "psutil", "yaml", "speedtest")


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["preflight", "--help"], ["profile", "--help"]])
def test_help_and_version_load_nothing_heavy(tmp_path, arguments: list[str]) -> None:
    script = (
        "import sys; sys.argv = ['rigcheck', *sys.argv[1:]]\n"
        "from rigcheck.__main__ import main\n"
        "code = main()\n"
        f"print('LOADED', sorted(set({HEAVY!r}) & set(sys.modules)), code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.splitlines()[-1] == "LOADED [] 0", done.stdout + done.stderr


def test_the_version_is_answered_without_typer(tmp_path) -> None:
    script = "import sys; sys.argv = ['rigcheck', '--version']\nfrom rigcheck.__main__ import main; main(); print('typer' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "False"


@pytest.mark.parametrize("arguments", [[], ["profile"]])
def test_a_command_alone_shows_its_help(tmp_path, arguments: list[str]) -> None:
    done = rigcheck(tmp_path, *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Commands:" in done.stdout
