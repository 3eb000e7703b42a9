"""The exercises that the course promises, with their points.

None of them may be renamed, dropped or weakened. A lesson may have more exercises, whose points
are in the lesson's source only.
"""

CONTRACT = {
    "01_pixels": {
        "count_values": 1,
        "hex_to_rgb": 2,
        "to_grayscale": 2,
        "dense_parameters": 2,
        "mean_image": 3,
    },
    "02_convolution": {"correlate2d": 4, "convolve2d": 2, "relu": 1, "correlate_channels": 3},
    "03_sobel": {"sobel": 3, "gradient_magnitude": 2, "gradient_direction": 2, "edge_map": 3},
    "04_output_size": {
        "output_size": 3,
        "same_padding": 2,
        "conv_parameters": 2,
        "trace_shapes": 3,
    },
    "05_pooling": {"pool2d": 4, "max_pool_same": 3, "global_pool": 1, "shift": 2},
    "06_xo_classifier": {
        "match_feature": 3,
        "feature_vector": 3,
        "template_score": 2,
        "classify": 2,
    },
    "07_keras_cnn": {
        "build_dense": 1,
        "accuracy_under_shift": 2,
        "build_cnn": 2,
        "forward_by_hand": 3,
        "mean_activation": 2,
    },
    "08_lenet": {"build_lenet5": 4, "layer_table": 2, "pad_to": 2, "receptive_field": 2},
    "09_augmentation": {"random_shift": 3, "augment": 3, "build_augmenter": 2, "robust_range": 2},
    "10_backprop": {
        "numerical_gradient": 3,
        "kernel_gradient": 3,
        "image_gradient": 2,
        "learn_kernel": 2,
    },
    "14_interpretation": {
        "equivariance_error": 2,
        "occlusion_map": 3,
        "saliency_map": 3,
        "fool": 2,
    },
}
