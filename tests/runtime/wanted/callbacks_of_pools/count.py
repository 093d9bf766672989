from concurrent.futures import ThreadPoolExecutor
from multiprocessing.pool import ThreadPool
from threading import Thread

from transformers import AutoModel, AutoTokenizer


def count(path, trust_remote_code=False):
    return len(AutoTokenizer.from_pretrained(path, trust_remote_code=trust_remote_code))


def open_model(path, trust_remote_code=False):
    return AutoModel.from_pretrained(path, trust_remote_code=trust_remote_code)


def count_all(paths):
    with ThreadPool(1) as pool:
        return pool.map(count, paths)


def warm(path):
    thread = Thread(target=open_model, args=(path,))
    thread.start()
    thread.join()


def later(paths):
    with ThreadPoolExecutor(1) as executor:
        return [executor.submit(open_model, path).result() for path in paths]


def filtered(paths):
    return list(filter(count, paths)), sorted(paths, key=count), list(map(open_model, paths))
