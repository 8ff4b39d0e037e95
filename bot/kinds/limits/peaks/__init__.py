"""How near traffic comes to the rate limits: the peak minutes of each hour, who drove them, and who is told."""
