"""A stand-in for the module of that name."""

from recorder import Loaded, record


def load(repo_or_dir, model, *args, source="github", trust_repo=False, force_reload=False, **kwargs):
    record("torch.hub.load", trust_repo, repo_or_dir, model, *args, source, force_reload, **kwargs)
    return Loaded(f"hub {repo_or_dir} {model}")
