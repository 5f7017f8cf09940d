"""What-if: `ask(ground, start, question) -> Answer`, a pure call on a value."""
