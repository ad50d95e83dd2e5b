"""Matrix products for the parser by numpy, in blocks of one size.

thinc's own product (BLIS from a wheel) picks a generic kernel on many processors: numpy's took a fifth to a third of
its time on the same matrices. Every block has the same number of rows, the last one padded, so a sentence's numbers
never depend on which sentences it is parsed with.
"""

from typing import Any

import numpy as np
from thinc.api import NumpyOps

_ROWS = 128


class BlockedOps(NumpyOps):  # type: ignore[misc]  # thinc ships no types for its compiled base
    """thinc's numpy operations with another `gemm`."""

    def gemm(self, x: Any, y: Any, out: Any = None, trans1: bool = False, trans2: bool = False) -> Any:
        """x @ y, each transposed first if asked; into `out` if given."""
        x, y = (x.T if trans1 else x), (y.T if trans2 else y)
        found = np.empty((x.shape[0], y.shape[1]), dtype=x.dtype) if out is None else out
        whole = x.shape[0] - x.shape[0] % _ROWS
        for first in range(0, whole, _ROWS):
            np.matmul(x[first : first + _ROWS], y, out=found[first : first + _ROWS])
        if rest := x.shape[0] - whole:
            padded = np.zeros((_ROWS, x.shape[1]), dtype=x.dtype)
            padded[:rest] = x[whole:]
            found[whole:] = (padded @ y)[:rest]
        return found
