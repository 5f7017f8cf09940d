"""A site's physical parameters from its stored history: factors on datasheets, with intervals, tried on hours held out."""
