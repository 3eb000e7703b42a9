"""Map nbgrader's steps onto this course's folders, so that its stock commands work as they are."""

from nbconvert.preprocessors import TagRemovePreprocessor

c = get_config()  # noqa: F821  (Jupyter provides it)

c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "notebooks"
c.CourseDirectory.submitted_directory = "submitted"
c.CourseDirectory.autograded_directory = "autograded"
c.CourseDirectory.feedback_directory = "feedback"

# nbgrader copies whatever lies beside a notebook into the release: neither the lesson's source nor
# its record must go.
c.CourseDirectory.ignore = [
    ".ipynb_checkpoints",
    "*.pyc",
    "__pycache__",
    ".DS_Store",
    "[0-9][0-9]_*.py",
    "made_from.json",
]

# What stands where a solution stood. The tests read it as "not done yet".
c.ClearSolutions.code_stub = {"python": "# YOUR CODE HERE\nraise NotImplementedError"}

# Answers to the questions to think about stay in solutions/.
c.GenerateAssignment.preprocessors.insert(0, TagRemovePreprocessor)
c.TagRemovePreprocessor.enabled = True
c.TagRemovePreprocessor.remove_cell_tags = {"answers"}

# A deleted test cell is put back rather than forgiven.
c.OverwriteCells.add_missing_cells = True

# Longer than any honest cell of the course takes on a slow laptop.
c.Execute.timeout = 120

# The last notebook of a submission may have been edited anywhere: go on after an error.
c.Execute.allow_errors = True
