"""python -m etl COMMAND: the command line, run in .venv where the packages are only there."""

import sys

from etl.launch import enter_environment

if __name__ == "__main__":
    enter_environment()
    from etl.command_line import main

    sys.exit(main())
