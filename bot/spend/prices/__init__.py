"""The list prices of models by day: a data file with its sources, and what tokens cost at them."""
