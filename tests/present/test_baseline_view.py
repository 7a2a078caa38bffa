"""Baselines on the screen: each device's label beside its facts, or above them, and never in them."""

from datetime import UTC, datetime

import pytest
from rich.cells import cell_len

from rigcheck.baseline import Baseline, MicBaseline
from rigcheck.i18n import languages, load_catalogue
from rigcheck.present.baseline import baselines_text


@pytest.mark.parametrize("words", [load_catalogue(name) for name in languages()], ids=languages())
@pytest.mark.parametrize("role", ["main", "backup", "overhead above the goods", "x" * 100])
def test_labels_and_facts_stay_apart_and_on_the_screen(words, role):
    kept = Baseline(
        "default", datetime(2026, 11, 21, tzinfo=UTC), "r", mics={role: MicBaseline("Lav", "mono", "device")}
    )
    head, *rows = baselines_text([kept], None, words, UTC).split("\n")
    assert "default" in head
    assert max(map(cell_len, rows)) <= 79
    assert all(row.startswith("  ") for row in rows)
    assert "  Lav   mono" in rows[-1]  # without figures there is no row of figures
