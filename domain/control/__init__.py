"""Who holds what: a pure assessment of all that is told of a place (CODEBOOK.md, What events do to control)."""

from domain.control.assessment import Version, assess
from domain.control.evidence import ArticleFacts, ControlPolicy, Evidence, Party, evidence_from
from domain.control.record import control_rows

__all__ = ["ArticleFacts", "ControlPolicy", "Evidence", "Party", "Version", "assess", "control_rows", "evidence_from"]
