"""Equal audio within a batch is decoded once: which file is measured for its equals, and which share that."""

from dataclasses import dataclass, field

from ingest_assets.file_visit import FileVisit, Signature
from music.measurement import Measurement


@dataclass(slots=True)
class _Group:
    leader: str
    """The key of the file that is measured."""
    followers: dict[str, FileVisit] = field(default_factory=dict)
    """Files that share the measurement and are not done yet, by key."""
    read: set[str] = field(default_factory=set)
    """Those of them that were read to their end."""
    measurement: Measurement | None = None


class EqualAudio:
    """The files of one batch by what a measurement of them would be of."""

    def __init__(self) -> None:
        self._groups: dict[Signature, _Group] = {}
        self._alone: set[str] = set()

    def is_shared(self, file: FileVisit) -> bool:
        """Tell whether another file of the batch is, or was, measured for this one; the first one never is."""
        key = file.planned.file_key
        if key in self._alone:
            return False
        group = self._groups.setdefault(file.signature, _Group(key))
        if group.leader == key:
            return False
        group.followers[key] = file
        return True

    def measured(self, file: FileVisit, measurement: Measurement) -> list[FileVisit]:
        """Take in what was measured of a file; return the files that wait for it."""
        group = self._led_by(file)
        if group is None:
            return []
        group.measurement = measurement
        return [follower for key, follower in group.followers.items() if key in group.read]

    def measurement_for(self, file: FileVisit) -> Measurement | None:
        """Return what was measured for a file that was read to its end; None where it must wait for that."""
        group = self._groups[file.signature]
        group.read.add(file.planned.file_key)
        return group.measurement

    def leave_alone(self, file: FileVisit) -> None:
        """Let a file be measured for itself after all."""
        self._alone.add(file.planned.file_key)

    def failed(self, file: FileVisit) -> list[FileVisit]:
        """Take in that a file could not be read to its end; return the files that were to share its measurement."""
        group = self._led_by(file)
        if group is None:
            if file.signature in self._groups:
                self._groups[file.signature].followers.pop(file.planned.file_key, None)
            return []
        del self._groups[file.signature]
        return list(group.followers.values())

    def _led_by(self, file: FileVisit) -> _Group | None:
        group = self._groups.get(file.signature)
        return group if group is not None and group.leader == file.planned.file_key else None
