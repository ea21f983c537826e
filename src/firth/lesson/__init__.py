"""The lesson: CBOW and skip-gram in two dimensions, on a text that is small enough to read.

The text follows a rule. Each of three topics has six nouns and four frames, which are sentences
with two gaps; each frame is filled with six pairs of nouns. So a noun occurs in every frame of its
topic and in no other frame. This is all that a model can learn: which nouns share a topic.
"""

from firth.lesson.models import MODELS, TrainedLesson, neighbours_of_own_topic, train_lesson
from firth.lesson.page import write_lesson_page
from firth.lesson.pictures import draw_lesson
from firth.lesson.report import run_lesson
from firth.lesson.steps import lesson_steps
from firth.lesson.texts import LANGUAGES, lesson_groups, lesson_sentences

__all__ = [
    "LANGUAGES",
    "MODELS",
    "TrainedLesson",
    "draw_lesson",
    "lesson_groups",
    "lesson_sentences",
    "lesson_steps",
    "neighbours_of_own_topic",
    "run_lesson",
    "train_lesson",
    "write_lesson_page",
]
