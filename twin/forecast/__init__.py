"""The next hours from the present belief: what goes on by itself, how sure that is, and how well it was foretold."""
