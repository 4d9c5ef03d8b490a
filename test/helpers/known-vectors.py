

# In the place of the model, where torch is not installed: vectors that qdx itself made, by text. Everything else of the notebook
# runs as it is. STUB_CRASH_AFTER kills the notebook after so many texts, as Kaggle may.
class Encoder:
    made_by = {"file": "model.safetensors", "sha256": None, "dtype": "fp16"}

    def __init__(self, folder, card, device):
        import os

        self.vectors = json.loads(Path(os.environ["STUB_VECTORS"]).read_text("utf-8"))
        self.left = int(os.environ.get("STUB_CRASH_AFTER", "1000000"))

    def encode(self, texts):
        import os
        import signal

        self.left -= len(texts)
        if self.left < 0:
            os.kill(os.getppid(), signal.SIGKILL)
            os._exit(1)
        return [unpacked(self.vectors[text]) for text in texts]


def find_model(folder, card, tokenizer_sha256):
    return None


def install_packages():
    pass
