"""``python -m pivotal_server``: the program."""

from pivotal_server.cli import main

main()
