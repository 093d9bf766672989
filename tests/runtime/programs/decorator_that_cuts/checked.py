def checked(function):
    def wrapper(name):
        if not name:
            raise ValueError("no name")
        return function(name)

    return wrapper
