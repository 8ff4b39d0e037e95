"""The dashboard: today so far, 30, 60 and 90 days, the largest parts, and limits beside their use."""
