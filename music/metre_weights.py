"""What each observation about a pulse says of its being the beat.

Made by fitting a choice among the pulses of a piece to 744 pieces with known tempo in 109 styles: patterns played with
human and machine timing by two sets of sampled instruments, with and without drums, some coded at low bit rates, most
not. The fit is a conditional logit with a ridge penalty on standardised observations; three quarters of the likelihood
are for the notated tempo, one quarter is for it or its accepted second level. A positive number speaks for the beat.
"""

import numpy as np

REPEATS = (1 / 6, 1 / 4, 1 / 3, 1 / 2, 2 / 3, 3 / 4, 1, 4 / 3, 3 / 2, 2, 3, 4, 6, 8)
"""After how many beats repeats are looked at."""
ANSWERS = (0, 1 / 2, 1, 3 / 2, 2, 3, 4)
"""After how many beats answers are looked at."""

REPEATED = np.array(
    (
        (-4.84, 0.01, -0.40, 0.81, -0.83, 0.53, 2.09, -1.27, 0.18, 0.36, 2.34, -0.21, 1.07, 0.08),  # all
        (0.91, -2.78, -2.15, -1.46, 0.46, -0.46, -1.84, -1.48, -0.70, 0.19, 0.02, 0.88, -1.14, -0.73),  # low
        (-2.32, 1.78, -1.29, 0.20, 0.02, -0.77, -0.87, -0.95, -0.25, 0.73, 1.62, 1.81, 0.89, 0.04),  # bass
        (1.07, 1.78, 2.91, 0.84, 1.75, 1.04, 0.67, 0.00, 1.19, -0.73, 0.76, -0.21, -0.39, 0.06),  # middle
        (-2.02, 1.12, 0.63, 0.84, 0.84, 0.68, 0.21, -0.10, 0.06, -0.31, -0.51, -0.35, 0.33, 1.52),  # snare
        (-0.14, -1.37, 0.03, 0.38, 0.60, -0.59, 1.80, 0.66, -0.29, 0.94, 0.68, -0.17, -0.39, 1.45),  # high
        (-0.65, -1.73, -2.70, -1.35, 0.81, -0.27, 0.23, -0.51, -1.73, 0.06, 0.60, 2.58, -0.46, 1.01),  # slow
    )
)
"""For each voice, by the beats of `REPEATS`."""
ANSWERED = np.array(
    (
        (0.00, -0.61, 1.54, 1.44, 1.72, -1.84, 0.65),  # low and snare
        (0.00, 0.51, 4.11, 1.32, 0.16, 0.80, 0.35),  # low and high
        (0.00, -0.34, -1.29, 1.68, 1.62, -1.93, 1.12),  # bass and middle
    )
)
"""For each pair of registers, by the beats of `ANSWERS`."""
TEMPO = np.array((-0.519, -1.262, -0.218))
"""For the octaves of the period over 0.5 s, their square and their cube."""
PACE = np.array(
    (
        (-0.03, 0.04, 0.01, -0.16, -0.11, -0.08, -0.07),  # squared octaves of its notes in a beat
        (0.02, 0.18, 0.12, -0.20, -0.13, -0.08, -0.02),  # octaves of its notes in a second, times those of the period
    )
)
"""For each voice."""
VOICED = np.array((-0.813, 0.380, 1.298, 0.504, 0.620, -1.033))
"""For how much each register stands out (natural logarithm), times the octaves of the period."""
