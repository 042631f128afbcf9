"""Figures, tables and words: take data, return what a page can show."""
