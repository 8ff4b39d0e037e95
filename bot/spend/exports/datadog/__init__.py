"""Figures for Datadog: live ones by DogStatsD, and money by closed days as Custom Costs."""
