"""The words in titles that say which version of a song it is, and those that say nothing.

Each is a pattern over plain text: lower case, no punctuation.
"""

import re
from typing import Final

VERSIONS: Final[dict[str, str]] = {
    "live": r"live|in concert|unplugged|concert version|en vivo|ao vivo|en directo|dal vivo",
    "session": r"(?:radio|bbc|peel|studio|live|acoustic|session)s? sessions?|\bsessions?$",
    "remix": r"remix(?:ed)?|rmx|mix|dub|rework|re edit|mashup|mash up|bootleg|vip|flip|refix|megamix",
    "acoustic": r"acoustic|akustik|acustico|stripped",
    "instrumental": r"instrumental|karaoke|backing track|off vocal",
    "a cappella": r"a cappella|acappella|acapella|a capella|vocals? only",
    "demo": r"demos?|demo version|outtake|rough|early version|rehearsal|work tape|home recording",
    "take": r"alternate|alternative|alt|take [0-9]+|unreleased version",
    "rerecorded": (
        r"re recorded|rerecorded|re recording|rerecording|taylors version|new version|new recording"
        r"|(?:19|20)[0-9]{2} version|(?:19|20)[0-9]{2} recording|version (?:19|20)[0-9]{2}"
    ),
    "reprise": r"reprise|interlude",
    "cover": r"cover|tribute|in the style of|originally performed by|made famous by",
    "speed": r"sped up|speed up|slowed|nightcore|8d|chopped|screwed",
    "orchestral": r"orchestral|symphonic|piano version|string version|strings version|orchestra version",
    "version": (
        r"(?!(?:remaster|remastered|explicit|clean|deluxe|full|cd|official|digital|uncut|complete|standard|main) )"
        r"[^\W\d]\w* version"
    ),
}
"""What is another recording, and the words for it. `version` is any other that has a name: a Spanish version."""
LENGTHS: Final[dict[str, str]] = {
    "edit": (
        r"radio (?:edit|version|mix)|single (?:edit|version|mix)|video (?:edit|version)|edit(?:ed)?|short version"
        r"|7 (?:inch|version|mix|edit)"
    ),
    "extended": r"extended.*|long version|12 (?:inch|version|mix).*|full length version|club version",
    "mono": r"mono(?: version| mix)?",
    "stereo": r"stereo(?: version| mix)?",
}
"""What may be another recording: its length tells."""
NOISE: Final = re.compile(
    r"\b(?:remaster(?:ed|ing)?|remasterizado|digital(?:ly)?|explicit|clean|uncensored|bonus|hidden|official|lyrics?"
    r"|album (?:version|mix|edit)|lp version|original (?:mix|version|recording|album version)|main version"
    r"|standard version|full version|hd|hq|hi ?res|audio|video|deluxe|expanded|anniversary|edition|special|limited"
    r"|collectors?|legacy|reissue|re issue|from|feat|ft|featuring|with|prod|produced|dis[ck] ?[0-9]+|cd ?[0-9]+"
    r"|single|ep|tracks?|vinyl|itunes|japan(?:ese)?|us|uk)\b"
)
"""What says nothing of the recording."""
STANDARD: Final = re.compile(
    r"\b(?:album|original|main|standard|lp) (?:version|mix|edit|recording)\b|^(?:feat|ft|featuring|with|from|prod)\b"
)
"""Phrases that say nothing although they hold a word like mix."""
