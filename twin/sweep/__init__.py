"""Many what-ifs at once: studies, where they run, and what is kept of them."""
