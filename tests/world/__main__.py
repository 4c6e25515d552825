"""Makes a world to try identification on by hand: `python -m tests.world --folder DIR [--seed N] [--score HOME]`."""

import argparse
import sys
import threading
from pathlib import Path

from tests.world.world import World


def main() -> None:
    """Write the music and serve until Ctrl-C, or print how well a home answers."""
    wanted = argparse.ArgumentParser(prog="python -m tests.world", description=__doc__)
    wanted.add_argument("--folder", type=Path, help="where the music goes: DIR/music")
    wanted.add_argument("--seed", type=int, default=1, help="another seed, another world of the same kind")
    wanted.add_argument("--every", type=int, default=1, help="3: only each third kind of damage")
    wanted.add_argument("--paced", action="store_true", help="insist on the real services' rates")
    wanted.add_argument("--score", type=Path, metavar="HOME", help="compare LINERNOTES_HOME with what is right")
    said = wanted.parse_args()
    if not (said.folder or said.score):
        wanted.error("--folder or --score")
    world = World.of(said.seed, every=said.every)
    if said.score:
        sys.stdout.write(world.score(said.score).table() + "\n")
        return
    _serve(world, said.folder, is_paced=said.paced)


def _serve(world: World, folder: Path, *, is_paced: bool) -> None:
    world.write(folder / "music")
    with world.services(is_paced=is_paced) as services:
        settings = {"LINERNOTES_HOME": str(folder.resolve() / "home")} | services.environment()
        lines = [f"export {name}='{value}'" for name, value in settings.items()]
        lines += [f"# linernotes ingest {folder.resolve() / 'music'}", "# Ctrl-C ends the services"]
        sys.stdout.write("\n".join(lines) + "\n")
        sys.stdout.flush()
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            for server in (services.musicbrainz, services.acoustid, services.listenbrainz):
                sys.stdout.write(f"\n{server.name}: {sum(server.statuses.values())} requests {dict(server.statuses)}")
            sys.stdout.write("\n")


if __name__ == "__main__":
    main()
