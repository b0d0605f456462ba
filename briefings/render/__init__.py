"""Rendering: rows become one immutable Document, and every output is made from that value alone."""
