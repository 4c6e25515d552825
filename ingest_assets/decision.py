"""What must be done for a file once it is known what it is: nothing, copy, cut again, or decode. Pure functions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ingest_assets import audio_features, discovered_files, fingerprints, segments
from ingest_assets.file_asset import DECISIONS, FileAsset
from ingest_assets.known_files import FileFacts
from ingest_assets.versions import Expected, Known, is_current, may_take_over
from music.contour import Contour, cut_again
from music.hints import Hints
from music.segmentation import Segmentation, SegmentParameters, Span

ASSETS: tuple[FileAsset, ...] = (
    discovered_files.ASSET,
    segments.ASSET,
    fingerprints.ASSET,
    audio_features.ASSET,
)
"""The assets of a visit, in the order of their graph."""
MEASURED: tuple[FileAsset, ...] = (fingerprints.ASSET, audio_features.ASSET)
"""Those that read the audio of each piece."""
HEARD_WITH = ("discovered_files.audio", "decisions.medium")
"""Of what segments reads, that on which silences depend."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a run wants of its files."""

    assets: frozenset[str]
    """The assets that were selected."""
    renew: bool
    """Results of older code or parameters are made anew as well."""
    anew: bool
    """A person asked for these very files: nothing is taken over."""

    @property
    def is_whole(self) -> bool:
        """Whether every asset of the visit was selected: only then is a file done with."""
        return self.assets.issuperset(asset.name for asset in ASSETS)


@dataclass(slots=True)
class Decision:
    """What is to be done for one file."""

    expected: dict[str, Expected] = field(default_factory=dict)
    """What each selected asset's result is made of; of measured ones the spans may still be unknown."""
    keep: set[str] = field(default_factory=set)
    """Results that stand."""
    take_over: dict[str, FileFacts] = field(default_factory=dict)
    """By asset: the file whose rows are copied."""
    recut: Segmentation | None = None
    """Boundaries cut again from stored silences."""
    recut_from: FileFacts | None = None
    measure: set[str] = field(default_factory=set)
    """Assets that need the audio."""
    spans: tuple[Span, ...] | None = None
    """The pieces, where they are known without the audio."""
    missing: set[str] = field(default_factory=set)
    """Assets whose input has no result."""


@dataclass(frozen=True, slots=True)
class Situation:
    """A file, what it was found to be, and what is known."""

    hints: Hints
    """What is said about its pieces."""
    outputs: Mapping[str, str]
    """The `output_versions` of its row in discovered_files."""
    facts: FileFacts
    twins: Sequence[FileFacts]
    """Other files with the same audio."""
    parameters_hash: Mapping[str, str]
    """By asset."""
    segment_parameters: SegmentParameters
    decisions: Mapping[str, str] = field(default_factory=dict)
    """By kind: the version of what a person decided on its audio; hints and parameters are as they said."""


def decide(situation: Situation, wish: Wish) -> Decision:
    """Return what must be done for a file that could be read."""
    decision = Decision()
    _decide_segments(situation, wish, decision)
    for asset in MEASURED:
        if asset.name in wish.assets:
            _decide_measured(asset, situation, wish, decision)
    return decision


def expected_of(asset: FileAsset, situation: Situation, span_outputs: Mapping[str, str]) -> Expected:
    """Return what a result of an asset would be made of, given the hashes of the pieces."""
    outputs = {"discovered_files": situation.outputs, "segments": span_outputs, DECISIONS: situation.decisions}
    inputs = asset.inputs(outputs)
    return Expected(asset.code_version, situation.parameters_hash[asset.name], inputs)


def _decide_segments(situation: Situation, wish: Wish, decision: Decision) -> None:
    asset, facts = segments.ASSET, situation.facts
    own = facts.outcomes.get(asset.name)
    if asset.name not in wish.assets:
        decision.spans = facts.spans or None
        return
    expected = decision.expected[asset.name] = expected_of(asset, situation, {})
    twin = _twin(asset, situation, expected, wish)
    if not wish.anew and is_current(own, expected, renew=wish.renew):
        decision.keep.add(asset.name)
        decision.spans = facts.spans
    elif twin is not None:
        decision.take_over[asset.name] = twin
        decision.spans = twin.spans
    elif not wish.anew and (alike := _heard_alike(situation, expected)) is not None:
        decision.recut_from, contour = alike
        decision.recut = cut_again(contour, situation.hints, situation.segment_parameters)
        decision.spans = decision.recut.spans
    else:
        decision.measure.add(asset.name)


def _decide_measured(asset: FileAsset, situation: Situation, wish: Wish, decision: Decision) -> None:
    if segments.ASSET.name in decision.measure:
        decision.measure.add(asset.name)
        return
    spans = {"spans": segments.spans_version(decision.spans)} if decision.spans else {}
    expected = decision.expected[asset.name] = expected_of(asset, situation, spans)
    own = situation.facts.outcomes.get(asset.name)
    if not wish.anew and is_current(own, expected, renew=wish.renew):
        decision.keep.add(asset.name)
    elif not decision.spans:
        decision.missing.add(asset.name)
    elif (twin := _twin(asset, situation, expected, wish)) is not None:
        decision.take_over[asset.name] = twin
    else:
        decision.measure.add(asset.name)


def _twin(asset: FileAsset, situation: Situation, expected: Expected, wish: Wish) -> FileFacts | None:
    """Return a file with the same audio whose result may stand for this one."""
    if wish.anew:
        return None
    usable = (
        twin for twin in situation.twins if may_take_over(twin.outcomes.get(asset.name), expected, renew=wish.renew)
    )
    return next(usable, None)


def _heard_alike(situation: Situation, expected: Expected) -> tuple[FileFacts, Contour] | None:
    """Return a file with the same audio, this one first, whose contour was made by the same code and parameters."""
    for facts in (situation.facts, *situation.twins):
        known = facts.outcomes.get(segments.ASSET.name)
        if _found_alike(known, expected) and (contour := facts.contour()) is not None:
            return facts, contour
    return None


def _found_alike(known: Known | None, expected: Expected) -> bool:
    return (
        known is not None
        and known.status == "done"
        and all(known.input_versions.get(name) == expected.input_versions.get(name) for name in HEARD_WITH)
        and (known.code_version, known.parameters_hash) == (expected.code_version, expected.parameters_hash)
    )
