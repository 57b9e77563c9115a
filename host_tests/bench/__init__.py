"""What the driver costs: `python -m host_tests.bench`. Budgets are those of the README."""
