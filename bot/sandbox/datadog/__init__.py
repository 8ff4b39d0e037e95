"""A Datadog on loopback: an Agent that takes DogStatsD, and the Custom Costs of the API."""
