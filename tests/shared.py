"""The material beside the checkout: reports and gold tables that are not ours to publish."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED = Path(__file__).parents[2] / "shared"

needs_shared = pytest.mark.skipif(
    not (SHARED / "gold").is_dir(),
    reason="needs the reports and gold tables beside the checkout, in ../shared",
)
