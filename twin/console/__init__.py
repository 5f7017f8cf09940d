"""The page: one application with its static files, no build step."""
