"""What an organization could do better: findings, each a rule of its own, accepted until a day, told weekly what is new."""
