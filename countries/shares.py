"""How sure a share is. Pure."""

from __future__ import annotations

import math

_Z = 1.959964  # 95 %


def wilson(successes: int, trials: int) -> tuple[float, float] | None:
    """The 95 % score interval of a share (Wilson 1927, doi:10.1080/01621459.1927.10502953); None without trials."""
    if not trials:
        return None
    share = successes / trials
    denominator = 1 + _Z**2 / trials
    middle = (share + _Z**2 / (2 * trials)) / denominator
    half = _Z * math.sqrt(share * (1 - share) / trials + _Z**2 / (4 * trials**2)) / denominator
    # It holds the share, which rounding must not undo at 0 and 1.
    return max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half))
