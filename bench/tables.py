"""Cells that the comparisons' tables share."""

import statistics


def spread(values, digits, sign=""):
    """Median and range; of one value only that."""
    values = sorted(values)
    if len(values) == 1:
        return f"{values[0]:.{digits}f}{sign}"
    return f"{statistics.median(values):.{digits}f}{sign} ({values[0]:.{digits}f}-{values[-1]:.{digits}f})"


def agreement(pairs, dropout):
    """HF prints losses with 4 decimals, so equal to 4 decimals means at most one unit of the last."""
    if dropout:
        return "masks differ"
    worst = max(
        abs(ours - theirs)
        for peer, shoal in pairs
        for theirs, ours in zip(peer.watched.losses, shoal.watched.losses)
    )
    return f"{'equal' if worst < 1.5e-4 else 'DIFFER'} (worst {worst:.1e})"
