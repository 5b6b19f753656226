"""The service with one role alone, on either database: `python -m tests.bench.alone SETTINGS ROLE`.

On PostgreSQL this is `mailagent serve --role ROLE`. On SQLite the command line does not offer it, as nobody
else may then do the rest; here it is asked of the very same loop, or we would do what those beside us do not.
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import uvloop

from mailagent.cli.admin import until_stopped
from mailagent.cli.console import opened, quiet


def main() -> None:
    """Until SIGTERM."""
    with opened(Path(sys.argv[1])) as house:
        quiet(logging.INFO)
        uvloop.run(until_stopped(house, (sys.argv[2],)))


if __name__ == "__main__":
    main()
