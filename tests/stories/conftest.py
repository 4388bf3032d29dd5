"""What stories share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from enishi.project.tests.living import Living


@pytest.fixture
def living(tmp_path: Path) -> Iterator[Living]:
    """An installation of its own, up; it may be killed."""
    one = Living(tmp_path)
    try:
        one.up()
        yield one
    finally:
        one.end()
