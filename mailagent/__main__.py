"""`python -m mailagent` is `mailagent`."""

from mailagent.cli import main

main()
