"""Who is told of an event: the audiences, and the people and addresses behind them."""
