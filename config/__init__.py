"""What is installed: quantities, classes, site and equipment models, and their loader."""
from __future__ import annotations

import os

# Imported before numpy by every command: our matrices are small, and threads of BLAS would only take the cores from each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
