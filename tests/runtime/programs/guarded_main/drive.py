import script


def cut_script(yes):
    yes.script("script.py")


def run_main(yes):
    return script.main("c", **yes.code)
