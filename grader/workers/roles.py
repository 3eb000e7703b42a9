"""The roles of a worker, and the function in which each one starts.

- ``judge``: trusted; runs the test cells.
- ``answers``: runs a student's cells to answer the judge's calls by hand: with Python and NumPy
  only, without access to other libraries or to the reference answers.
- ``keras``: the same for exercises whose subject is Keras.
- ``notebook``: runs a student's cells to show their outputs, with all libraries.
"""

ENTRY_POINTS = {
    "judge": "grader.workers.judge:serve",
    "answers": "grader.workers.student:serve",
    "keras": "grader.workers.student:serve",
    "notebook": "grader.workers.notebook:serve",
}
