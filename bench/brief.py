"""Every goal of the brief in one go: ``make bench-brief``. The page, the PDF and assembling, one after the other, each in a
process of its own, and their ratios once more at the end.
"""

from __future__ import annotations

import subprocess
import sys

PARTS = ("page", "pdf", "pdf_chromium", "assemble")


def main() -> None:
    ratios = []
    for part in PARTS:
        with subprocess.Popen([sys.executable, "-m", f"bench.{part}"], stdout=subprocess.PIPE, text=True) as process:
            for line in process.stdout or ():
                print(line, end="", flush=True)
                if line.startswith("ratio "):
                    ratios.append(line)
        if process.returncode:
            raise SystemExit(f"bench.{part} ended with {process.returncode}")
    print("\n" + "".join(ratios), end="")


if __name__ == "__main__":
    main()
