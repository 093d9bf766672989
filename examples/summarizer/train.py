"""Train the summarizer: python train.py settings.yaml runs/1"""

import sys
from pathlib import Path

from summarizer import read_settings, restore, resume


def main() -> int:
    settings = read_settings(sys.argv[1])
    folder = Path(sys.argv[2])
    model = restore(folder / "base.pt", device=settings["device"])
    if settings.get("resume"):
        model, _optimizer, _sampler = resume(folder, device=settings["device"])
    print(f"training {type(model).__name__} with {len(settings)} settings")
    return 0


if __name__ == "__main__":
    sys.exit(main())
