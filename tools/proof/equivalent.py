"""Mutants that are no mistakes: they do what the model answer does, or what the contract allows.

No test can catch them, and none should. Each stands here with its reason; one that is caught after
all, or that no operator makes, is an error of the proof.
"""

# ruff: noqa: E501

ORDER = "The elements may be looked at in any order."
ARRAYS = "Images, kernels and vectors arrive as arrays (the contract)."
ONE_FLOAT = "One float among the two is enough: the products are floats."
WIDE = "NumPy sums whole numbers in 64 bits and averages them in float64. (Half precision, where it would matter, is not marked.)"
FILLED = "Every element is written before it is read."
LAST_AXIS = "The last axis is the one that is counted from the front."
SAME_AXIS = "It is the same axis, counted from the back."
SCALAR = "NumPy's scalars are as good as Python's (the contract)."
ONE_IMAGE = "There is one image, of one channel (the contract): the last is the first."
ONE_CHANNEL = "Keras adds a channel axis of size 1 where it is missing."
INFERENCE = "Keras calls a model with training=False unless it is told otherwise."
OF_A_TENSOR = "NumPy turns a tensor into an array itself."
NO_MAXIMUM = "The largest of no numbers is a ValueError of NumPy's own."
MATMUL = "`@` raises a ValueError itself where the channels differ."
MEMBERS = "Membership does not depend on the order."

# By exercise: a reason, a line, and what it may as well be.
_GROUPS: dict[str, list[tuple[str, str, list[str]]]] = {
    "hex_to_rgb": [
        (
            ORDER,
            "if len(digits) != 6 or any((digit not in '0123456789abcdefABCDEF' for digit in digits)):",
            [
                "if len(digits) != 6 or any((digit not in '0123456789abcdefABCDEF' for digit in list(digits)[::-1])):"
            ],
        ),
        (
            "The text has six digits: from the start is from 0, and to the end is to 6.",
            "return (int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16))",
            [
                "return (int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:6], 16))",
                "return (int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:], 16))",
                "return (int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:7], 16))",
            ],
        ),
    ],
    "to_grayscale": [
        (
            "0.299 is a float, and so is its product with a whole number. (Half precision, where it would matter, is not marked.)",
            "red, green, blue = (image[:, :, channel].astype(float) for channel in range(3))",
            ["red, green, blue = (image[:, :, channel] for channel in range(3))"],
        ),
    ],
    "dense_parameters": [
        (
            "A product does not depend on the order of its factors.",
            "for length in image_shape:",
            ["for length in list(image_shape)[::-1]:"],
        ),
    ],
    "mean_image": [
        ("A length is never negative.", "if len(chosen) == 0:", ["if len(chosen) <= 0:"]),
        (WIDE, "return chosen.astype(float).mean(axis=0)", ["return chosen.mean(axis=0)"]),
    ],
    "correlate2d": [
        (
            ONE_FLOAT,
            "image, kernel = (np.asarray(image, dtype=float), np.asarray(kernel, dtype=float))",
            [
                "image, kernel = (np.asarray(image), np.asarray(kernel, dtype=float))",
                "image, kernel = (image, np.asarray(kernel, dtype=float))",
                "image, kernel = (np.asarray(image, dtype=float), np.asarray(kernel))",
                "image, kernel = (np.asarray(image, dtype=float), kernel)",
            ],
        ),
        (
            FILLED,
            "output = np.zeros((height - kh + 1, width - kw + 1))",
            ["output = np.ones((height - kh + 1, width - kw + 1))"],
        ),
        (LAST_AXIS, "for j in range(output.shape[1]):", ["for j in range(output.shape[-1]):"]),
    ],
    "convolve2d": [
        (
            ARRAYS,
            "return correlate2d(image, np.asarray(kernel)[::-1, ::-1])",
            ["return correlate2d(image, kernel[::-1, ::-1])"],
        ),
    ],
    "correlate_channels": [
        (
            ARRAYS,
            "volume, kernels = (np.asarray(volume), np.asarray(kernels))",
            [
                "pass",
                "volume, kernels = (volume, np.asarray(kernels))",
                "volume, kernels = (np.asarray(volume), kernels)",
            ],
        ),
        (
            LAST_AXIS,
            "channels, filters = kernels.shape[2:]",
            ["channels, filters = kernels.shape[-2:]"],
        ),
    ],
    "gradient_magnitude": [
        (
            "The length of (gx, gy) is that of (gy, gx).",
            "gx, gy = (np.asarray(gx, dtype=float), np.asarray(gy, dtype=float))",
            [
                "gy, gx = (np.asarray(gx, dtype=float), np.asarray(gy, dtype=float))",
                "gx, gy = (np.asarray(gy, dtype=float), np.asarray(gx, dtype=float))",
            ],
        ),
    ],
    "gradient_direction": [
        (
            ONE_FLOAT,
            "return np.degrees(np.arctan2(np.asarray(gy, dtype=float), np.asarray(gx, dtype=float)))",
            [
                "return np.degrees(np.arctan2(np.asarray(gy), np.asarray(gx, dtype=float)))",
                "return np.degrees(np.arctan2(gy, np.asarray(gx, dtype=float)))",
                "return np.degrees(np.arctan2(np.asarray(gy, dtype=float), np.asarray(gx)))",
                "return np.degrees(np.arctan2(np.asarray(gy, dtype=float), gx))",
            ],
        ),
    ],
    "conv_parameters": [
        (
            MEMBERS,
            "if isinstance(kernel_size, (tuple, list)):",
            ["if isinstance(kernel_size, (list, tuple)):"],
        ),
        (
            "A pair comes as a tuple, in the contract and in the tests.",
            "if isinstance(kernel_size, (tuple, list)):",
            ["if isinstance(kernel_size, (tuple,)):"],
        ),
        (
            "Height times width is width times height.",
            "height, width = kernel_size",
            ["width, height = kernel_size"],
        ),
    ],
    "trace_shapes": [
        (
            "The input's shape comes as a tuple.",
            "shapes, shape = ([], tuple(input_shape))",
            ["shapes, shape = ([], input_shape)"],
        ),
        (SCALAR, "shape = (int(np.prod(shape)),)", ["shape = (np.prod(shape),)"]),
        (
            "No shape is shorter than one axis.",
            "elif kind == 'dense' and len(shape) == 1:",
            ["elif kind == 'dense' and len(shape) <= 1:"],
        ),
        (
            MEMBERS,
            "elif kind in ('conv', 'pool') and len(shape) == 3:",
            ["elif kind in ('pool', 'conv') and len(shape) == 3:"],
        ),
        (
            "No shape is longer than three axes.",
            "elif kind in ('conv', 'pool') and len(shape) == 3:",
            ["elif kind in ('conv', 'pool') and len(shape) >= 3:"],
        ),
        (
            "A flat input has one side: taking it apart into rows and columns raises a ValueError, to which the given frame adds the index.",
            "elif kind in ('conv', 'pool') and len(shape) == 3:",
            [
                "elif kind in ('conv', 'pool'):",
                "elif kind in ('conv', 'pool') and len(shape) <= 3:",
            ],
        ),
        (
            "Of *conv* and *pool*, which alone come here, only *conv* is not after *conv*.",
            "window = layer['kernel'] if kind == 'conv' else layer['size']",
            ["window = layer['kernel'] if kind <= 'conv' else layer['size']"],
        ),
        (
            MEMBERS,
            "sides = window if isinstance(window, (tuple, list)) else (window, window)",
            ["sides = window if isinstance(window, (list, tuple)) else (window, window)"],
        ),
        (
            "A pair comes as a tuple, in the contract and in the tests.",
            "sides = window if isinstance(window, (tuple, list)) else (window, window)",
            ["sides = window if isinstance(window, (tuple,)) else (window, window)"],
        ),
        (
            "Of *conv* and *pool*, which alone come here, only *conv* is not after *conv*.",
            "stride = layer.get('stride', 1 if kind == 'conv' else window)",
            ["stride = layer.get('stride', 1 if kind <= 'conv' else window)"],
        ),
        (
            "A pool has no padding (the contract), so it does not matter who is asked for it.",
            "padding = layer.get('padding', 'valid') if kind == 'conv' else 'valid'",
            [
                "padding = layer.get('padding', 'valid')",
                "padding = layer.get('padding', 'valid') if kind >= 'conv' else 'valid'",
            ],
        ),
        (
            "Of *conv* and *pool*, which alone come here, only *conv* is not after *conv*.",
            "padding = layer.get('padding', 'valid') if kind == 'conv' else 'valid'",
            ["padding = layer.get('padding', 'valid') if kind <= 'conv' else 'valid'"],
        ),
        (
            "zip ends with the two sides of the window.",
            "rows, columns = [output_size(n, k, 0, stride) for n, k in zip(shape[:2], sides)]",
            [
                "rows, columns = [output_size(n, k, 0, stride) for n, k in zip(shape[:], sides)]",
                "rows, columns = [output_size(n, k, 0, stride) for n, k in zip(shape[:3], sides)]",
            ],
        ),
        (
            "Of *conv* and *pool*, which alone come here, only *conv* is not after *conv*.",
            "shape = (rows, columns, layer['filters'] if kind == 'conv' else shape[2])",
            ["shape = (rows, columns, layer['filters'] if kind <= 'conv' else shape[2])"],
        ),
    ],
    "pool2d": [
        (
            WIDE,
            "image = np.asarray(image, dtype=float)",
            ["pass", "image = np.asarray(image)", "image = image"],
        ),
        (
            FILLED,
            "output = np.zeros(((height - size) // stride + 1, (width - size) // stride + 1))",
            ["output = np.ones(((height - size) // stride + 1, (width - size) // stride + 1))"],
        ),
        (LAST_AXIS, "for j in range(output.shape[1]):", ["for j in range(output.shape[-1]):"]),
    ],
    "global_pool": [
        (
            WIDE,
            "volume = np.asarray(volume, dtype=float)",
            ["pass", "volume = np.asarray(volume)", "volume = volume"],
        ),
        (
            "There are two modes, and *average* comes before *max*.",
            "return volume.max(axis=(0, 1)) if mode == 'max' else volume.mean(axis=(0, 1))",
            ["return volume.max(axis=(0, 1)) if mode >= 'max' else volume.mean(axis=(0, 1))"],
        ),
        (
            "The axes of a reduction may come in any order.",
            "return volume.max(axis=(0, 1)) if mode == 'max' else volume.mean(axis=(0, 1))",
            [
                "return volume.max(axis=(1, 0)) if mode == 'max' else volume.mean(axis=(0, 1))",
                "return volume.max(axis=(0, 1)) if mode == 'max' else volume.mean(axis=(1, 0))",
            ],
        ),
    ],
    "shift": [
        (ARRAYS, "image = np.asarray(image)", ["pass", "image = image"]),
    ],
    "match_feature": [
        (
            ONE_FLOAT,
            "image, feature = (np.asarray(image, dtype=float), np.asarray(feature, dtype=float))",
            [
                "image, feature = (np.asarray(image), np.asarray(feature, dtype=float))",
                "image, feature = (image, np.asarray(feature, dtype=float))",
                "image, feature = (np.asarray(image, dtype=float), np.asarray(feature))",
                "image, feature = (np.asarray(image, dtype=float), feature)",
            ],
        ),
        (
            FILLED,
            "match_map = np.zeros((height - fh + 1, width - fw + 1))",
            ["match_map = np.ones((height - fh + 1, width - fw + 1))"],
        ),
        (
            LAST_AXIS,
            "for j in range(match_map.shape[1]):",
            ["for j in range(match_map.shape[-1]):"],
        ),
    ],
    "template_score": [
        (
            WIDE,
            "vector, template = (np.asarray(vector, dtype=float), np.asarray(template))",
            [
                "pass",
                "vector, template = (np.asarray(vector), np.asarray(template))",
                "vector, template = (vector, np.asarray(template))",
            ],
        ),
        (
            ARRAYS,
            "vector, template = (np.asarray(vector, dtype=float), np.asarray(template))",
            ["vector, template = (np.asarray(vector, dtype=float), template)"],
        ),
        (
            SCALAR,
            "return float(np.mean(vector[template == template.max()]))",
            ["return np.mean(vector[template == template.max()])"],
        ),
        (
            "Nothing is greater than the maximum.",
            "return float(np.mean(vector[template == template.max()]))",
            ["return float(np.mean(vector[template >= template.max()]))"],
        ),
    ],
    "classify": [
        (
            "max raises ValueError itself where there is nothing to choose from.",
            "if not templates: / raise ValueError(...)",
            ["pass"],
        ),
        (
            "max raises ValueError itself where there is nothing to choose from.",
            "raise ValueError(...)",
            ["pass"],
        ),
    ],
    "build_cnn": [
        (
            "Keras's own default is a pool of 2.",
            "… 'relu'), layers.MaxPooling2D(2), layers.Flatten() …",
            ["… 'relu'), layers.MaxPooling2D(), layers.Flatten() …"],
        ),
    ],
    "accuracy_under_shift": [
        (
            LAST_AXIS,
            "right = predict(moved).argmax(axis=1) == labels",
            ["right = predict(moved).argmax(axis=-1) == labels"],
        ),
        (SCALAR, "accuracies.append(float(right.mean()))", ["accuracies.append(right.mean())"]),
    ],
    "forward_by_hand": [
        (
            "Weights of Keras are floats, and so are their products with whole numbers.",
            "image = np.asarray(image, dtype=float)",
            ["pass", "image = np.asarray(image)", "image = image"],
        ),
        (FILLED, "feature_map = np.zeros((2, 2))", ["feature_map = np.ones((2, 2))"]),
        (
            "A further 0 changes nothing: the largest is taken after ReLU.",
            "feature_map = np.zeros((2, 2))",
            ["feature_map = np.zeros((3, 2))", "feature_map = np.zeros((2, 3))"],
        ),
        (
            "The four sums change places, and their largest is taken.",
            "feature_map[i, j] = np.sum(image[i:i + 3, j:j + 3] * kernel[:, :, 0, 0]) + bias[0]",
            [
                "feature_map[j, i] = np.sum(image[i:i + 3, j:j + 3] * kernel[:, :, 0, 0]) + bias[0]",
                "feature_map[i, j] = np.sum(image[j:j + 3, i:i + 3] * kernel[:, :, 0, 0]) + bias[0]",
            ],
        ),
        (
            "There is one channel, one filter and one bias: the first is the last.",
            "feature_map[i, j] = np.sum(image[i:i + 3, j:j + 3] * kernel[:, :, 0, 0]) + bias[0]",
            [
                "feature_map[i, j] = np.sum(image[i:i + 3, j:j + 3] * kernel[:, :, -1, 0]) + bias[0]",
                "feature_map[i, j] = np.sum(image[i:i + 3, j:j + 3] * kernel[:, :, 0, -1]) + bias[0]",
                "feature_map[i, j] = np.sum(image[i:i + 3, j:j + 3] * kernel[:, :, 0, 0]) + bias[-1]",
            ],
        ),
        (
            "@ turns a list into an array.",
            "hidden = np.maximum(np.array([pooled]) @ w1 + b1, 0)",
            ["hidden = np.maximum([pooled] @ w1 + b1, 0)"],
        ),
    ],
    "mean_activation": [
        (
            ONE_FLOAT,
            "images, kernel = (np.asarray(images, dtype=float), np.asarray(kernel, dtype=float))",
            [
                "images, kernel = (np.asarray(images), np.asarray(kernel, dtype=float))",
                "images, kernel = (images, np.asarray(kernel, dtype=float))",
                "images, kernel = (np.asarray(images, dtype=float), np.asarray(kernel))",
                "images, kernel = (np.asarray(images, dtype=float), kernel)",
            ],
        ),
        (SCALAR, "return float(np.maximum(sums, 0).mean())", ["return np.maximum(sums, 0).mean()"]),
    ],
    "build_lenet5": [
        (
            "28 and 10 pixels are whole windows: nothing is left to pad.",
            "… ), layers.AveragePooling2D(2), layers.Conv2D(16 …",
            ["… ), layers.AveragePooling2D(2, padding='same'), layers.Conv2D(16 …"],
        ),
        (
            "28 and 10 pixels are whole windows: nothing is left to pad.",
            "… ), layers.AveragePooling2D(2), layers.Conv2D(120 …",
            ["… ), layers.AveragePooling2D(2, padding='same'), layers.Conv2D(120 …"],
        ),
    ],
    "layer_table": [
        (
            "The shape is a tuple already.",
            "return [(layer.name, tuple(layer.output.shape[1:]), layer.count_params()) for layer in model.layers]",
            [
                "return [(layer.name, layer.output.shape[1:], layer.count_params()) for layer in model.layers]"
            ],
        ),
    ],
    "pad_to": [
        (
            "NumPy raises ValueError itself where a picture does not fit into its place.",
            "if size < height or size < width:",
            [
                "if size < height and size < width:",
                "if size < height:",
                "if size < width:",
                "if size < width or size < width:",
                "if size < height or size < channels:",
                "if size < height or size < height:",
            ],
        ),
        (
            "A dtype is not asked for (the contract).",
            "padded = np.zeros((count, size, size, channels), images.dtype)",
            ["padded = np.zeros((count, size, size, channels))"],
        ),
    ],
    "receptive_field": [
        ("Both are 1.", "field, step = (1, 1)", ["step, field = (1, 1)"]),
    ],
    "random_shift": [
        (
            "A picture has two axes (H, W).",
            "height, width = image.shape[:2]",
            ["height, width = image.shape[:]", "height, width = image.shape[:3]"],
        ),
        (
            "Generator.integers cuts its bounds to whole numbers.",
            "right, down = (int(max_fraction * width), int(max_fraction * height))",
            [
                "right, down = (max_fraction * width, int(max_fraction * height))",
                "right, down = (int(max_fraction * width), max_fraction * height)",
            ],
        ),
    ],
    "augment": [
        (
            "The copies may come in any order (the contract).",
            "for image, label in zip(images, labels):",
            ["for image, label in list(zip(images, labels))[::-1]:"],
        ),
    ],
    "build_augmenter": [
        (
            "Keras takes a fraction's absolute value.",
            "def build_augmenter(max_fraction=0.2):",
            ["def build_augmenter(max_fraction=-0.2):"],
        ),
        (
            "Keras's own default is 0.",
            "return keras.layers.RandomTranslation(max_fraction, max_fraction, fill_mode='constant', fill_value=0.0)",
            [
                "return keras.layers.RandomTranslation(max_fraction, max_fraction, fill_mode='constant')"
            ],
        ),
    ],
    "robust_range": [
        (
            ORDER,
            "failed = [abs(shift) for shift, a in zip(shifts, accuracies) if a < floor]",
            [
                "failed = [abs(shift) for shift, a in list(zip(shifts, accuracies))[::-1] if a < floor]"
            ],
        ),
        (
            ORDER,
            "return max((abs(shift) for shift in shifts if abs(shift) < limit), default=-1)",
            [
                "return max((abs(shift) for shift in list(shifts)[::-1] if abs(shift) < limit), default=-1)"
            ],
        ),
    ],
    "numerical_gradient": [
        (
            "The quotient is the same for eps and for -eps.",
            "def numerical_gradient(f, w, eps=1e-05):",
            ["def numerical_gradient(f, w, eps=-1e-05):"],
        ),
        (FILLED, "gradient = np.zeros(w.shape)", ["gradient = np.ones(w.shape)"]),
        (
            ORDER,
            "for position in np.ndindex(w.shape):",
            ["for position in list(np.ndindex(w.shape))[::-1]:"],
        ),
        (
            "Two copies of one array are the same.",
            "above, below = (w.copy(), w.copy())",
            ["below, above = (w.copy(), w.copy())"],
        ),
    ],
    "kernel_gradient": [
        (
            ONE_FLOAT,
            "image, upstream = (np.asarray(image, dtype=float), np.asarray(upstream, dtype=float))",
            [
                "image, upstream = (np.asarray(image), np.asarray(upstream, dtype=float))",
                "image, upstream = (image, np.asarray(upstream, dtype=float))",
                "image, upstream = (np.asarray(image, dtype=float), np.asarray(upstream))",
                "image, upstream = (np.asarray(image, dtype=float), upstream)",
            ],
        ),
        (
            FILLED,
            "gradient = np.zeros((image.shape[0] - h + 1, image.shape[1] - w + 1))",
            ["gradient = np.ones((image.shape[0] - h + 1, image.shape[1] - w + 1))"],
        ),
        (
            LAST_AXIS,
            "gradient = np.zeros((image.shape[0] - h + 1, image.shape[1] - w + 1))",
            ["gradient = np.zeros((image.shape[0] - h + 1, image.shape[-1] - w + 1))"],
        ),
        (LAST_AXIS, "for b in range(gradient.shape[1]):", ["for b in range(gradient.shape[-1]):"]),
    ],
    "image_gradient": [
        (
            "A full convolution is commutative: kernel and upstream may change places.",
            "kernel, upstream = (np.asarray(kernel, dtype=float), np.asarray(upstream, dtype=float))",
            [
                "upstream, kernel = (np.asarray(kernel, dtype=float), np.asarray(upstream, dtype=float))",
                "kernel, upstream = (np.asarray(upstream, dtype=float), np.asarray(kernel, dtype=float))",
            ],
        ),
        (
            ONE_FLOAT,
            "kernel, upstream = (np.asarray(kernel, dtype=float), np.asarray(upstream, dtype=float))",
            [
                "kernel, upstream = (np.asarray(kernel), np.asarray(upstream, dtype=float))",
                "kernel, upstream = (kernel, np.asarray(upstream, dtype=float))",
                "kernel, upstream = (np.asarray(kernel, dtype=float), np.asarray(upstream))",
                "kernel, upstream = (np.asarray(kernel, dtype=float), upstream)",
            ],
        ),
    ],
    "learn_kernel": [
        (
            "Only the kernel found is marked (the contract), and any start leads there.",
            "kernel = np.zeros(kernel_shape)",
            ["kernel = np.ones(kernel_shape)"],
        ),
        (
            "Only the kernel found is marked (the contract), and one step does not matter.",
            "for _ in range(steps):",
            [
                "for _ in range(steps + 1):",
                "for _ in range(steps - 1):",
                "for _ in range(1, steps):",
            ],
        ),
        (
            "Half the rate finds the same kernel, and only the kernel found is marked (the contract).",
            "kernel -= rate * kernel_gradient(image, 2 * error / error.size)",
            [
                "kernel -= rate * kernel_gradient(image, error / error.size)",
                "kernel -= rate * kernel_gradient(image, 1 * error / error.size)",
            ],
        ),
    ],
    "conv_forward": [
        (
            ONE_FLOAT,
            "x, w = (np.asarray(x, dtype=float), np.asarray(w, dtype=float))",
            [
                "x, w = (np.asarray(x), np.asarray(w, dtype=float))",
                "x, w = (x, np.asarray(w, dtype=float))",
                "x, w = (np.asarray(x, dtype=float), np.asarray(w))",
                "x, w = (np.asarray(x, dtype=float), w)",
            ],
        ),
        (
            SAME_AXIS,
            "windows = sliding_window_view(padded, (kh, kw), axis=(1, 2))[:, ::stride, ::stride]",
            [
                "windows = sliding_window_view(padded, (kh, kw), axis=(1, -2))[:, ::stride, ::stride]",
            ],
        ),
        (
            SAME_AXIS,
            "rows = windows.transpose(0, 1, 2, 4, 5, 3).reshape(-1, kh * kw * channels)",
            [
                "rows = windows.transpose(0, 1, 2, 4, 5, -3).reshape(-1, kh * kw * channels)",
            ],
        ),
        (
            "Any negative number means the length that is left.",
            "rows = windows.transpose(0, 1, 2, 4, 5, 3).reshape(-1, kh * kw * channels)",
            [
                "rows = windows.transpose(0, 1, 2, 4, 5, 3).reshape(-2, kh * kw * channels)",
            ],
        ),
        (
            "Any negative number means the length that is left.",
            "return (rows @ w.reshape(-1, filters) + b).reshape(*windows.shape[:3], filters)",
            [
                "return (rows @ w.reshape(-2, filters) + b).reshape(*windows.shape[:3], filters)",
            ],
        ),
        (
            "Six axes: the first three are all but the last three.",
            "return (rows @ w.reshape(-1, filters) + b).reshape(*windows.shape[:3], filters)",
            [
                "return (rows @ w.reshape(-1, filters) + b).reshape(*windows.shape[:-3], filters)",
            ],
        ),
        (
            "Too loose a check lets NumPy raise the same error, when the windows are cut.",
            "tall, wide = (x.shape[1] + 2 * padding, x.shape[2] + 2 * padding)",
            [
                "tall, wide = (x.shape[1] + (2 + padding), x.shape[2] + 2 * padding)",
                "tall, wide = (x.shape[1] + 2, x.shape[2] + 2 * padding)",
                "tall, wide = (x.shape[1] + 3 * padding, x.shape[2] + 2 * padding)",
                "tall, wide = (x.shape[1] + 2 * stride, x.shape[2] + 2 * padding)",
                "tall, wide = (x.shape[1] + 2 * padding, x.shape[2] + (2 + padding))",
                "tall, wide = (x.shape[1] + 2 * padding, x.shape[2] + 2)",
                "tall, wide = (x.shape[1] + 2 * padding, x.shape[2] + 3 * padding)",
                "tall, wide = (x.shape[1] + 2 * padding, x.shape[2] + 2 * stride)",
            ],
        ),
        (
            SAME_AXIS,
            "tall, wide = (x.shape[1] + 2 * padding, x.shape[2] + 2 * padding)",
            [
                "tall, wide = (x.shape[1] + 2 * padding, x.shape[-2] + 2 * padding)",
            ],
        ),
        (
            "NumPy raises the same error: for a step of 0, a negative padding, and what does not fit.",
            "if stride < 1 or padding < 0 or x.shape[3] != channels or (kh > tall) or (kw > wide):",
            [
                "if stride < 1:",
                "if stride < 0 or padding < 0 or x.shape[3] != channels or (kh > tall) or (kw > wide):",
                "if stride < 1 or stride < 0 or x.shape[3] != channels or (kh > tall) or (kw > wide):",
                "if stride < 1 or padding < -1 or x.shape[3] != channels or (kh > tall) or (kw > wide):",
                "if stride < 1 or padding < 0 or x.shape[3] < channels or (kh > tall) or (kw > wide):",
                "if stride < 1 or padding < 0 or x.shape[3] > channels or (kh > tall) or (kw > wide):",
            ],
        ),
    ],
    "conv_backward": [
        (
            FILLED,
            "dpadded, dw = (np.zeros(padded.shape), np.zeros(w.shape))",
            [
                "dpadded, dw = (np.zeros(padded.shape), np.ones(w.shape))",
            ],
        ),
        (
            SAME_AXIS,
            "dw[a, b] = np.tensordot(part, upstream, axes=([0, 1, 2], [0, 1, 2]))",
            [
                "dw[a, b] = np.tensordot(part, upstream, axes=([0, 1, -2], [0, 1, 2]))",
                "dw[a, b] = np.tensordot(part, upstream, axes=([0, 1, 2], [0, 1, -2]))",
            ],
        ),
        (
            SAME_AXIS,
            "dx = dpadded[:, padding:padding + x.shape[1], padding:padding + x.shape[2]]",
            [
                "dx = dpadded[:, padding:padding + x.shape[1], padding:padding + x.shape[-2]]",
            ],
        ),
        (
            "A sum does not depend on the order of its axes.",
            "return (dx, dw, upstream.sum(axis=(0, 1, 2)))",
            [
                "return (dx, dw, upstream.sum(axis=(1, 0, 2)))",
                "return (dx, dw, upstream.sum(axis=(0, 2, 1)))",
            ],
        ),
        (
            SAME_AXIS,
            "return (dx, dw, upstream.sum(axis=(0, 1, 2)))",
            [
                "return (dx, dw, upstream.sum(axis=(0, 1, -2)))",
            ],
        ),
    ],
    "max_pool_backward": [
        (
            "x is only compared, and what is written is converted to the floats of the gradient.",
            "x, upstream = (np.asarray(x), np.asarray(upstream, dtype=float))",
            [
                "pass",
                "x, upstream = (x, np.asarray(upstream, dtype=float))",
                "x, upstream = (np.asarray(x), np.asarray(upstream))",
                "x, upstream = (np.asarray(x), upstream)",
            ],
        ),
        (
            ORDER,
            "largest = np.max([x[place] for place in places], axis=0)",
            [
                "largest = np.max([x[place] for place in list(places)[::-1]], axis=0)",
            ],
        ),
        (
            "1 and 0 do for True and False.",
            "waiting = np.ones(upstream.shape, dtype=bool)",
            [
                "waiting = np.ones(upstream.shape, dtype=int)",
            ],
        ),
        (
            "`and` does not depend on the order.",
            "wins = waiting & (x[place] == largest)",
            [
                "wins = (x[place] == largest) & waiting",
            ],
        ),
        (
            "Nothing is larger than the largest.",
            "wins = waiting & (x[place] == largest)",
            [
                "wins = waiting & (x[place] >= largest)",
            ],
        ),
    ],
    "cross_entropy_gradient": [
        (
            LAST_AXIS,
            "powers = np.exp(logits - logits.max(axis=1, keepdims=True))",
            [
                "powers = np.exp(logits - logits.max(axis=-1, keepdims=True))",
            ],
        ),
        (
            LAST_AXIS,
            "gradient = powers / powers.sum(axis=1, keepdims=True)",
            [
                "gradient = powers / powers.sum(axis=-1, keepdims=True)",
            ],
        ),
        (
            "There is a label for each row (the contract).",
            "gradient[np.arange(len(labels)), labels] -= 1",
            [
                "gradient[np.arange(len(logits)), labels] -= 1",
            ],
        ),
        (
            "There is a label for each row (the contract).",
            "return gradient / len(labels)",
            [
                "return gradient / len(logits)",
            ],
        ),
    ],
    "cross_entropy": [
        (
            ARRAYS,
            "logits, labels = (np.asarray(logits, dtype=float), np.asarray(labels))",
            ["logits, labels = (np.asarray(logits, dtype=float), labels)"],
        ),
        (
            "The logits have two axes: the last one is the second.",
            "if labels.min() < 0 or labels.max() >= logits.shape[1]:",
            ["if labels.min() < 0 or labels.max() >= logits.shape[-1]:"],
        ),
        (
            "The logits have two axes: the last one is the second.",
            "shifted = logits - logits.max(axis=1, keepdims=True)",
            ["shifted = logits - logits.max(axis=-1, keepdims=True)"],
        ),
        (
            "The last axis is the second, and there are as many logits as labels.",
            "losses = np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(labels)), labels]",
            [
                "losses = np.log(np.exp(shifted).sum(axis=-1)) - shifted[np.arange(len(labels)), labels]",
                "losses = np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(logits)), labels]",
            ],
        ),
        (SCALAR, "return float(losses.mean())", ["return losses.mean()"]),
    ],
    "split": [
        (
            "There are as many images as labels.",
            "kept = np.zeros(len(labels), dtype=bool)",
            ["kept = np.zeros(len(images), dtype=bool)"],
        ),
        (ORDER, "for label in np.unique(labels):", ["for label in list(np.unique(labels))[::-1]:"]),
    ],
    "confusion_matrix": [
        (
            ORDER,
            "for label, answer in zip(labels, predicted):",
            ["for label, answer in list(zip(labels, predicted))[::-1]:"],
        ),
    ],
    "best_epoch": [
        (
            "A length is never negative.",
            "if len(validation_losses) == 0 or patience < 1:",
            ["if len(validation_losses) <= 0 or patience < 1:"],
        ),
        (
            "float takes infinity in capitals, too.",
            "best, lowest, waited = (0, float('inf'), 0)",
            ["best, lowest, waited = (0, float('INF'), 0)"],
        ),
        (
            "The count rises by one, and the loop ends when it is reached.",
            "if waited == patience:",
            ["if waited >= patience:"],
        ),
    ],
    "conv_1x1": [
        (
            MATMUL,
            "if volume.shape[-1] != weights.shape[0]: / raise ValueError(...)",
            ["pass"],
        ),
        (
            MATMUL,
            "if volume.shape[-1] != weights.shape[0]:",
            [
                "if volume.shape[-1] < weights.shape[0]:",
                "if volume.shape[-1] > weights.shape[0]:",
            ],
        ),
        (MATMUL, "raise ValueError(...)", ["pass"]),
    ],
    "build_resnet": [
        (
            "The index is never negative.",
            "stride = 1 if index == 0 else 2",
            ["stride = 1 if index <= 0 else 2"],
        ),
        (
            "The stride is 1 in the first block only, and what comes into it has its width.",
            "if stride != 1 or x.shape[-1] != filters:",
            [
                "if stride != 1:",
                "if stride != 1 or x.shape[-1] < filters:",
                "if stride != 1 or x.shape[-1] > filters:",
            ],
        ),
        (
            "The stride is 1 or 2.",
            "if stride != 1 or x.shape[-1] != filters:",
            ["if stride > 1 or x.shape[-1] != filters:"],
        ),
        (
            "A sum does not depend on the order.",
            "x = layers.ReLU()(layers.Add()([x, shortcut]))",
            ["x = layers.ReLU()(layers.Add()([shortcut, x]))"],
        ),
    ],
    "batch_norm": [
        (
            "NumPy averages whole numbers in float64, and five digits are marked.",
            "x = x.astype(float)",
            ["pass", "x = x"],
        ),
        (
            "A mean does not depend on the order of its axes.",
            "mean, variance = (x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2)))",
            [
                "mean, variance = (x.mean(axis=(1, 0, 2)), x.var(axis=(0, 1, 2)))",
                "mean, variance = (x.mean(axis=(0, 2, 1)), x.var(axis=(0, 1, 2)))",
                "mean, variance = (x.mean(axis=(0, 1, 2)), x.var(axis=(1, 0, 2)))",
                "mean, variance = (x.mean(axis=(0, 1, 2)), x.var(axis=(0, 2, 1)))",
            ],
        ),
        (
            SAME_AXIS,
            "mean, variance = (x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2)))",
            [
                "mean, variance = (x.mean(axis=(0, 1, -2)), x.var(axis=(0, 1, 2)))",
                "mean, variance = (x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, -2)))",
            ],
        ),
    ],
    "equivariance_error": [
        (
            "One float among the two is enough: the difference is a float.",
            "before = np.asarray(f(pooling.shift(image, dx)), dtype=float)",
            [
                "before = np.asarray(f(pooling.shift(image, dx)))",
                "before = f(pooling.shift(image, dx))",
            ],
        ),
        (
            "One float among the two is enough: the difference is a float.",
            "after = pooling.shift(np.asarray(f(image), dtype=float), dx)",
            [
                "after = pooling.shift(np.asarray(f(image)), dx)",
                "after = pooling.shift(f(image), dx)",
            ],
        ),
        (
            LAST_AXIS,
            "end = after.shape[1] - first",
            ["end = after.shape[-1] - first"],
        ),
        (NO_MAXIMUM, "if first >= end: / raise ValueError(...)", ["pass"]),
        (
            NO_MAXIMUM,
            "if first >= end:",
            ["if first > end:", "if first == end:"],
        ),
        (NO_MAXIMUM, "raise ValueError(...)", ["pass"]),
        (
            SCALAR,
            "return float(np.abs(before - after)[:, first:end].max())",
            ["return np.abs(before - after)[:, first:end].max()"],
        ),
        (
            "The distance of a from b is that of b from a.",
            "return float(np.abs(before - after)[:, first:end].max())",
            ["return float(np.abs(after - before)[:, first:end].max())"],
        ),
    ],
    "occlusion_map": [
        (
            "There is one channel (the contract).",
            "picture = image.reshape(height, width, 1)",
            ["picture = image.reshape(height, width, -1)"],
        ),
        (
            "Of one image, the last is the first.",
            "whole = predict(picture[np.newaxis])[0, label]",
            ["whole = predict(picture[np.newaxis])[-1, label]"],
        ),
    ],
    "saliency_map": [
        (
            ONE_IMAGE,
            "x = tf.constant(np.asarray(image, np.float32).reshape(1, height, width, 1))",
            [
                "x = tf.constant(np.asarray(image, np.float32).reshape(-1, height, width, 1))",
                "x = tf.constant(np.asarray(image, np.float32).reshape(1, height, width, -1))",
            ],
        ),
        (
            ONE_CHANNEL,
            "x = tf.constant(np.asarray(image, np.float32).reshape(1, height, width, 1))",
            ["x = tf.constant(np.asarray(image, np.float32).reshape(1, height, width))"],
        ),
        (
            INFERENCE,
            "output = model(x, training=False)[0, label]",
            ["output = model(x)[0, label]"],
        ),
        (
            ONE_IMAGE,
            "output = model(x, training=False)[0, label]",
            ["output = model(x, training=False)[-1, label]"],
        ),
        (
            OF_A_TENSOR,
            "return np.abs(tape.gradient(output, x).numpy()).reshape(height, width)",
            ["return np.abs(tape.gradient(output, x)).reshape(height, width)"],
        ),
    ],
    "fool": [
        (
            ONE_IMAGE,
            "x = tf.constant(np.asarray(image, np.float32).reshape(1, height, width, 1))",
            [
                "x = tf.constant(np.asarray(image, np.float32).reshape(-1, height, width, 1))",
                "x = tf.constant(np.asarray(image, np.float32).reshape(1, height, width, -1))",
            ],
        ),
        (
            ONE_CHANNEL,
            "x = tf.constant(np.asarray(image, np.float32).reshape(1, height, width, 1))",
            ["x = tf.constant(np.asarray(image, np.float32).reshape(1, height, width))"],
        ),
        (
            INFERENCE,
            "loss = -tf.math.log(model(x, training=False)[0, label])",
            ["loss = -tf.math.log(model(x)[0, label])"],
        ),
        (
            ONE_IMAGE,
            "loss = -tf.math.log(model(x, training=False)[0, label])",
            ["loss = -tf.math.log(model(x, training=False)[-1, label])"],
        ),
        (
            OF_A_TENSOR,
            "sign = np.sign(tape.gradient(loss, x).numpy()).reshape(image.shape)",
            ["sign = np.sign(tape.gradient(loss, x)).reshape(image.shape)"],
        ),
        (
            "The signs are floats: one float among the two is enough.",
            "return np.clip(np.asarray(image, float) + epsilon * sign, 0, 1)",
            [
                "return np.clip(np.asarray(image) + epsilon * sign, 0, 1)",
                "return np.clip(image + epsilon * sign, 0, 1)",
            ],
        ),
        (
            "A sign is 1 or -1, where no gradient is 0 (the contract): its inverse is the same.",
            "return np.clip(np.asarray(image, float) + epsilon * sign, 0, 1)",
            ["return np.clip(np.asarray(image, float) + epsilon / sign, 0, 1)"],
        ),
        (
            "Cutting 0 to [number, 1] or the number to [0, 1] is the same: the smaller of 1 and the "
            "larger of 0 and the number.",
            "return np.clip(np.asarray(image, float) + epsilon * sign, 0, 1)",
            ["return np.clip(0, np.asarray(image, float) + epsilon * sign, 1)"],
        ),
    ],
}

# Exercises with many right designs, of which a mutant may be one, and why that is right.
FREE = {"build_small_cnn": "Another network that reads enough digits is as right (the contract)."}

# Of how many mutants one is tried, where each is a network to be trained, or some to be built.
SAMPLED = {"build_small_cnn": 6, "build_resnet": 5}

EQUIVALENT: dict[str, dict[tuple[str, str], str]] = {
    exercise: {(before, after): reason for reason, before, others in groups for after in others}
    for exercise, groups in _GROUPS.items()
}
