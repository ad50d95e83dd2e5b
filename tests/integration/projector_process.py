"""A process of its own that projects until it is killed: conninfo is the only argument."""

import sys
import time

from infra.postgres import projections
from infra.postgres.pool import open_pool

projections.BATCH = 50
with open_pool(sys.argv[1], application_name="projector under test") as pool:
    while True:
        projections.project_all(pool)
        time.sleep(0.01)
