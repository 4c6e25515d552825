"""What came of the identification of one file: rows, outcome, and what Dagster is told. Values only."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from ingest_assets.group_evidence import GOOD, FileEvidence
from ingest_assets.identifications import ASSET
from ingest_assets.materialized import Materialized
from ingest_assets.versions import digest_rows
from music.error_codes import ErrorCode
from music.matches import Candidate, Decision, Match
from resources.service_errors import ServiceError

Row = dict[str, Any]
RETRY_AFTER: Final = {
    ErrorCode.SERVICE_DOWN: timedelta(minutes=10),
    ErrorCode.RATE_LIMITED: timedelta(minutes=10),
    ErrorCode.SERVICE_REFUSED: timedelta(days=1),
}
"""When a service is asked again that did not say when."""
PUT_OFF: Final = "deferred"


@dataclass(frozen=True, slots=True)
class Cause:
    """Why there is no result, or what is lacking beside it."""

    code: ErrorCode
    message: str
    retry_at: datetime | None = None


@dataclass(slots=True)
class FileIdentified:
    """What came of one file."""

    file: FileEvidence
    status: str
    data_version: str | None
    cause: Cause | None = None
    rows: dict[str, list[Row]] | None = None
    """By table; an empty list deletes; None leaves what is there."""
    parameters_hash: str = ""
    how: str = "computed"
    seconds: float = 0.0
    accepted: int = 0
    """Pieces that have a name."""

    @property
    def inputs(self) -> dict[str, str]:
        """The hashes of what it was made of."""
        return ASSET.inputs({name: known.output_versions for name, known in self.file.outcomes.items()})

    def outcome(self) -> Row:
        """Return the row of `outcomes`."""
        return {
            "asset": ASSET.name,
            "file_key": self.file.file_key,
            "status": self.status,
            "error_code": str(self.cause.code) if self.cause else None,
            "severity": str(self.cause.code.severity) if self.cause else None,
            "message": self.cause.message if self.cause else None,
            "attempts": self.file.attempts + 1,
            "retry_at": self.cause.retry_at if self.cause and self.status == PUT_OFF else None,
            "code_version": ASSET.code_version,
            "data_version": self.data_version,
            "input_versions": self.inputs,
            "output_versions": {},
            "parameters_hash": self.parameters_hash,
            "how": self.how,
            "seconds": self.seconds,
        }

    def decide(self, overlay: Callable[[Sequence[Row]], list[Row]]) -> None:
        """Lay what people decided over the rows that are to be written."""
        if self.rows is None:
            return
        self.rows = self.rows | {ASSET.name: overlay(self.rows[ASSET.name])}
        if self.data_version is not None:
            self.data_version = _data_version(self.rows)

    def warn_of(self, unknown: Collection[str]) -> None:
        """Say where an id in the file's own tags is one that MusicBrainz does not have (S3-140)."""
        ids = (self.file.row["tag_recording_mbid"], self.file.row["tag_release_mbid"])
        named = [mbid for mbid in ids if mbid in unknown]
        if named and self.cause is None:
            message = f"its tags name {' and '.join(named)}, which MusicBrainz does not have"
            self.cause = Cause(ErrorCode.MBID_LOOKUP_FAILED, message)

    def event(self) -> Materialized | None:
        """Return what Dagster is told: a result, or the end of one that was good before."""
        before = self.file.outcomes.get(ASSET.name)
        is_good = self.status in GOOD
        if not is_good and (self.rows is None or self.status == PUT_OFF or before is None or before.status not in GOOD):
            return None
        reason = self.cause.code if self.cause else self.status
        metadata: dict[str, str | int] = {"status": self.status, "how": self.how, "accepted": self.accepted}
        if self.cause:
            metadata |= {"error_code": str(self.cause.code), "message": self.cause.message}
        return Materialized(
            ASSET.name,
            self.file.file_key,
            code_version=ASSET.code_version,
            data_version=self.data_version or f"none:{reason}",
            inputs=_upstream_versions(self.file),
            metadata=metadata,
        )


def _upstream_versions(file: FileEvidence) -> dict[str, str]:
    known = {name: outcome.data_version for name, outcome in file.outcomes.items()}
    return {name: known.get(name) or "INITIAL" for name in ASSET.upstream}


def decided(
    file: FileEvidence, matches: Sequence[Match], *, group_id: str, lacking: ServiceError | None = None
) -> FileIdentified:
    """Return what came of a file of which every piece was decided.

    Args:
        file: The file.
        matches: One of each of its pieces.
        group_id: What was looked at together.
        lacking: Why its fingerprints were not looked up, where they were not: only what is ACCEPTed without them is
            final, the rest is put off, and then nothing that was ACCEPTed before is overwritten.
    """
    rows: dict[str, list[Row]] = {
        "identifications": [_row(file, match, group_id) for match in matches],
        "match_candidates": [_candidate_row(match, each) for match in matches for each in match.candidates],
    }
    accepted = sum(match.decision == Decision.ACCEPT for match in matches)
    result = FileIdentified(file, "done", _data_version(rows), rows=rows, accepted=accepted)
    if lacking is not None:
        result.cause = cause_of(lacking)
        if accepted < len(matches):
            result.status = PUT_OFF
            if file.was_accepted:
                result.rows, result.data_version = None, _version_before(file)
    elif not any(match.candidates or match.decision != Decision.REJECT for match in matches):
        result.status = "not_found"
    return result


def put_off(file: FileEvidence, cause: Cause) -> FileIdentified:
    """Return what came of a file that could not be identified yet; what was known of it stays."""
    return FileIdentified(file, PUT_OFF, _version_before(file), cause)


def failed(file: FileEvidence, message: str, *, code: ErrorCode = ErrorCode.UNEXPECTED_ERROR) -> FileIdentified:
    """Return what came of a file on which our own code broke; what was known of it stays."""
    return FileIdentified(file, "error", _version_before(file), Cause(code, message))


def skipped(file: FileEvidence) -> FileIdentified:
    """Return what came of a file that has no pieces: it could not be read."""
    cause = Cause(ErrorCode.INPUT_MISSING, "segments has no result for this file: there is nothing to identify")
    return FileIdentified(file, "skipped", None, cause, rows={table: [] for table in ASSET.tables})


def kept(file: FileEvidence) -> FileIdentified | None:
    """Return the result that a file has, for Dagster, which may not have been told; None where it has none."""
    known = file.outcomes.get(ASSET.name)
    if known is None or known.status not in GOOD:
        return None
    return FileIdentified(file, known.status, known.data_version, how="kept", parameters_hash=known.parameters_hash)


def folder_row(library: str, folder: str, *, version: str, parameters_hash: str) -> Row:
    """Return the row of `identified_folders` of a folder all of whose files have an outcome."""
    return {
        "library": library,
        "folder": folder,
        "version": version,
        "identified_at": datetime.now(UTC),
        "code_version": ASSET.code_version,
        "parameters_hash": parameters_hash,
    }


def cause_of(error: ServiceError) -> Cause:
    """Return why something is put off, with the time at which it is due again."""
    code = ErrorCode(error.code)
    retry_at = error.retry_at
    if retry_at is None and code in RETRY_AFTER:
        retry_at = datetime.now(UTC) + RETRY_AFTER[code]
    return Cause(code, error.message, retry_at)


def _version_before(file: FileEvidence) -> str | None:
    known = file.outcomes.get(ASSET.name)
    return known.data_version if known else None


def _data_version(rows: Mapping[str, Sequence[Row]]) -> str:
    """Return the hash of the rows without whose they are and what decorates them: equal results, equal versions."""
    strange = ("file_key", "group_id", "tags")
    return digest_rows(
        {name: value for name, value in row.items() if name not in strange} for table in rows for row in rows[table]
    )


def _row(file: FileEvidence, match: Match, group_id: str) -> Row:
    segment = file.segments[match.segment_index]
    requested = (match.requested_recording_mbid, match.requested_release_mbid)
    return {
        "file_key": match.file_key,
        "segment_index": match.segment_index,
        "decision": str(match.decision),
        "confidence": match.confidence,
        "recording_mbid": match.recording_mbid,
        "release_mbid": match.release_mbid,
        "release_group_mbid": match.release_group_mbid,
        "artist_mbids": list(match.artist_mbids),
        "work_mbids": list(match.work_mbids),
        "title": match.title,
        "artist": match.artist,
        "album": match.album,
        "track_position": match.track_position,
        "disc_position": match.disc_position,
        "recording_length_seconds": match.recording_length_seconds,
        "release_date": match.release_date,
        "tags": list(match.tags),
        "editions": list(match.editions),
        "requested_mbids": [mbid for mbid in requested if mbid],
        "evidence": asdict(match.evidence),
        "reason": match.reason,
        "decided_by": "evidence",
        "group_id": group_id,
        "audio_sha256": file.row["audio_sha256"],
        "start_time_ticks": segment["start_time_ticks"],
        "end_time_ticks": segment["end_time_ticks"],
    }


def _candidate_row(match: Match, candidate: Candidate) -> Row:
    piece = {"file_key": match.file_key, "segment_index": match.segment_index}
    return piece | asdict(candidate)
