"""The pictures of the README: `python -m host_tests.pictures` draws them anew."""
