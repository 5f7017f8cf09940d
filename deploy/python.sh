#!/usr/bin/env bash
# Print the path of a Python that is new enough.
set -euo pipefail
for name in python3 python3.13 python3.12 python3.11; do
  if path=$(command -v "$name") && "$path" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "$path"
    exit
  fi
done
echo "Boucle needs Python 3.11 or newer; none was found on PATH" >&2
exit 1
