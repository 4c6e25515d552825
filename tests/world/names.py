"""Names of people and songs that do not exist, from a seed."""

from collections.abc import Callable

from tests.world.dice import Dice

_ADJECTIVES = (
    "Silent",
    "Copper",
    "Hollow",
    "Northern",
    "Paper",
    "Velvet",
    "Broken",
    "Distant",
    "Amber",
    "Feral",
    "Lunar",
    "Rusted",
    "Electric",
    "Gentle",
    "Crooked",
    "Pale",
    "Burning",
    "Frozen",
    "Wandering",
    "Secret",
    "Painted",
    "Iron",
    "Golden",
    "Restless",
    "Sleeping",
    "Crimson",
    "Salted",
    "Quiet",
    "Bitter",
    "Wild",
)
_NOUNS = (
    "Harbour",
    "Lantern",
    "Orchard",
    "Signal",
    "Winter",
    "Mirror",
    "Engine",
    "Garden",
    "River",
    "Thunder",
    "Window",
    "Beacon",
    "Shadow",
    "Meadow",
    "Anchor",
    "Carousel",
    "Satellite",
    "Feather",
    "Horizon",
    "Kingdom",
    "Ladder",
    "Machine",
    "Needle",
    "Ocean",
    "Parade",
    "Canyon",
    "Railway",
    "Station",
    "Tower",
    "Valley",
    "Whisper",
    "Yard",
    "Zephyr",
    "Bridge",
    "Candle",
    "Desert",
    "Ember",
    "Forest",
    "Glacier",
    "Hammer",
    "Island",
    "Jungle",
    "Kettle",
    "Letter",
    "Mountain",
)
_VERBS = (
    "Leave",
    "Remember",
    "Carry",
    "Follow",
    "Bury",
    "Answer",
    "Paint",
    "Borrow",
    "Forget",
    "Hold",
    "Chase",
    "Open",
    "Burn",
    "Count",
    "Build",
)
_OBJECTS = (
    "Me",
    "Home",
    "It",
    "Nothing",
    "Everyone",
    "Tomorrow",
    "You",
    "Again",
    "Slowly",
    "Together",
    "Tonight",
    "Away",
    "Yesterday",
)
_FIRST = (
    "Ada",
    "Bo",
    "Cléo",
    "Dag",
    "Elif",
    "Farid",
    "Greta",
    "Hélène",
    "Ivo",
    "Jun",
    "Kaja",
    "Lior",
    "Mira",
    "Nils",
    "Oda",
    "Pál",
    "Rosa",
    "Sörén",
    "Tove",
    "Uma",
)
_LAST = (
    "Vänström",
    "Okafor",
    "Delgado",
    "Brandt",
    "Mäkinen",
    "Ferreira",
    "Lindqvist",
    "Novák",
    "Hartmann",
    "Castel",
    "Ito",
    "Moreau",
    "Quist",
    "Røed",
    "Šimić",
    "Tanaka",
)
_SONGS = ("{v} the {n}", "{a} {n}", "{v} {o}", "The {n}", "{n} and {m}", "{n} in the {m}", "{a} {n} Blues")


class Names:
    """Gives each name once."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice
        self._given: set[str] = set()

    def _once(self, make: Callable[[], str]) -> str:
        while True:
            name = make()
            if name.casefold() not in self._given:
                self._given.add(name.casefold())
                return name

    def _filled(self, pattern: str) -> str:
        pick = self._dice.choice
        words = {"a": pick(_ADJECTIVES), "n": pick(_NOUNS), "m": pick(_NOUNS), "v": pick(_VERBS), "o": pick(_OBJECTS)}
        return pattern.format(**words)

    def song(self) -> str:
        return self._once(lambda: self._filled(self._dice.choice(_SONGS)))

    def album(self) -> str:
        return self._once(lambda: self._filled(self._dice.choice(("{a} {n}s", "{n} {m}", "{v} the {n}", "{n}s"))))

    def band(self) -> str:
        return self._once(lambda: self._filled(self._dice.choice(("The {a} {n}s", "{n} {m}", "{a} {m}", "{n} Club"))))

    def person(self) -> str:
        return self._once(lambda: f"{self._dice.choice(_FIRST)} {self._dice.choice(_LAST)}")

    def label(self) -> str:
        return self._once(lambda: self._filled(self._dice.choice(("{a} {n} Records", "{n} {m} Records"))))


def misspelt(text: str, dice: Dice) -> str:
    """Return a name as somebody in a hurry types it: one letter lost, two swapped or one doubled."""
    places = [place for place, letter in enumerate(text[:-1]) if letter.isalpha() and text[place + 1].isalpha()]
    if not places:
        return text
    place = dice.choice(places)
    match dice.below(3):
        case 0:
            return text[:place] + text[place + 1 :]
        case 1:
            return text[:place] + text[place + 1] + text[place] + text[place + 2 :]
        case _:
            return text[:place] + text[place] + text[place:]
