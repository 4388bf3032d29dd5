"""Links and pixels, and who is behind them."""
