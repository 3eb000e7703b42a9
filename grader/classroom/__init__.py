"""Marking a class: submissions, gradebook, report, feedback and export."""
