import functools


def timed(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return "timed", function(*args, **kwargs)

    return wrapper


def retried(times):
    def decorate(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            return times, function(*args, **kwargs)

        return wrapper

    return decorate
