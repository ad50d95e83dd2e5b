"""PostgreSQL without installing it: a server in the data folder that commands share and nobody has to run."""

from infra.embedded.client import Status, lease, running, status, stop

__all__ = ["Status", "lease", "running", "status", "stop"]
