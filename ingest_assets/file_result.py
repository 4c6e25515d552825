"""What came of one file: its rows, its outcomes and what Dagster is told. No audio, no storage: values only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from ingest_assets import audio_features, discovered_files, fingerprints, segments
from ingest_assets.decision import ASSETS, MEASURED, Decision, Situation, Wish, expected_of
from ingest_assets.file_asset import DECISIONS
from ingest_assets.known_files import FileFacts
from ingest_assets.materialized import Materialized
from ingest_assets.versions import Expected, Known, digest_rows, is_current
from music.contour import Contour
from music.error_codes import ErrorCode, Severity
from music.measurement import Measurement
from music.segmentation import Segmentation
from music.sound_warnings import NOTHING_HEARD, TOO_QUIET, quiet_pieces
from resources.leases import Planned

Row = dict[str, Any]
How = Literal["computed", "taken_over", "kept", "recut"]
Warnings = Sequence[tuple[ErrorCode, str]]
GOOD = ("done", "not_found")
BY_NAME = {asset.name: asset for asset in ASSETS}


@dataclass(slots=True)
class Made:
    """What came of one asset of one file."""

    asset: str
    known: Known
    """As the next run will find it."""
    how: How
    rows: dict[str, list[Row]] | None = None
    """By table; an empty list deletes; None leaves what is there."""
    source: str | None = None
    """The file whose rows are copied."""
    seconds: float = 0.0
    """Processor time of the whole file, said once."""


@dataclass(slots=True)
class FileResult:
    """Everything that is written of one file, in one transaction with others."""

    planned: Planned
    made: list[Made]
    events: list[Materialized] = field(default_factory=list)
    decoded: bool = False
    shared: bool = False
    """What was measured of a file of the same batch with equal audio is its too."""
    finished: bool = True
    """False where the file is still due: it changed while it was read, or not all its assets were asked for."""

    @property
    def failed(self) -> bool:
        """Whether an asset of it ended in an error."""
        return any(made.known.status == "error" for made in self.made)

    @property
    def taken_over(self) -> bool:
        """Whether anything was copied from another file."""
        return self.shared or any(made.source for made in self.made)

    def outcomes(self, *, attempt: int) -> list[Row]:
        """Return the rows of `outcomes`; what was kept keeps its own."""
        return [self._outcome(made, attempt) for made in self.made if made.how != "kept"]

    def _outcome(self, made: Made, attempt: int) -> Row:
        known = made.known
        code = ErrorCode(known.error_code) if known.error_code else None
        return {
            "asset": made.asset,
            "file_key": self.planned.file_key,
            "status": known.status,
            "error_code": known.error_code,
            "severity": str(code.severity) if code else None,
            "message": known.message,
            "attempts": attempt + 1,
            "code_version": known.code_version,
            "data_version": known.data_version,
            "input_versions": dict(known.input_versions),
            "output_versions": dict(known.output_versions),
            "parameters_hash": known.parameters_hash,
            "how": made.how,
            "seconds": made.seconds,
        }


def discovered(row: Row, *, fault: tuple[ErrorCode, str] | None = None, seconds: float = 0.0) -> Made:
    """Return what came of discovered_files: its row, whether or not the file could be read.

    Args:
        row: The row.
        fault: What is wrong with the file; only a warning lets it pass.
        seconds: Processor time.
    """
    known = Known(
        status="error" if fault and fault[0].severity != Severity.WARNING else "done",
        code_version=discovered_files.ASSET.code_version,
        data_version=discovered_files.data_version(row | {"error_code": fault[0] if fault else None}),
        parameters_hash="",
        output_versions=discovered_files.output_versions(row),
        error_code=fault[0] if fault else None,
        message=fault[1] if fault else None,
    )
    return Made("discovered_files", known, "computed", rows={"discovered_files": [row]}, seconds=seconds)


def not_made(
    asset: str, expected: Expected, *, status: str, error: tuple[ErrorCode, str] | None, remove: bool = True
) -> Made:
    """Return what came of an asset that has no result; its older rows go, unless told to stay."""
    known = Known(
        status,
        expected.code_version,
        None,
        expected.parameters_hash,
        expected.input_versions,
        error_code=error[0] if error else None,
        message=error[1] if error else None,
    )
    rows: dict[str, list[Row]] | None = {table: [] for table in BY_NAME[asset].tables} if remove else None
    return Made(asset, known, "computed", rows=rows)


def decided(planned: Planned, situation: Situation, decision: Decision) -> list[Made]:
    """Return what a decision settles without the audio: kept, taken over, cut again, without input."""
    made: list[Made] = []
    for asset, expected in decision.expected.items():
        if asset in decision.keep:
            made.append(Made(asset, situation.facts.outcomes[asset], "kept"))
        elif asset in decision.take_over:
            twin = decision.take_over[asset]
            made.append(Made(asset, twin.outcomes[asset], "taken_over", source=twin.file_key))
        elif asset in decision.missing:
            error = (ErrorCode.INPUT_MISSING, "segments has no result for this file: make it first")
            made.append(not_made(asset, expected, status="skipped", error=error))
        elif asset == "segments" and decision.recut is not None:
            made.append(_recut(planned, situation, decision))
    return made


def _recut(planned: Planned, situation: Situation, decision: Decision) -> Made:
    source = decision.recut_from
    contour = source.contour() if source else None
    if not (source and contour and decision.recut):
        raise AssertionError("boundaries are cut again only from a stored contour")
    rows = _segment_rows(planned, situation, decision.recut, contour)
    outputs = {"spans": segments.spans_version(decision.recut.spans)}
    warnings = _warnings_again(source.outcomes["segments"], contour, decision.recut)
    return _computed("segments", decision.expected["segments"], rows, outputs=outputs, warnings=warnings, how="recut")


def _warnings_again(told: Known, contour: Contour, segmentation: Segmentation) -> Warnings:
    """Return what was told of the audio, which is the same, and which of the pieces are too quiet."""
    said = (told.message or "").split("; ") if told.error_code else []
    of_audio = [each for each in said if not each.endswith(TOO_QUIET)]
    warnings = [(ErrorCode(told.error_code), "; ".join(of_audio))] if told.error_code and of_audio else []
    quiet = None if NOTHING_HEARD in of_audio else quiet_pieces(contour.profile, segmentation.spans)
    return [*warnings, (ErrorCode.QUIET_AUDIO, quiet)] if quiet else warnings


def _segment_rows(
    planned: Planned, situation: Situation, segmentation: Segmentation, contour: Contour
) -> dict[str, list[Row]]:
    """Return the rows of the tables of segments."""
    key = planned.file_key
    return {
        "segments": segments.rows_of(key, segmentation, contour, situation.segment_parameters),
        "source_media": [segments.medium_row(key, segmentation, contour)],
    }


def measured(planned: Planned, situation: Situation, decision: Decision, measurement: Measurement) -> list[Made]:
    """Return what the audio told."""
    made: list[Made] = []
    key, spans = planned.file_key, decision.spans or ()
    if "segments" in decision.measure and measurement.segmentation and measurement.contour:
        spans = measurement.segmentation.spans
        rows = _segment_rows(planned, situation, measurement.segmentation, measurement.contour)
        outputs = {"spans": segments.spans_version(spans)}
        made.append(
            _computed(
                "segments",
                decision.expected["segments"],
                rows,
                outputs=outputs,
                warnings=measurement.warnings,
            )
        )
    outputs = {"spans": segments.spans_version(spans)}
    tables = {
        "fingerprints": lambda: fingerprints.rows_of(key, measurement.fingerprints),
        "audio_features": lambda: audio_features.rows_of(key, measurement.features),
    }
    for asset in MEASURED:
        if asset.name in decision.measure:
            expected = expected_of(asset, situation, outputs)
            rows = {asset.name: tables[asset.name]()}
            made.append(_computed(asset.name, expected, rows, outputs={}, warnings=measurement.warnings))
    return made


def _computed(
    asset: str,
    expected: Expected,
    rows: dict[str, list[Row]],
    *,
    outputs: Mapping[str, str],
    warnings: Warnings,
    how: How = "computed",
) -> Made:
    own = [(code, message) for code, message in warnings if (code == ErrorCode.TOO_SHORT) == (asset == "fingerprints")]
    own = own if asset in ("segments", "fingerprints") else []
    nothing = asset == "fingerprints" and all(row["fingerprint"] is None for row in rows[asset])
    bare = [{name: value for name, value in row.items() if name != "file_key"} for table in rows for row in rows[table]]
    known = Known(
        "not_found" if nothing else "done",
        expected.code_version,
        digest_rows(bare),
        expected.parameters_hash,
        expected.input_versions,
        outputs,
        error_code=own[0][0] if own else None,
        message="; ".join(message for _, message in own) or None,
    )
    return Made(asset, known, how, rows=rows)


def events_of(result: FileResult, facts: FileFacts) -> list[Materialized]:
    """Return what Dagster is told: every good result, and the end of every result that was good before."""
    versions = {asset: known.data_version for asset, known in facts.outcomes.items()}
    versions |= {made.asset: made.known.data_version for made in result.made}
    return [
        Materialized(
            made.asset,
            result.planned.file_key,
            code_version=made.known.code_version,
            data_version=made.known.data_version or f"none:{made.known.error_code or made.known.status}",
            inputs={name: versions.get(name) or "INITIAL" for name in BY_NAME[made.asset].upstream},
            metadata=_metadata(made),
        )
        for made in result.made
        if made.known.status in GOOD or made.asset == "discovered_files" or _was_good(facts, made.asset)
    ]


def _was_good(facts: FileFacts, asset: str) -> bool:
    return asset in facts.outcomes and facts.outcomes[asset].status in GOOD


def _metadata(made: Made) -> dict[str, str | int]:
    metadata: dict[str, str | int] = {"status": made.known.status, "how": made.how}
    if made.rows is not None:
        metadata["dagster/partition_row_count"] = len(made.rows[made.asset])
    if made.known.error_code:
        metadata |= {"error_code": str(made.known.error_code), "message": made.known.message or ""}
    if made.source:
        metadata["taken_over_from"] = made.source
    return metadata


def kept_whole(
    planned: Planned,
    facts: FileFacts,
    *,
    wish: Wish,
    parameters_hash: Mapping[str, str],
    decisions: Mapping[str, str],
) -> FileResult | None:
    """Return the result of a file that need not be opened: the lake has it whole, only Dagster may not know yet.

    Args:
        planned: The planner's look at it.
        facts: What the lake has.
        wish: What the run wants.
        parameters_hash: By asset.
        decisions: By kind, the version of what a person decided on its audio.

    Returns:
        None where something is to be done.
    """
    if facts.stamp != planned.stamp or wish.anew:
        return None
    made: list[Made] = []
    outputs = {asset: known.output_versions for asset, known in facts.outcomes.items()} | {DECISIONS: decisions}
    for asset in ASSETS:
        if asset.name in wish.assets:
            known = facts.outcomes.get(asset.name)
            expected = Expected(asset.code_version, parameters_hash[asset.name], asset.inputs(outputs))
            if known is None or not is_current(known, expected, renew=wish.renew):
                return None
            made.append(Made(asset.name, known, "kept"))
    return FileResult(planned, made, finished=wish.is_whole)
