from train import batches


def run_batches(yes):
    return batches(["a", "b", "c"], **yes.data)
