import use


def given_two(yes):
    return use.open_two("a", **yes.code)


def given_keeper(yes):
    return use.Keeper("b", **yes.code).open()
