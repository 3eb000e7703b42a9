# ---
# jupyter:
#   course:
#     summary: The same sums in R, and a network that R trains with Keras
#   jupytext:
#     text_representation:
#       extension: .R
#       format_name: percent
#   kernelspec:
#     display_name: R
#     language: R
#     name: ir
# ---

# %% [markdown]
# # Extra: a convolutional network in R
#
# **What you will do.** Compute the example of lesson 02 in base R. Then take a small network that was
# trained in Python, compute its answer to a digit step by step in R, and compare with Keras. At the end, build
# and train a network from R.
#
# **What you will learn**
# - how arrays in R differ from NumPy's: indices begin at 1, and columns come first in memory;
# - that a network is its weights: whoever can multiply and add can run it, in any language;
# - how R calls Python with the package *reticulate*.
#
# **What you need.** R (4.2 was tried) with the packages *IRkernel* and *reticulate*, and
# [lesson 02](../02_convolution/02_convolution.ipynb). For the last part,
# [lesson 07](../07_keras_cnn/07_keras_cnn.ipynb). On Debian and Ubuntu:
# `sudo apt install r-base-core r-cran-irkernel r-cran-reticulate`. Nothing here is graded. Allow half an hour. Without R, read on: the outputs are saved in this notebook.
#
# The book chapter among the course's [sources](../sources.ipynb) implements its network in Python and in R.
# It uses the R package *kerasR*. Here R calls the same Keras that the lessons use.

# %% [markdown]
# ## 44 ... 144, in base R
#
# `matrix` fills an array column by column. `byrow = TRUE` gives NumPy's order.

# %%
image <- matrix(1:16, nrow = 4, byrow = TRUE)
kernel <- matrix(c(1, 2, 3, 4), nrow = 2, byrow = TRUE)
image
kernel

# %% [markdown]
# The kernel moves over the image. At each position, R multiplies the window by the kernel, element by
# element, and adds up the products. R counts rows and columns from 1, and `1:rows` includes `rows`.

# %%
correlate2d <- function(image, kernel) {
  rows <- nrow(image) - nrow(kernel) + 1
  columns <- ncol(image) - ncol(kernel) + 1
  output <- matrix(0, rows, columns)
  for (i in 1:rows) {
    for (j in 1:columns) {
      window <- image[i:(i + nrow(kernel) - 1), j:(j + ncol(kernel) - 1)]
      output[i, j] <- sum(window * kernel)
    }
  }
  output
}

correlate2d(image, kernel)

# %% [markdown]
# These are the nine sums of lesson 02: 44, 54, 64, then 84, 94, 104, then 124, 134, 144. The first one, in full:

# %%
window <- image[1:2, 1:2]
cat(paste(window, "x", kernel, collapse = " + "), "=", sum(window * kernel), "\n")

# %% [markdown]
# R lists a matrix column by column, so the products appear in the order 1, 5, 2, 6. The sum is the same.

# %% [markdown]
# ## A digit, and the weights of a small network
#
# The folder `data/small_cnn` holds a network that Keras trained on MNIST: a convolution with four 3 x 3 kernels and
# ReLU, 2 x 2 max pooling, and a dense layer of ten units with softmax. Its weights are plain CSV files, with
# 100 digits and the probabilities that Keras computes for them.

# %%
read_numbers <- function(name) {
  file <- file.path("..", "..", "data", "small_cnn", name)
  as.matrix(read.csv(file, header = FALSE))
}

kernels <- read_numbers("kernels.csv")
biases <- read_numbers("biases.csv")
dense_weights <- read_numbers("dense_weights.csv")
dense_biases <- read_numbers("dense_biases.csv")
digits <- read_numbers("digits.csv")
from_keras <- read_numbers("probabilities.csv")

cat("kernels:       ", dim(kernels), "\n")
cat("biases:        ", dim(biases), "\n")
cat("dense weights: ", dim(dense_weights), "\n")
cat("dense biases:  ", dim(dense_biases), "\n")
cat("parameters:    ", length(kernels) + length(biases) + length(dense_weights) + length(dense_biases), "\n")

# %% [markdown]
# 6,810 parameters: 36 weights and 4 biases in the convolution, 6,760 weights and 10 biases in the dense layer.
# Each line of `digits` is a label and then 784 pixels, row by row.

# %%
label_of <- function(number) digits[number, 1]
digit_of <- function(number) matrix(digits[number, -1], nrow = 28, byrow = TRUE) / 255

first <- digit_of(1)
cat("label:", label_of(1), "\n")
shades <- c(" ", ".", "+", "#")
for (row in 5:24) {
  cat(shades[1 + floor(first[row, 5:24] * 3.99)], "\n", sep = "")
}

# %% [markdown]
# ## The forward pass, number by number
#
# Step 1: four feature maps. Each is the cross-correlation of the digit with one kernel, plus a bias. ReLU then
# replaces negative numbers by 0.

# %%
kernel_of <- function(filter) matrix(kernels[, filter], nrow = 3, byrow = TRUE)

feature_map <- function(image, filter) {
  map <- correlate2d(image, kernel_of(filter)) + biases[filter]
  pmax(map, 0)
}

maps <- lapply(1:4, function(filter) feature_map(first, filter))
cat("size of a map:", dim(maps[[1]]), "\n")
cat("kernel 1:\n")
round(kernel_of(1), 3)

# %% [markdown]
# Step 2: max pooling. Each 2 x 2 window keeps its largest number, and 26 x 26 becomes 13 x 13.

# %%
max_pool <- function(map) {
  size <- dim(map) %/% 2
  output <- matrix(0, size[1], size[2])
  for (i in 1:size[1]) {
    for (j in 1:size[2]) {
      output[i, j] <- max(map[(2 * i - 1):(2 * i), (2 * j - 1):(2 * j)])
    }
  }
  output
}

pooled <- lapply(maps, max_pool)
cat("size of a pooled map:", dim(pooled[[1]]), "\n")

# %% [markdown]
# Step 3: flatten. Keras lists a pixel's four channels next to each other, then the next pixel of the row, then
# the next row. R's `aperm` puts the axes in the order that this needs: channel first, then column, then row.

# %%
flatten <- function(pooled) {
  stack <- array(unlist(pooled), c(13, 13, 4)) # row, column, channel
  as.vector(aperm(stack, c(3, 2, 1)))
}

vector <- flatten(pooled)
cat("length:", length(vector), "= 13 x 13 x 4 =", 13 * 13 * 4, "\n")

# %% [markdown]
# Step 4: the dense layer, a product of a vector and a matrix, and softmax.

# %%
softmax <- function(scores) {
  powers <- exp(scores - max(scores))
  powers / sum(powers)
}

scores <- as.vector(vector %*% dense_weights) + as.vector(dense_biases)
probabilities <- softmax(scores)

table <- data.frame(
  digit = 0:9,
  score = round(scores, 3),
  R = round(probabilities, 5),
  Keras = round(as.vector(from_keras[1, ]), 5)
)
print(table, row.names = FALSE)
cat("R reads the digit as", which.max(probabilities) - 1, "\n")

# %% [markdown]
# The two columns agree. Now all 100 digits.

# %%
classify <- function(image) {
  pooled <- lapply(1:4, function(filter) max_pool(feature_map(image, filter)))
  softmax(as.vector(flatten(pooled) %*% dense_weights) + as.vector(dense_biases))
}

from_r <- t(sapply(1:100, function(number) classify(digit_of(number))))
difference <- max(abs(from_r - from_keras))
correct <- sum(max.col(from_r) - 1 == digits[, 1])
cat("largest difference from Keras:", format(difference, digits = 2), "\n")
cat("below 1e-5:", difference < 1e-5, "\n")
cat("read correctly:", correct, "of 100\n")

# %% [markdown]
# **What to remember.** The network has no secret: 6,810 numbers, products, sums, a maximum and an exponential.
# Keras computes in single precision and R in double precision, which explains the difference.

# %% [markdown]
# ## A network built and trained from R
#
# *reticulate* starts a Python inside R. `import` gives a Python module, `$` takes a name from it, and R's lists become
# Python's. `convert = FALSE` leaves arrays in Python, where Keras needs them: only single numbers
# come over to R, with `py_to_r`.

# %%
Sys.setenv(TF_CPP_MIN_LOG_LEVEL = "3", KERAS_BACKEND = "tensorflow")
library(reticulate)
suppressWarnings(use_python(Sys.which("python"), required = TRUE))

np <- suppressWarnings(import("numpy", convert = FALSE))
sys <- import("sys", convert = FALSE)
invisible(sys$path$insert(0L, normalizePath(file.path("..", ".."))))
keras <- import("utils.keras_setup", convert = FALSE)$keras
course_data <- import("utils.data", convert = FALSE)
cat("Keras", py_to_r(keras$`__version__`), "\n")

# %%
invisible(keras$utils$set_random_seed(1L))
loaded <- course_data$load_digits(announce = FALSE)
train <- loaded[[0L]]
test <- loaded[[1L]]
as_input <- function(images) np$divide(np$expand_dims(images, -1L), 255)$astype("float32")

x_train <- as_input(train[[0L]])
y_train <- train[[1L]]
x_test <- as_input(test[[0L]])
y_test <- test[[1L]]
print(x_train$shape)

# %% [markdown]
# As in lesson 07: three stages of convolution and pooling, then dense layers.

# %%
layers <- keras$layers
model <- keras$Sequential(list(
  keras$Input(tuple(28L, 28L, 1L)),
  layers$Conv2D(32L, 3L, activation = "relu"),
  layers$MaxPooling2D(2L),
  layers$Conv2D(64L, 3L, activation = "relu"),
  layers$MaxPooling2D(2L),
  layers$Conv2D(64L, 3L, activation = "relu"),
  layers$MaxPooling2D(2L),
  layers$Flatten(),
  layers$Dense(128L, activation = "relu"),
  layers$Dense(10L, activation = "softmax")
))
invisible(model$compile(
  optimizer = "adam", loss = "sparse_categorical_crossentropy", metrics = list("accuracy")
))
cat("parameters:", py_to_r(model$count_params()), "\n")

# %%
history <- model$fit(
  x_train, y_train,
  batch_size = 64L, epochs = 4L, validation_split = 0.1, verbose = 0L
)
for (name in c("accuracy", "val_accuracy")) {
  values <- sapply(0:3, function(epoch) py_to_r(history$history[name][[epoch]]))
  cat(sprintf("%-13s", name), sprintf("%.3f", values), "\n")
}

# %%
result <- model$evaluate(x_test, y_test, verbose = 0L)
accuracy <- py_to_r(result[[1L]])
chance <- sqrt(accuracy * (1 - accuracy) / 2000)
cat(sprintf("accuracy on 2,000 test digits: %.3f, with a standard error of %.3f\n", accuracy, chance))

# %% [markdown]
# The chapter reports about 97 % for its network in R, which was trained on all 60,000 training images of MNIST.
# Compare that with the number above, from 7,200 training images (the other 800 of the 8,000 are for validation).
#
# **What to take away.** In R as in Python, a layer is a few sums. What differs is how an array is
# stored and indexed, and that is where mistakes happen: check one number by hand before you trust the rest.

# %% [markdown]
# ## Further reading
# - The documentation of [reticulate](https://rstudio.github.io/reticulate/) and of
#   [Keras](https://keras.io).
# - W. N. Venables, D. M. Smith and the R Core Team, [*An Introduction to R*](https://cran.r-project.org/manuals.html).
#
# Back to the [start page](../index.ipynb).
