"""Alerts: amounts at whose passing a channel is told."""
