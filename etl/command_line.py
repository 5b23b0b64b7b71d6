"""The command line of the pipeline: python -m etl COMMAND --help."""

from __future__ import annotations

import argparse
import importlib
import sys
from datetime import date
from pathlib import Path
from types import ModuleType

from etl import commands, pulling, readme
from etl.console import complain, now, say
from etl.contracts import InputError, ObservatoryError
from etl.status import status_lines
from etl.switches import is_online


def parser() -> argparse.ArgumentParser:
    """Return the argument parser of every command."""
    top = argparse.ArgumentParser(prog="python -m etl", description=__doc__)
    sub = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    add = sub.add_parser("import", help="land local files: --as SOURCE, or --mapping FILE.toml")
    add.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="files or folders")
    add.add_argument(
        "--as", dest="source", metavar="SOURCE", help="the source whose shape they have"
    )
    add.add_argument("--mapping", type=Path, metavar="FILE.toml", help="see docs/import.md")
    add.add_argument("--captured-at", metavar="TIME", help="else the date in the file's name")
    add.add_argument(
        "--dry-run", action="store_true", help="show what would be mapped and rejected"
    )

    add = sub.add_parser("build", help="raw data → the next edition")
    add.add_argument(
        "--retrain",
        type=Path,
        metavar="FILE",
        help="train the models anew, with hand-labelled listings (docs/classify.md)",
    )
    _published_on(add)

    add = sub.add_parser("run", help="pull, then build")
    add.add_argument("--if-online", action="store_true", help="without a network say so and leave")
    _published_on(add)

    sub.add_parser("pull", help="land what is new at the live sources").add_argument(
        "sources", nargs="*", metavar="SOURCE", help="all that are live, unless named"
    )

    add = sub.add_parser("backfill", help="land the history of a source that has one")
    add.add_argument("source", metavar="SOURCE", help="freelancer, hn or commoncrawl")
    add.add_argument("--since", type=_month, required=True, metavar="YYYY-MM", help="first month")
    add.add_argument(
        "--per-month", type=_count, metavar="N", help="listings, or pages, sampled per month"
    )

    add = sub.add_parser("edition", help="build the shipped edition from a folder of dated files")
    add.add_argument("--from", dest="folder", type=Path, required=True, metavar="FOLDER")
    add.add_argument(
        "--hand-labels",
        type=Path,
        metavar="FILE",
        help="hand-labelled listings; gold/dev.jsonl beside FOLDER without it",
    )
    _published_on(add)

    add = sub.add_parser("parse", help="normalise one payload to NDJSON; rejects on stderr")
    add.add_argument("source", metavar="SOURCE", help="whose shape it has")
    add.add_argument("file", type=Path, metavar="FILE", help="a payload, or a recording of several")
    add.add_argument("--captured-at", metavar="TIME", help="else the date in the file's name")

    sub.add_parser("classify", help="label listings: NDJSON of id, title, text, side").add_argument(
        "file", type=Path, metavar="FILE", help="- for standard input"
    )

    add = sub.add_parser("export", help="the edition's numbers as CSV on stdout")
    add.add_argument("--metric", metavar="ID", help="one metric; all without it")

    sub.add_parser("readme", help="rewrite the generated tables of README.md")
    sub.add_parser("status", help="sources: freshness, last error, what to do")
    sub.add_parser("verify", help="re-check hashes, keys and identities")
    return top


def _month(text: str) -> date:
    try:
        return date.fromisoformat(text if len(text) > 7 else f"{text}-01").replace(day=1)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no month, as 2018-01") from error


def _count(text: str) -> int:
    if not (text.isdecimal() and 0 < int(text) <= 10_000):
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to 10,000")
    return int(text)


def _published_on(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--published-on",
        type=date.fromisoformat,
        metavar="YYYY-MM-DD",
        help="day of publication; today without it",
    )


def _release() -> ModuleType:
    """Return the module that builds editions; its scikit-learn takes a second to load."""
    return importlib.import_module("etl.release")


def run(arguments: argparse.Namespace) -> int:
    """Carry out one command and return its exit code."""
    today = now().date()
    published_on = getattr(arguments, "published_on", None) or today
    match arguments.command:
        case "import":
            return commands.import_files(
                arguments.paths,
                arguments.source,
                arguments.mapping,
                captured_at=arguments.captured_at,
                dry_run=arguments.dry_run,
                landed_at=now(),
            )
        case "build":
            return _release().build(published_on, hand_labels=arguments.retrain)
        case "run":
            if arguments.if_online and not is_online():
                return 0
            pulled = pulling.pull([], now())
            return max(pulled, _release().build(published_on))
        case "pull":
            return pulling.pull(arguments.sources, now())
        case "backfill":
            return pulling.backfill(arguments.source, arguments.since, arguments.per_month, now())
        case "edition":
            labels = arguments.hand_labels or arguments.folder.parent / "gold" / "dev.jsonl"
            return _release().make_edition(arguments.folder, labels, published_on)
        case "classify":
            return importlib.import_module("etl.classify").classify(arguments.file)
        case "parse":
            return commands.parse(arguments.source, arguments.file, arguments.captured_at, now())
        case "export":
            return commands.export(arguments.metric)
        case "status":
            for line in status_lines(today):
                say(line)
            return 0
        case "readme":
            readme.write()
            return 0
        case "verify":
            return commands.verify()
    raise InputError(f"unknown command {arguments.command}")


def main(words: list[str] | None = None) -> int:
    """Run the command line; an error of ours is one sentence on stderr."""
    arguments = parser().parse_args(words)
    try:
        return run(arguments)
    except ObservatoryError as error:
        complain(f"{arguments.command}: {error}")
        return 2 if isinstance(error, InputError) else 1
    except BrokenPipeError:
        return 0
    except OSError as error:
        print(
            f"{arguments.command}: {error.filename or 'a file'} cannot be used"
            f" ({error.strerror or error}); check OBSERVATORY_DATA and its permissions",
            file=sys.stderr,
        )
        return 2
    except KeyboardInterrupt:
        print(f"{arguments.command}: interrupted; what was landed is kept", file=sys.stderr)
        return 130
