"""Whether a file is one piece of music or several, as its tags, its length and its gaps suggest.

A silence alone says little: songs stop and go on. A collector looks at the name and the clock first: three to
six minutes with a title are one song, whatever pauses it has; twenty minutes called "Side A" are a side.
"""

import re
import statistics
from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise

from music.hints import Hints
from music.silences import Applause, Gap, Silence
from music.ticks import Ticks, seconds_to_ticks

PLAIN_GAP_SECONDS = 1.5
"""A gap as between two tracks of a CD. It parts a long file with a title or a number (a work, a concert, one of two
sides)."""
PAUSE_SECONDS = 1.8
"""A song rests for less than a CD's shortest gap (S3-51: 2.1 s ± 0.3). So one gap parts a file that nothing names only
if it is as long."""
USUAL_GAP_SECONDS = 1.0
"""Several gaps part it if their mean is as long: songs that stop more than once do so for a beat or two."""
HIDDEN_GAP_SECONDS = 10.0
"""A gap that parts a long file with a title and a number: a hidden track follows."""
PAUSE_SHARE = 1 / 3
"""A silence shorter than this share of a usual gap is a song's own pause."""
PIECES_TOGETHER = 1.5
"""What is longer than so many usual pieces is two."""

_NUMBER = r"(?:[a-h]|[0-9]{1,2}|one|two|i{1,3})"
_DISC = r"(?:lp|mc|tape|cassette|kassette|reel|vinyl|record|platte|dis[ck]|cd)"
_SIDE = r"(?:side|seite|face|lado|lato|kant)"
_WHOLE = r"(?:full|complete|whole|entire)"
_COLLECTION = re.compile(
    rf"(?:{_DISC}\s*{_NUMBER}?\s*)?{_SIDE}[\s_.#]*{_NUMBER}"
    rf"|{_DISC}[\s_.#]*{_NUMBER}?"
    rf"|(?:the\s+)?{_WHOLE}\s+(?:album|lp|ep|record|cd|tape|cassette|concert|show|set)",
    re.IGNORECASE,
)
_BETWEEN_PARTS = re.compile(r"\s+[-\u2010-\u2015]+\s+|[:;,/|()\[\]]")


def names_collection(title: str) -> bool:
    """Tell whether a title, or a part of it that is set off, is that of a side, a disc or a whole album."""
    return any(_COLLECTION.fullmatch(part.strip()) for part in _BETWEEN_PARTS.split(title))


def shortest_cutting_gap(hints: Hints, *, duration_ticks: Ticks, longest_track_ticks: Ticks) -> Ticks | None:
    """Return how long a silence must be to part two pieces; None: this file is one piece.

    | the tags say | up to a long track's length | longer |
    | a side, a disc, a whole album | any silence | any silence |
    | no title, no number | any silence | any silence |
    | the album's title, no number | one piece | any silence |
    | another title, no number | one piece | 1.5 s |
    | a number, no title | one piece | 1.5 s |
    | a title and a number | one piece | 10 s |
    """
    title, album = ((name or "").strip().casefold() for name in (hints.title, hints.album))
    numbered = hints.track_number is not None
    if names_collection(title) or not (title or numbered):
        return Ticks(0)
    if duration_ticks <= longest_track_ticks:
        return None
    if title == album and not numbered:
        return Ticks(0)
    return seconds_to_ticks(HIDDEN_GAP_SECONDS if title and numbered else PLAIN_GAP_SECONDS)


def may_part(gap: Gap, *, shortest_gap: Ticks) -> bool:
    """Tell whether a gap may lie between two pieces; applause never reveals a hidden track."""
    if isinstance(gap, Applause) and shortest_gap >= seconds_to_ticks(HIDDEN_GAP_SECONDS):
        return False
    return gap.length_ticks >= shortest_gap


def without_pauses(gaps: Sequence[Gap], *, duration_ticks: Ticks) -> tuple[Gap, ...]:
    """Return the gaps without the silences so short that they are a song's own pauses.

    Unless what lies around such a silence is so long that it is more than one piece.
    """
    lengths = [gap.length_ticks for gap in gaps if isinstance(gap, Silence)]
    shortest = statistics.median_low(lengths) * PAUSE_SHARE if lengths else 0
    short = {gap for gap in gaps if isinstance(gap, Silence) and gap.length_ticks < shortest}
    edges = [0, *(gap.boundary_ticks for gap in gaps if gap not in short), duration_ticks]
    longest_piece = PIECES_TOGETHER * statistics.median_low(end - start for start, end in pairwise(edges))

    def is_pause(gap: Gap) -> bool:
        place = bisect_right(edges, gap.boundary_ticks)
        return gap in short and edges[place] - edges[place - 1] <= longest_piece

    return tuple(gap for gap in gaps if not is_pause(gap))


def speak_for_several(gaps: Sequence[Gap], hints: Hints) -> bool:
    """Tell whether the gaps are enough to cut a file; if nothing names it they must be longer than pauses."""
    if hints.title or hints.track_number is not None:
        return True
    if len(gaps) <= 1:
        return any(gap.length_ticks >= seconds_to_ticks(PAUSE_SECONDS) for gap in gaps)
    return statistics.mean(gap.length_ticks for gap in gaps) >= seconds_to_ticks(USUAL_GAP_SECONDS)
