"""Does the notebook in R run, and does it agree with Keras?"""

import re
from pathlib import Path

import jupytext
import numpy as np
import pytest
from jupyter_client.kernelspec import KernelSpecManager
from nbclient import NotebookClient

from data import build_small_cnn

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "solutions" / "extra_cnn_in_r" / "extra_cnn_in_r.R"


@pytest.mark.slow
def test_the_files_hold_what_keras_computes():
    digits = build_small_cnn.read("digits.csv")
    images = digits[:, 1:].reshape(-1, 28, 28, 1) / 255
    expected = build_small_cnn.read_network().predict(images, verbose=0)
    np.testing.assert_allclose(build_small_cnn.read("probabilities.csv"), expected, atol=1e-6)
    assert (expected.argmax(1) == digits[:, 0]).mean() > 0.85


@pytest.mark.slow
@pytest.mark.skipif(
    "ir" not in KernelSpecManager().find_kernel_specs(),
    reason="needs R with IRkernel: apt install r-base-core r-cran-irkernel r-cran-reticulate",
)
def test_r_agrees_with_keras_and_trains_a_network():
    notebook = jupytext.read(SOURCE)
    resources = {"metadata": {"path": str(SOURCE.parent)}}
    NotebookClient(notebook, timeout=300, kernel_name="ir", resources=resources).execute()
    said = "".join(
        output.get("text", "")
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
    )
    assert "44" in said
    assert "below 1e-5: TRUE" in said
    assert int(re.search(r"read correctly: (\d+) of 100", said)[1]) > 85
    assert float(re.search(r"accuracy on 2,000 test digits: ([\d.]+)", said)[1]) > 0.85
