"""`python -m playground` is `playground`."""

from playground.ui.cli.main import main

main()
