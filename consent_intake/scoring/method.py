"""What the figures are of, in the words of the page that shows them."""

from typing import Final

_BAD: Final = """A bad form is not signed by the parent, or is signed in the witness's box only, or names another
person, or differs from the claim in one character of the case identifier or one digit of the birth date, or ticks the
wrong role or both. None may be approved. Where none was, the interval's upper end is the one-sided 95 % bound, about
3 / n; elsewhere it is Clopper-Pearson at 95 %."""

_TOLD: Final = """"Told so at once" counts boxes in which nobody wrote (empty, specks, dots, folds, streaks, print that
shines through) and signatures in the witness's box. Whatever a person may have put there on purpose, an X or initials
or a line, goes to a person: see the table by kind."""

_EXACT: Final = """Fields are exact when their letters and digits are; capitals, spaces, signs and accents are not told
apart, as nowhere in the product when names are compared (a row of its own tells how often the accents of typed names
were right). Hand-written claims are those that the paper confirms: name, birth date, case identifier."""

_MADE: Final = """The forms are made: ink is drawn, devices are simulated. Half of the hand-written forms have real
digits, all others are in handwriting fonts; no reader was trained on either. Signature styles that were held out of
training are shown apart. Real scans are worse: the figures are a ceiling until they are confirmed on real uploads
(`--forms DIR --truth FILE`). Of the pages that went through a device a quarter is folded, 8 % stapled, 4 % have lost a
corner; a telephone's are bent (35 %), shaded (30 %), held by a thumb (15 %) and turned by quarters (33 %); of the faxes
30 % have standard resolution; prefilled forms were printed up to 13 days before they were signed, which the rules are
told as the register would tell them, and not of any other form; resolutions are 150 to 300 dpi, JPEG qualities 45 to
92."""

_CPU: Final = """CPU seconds are those of every process that reads and decides, sandbox included, while other forms are
made and read on the same cores. One machine needs half as many seconds again at one hour as at another; so the floor is
for the seconds as they would be where Tesseract's look at a foreign letter takes 1.8 s, as it did at the most in the
runs on the machine that the floor was set on. The seconds as they ran are shown beside."""

METHOD: Final = tuple(" ".join(text.split()) for text in (_BAD, _TOLD, _EXACT, _CPU, _MADE))
"""One paragraph each."""
