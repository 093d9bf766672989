from folder import Dated, Folder


def describe(root):
    folder = Folder(root)
    return folder.config, folder.model


def describe_dated(root):
    return Dated(root, "2026").model
