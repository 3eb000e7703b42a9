import gzip
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from utils import data

ROOT = Path(__file__).resolve().parents[2]
IMAGES, LABELS = 0x803, 0x801


def make_set(count, seed=0):
    random = np.random.default_rng(seed)
    images = random.integers(0, 256, (count, 28, 28), dtype=np.uint8)
    return images, random.integers(0, 10, count, dtype=np.uint8)


def idx(array, magic=None):
    magic = magic or (IMAGES if array.ndim == 3 else LABELS)
    return struct.pack(f">{1 + array.ndim}I", magic, *array.shape) + array.tobytes()


def write_idx(folder, train=None, test=None, dotted=False, zipped=False):
    sign = "." if dotted else "-"
    for part, pair in (("train", train), ("t10k", test)):
        if pair is None:
            continue
        for array, kind in zip(pair, ("images{}idx3-ubyte", "labels{}idx1-ubyte"), strict=True):
            name = f"{part}-{kind.format(sign)}"
            content = idx(array)
            if zipped:
                name, content = name + ".gz", gzip.compress(content)
            (folder / name).write_bytes(content)


@pytest.fixture
def mnist_dir(tmp_path, monkeypatch):
    monkeypatch.setenv("MNIST_DIR", str(tmp_path))
    return tmp_path


def assert_same(got, train, test):
    for one, other in zip([*got[0], *got[1]], [*train, *test], strict=True):
        np.testing.assert_array_equal(one, other)
        assert one.dtype == np.uint8


class TestBundledMnist:
    # How many of each digit MNIST's 10,000 test images have.
    COUNTS = (980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009)

    def test_has_8000_images_for_training_and_2000_for_testing(self):
        (x_train, y_train), (x_test, y_test) = data.load_digits(announce=False)
        assert x_train.shape == (8000, 28, 28)
        assert x_test.shape == (2000, 28, 28)
        assert y_train.shape == (8000,)
        assert y_test.shape == (2000,)
        assert {array.dtype for array in (x_train, y_train, x_test, y_test)} == {np.dtype("uint8")}

    def test_every_image_is_there_once(self):
        (x_train, _), (x_test, _) = data.load_digits(announce=False)
        images = np.concatenate([x_train, x_test]).reshape(10_000, -1)
        assert len(np.unique(images, axis=0)) == 10_000

    def test_one_in_five_of_each_digit_is_for_testing(self):
        (_, y_train), (_, y_test) = data.load_digits(announce=False)
        tested = np.bincount(y_test)
        assert tuple(np.bincount(y_train) + tested) == self.COUNTS
        assert abs(tested - np.array(self.COUNTS) / 5).max() <= 1

    def test_is_what_its_script_makes(self):
        source = ROOT.parent / "shared" / "data" / "mnist10k"
        if not source.is_dir():
            pytest.skip(f"needs MNIST's test images in {source}")
        made = data.split_stratified(*data.read_test_images(source))
        with np.load(ROOT / "data" / "mnist10k.npz") as shipped:
            assert list(made) == list(shipped)
            for key in made:
                np.testing.assert_array_equal(made[key], shipped[key])

    def test_a_file_is_missing(self, tmp_path):
        write_idx(tmp_path, train=make_set(3))
        with pytest.raises(FileNotFoundError, match="t10k-images-idx3-ubyte"):
            data.read_test_images(tmp_path)

    def test_says_which_data_it_is(self, capsys):
        data.load_digits()
        said = capsys.readouterr().out
        assert "MNIST's 10,000 test images" in said
        assert "8,000 images to train with, 2,000 to test" in said

    def test_announces_nothing_if_asked_not_to(self, capsys):
        data.load_digits(announce=False)
        assert capsys.readouterr().out == ""


class TestMnistFolder:
    @pytest.mark.parametrize("dotted", [False, True])
    @pytest.mark.parametrize("zipped", [False, True])
    def test_reads_idx_files_in_every_spelling(self, mnist_dir, dotted, zipped):
        train, test = make_set(30), make_set(10, seed=1)
        write_idx(mnist_dir, train, test, dotted, zipped)
        assert_same(data.load_digits("mnist"), train, test)

    def test_reads_an_npz(self, mnist_dir):
        train, test = make_set(30), make_set(10, seed=1)
        arrays = dict(zip(data.KEYS, (*train, *test), strict=True))
        np.savez(mnist_dir / "mnist.npz", **arrays)
        assert_same(data.load_digits("mnist"), train, test)

    def test_unpacks_a_gzipped_file_without_gz_in_its_name(self, mnist_dir):
        train, test = make_set(30), make_set(10, seed=1)
        write_idx(mnist_dir, train, test)
        path = mnist_dir / "train-images-idx3-ubyte"
        path.write_bytes(gzip.compress(path.read_bytes()))
        assert_same(data.load_digits("mnist"), train, test)

    def test_results_can_be_written_to(self, mnist_dir):
        write_idx(mnist_dir, make_set(3), make_set(2))
        (x_train, _), _ = data.load_digits("mnist")
        x_train[:] = 0

    def test_splits_the_test_images_if_they_are_all_there_is(self, mnist_dir, capsys):
        images, labels = make_set(100)
        write_idx(mnist_dir, test=(images, labels), zipped=True)
        (x_train, y_train), (x_test, y_test) = data.load_digits("mnist")
        assert (len(x_train), len(x_test)) == (80, 20)
        said = capsys.readouterr().out
        assert "test images only" in said
        assert "80 images to train" in said
        rows = {image.tobytes(): label for image, label in zip(images, labels, strict=True)}
        for image, label in zip([*x_train, *x_test], [*y_train, *y_test], strict=True):
            assert rows.pop(image.tobytes()) == label
        assert not rows

    def test_names_what_a_folder_lacks(self, mnist_dir):
        write_idx(mnist_dir, make_set(3), make_set(2))
        (mnist_dir / "train-labels-idx1-ubyte").unlink()
        with pytest.raises(FileNotFoundError, match="train-labels-idx1-ubyte"):
            data.load_digits("mnist")

    def test_training_files_alone_are_not_enough(self, mnist_dir):
        write_idx(mnist_dir, train=make_set(3))
        with pytest.raises(FileNotFoundError, match="t10k-images"):
            data.load_digits("mnist")

    def test_refuses_an_empty_folder_and_says_what_to_do(self, mnist_dir):
        with pytest.raises(FileNotFoundError, match="MNIST_DIR"):
            data.load_digits("mnist")

    def test_refuses_a_folder_that_is_not_there(self, monkeypatch, tmp_path):
        monkeypatch.setenv("MNIST_DIR", str(tmp_path / "nowhere"))
        with pytest.raises(FileNotFoundError, match="nowhere"):
            data.load_digits("mnist")


def cut(content):
    return content[:-5]


def lengthen(content):
    return content + b"\0"


def drop_all(content):
    return b""


def spoil_magic(content):
    return b"\x50" + content[1:]


def keep_half_of_gzip(content):
    return gzip.compress(content)[: len(content) // 2]


def spoil_gzip(content):
    packed = bytearray(gzip.compress(content))
    packed[len(packed) // 2] ^= 0xFF
    return bytes(packed)


def write_a_web_page(content):
    return b"<!DOCTYPE html><html>404 not found</html>"


class TestDamage:
    @pytest.mark.parametrize(
        "damage",
        [
            cut,
            lengthen,
            drop_all,
            spoil_magic,
            keep_half_of_gzip,
            spoil_gzip,
            write_a_web_page,
        ],
    )
    @pytest.mark.parametrize("name", ["train-images-idx3-ubyte", "t10k-labels-idx1-ubyte"])
    def test_names_the_damaged_file(self, mnist_dir, damage, name):
        write_idx(mnist_dir, make_set(30), make_set(10))
        path = mnist_dir / name
        path.write_bytes(damage(path.read_bytes()))
        with pytest.raises(ValueError, match=name):
            data.load_digits("mnist")

    @pytest.mark.parametrize("shape", [(3, 27, 28), (3, 28, 29), (3, 14, 56), (0, 28, 28)])
    def test_refuses_images_of_another_shape(self, mnist_dir, shape):
        write_idx(mnist_dir, make_set(3), make_set(2))
        path = mnist_dir / "train-images-idx3-ubyte"
        path.write_bytes(idx(np.zeros(shape, np.uint8)))
        with pytest.raises(ValueError, match="train-images"):
            data.load_digits("mnist")

    def test_refuses_labels_above_nine(self, mnist_dir):
        write_idx(mnist_dir, make_set(3), make_set(2))
        path = mnist_dir / "t10k-labels-idx1-ubyte"
        path.write_bytes(idx(np.array([3, 10], np.uint8)))
        with pytest.raises(ValueError, match=r"t10k-labels.* 10"):
            data.load_digits("mnist")

    def test_refuses_images_and_labels_of_different_number(self, mnist_dir):
        write_idx(mnist_dir, (make_set(4)[0], make_set(5)[1]), make_set(2))
        with pytest.raises(ValueError, match=r"4 images.*5 labels"):
            data.load_digits("mnist")

    def test_refuses_an_images_file_in_place_of_labels(self, mnist_dir):
        write_idx(mnist_dir, make_set(3), make_set(2))
        path = mnist_dir / "train-labels-idx1-ubyte"
        path.write_bytes(idx(make_set(3)[0]))
        with pytest.raises(ValueError, match="train-labels"):
            data.load_digits("mnist")


class TestDamagedArchive:
    def write(self, folder, **changes):
        arrays = dict(zip(data.KEYS, (*make_set(30), *make_set(10)), strict=True)) | changes
        arrays = {key: array for key, array in arrays.items() if array is not None}
        np.savez(folder / "mnist.npz", **arrays)
        return folder / "mnist.npz"

    @pytest.mark.parametrize(
        ("changes", "says"),
        [
            ({"x_test": None}, "x_test"),
            ({"x_train": np.zeros((30, 28, 28))}, "float64"),
            ({"x_train": np.zeros((30, 784), np.uint8)}, "784"),
            ({"y_train": np.zeros((30, 10), np.uint8)}, "labels"),
            ({"y_test": np.full(10, 11, np.uint8)}, "11"),
            ({"y_test": np.zeros(9, np.uint8)}, "9 labels"),
            ({"y_test": np.array([None] * 10)}, "mnist.npz"),
        ],
    )
    def test_says_what_is_wrong_with_an_array(self, mnist_dir, changes, says):
        self.write(mnist_dir, **changes)
        with pytest.raises(ValueError, match=r"mnist\.npz") as raised:
            data.load_digits("mnist")
        assert says in str(raised.value)

    @pytest.mark.parametrize("damage", [cut, drop_all, write_a_web_page])
    def test_names_a_damaged_archive(self, mnist_dir, damage):
        path = self.write(mnist_dir)
        path.write_bytes(damage(path.read_bytes()))
        with pytest.raises(ValueError, match=r"mnist\.npz is damaged"):
            data.load_digits("mnist")

    def test_notices_a_changed_byte(self, mnist_dir):
        path = self.write(mnist_dir)
        content = bytearray(path.read_bytes())
        content[5000] ^= 1
        path.write_bytes(bytes(content))
        with pytest.raises(ValueError, match=r"mnist\.npz is damaged"):
            data.load_digits("mnist")

    def test_a_missing_bundled_file_is_named(self, monkeypatch, tmp_path):
        monkeypatch.setattr(data, "DATA", tmp_path)
        with pytest.raises(FileNotFoundError, match=r"mnist10k\.npz"):
            data.load_digits()


class FakeKeras:
    """Stands in for keras.datasets.mnist, so that no test needs the network or TensorFlow."""

    def __init__(self, result):
        self.result = result

    def load_data(self):
        if isinstance(self.result, Exception):
            raise self.result
        return self.result


@pytest.fixture
def keras_gives(monkeypatch):
    monkeypatch.delenv("MNIST_DIR", raising=False)

    def use(result):
        package = type(sys)("keras.datasets")
        package.mnist = FakeKeras(result)
        monkeypatch.setitem(sys.modules, "keras", type(sys)("keras"))
        monkeypatch.setitem(sys.modules, "keras.datasets", package)

    return use


class TestKeras:
    def test_gives_what_keras_has(self, keras_gives, capsys):
        train, test = make_set(30), make_set(10, seed=1)
        keras_gives((train, test))
        assert_same(data.load_digits("mnist"), train, test)
        assert "MNIST, from Keras" in capsys.readouterr().out

    def test_says_what_to_do_without_a_network(self, keras_gives):
        keras_gives(Exception("URL fetch failure"))
        with pytest.raises(FileNotFoundError, match="MNIST_DIR") as raised:
            data.load_digits("mnist")
        assert "URL fetch failure" in str(raised.value)

    def test_an_empty_variable_is_as_good_as_none(self, keras_gives, monkeypatch):
        keras_gives((make_set(3), make_set(2)))
        monkeypatch.setenv("MNIST_DIR", "")
        (x_train, _), _ = data.load_digits("mnist")
        assert len(x_train) == 3


class TestNames:
    @pytest.mark.parametrize("name", ["MNIST", "fashion", "", None, 3])
    def test_an_unknown_set_is_refused(self, name):
        with pytest.raises(ValueError, match=r"mnist10k.*mnist"):
            data.load_digits(name)

    def test_loading_imports_neither_keras_nor_tensorflow(self):
        code = (
            "import sys; from utils import data; data.load_digits(); data.photograph('cat'); "
            "assert not {'keras', 'tensorflow'} & set(sys.modules)"
        )
        subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


class TestPhotographs:
    @pytest.mark.parametrize("name", data.PHOTOGRAPHS)
    def test_each_is_an_array_of_bytes(self, name):
        image = data.photograph(name)
        assert image.dtype == np.uint8
        assert image.ndim == 2 or image.shape[2] == 3
        assert min(image.shape[:2]) >= 300
        assert np.ptp(image) > 200

    @pytest.mark.parametrize("name", data.PHOTOGRAPHS)
    def test_each_is_attributed_with_its_shape(self, name):
        text = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
        row = next(line for line in text.splitlines() if line.startswith(f"| `{name}` |"))
        assert str(data.photograph(name).shape) in row

    def test_a_copy_of_your_own(self):
        data.photograph("cat")[:] = 0
        assert data.photograph("cat").any()

    def test_an_unknown_one_is_refused_and_the_others_named(self):
        with pytest.raises(ValueError, match="astronaut"):
            data.photograph("dog")
