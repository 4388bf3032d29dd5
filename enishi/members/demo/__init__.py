"""A believable organisation to look at: its people, its towns and fifteen years of membership."""
