from motion.data import LabelledClips
from motion.train import make_datasets


def run_both(yes):
    labelled, plain = make_datasets("r", [7, 8], **yes.data)
    return labelled[1], plain[0], plain.split, plain.frames


def run_class(yes):
    return LabelledClips("s", [1, 2], **yes.data)[0]
