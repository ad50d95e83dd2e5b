"""Everything that touches the outside: databases, queues, files, the language model."""

import os

# before anything imports numpy, which reads it once: the parser's matrices are too small for threads of their own,
# which spin and take the core from each other (measured on one core: a fourth of the speed)
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
