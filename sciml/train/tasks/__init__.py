"""What the training loop asks of a problem, and the problems it knows."""
