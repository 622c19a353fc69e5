"""Random numbers that are the same on every machine and with every numpy version.

``RandomState`` is numpy's frozen generator (NEP 19), and of it only uniform numbers are taken: what is made
of them here and in ``sample_figures`` needs +, -, × and ÷ alone, which IEEE 754 fixes to the last bit.
Logarithms, powers and ``np.interp`` may differ between processors, so they are not used.
"""

from collections.abc import Mapping

import numpy as np

SQRT_3 = 1.7320508075688772


class Draws:
    """A stream of random numbers in a fixed order.

    Parameters
    ----------
    *seed : int
        Each 0 … 2³² − 1; different tuples give different streams.

    Examples
    --------
    >>> [float(number) for number in Draws(35, 0).uniform(2)]
    [0.49644732986550943, 0.27085824915537804]
    """

    def __init__(self, *seed: int):
        self._state = np.random.RandomState(list(seed))

    def uniform(self, *shape: int) -> np.ndarray:
        """Numbers in [0, 1)."""
        return self._state.random_sample(shape)

    def whole(self, low: int, high: int, *shape: int) -> np.ndarray:
        """Whole numbers from low to high, both included."""
        return low + np.floor(self.uniform(*shape) * (high - low + 1)).astype("int64")

    def chance(self, share: float | np.ndarray, *shape: int) -> np.ndarray:
        """True in that share of cases."""
        return self.uniform(*shape) < share

    def bell(self, *shape: int) -> np.ndarray:
        """Bell-shaped numbers of mean 0 and deviation 1, within ±3.47: the sum of four uniform ones."""
        first, second, third, fourth = (self.uniform(*shape) for _ in range(4))
        return (first + second + third + fourth - 2.0) * SQRT_3

    def pick(self, weights: Mapping[object, float], count: int) -> np.ndarray:
        """Keys, each as often as its weight says; the weights need not add up to 1."""
        bounds = np.cumsum(np.array(list(weights.values()), dtype="float64"))
        places = np.searchsorted(bounds, self.uniform(count) * bounds[-1], side="right")
        return np.array(list(weights))[np.minimum(places, len(bounds) - 1)]


def doublings(exponent: np.ndarray) -> np.ndarray:
    """About 2 ** exponent, by straight lines between the whole powers, exactly alike on every machine.

    Examples
    --------
    >>> doublings(np.array([-1.0, 0.0, 0.5, 3.0])).tolist()
    [0.5, 1.0, 1.5, 8.0]
    """
    whole = np.floor(exponent)
    return np.ldexp(1.0 + (exponent - whole), whole.astype("int32"))
