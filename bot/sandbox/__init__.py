"""A Slack workspace and a Claude organization on loopback: the demo, the tests' doubles, the benchmarks' upstream."""
