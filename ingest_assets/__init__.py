"""The assets, one module each, the batch that makes them, and the command `linernotes`.

Belongs here: what an asset is, its rows, its checks, its jobs.
Does not: arithmetic on audio (music), storage (lake), the outside world (resources).
"""
