"""What the figures say: the dashboard now, reports and forecasts later."""
