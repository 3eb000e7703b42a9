"""Write the page into a folder: ``python -m utils.playground DIR``."""

from __future__ import annotations

import sys
from pathlib import Path

from utils import playground

if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    playground.write(Path(sys.argv[1]))
    print(Path(sys.argv[1], playground.FOLDER, playground.ONE_FILE))
