"""Shares as the learning page prints them."""

from __future__ import annotations

from django import template

register = template.Library()


@register.filter
def percent(share: float) -> str:
    """0.834 as "83 %"."""
    return f"{share * 100:.0f} %"


@register.filter
def interval(bounds: tuple[float, float]) -> str:
    """(0.61, 0.94) as "(61–94)"."""
    low, high = bounds
    return f"({low * 100:.0f}–{high * 100:.0f})"
