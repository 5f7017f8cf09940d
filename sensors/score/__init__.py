"""The referee: runs the hidden plant against the twin and counts. It alone knows both; neither knows it."""
