"""What is written for Grafana and Prometheus: dashboards by grafana-foundation-sdk's builders, and alert rules."""
