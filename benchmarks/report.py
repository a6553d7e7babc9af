"""Runs a measurement, says each row in a line, and writes them down where somebody wants to keep them."""

from __future__ import annotations

import json
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any


def run(name: str, *, at_most: bool, keep: Path | None) -> bool:
    """Whether every limit holds. at_most: at the largest size too, which takes minutes; keep: a file for the rows."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        rows: list[dict[str, Any]] = import_module(f"benchmarks.{name}").rows(Path(folder), at_most=at_most)
    for row in rows:
        print(f"{row['what']}: {row['ours']} {row['unit']} ({row['hold']}: {'holds' if row['held'] else 'DOES NOT'})")
    if keep is not None:
        keep.write_text(json.dumps({"rows": rows}, indent=2), "utf-8")
    return all(row["held"] for row in rows)
