from folder import Dated, Folder


def describe(root, trust_remote_code=False):
    folder = Folder(root, trust_remote_code=trust_remote_code)
    return folder.config, folder.model


def describe_dated(root, trust_remote_code=False):
    return Dated(root, "2026", trust_remote_code=trust_remote_code).model
