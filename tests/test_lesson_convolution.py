"""Do lesson 02's tests tell right from wrong?"""

from tests.answer_tests import AnswerTests
from tests.answers import convolution


class TestAnswers(AnswerTests):
    answers = convolution
