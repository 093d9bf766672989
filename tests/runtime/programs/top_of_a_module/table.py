import numpy as np
from load import load

TABLE = np.load("table.npy", allow_pickle=True)
MODEL = load("org/first")
