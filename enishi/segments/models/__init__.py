"""Tables of segments, by noun."""

from .membership import ManualMember, Movement, Pending, SegmentChange, SegmentMember
from .runs import ActionRun
from .scores import Group, Score
from .segments import Moving, Segment, SegmentQuerySet, SegmentVersion

__all__ = [
    "ActionRun",
    "Group",
    "ManualMember",
    "Movement",
    "Moving",
    "Pending",
    "Score",
    "Segment",
    "SegmentChange",
    "SegmentMember",
    "SegmentQuerySet",
    "SegmentVersion",
]
