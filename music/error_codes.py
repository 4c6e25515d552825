"""Why something could not be done, as a code that programs read and a sentence that people read.

AudioFileError
    what is wrong with one file; the file is set aside and the others go on
"""

from enum import StrEnum
from typing import Self


class Severity(StrEnum):
    """How far a fault reaches (S3-136…138)."""

    WARNING = "warning"
    """The file goes on; something about it is worth knowing."""
    SKIP_FILE = "skip_file"
    """This file is out, the others go on."""
    CRITICAL = "critical"
    """The run stops; what is written stays."""


class ErrorCode(StrEnum):
    """Every code that an outcome or a refused path may carry."""

    sentence: str
    severity: Severity

    def __new__(cls, code: str, severity: Severity, sentence: str) -> Self:
        """Make a member whose value is the code itself."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.severity = severity
        member.sentence = sentence
        return member

    EMPTY_FILE = (
        "EMPTY_FILE",
        Severity.SKIP_FILE,
        "The file has no bytes. Copy it again from where it came.",
    )
    UNREADABLE_FILE = (
        "UNREADABLE_FILE",
        Severity.SKIP_FILE,
        "The file cannot be opened or read. Check its permissions and the disk.",
    )
    UNSUPPORTED_FORMAT = (
        "UNSUPPORTED_FORMAT",
        Severity.SKIP_FILE,
        "Its first bytes are of no audio format that is known here, whatever its name says.",
    )
    DRM_PROTECTED = (
        "DRM_PROTECTED",
        Severity.SKIP_FILE,
        "The audio is encrypted by its seller. Only an unprotected copy can be analysed.",
    )
    DECODE_ERROR = (
        "DECODE_ERROR",
        Severity.SKIP_FILE,
        "No audio could be decoded. Copy the file again, or look whether another player opens it.",
    )
    TRUNCATED_AUDIO = (
        "TRUNCATED_AUDIO",
        Severity.WARNING,
        "There is less audio than the file's header promises. What is there was analysed.",
    )
    DAMAGED_AUDIO = (
        "DAMAGED_AUDIO",
        Severity.WARNING,
        "Parts of the audio are damaged and were left out. What could be decoded was analysed.",
    )
    TAGS_UNREADABLE = (
        "TAGS_UNREADABLE",
        Severity.WARNING,
        "Its tags could not be read, or only in part. The audio itself was analysed.",
    )
    TOO_SHORT = (
        "TOO_SHORT",
        Severity.WARNING,
        "There is too little audio for a fingerprint (about 3 s are needed).",
    )
    TOO_LONG = (
        "TOO_LONG",
        Severity.SKIP_FILE,
        "There are more than 24 hours of audio in one file, or a header that never ends.",
    )
    SILENT_AUDIO = (
        "SILENT_AUDIO",
        Severity.WARNING,
        "The audio is silent from beginning to end: nothing can be measured in it.",
    )
    QUIET_AUDIO = (
        "QUIET_AUDIO",
        Severity.WARNING,
        "The audio is too quiet to tell where it fades and where another piece may overlap it.",
    )
    RATE_ROUNDED = (
        "RATE_ROUNDED",
        Severity.WARNING,
        "Its sample rate does not divide the tick: times are rounded once, at the boundary.",
    )
    WORKER_CRASHED = (
        "WORKER_CRASHED",
        Severity.SKIP_FILE,
        "The process that read this file died. The file is set aside; please report it.",
    )
    WORKER_HUNG = (
        "WORKER_HUNG",
        Severity.SKIP_FILE,
        "The process that read this file gave no sign of life for a minute and was ended.",
    )
    UNEXPECTED_ERROR = (
        "UNEXPECTED_ERROR",
        Severity.SKIP_FILE,
        "Linernotes itself failed on this file. Please report it with the message.",
    )
    FILE_CHANGED = (
        "FILE_CHANGED",
        Severity.SKIP_FILE,
        "The file changed or vanished while it was read. It is read again when it has settled.",
    )
    INPUT_MISSING = (
        "INPUT_MISSING",
        Severity.SKIP_FILE,
        "An asset that this one reads has no result for the file.",
    )
    OUTSIDE_ROOT = (
        "OUTSIDE_ROOT",
        Severity.SKIP_FILE,
        "A link leads out of the library's folder. Add that folder as a library of its own.",
    )
    SYMLINK_LOOP = (
        "SYMLINK_LOOP",
        Severity.SKIP_FILE,
        "A link leads back to itself, or to nothing.",
    )
    LINKED_INSIDE = (
        "LINKED_INSIDE",
        Severity.WARNING,
        "A link to a place inside the same library: what it leads to is looked at where it lies.",
    )
    NOT_A_FILE = (
        "NOT_A_FILE",
        Severity.SKIP_FILE,
        "It is a device, socket or pipe with the name of a music file.",
    )
    KEY_TAKEN = (
        "KEY_TAKEN",
        Severity.SKIP_FILE,
        "Its partition key is that of another file, one chance in 281 million million. Rename one of them.",
    )
    RUN_FAILED = (
        "RUN_FAILED",
        Severity.SKIP_FILE,
        "The run failed again and again on this file alone. Please report it with the log of the run.",
    )
    SERVICE_DOWN = (
        "SERVICE_DOWN",
        Severity.WARNING,
        "A service gives no usable answer. What needs it is tried again by itself, and by `linernotes ingest`.",
    )
    SERVICE_REFUSED = (
        "SERVICE_REFUSED",
        Severity.WARNING,
        "A service refuses the question. Look at the message; if it refuses all, at LINERNOTES_CONTACT.",
    )
    RATE_LIMITED = (
        "RATE_LIMITED",
        Severity.WARNING,
        "A service asks for patience. What needs it is tried again when the pause is over.",
    )
    INVALID_API_KEY = (
        "INVALID_API_KEY",
        Severity.WARNING,
        "A service does not know the key. Set another one and run `linernotes check-keys`.",
    )
    NO_API_KEY = (
        "NO_API_KEY",
        Severity.WARNING,
        "A service needs a key that is not set, such as ACOUSTID_API_KEY. It is free: see README.",
    )
    NO_CONTACT = (
        "NO_CONTACT",
        Severity.WARNING,
        "Nothing is sent before LINERNOTES_CONTACT is set: services want to know whom to write to.",
    )
    OFFLINE = (
        "OFFLINE",
        Severity.WARNING,
        "The answer is not known here, and services are not to be asked. Run again without --offline.",
    )
    MBID_LOOKUP_FAILED = (
        "MBID_LOOKUP_FAILED",
        Severity.WARNING,
        "MusicBrainz knows nothing under an id that was given. Other evidence was used.",
    )
    SERVICE_STATE_ERROR = (
        "SERVICE_STATE_ERROR",
        Severity.CRITICAL,
        "Pace and answers of the services cannot be kept. Look at services.sqlite, or at LINERNOTES_SERVICES_DB.",
    )
    LAKE_WRITE_ERROR = (
        "LAKE_WRITE_ERROR",
        Severity.CRITICAL,
        "The lake could not be written. What was written before stays; see the cause beside this code.",
    )
    DISK_FULL = (
        "DISK_FULL",
        Severity.CRITICAL,
        "The disk is full. Free some space, then run the same command again: it goes on where it stopped.",
    )


class AudioFileError(Exception):
    """What is wrong with one file.

    Args:
        code: The code that the file's outcome will carry.
        message: What was seen in this file, in one line.
    """

    def __init__(self, code: ErrorCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    def __reduce__(self) -> tuple[type["AudioFileError"], tuple[ErrorCode, str]]:
        """Let the error travel between processes."""
        return (AudioFileError, (self.code, self.message))
