"""Do lesson 02's tests tell right from wrong?"""

from tests.banks.answers import convolution
from tests.support.answer_tests import AnswerTests


class TestAnswers(AnswerTests):
    answers = convolution
