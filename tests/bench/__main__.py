"""`make bench`: what we measure ourselves against, here and now. `python -m tests.bench [what …]`.

Whoever is compared takes turns with us, so that an hour in which the machine is slow is slow for all; only
the ratios of one run mean something. It ends with a table of bars. A bar that is not met is no failure; a
mail that is lost is.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.bench import accept, answering, letters, reading, rules, sweep, whole
from tests.bench.bars import Bar, table

MEASURES: dict[str, Callable[[Path], list[Bar]]] = {
    "accept": accept.bars,
    "reading": reading.bars,
    "letters": letters.bars,
    "whole": whole.bars,
    "answering": answering.bars,
    "sweep": sweep.bars,
    "rules": rules.bars,
}


def main() -> None:
    """What was asked for, or everything."""
    wanted = sys.argv[1:] or list(MEASURES)
    if strange := [name for name in wanted if name not in MEASURES]:
        raise SystemExit(f"{strange[0]} is nothing we measure; there are {', '.join(MEASURES)}")
    home = Path("var")
    home.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="bench", dir=home)).resolve()
    folder.chmod(0o755)  # Postfix and PostgreSQL run as users of their own
    bars: list[Bar] = []
    try:
        for name in wanted:
            place = folder / name
            place.mkdir()
            bars += MEASURES[name](place)
    finally:
        shutil.rmtree(folder)
    if bars:
        print("\n" + table(bars))


if __name__ == "__main__":
    main()
