"""Advice on set points: `advise(ground, start, wish) -> Advice`, a pure call on a value. It only advises: nothing here can reach a plant."""
