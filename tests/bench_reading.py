"""How fast the reader is, and how its cost grows with length; called by ``python -m tests.bench reading``."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable

from erqi.paths import RAW
from erqi.reading import cells, mentions, read, words
from erqi.reading.outline import outline
from erqi.sources import Document, load
from tests.shared import SHARED


def _documents() -> list[Document]:
    paths = sorted((SHARED / "corpus").glob("*.txt")) or sorted(RAW.glob("*.txt"))
    return [load(path) for path in paths]


def _cpu(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def _numerals(text: str) -> None:
    copy = words.normalise(text)
    mentions.find(text, copy, outline(copy), cells.find(copy))


def reading_benchmark() -> list[tuple[str, float, str]]:
    """Return (what, figure, unit) rows: speed over all documents, growth with length, memory.

    Seconds are CPU seconds of this process, so that other work on the machine disturbs them little.
    """
    documents = _documents()
    characters = sum(len(document.text) for document in documents)
    first = _cpu(lambda: [_numerals(document.text) for document in documents])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    both = _cpu(lambda: [read(document) for document in documents])
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    rows = [
        ("documents", float(len(documents)), ""),
        ("characters", float(characters), ""),
        ("mentions", round(characters / first), "characters a second"),
        ("mentions and statements", round(characters / both), "characters a second"),
        ("memory added by reading them all", round((after - before) / 1024, 1), "MB"),
    ]
    base = "".join(document.text for document in documents)[:1_000_000]
    base = base or "地区生产总值增长7.5%。" * 50_000
    one = None
    for times in (1, 2, 4):
        text = base * times
        seconds = _cpu(lambda text=text: read(Document("long", text)))  # type: ignore[misc]
        one = one or seconds
        rows.append(
            (f"cost of {len(text) / 1e6:.1f} million characters", round(seconds / one / times, 2), "times linear")
        )
    unbroken = "推动产业项目建设投资12亿元" * 80_000
    rows.append(
        ("one million characters without a stop", round(_cpu(lambda: read(Document("long", unbroken))), 2), "s")
    )
    return rows


if __name__ == "__main__":
    for what, figure, unit in reading_benchmark():
        print(f"{what:45} {figure:>14,.10g} {unit}")
