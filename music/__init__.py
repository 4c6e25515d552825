"""What is true of music, as pure functions over arrays and values.

Belongs here: decoding, measuring, cutting, reading tags and names.
Does not: Dagster, network, databases, data frames, settings, clocks.
"""
