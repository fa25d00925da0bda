"""Models that run inside the worker, with weights from installed packages."""
