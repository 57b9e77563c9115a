"""What runs on a computer: the simulated module, the CPython shim, tests, benchmarks."""
