"""The visit of one file, from the planner's look at it to its result: what is asked of the worker and what it means."""

import os
from dataclasses import dataclass, field, replace

from ingest_assets import discovered_files
from ingest_assets.corrections import Correction
from ingest_assets.decision import ASSETS, Decision, Situation, Wish, decide, expected_of
from ingest_assets.file_parameters import FileParameters
from ingest_assets.file_result import (
    FileResult,
    Made,
    Row,
    decided,
    discovered,
    events_of,
    measured,
    not_made,
)
from ingest_assets.known_files import FileFacts, KnownFiles
from ingest_assets.segments import spans_version
from ingest_assets.versions import Expected
from music.contour import cut_again
from music.error_codes import ErrorCode
from music.hints import Hints
from music.measurement import Measurement, MeasureRequest
from resources.folders import join
from resources.leases import Planned
from resources.reading import Probed, ReadTask
from resources.settings import Root

Signature = tuple[str, frozenset[str], str]
"""What a measurement is of: audio, assets, parameters, and the pieces where they are known."""


@dataclass(slots=True)
class FileVisit:
    """One file on its way."""

    planned: Planned
    root: Root
    facts: FileFacts
    wish: Wish
    parameters: FileParameters
    row: Row = field(init=False)
    tag_fault: tuple[ErrorCode, str] | None = None
    situation: Situation | None = None
    decision: Decision = field(default_factory=Decision)

    def __post_init__(self) -> None:
        """Begin the row of discovered_files with what the planner knows."""
        self.row = discovered_files.row_of(self.planned, first_seen_at=self.facts.first_seen_at)

    def task(self) -> ReadTask:
        """Return what the worker is to read."""
        return ReadTask(
            join(os.fsencode(self.root.path), self.planned.path),
            self.planned.size_bytes,
            self.planned.modified_ns,
            has_sidecars=self.planned.sidecars != "",
        )

    def probed(self, found: Probed, known: KnownFiles, *, spool: str) -> MeasureRequest | None:
        """Take in what the file is; return what is to be measured, None where nothing is.

        Args:
            found: What opening it told.
            known: What the lake has of its audio.
            spool: A folder for temporary files.
        """
        audio = found.probe.audio_sha256
        cue = found.cue_name
        cue_path = None
        if cue is not None:
            cue_path = discovered_files.show_path(join(os.path.dirname(self.planned.path), cue))
        self.row = discovered_files.probed(self.row, found.probe, found.hints, cue_path=cue_path)
        if found.probe.tags.warning:
            self.tag_fault = (ErrorCode.TAGS_UNREADABLE, found.probe.tags.warning)
        twins = known.twins(audio, of=self.planned.file_key)
        self.situation = self._situate(found.hints, twins, known.correction(audio))
        self.decision = decide(self.situation, self.wish) if self._is_known_as_it_is() else Decision()
        if not self.decision.measure:
            return None
        return self._request(found, self.situation, spool=spool)

    def _situate(self, hints: Hints, twins: list[FileFacts], correction: Correction) -> Situation:
        return Situation(
            hints=correction.hints(hints),
            outputs=discovered_files.output_versions(self.row),
            facts=self.facts,
            twins=twins,
            parameters_hash=self.parameters.hashes,
            segment_parameters=correction.parameters(self.parameters.segments),
            decisions=correction.versions,
        )

    def _request(self, found: Probed, situation: Situation, *, spool: str) -> MeasureRequest:
        return MeasureRequest(
            want_segments="segments" in self.decision.measure,
            want_fingerprints="fingerprints" in self.decision.measure,
            want_features="audio_features" in self.decision.measure,
            hints=situation.hints,
            segment_parameters=situation.segment_parameters,
            feature_parameters=self.parameters.features,
            spans=self.decision.spans,
            is_lossless=found.probe.is_lossless,
            expected_ticks=None if found.probe.duration_is_estimate else found.probe.duration_ticks,
            spool_directory=spool,
        )

    @property
    def signature(self) -> Signature:
        """What its measurement is of."""
        spans = spans_version(self.decision.spans) if self.decision.spans else ""
        made_of = f"{sorted(self.parameters.hashes.items())}{spans}"
        return (
            str(self.row["audio_sha256"]),
            frozenset(self.decision.measure),
            made_of,
        )

    def fitted(self, measurement: Measurement) -> Measurement | None:
        """Return a measurement of equal audio as it would be of this file; None where its hints divide it otherwise."""
        if self.situation is None or measurement.contour is None or measurement.segmentation is None:
            return measurement
        own = cut_again(measurement.contour, self.situation.hints, self.situation.segment_parameters)
        same = spans_version(own.spans) == spans_version(measurement.segmentation.spans)
        return replace(measurement, segmentation=own) if same else None

    def finished(self, measurement: Measurement | None, *, seconds: float) -> FileResult:
        """Return the result of a file that was read to its end."""
        if self.situation is None:
            raise AssertionError("a file is probed before it is finished")
        made = self._discovered(seconds=seconds)
        if not self._is_known_as_it_is():
            return self._result(self._left(*self._why_it_waits()))
        made += decided(self.planned, self.situation, self.decision)
        if measurement is not None:
            made += measured(self.planned, self.situation, self.decision, measurement)
        return self._result(made, decoded=measurement is not None)

    def failed(self, code: ErrorCode, message: str, *, seconds: float = 0.0) -> FileResult:
        """Return the result of a file that could not be read, or not to its end."""
        if code == ErrorCode.FILE_CHANGED:
            return FileResult(self.planned, [], finished=False)
        if self.situation is None:
            return self._unreadable(code, message, seconds=seconds)
        made = self._discovered(seconds=seconds)
        made += decided(self.planned, self.situation, self.decision)
        for asset in ASSETS:
            if asset.name in self.decision.measure:
                first = asset.name == "segments" or "segments" not in self.decision.measure
                expected = self.decision.expected.get(asset.name) or expected_of(asset, self.situation, {})
                status = "error" if first else "skipped"
                made.append(not_made(asset.name, expected, status=status, error=(code, message)))
        return self._result(made)

    def _unreadable(self, code: ErrorCode, message: str, *, seconds: float) -> FileResult:
        """The file itself is bad: that is its row; what comes after is skipped."""
        if "discovered_files" not in self.wish.assets:
            return self._result(self._left("error", (code, message)))
        made = [discovered(self.row, fault=(code, message), seconds=seconds)]
        return self._result(made + self._left("skipped", (code, message), remove=True))

    def _left(self, status: str, error: tuple[ErrorCode, str], *, remove: bool = False) -> list[Made]:
        return [
            not_made(
                asset.name,
                Expected(asset.code_version, self.parameters.hashes[asset.name], {}),
                status=status,
                error=error,
                remove=remove,
            )
            for asset in ASSETS
            if asset.name in self.wish.assets and asset.name != "discovered_files"
        ]

    def _discovered(self, *, seconds: float) -> list[Made]:
        if "discovered_files" not in self.wish.assets:
            return []
        return [discovered(self.row, fault=self.tag_fault, seconds=seconds)]

    def _is_known_as_it_is(self) -> bool:
        """Tell whether discovered_files, which the other assets read, is made with them or speaks of this audio."""
        return "discovered_files" in self.wish.assets or self.facts.audio_sha256 == self.row["audio_sha256"]

    def _why_it_waits(self) -> tuple[str, tuple[ErrorCode, str]]:
        if self.facts.audio_sha256 is None:
            return "skipped", (ErrorCode.INPUT_MISSING, "discovered_files has no result for this file: make it first")
        return "deferred", (ErrorCode.FILE_CHANGED, "its audio is not that of discovered_files: make that first")

    def _result(self, made: list[Made], *, decoded: bool = False) -> FileResult:
        result = FileResult(self.planned, made, decoded=decoded, finished=self.wish.is_whole)
        result.events = events_of(result, self.facts)
        return result
