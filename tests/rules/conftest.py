"""What the rules about files of rows share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.builders.rows import reader


@pytest.fixture
def read(tmp_path: Path) -> Any:
    return reader(tmp_path)
