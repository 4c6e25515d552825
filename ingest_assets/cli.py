"""The command `linernotes`. Each command imports what it needs: `status` and `sql` never pay for Dagster."""

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from ingest_assets.console import out, plain, say
from ingest_assets.option_order import TIME, InOrder, in_order
from ingest_assets.review_cli import review
from lake.errors import LakeError
from music.error_codes import ErrorCode
from music.ticks import Ticks
from resources.disk import is_disk_full, is_out_of_room
from resources.parameters import ParametersError
from resources.service_state import ServiceStateError
from resources.settings import PROJECT_ROOT, Settings, SettingsError, load_settings, prepare_environment

FAILED = 1
DEMO = PROJECT_ROOT / "demo"
MEDIA = ("CD", "Vinyl", "Cassette", "Other")
"""Those of `music.segmentation`, whose import takes longer than an answer."""
KINDS = ("bytes", "audio", "recording", "near")
"""As above, those of `music.duplicate_groups`."""
FORMATS = ("table", "csv", "json")


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="linernotes")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Turn folders of music into a lake of facts about them. The music itself is never touched."""
    ctx.obj = existing_settings


cli.add_command(review)


@cli.command()
@click.argument("path", required=False)
@click.option("--dry-run", is_flag=True, help="Say what would be done, with a preview of the tags; write nothing.")
@click.option("--stale", is_flag=True, help="Make anew what older code or other parameters made.")
@click.option("--accept-missing", is_flag=True, help="What is missing is really gone: no disk is unmounted.")
@click.option("--offline", is_flag=True, help="Ask no service; only answers that are kept here count.")
@click.option("--or-demo", is_flag=True, help="Where LINERNOTES_MUSIC is not set: make a small demo library.")
def ingest(path: str | None, *, offline: bool, dry_run: bool, or_demo: bool, **wanted: bool) -> None:
    """Look at PATH, or at all known folders, and do what is due.

    Due are files that are new or changed, and what was left unfinished. The exit code is 0 unless Linernotes itself
    is broken; a file that cannot be read is a result.
    """
    if offline:
        os.environ["LINERNOTES_OFFLINE"] = "1"  # the lanes, which are processes of their own, hear it too
    settings = load_settings()
    if path is None and not settings.music:
        if or_demo:
            settings, path = _demo()
        else:
            settings = _those_of_the_demo(settings)
    if dry_run:
        from ingest_assets.dry_run import preview

        sys.exit(preview(settings, path, stale=wanted["stale"]))
    from ingest_assets.ingest import Wanted
    from ingest_assets.ingest import ingest as run

    sys.exit(run(settings, Wanted(path, **wanted)))


def _demo() -> tuple[Settings, str]:
    """Make the demo library and return the settings of its own home."""
    from ingest_assets.demo_library import DemoFolderError, make_demo_library

    music = DEMO / "music"
    say(f"No folder was given (MUSIC=~/Music would): making a small demo library in {music} …")
    try:
        make_demo_library(music)
    except DemoFolderError as error:
        raise SettingsError(str(error)) from error
    os.environ["LINERNOTES_HOME"] = str(DEMO / "data")
    return load_settings(), str(music)


def existing_settings() -> Settings:
    """Return the settings; where nothing was ingested yet but the demo was, those of the demo.

    Raises:
        SettingsError: There is no lake at all.
    """
    settings = load_settings()
    if _has_lake(settings.home):
        return settings
    found = _those_of_the_demo(settings)
    if found is not settings:
        return found
    raise SettingsError(f"There is no lake in {settings.home} yet. Make one: linernotes ingest ~/Music")


def _those_of_the_demo(settings: Settings) -> Settings:
    """Return the settings of the demo, where that was ingested and nothing else; else those that were given."""
    is_own = "LINERNOTES_HOME" in os.environ or _has_lake(settings.home)
    if is_own or not _has_lake(DEMO / "data"):
        return settings
    say("(the demo library; your own begins with: linernotes ingest ~/Music)")
    os.environ["LINERNOTES_HOME"] = str(DEMO / "data")
    return load_settings()


def _has_lake(home: Path) -> bool:
    return (home / "analyst.ducklake").exists()


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="For programs; the keys are stable.")
def status(*, as_json: bool) -> None:
    """Say where the newest session is."""
    from ingest_assets.status import print_status

    print_status(existing_settings(), as_json=as_json)


@cli.command()
@click.argument("file")
@click.option("--all", "everything", is_flag=True, help="All rows of the tables, as they are stored.")
@click.option("--json", "as_json", is_flag=True, help="For programs; the keys are those of the tables.")
def show(file: str, *, everything: bool, as_json: bool) -> None:
    """Show what is known about FILE, a path or a key: what and who it is and why, what is missing, and what helps."""
    from ingest_assets.show import print_file

    sys.exit(print_file(existing_settings(), file, everything=everything, as_json=as_json))


@cli.command(cls=InOrder)
@click.argument("name", metavar="FILE|FOLDER")
@click.option("--split", type=TIME, multiple=True, metavar="TIME", help="A piece begins at TIME as well (1:02.5).")
@click.option("--join", type=int, multiple=True, metavar="N", help="Piece N and the next one are one.")
@click.option("--move", type=(int, TIME), multiple=True, metavar="N TIME", help="Piece N begins at TIME.")
@click.option("--medium", type=click.Choice(MEDIA), help="What it was copied from; the pieces are found anew.")
@click.option("--undo", is_flag=True, help="Take the last correction back.")
@click.option("--list", "history", is_flag=True, help="All corrections, those taken back too.")
@click.option("--later", is_flag=True, help="Only write the correction down; the next ingest carries it out.")
@click.option("--json", "as_json", is_flag=True, help="For programs; the keys are stable.")
@click.pass_context
def segments(ctx: click.Context, name: str, **given: Any) -> None:  # noqa: ANN401  one value for each option
    """Show the pieces of music in FILE, or in all files of FOLDER, and correct them.

    Corrections are made in the order in which they stand, and pieces are counted from 1 as the one before left them.
    They hold for this audio wherever it lies, whatever its tags, and until they are taken back.
    """
    from ingest_assets.correct import Asked, Change, correct

    changes = in_order(ctx, split=given.pop("split"), join=given.pop("join"), move=given.pop("move"))
    made = {
        "split": lambda at: Change("split", 0, at),
        "join": lambda number: Change("join", number, Ticks(0)),
        "move": lambda value: Change("move", *value),
    }
    asked = Asked(tuple(made[how](value) for how, value in changes), **given)
    sys.exit(correct(existing_settings(), name, asked))


@cli.group(invoke_without_command=True)
@click.pass_context
def duplicates(ctx: click.Context) -> None:
    """Show the pieces of music of which there are several, and take decisions about them.

    Nothing is ever deleted or moved. Without a command: all groups.
    """
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_duplicates)


@duplicates.command("list")
@click.option("--kind", type=click.Choice(KINDS), help="Only groups of this kind: that of their least sure member.")
@click.option("--path", help="Only groups of which a file has this in its path.")
@click.option("--json", "as_json", is_flag=True, help="For programs; the keys are stable.")
def list_duplicates(*, kind: str | None = None, path: str | None = None, as_json: bool = False) -> None:
    """List the groups: what to keep and why, and what would be free without the rest.

    bytes: the same file twice. audio: the same audio under other tags. recording: the same recording, from another
    encoder, cut or level. near: alike enough to listen; both are kept until you decide.
    """
    from ingest_assets.duplicates_shown import Filter, list_groups

    sys.exit(list_groups(existing_settings(), Filter(kind, path), as_json=as_json))


@duplicates.command()
@click.argument("names", nargs=-1, metavar="[GROUP|FILE...]")
@click.option("--keep", metavar="FILE", help="Keep FILE; the others of the group are superseded.")
@click.option("--skip", is_flag=True, help="They are no duplicates of each other: never show them again.")
@click.option("--replace", nargs=2, metavar="OLD NEW", help="NEW takes the place of OLD, found alike or not.")
@click.option("--merge", is_flag=True, help="They are one recording, found alike or not; keep all of the files.")
@click.option("--undo", is_flag=True, help="Take the last decision on them back; without names, the last of all.")
def decide(names: tuple[str, ...], **given: Any) -> None:  # noqa: ANN401  one value for each option
    """Decide on a GROUP, or on FILEs; one FILE alone means it and its group.

    Decisions hold for the audio wherever it lies, whatever its tags, until they are taken back. They change what is
    shown and what is in the lake; no file is ever deleted or moved.
    """
    from ingest_assets.decide_duplicates import Asked
    from ingest_assets.decide_duplicates import decide as run

    sys.exit(run(existing_settings(), Asked(names, **given)))


@cli.command()
@click.argument("query", required=False)
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True)
def sql(query: str | None, *, form: str) -> None:
    """Ask the lake. Without QUERY: the DuckDB shell. Read-only either way."""
    from ingest_assets.sql import open_shell, print_query

    settings = existing_settings()
    if query is None:
        open_shell(settings)
        return
    sys.exit(print_query(settings, query, form=form))


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def doctor(*, as_json: bool) -> None:
    """Say which layer is broken, if one is: settings, folders, parameters, lake, Dagster, services, disk."""
    from ingest_assets.doctor import examine

    findings = examine()
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        for finding in findings:
            out().print(plain(str(finding)))
    sys.exit(FAILED if any(finding.state == "broken" for finding in findings) else 0)


@cli.command("check-keys")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def check_keys(*, as_json: bool) -> None:
    """Ask each service that needs a key whether it knows the one that is set.

    One request each. A key that was refused before is tried again. The exit code is 1 when a key is not known.
    """
    from ingest_assets.check_keys import print_keys

    sys.exit(print_keys(load_settings(), as_json=as_json))


@cli.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def ui(arguments: tuple[str, ...]) -> None:
    """Open the Dagster UI on http://localhost:3000 and watch the folders; ARGUMENTS (-p 3001) go to `dagster dev`."""
    from ingest_assets.ui_place import address, port_of, remember

    try:
        settings = existing_settings()
    except SettingsError:
        settings = load_settings()
    prepare_environment(settings)
    port = port_of(arguments)
    remember(settings, port)
    say(f"The UI is on {address(port)} once it has started (some 10 s). Ctrl-C ends it and the folder watch.")
    program = str(Path(sys.executable).with_name("dagster"))
    os.execv(program, [program, "dev", "-w", str(PROJECT_ROOT / "workspace.yaml"), *arguments])  # noqa: S606  becomes it


def main() -> None:
    """Run the command; a setting that cannot be used is one line, not a traceback."""
    try:
        cli()
    except (SettingsError, ParametersError, LakeError, ServiceStateError) as error:
        say(str(error))
        sys.exit(FAILED)
    except Exception as error:
        if not (is_disk_full(error) or is_out_of_room(load_settings().home)):
            raise
        say(ErrorCode.DISK_FULL.sentence)
        sys.exit(FAILED)


if __name__ == "__main__":
    main()
