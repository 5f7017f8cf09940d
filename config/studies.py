"""Study files: many what-ifs at once, in `config/studies` or beside the user's own files."""
from __future__ import annotations

from config.named import Named

STUDIES = Named("study", "studies", "vary")
known_studies, study_path, is_study = STUDIES.known, STUDIES.path, STUDIES.holds
