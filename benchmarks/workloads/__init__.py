"""The workloads, one a file: each drives the public API and returns its figures."""
