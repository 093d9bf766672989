from transformers import AutoModel


def main(name="org/a"):
    return AutoModel.from_pretrained(name, trust_remote_code=True)


if __name__ == "__main__":
    main()
    main("org/b")
