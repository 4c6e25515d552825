"""How forceful a piece seems, from 0 to 1: its loudness (S0-48)."""

_HALF_LUFS = -16.0
"""Halfway between the level of broadcasts (-23 LUFS, EBU R 128) and that of loud masters (-9 LUFS)."""


def energy_of(integrated_lufs: float | None) -> float | None:
    """Return P / (P + P0), where P is the K-weighted mean power of a piece and P0 that of -16 LUFS.

    It is 0.5 at -16 LUFS, 0.17 at -23, 0.04 at -30, 0.80 at -10 and 0.93 at -5, rises with every decibel and
    reaches neither 0 nor 1. How fast or bright a piece is does not count: tempo and brightness have columns of their
    own, and a mean of unlike things could not be undone.

    Args:
        integrated_lufs: Loudness of all of it (EBU R 128), in LUFS; None gives None.
    """
    if integrated_lufs is None:
        return None
    return 1.0 / (1.0 + 10.0 ** ((_HALF_LUFS - integrated_lufs) / 10.0))
