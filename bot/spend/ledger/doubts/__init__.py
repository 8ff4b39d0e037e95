"""Figures that fell: what one reading says is used once a second one says so, too."""
