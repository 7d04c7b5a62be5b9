"""Write the trained model in the layout of the public NLLB exports: quantised ONNX files, tokenizer, configuration.

python3 export.py FOLDER
"""

import json
import sys
from hashlib import sha256
from pathlib import Path

import torch
from onnx import save

from model import Shape, Translator
from onnx_model import Weights, build_decoder, build_encoder
from tokenizer import CONFIG, EOS, PAD
from train import CHECKPOINT, TOKENIZER

ENCODER, DECODER = "onnx/encoder_model_quantized.onnx", "onnx/decoder_model_merged_quantized.onnx"
SETTINGS = "meeshy.json"
UNTIL_MEASURED = -0.5  # the threshold before evaluate.py has chosen one


def load_checkpoint() -> tuple[Translator, int]:
    """The trained model and the number of pairs that it has seen."""
    kept = torch.load(CHECKPOINT)
    model = Translator(Shape(**kept["shape"]))
    model.load_state_dict(kept["model"])
    return model.eval(), kept["pairs"]


def weights_of(model: Translator) -> Weights:
    """The weights, with attention's 1/√size folded into the queries."""
    weights = {name: tensor.numpy() for name, tensor in model.state_dict().items()}
    size = model.shape.d_model // model.shape.heads
    return {name: array * size**-0.5 if ".q_proj." in name else array for name, array in weights.items()}


def config(shape: Shape) -> dict:
    """config.json with the keys of M2M100."""
    return {
        "architectures": ["M2M100ForConditionalGeneration"],
        "model_type": "m2m_100",
        "is_encoder_decoder": True,
        "vocab_size": shape.vocab_size,
        "d_model": shape.d_model,
        "max_position_embeddings": shape.max_positions,
        "encoder_layers": shape.encoder_layers,
        "decoder_layers": shape.decoder_layers,
        "num_hidden_layers": shape.encoder_layers,
        "encoder_attention_heads": shape.heads,
        "decoder_attention_heads": shape.heads,
        "encoder_ffn_dim": shape.ffn,
        "decoder_ffn_dim": shape.ffn,
        "activation_function": "relu",
        "scale_embedding": True,
        "bos_token_id": 0,
        "pad_token_id": PAD,
        "eos_token_id": EOS,
        "decoder_start_token_id": EOS,
        "use_cache": True,
    }


def generation(shape: Shape) -> dict:
    """generation_config.json"""
    return {
        "bos_token_id": 0,
        "decoder_start_token_id": EOS,
        "eos_token_id": EOS,
        "pad_token_id": PAD,
        "max_length": shape.max_positions,
    }


def update_settings(folder: Path, **changes) -> None:
    """meeshy.json: what the service must know of a model besides its shape. What is not in `changes` stays."""
    path = folder / SETTINGS
    kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"minTokenLogProb": UNTIL_MEASURED}
    write_json(path, kept | changes)


def write_json(path: Path, content: dict) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def main(folder: Path) -> None:
    model, pairs = load_checkpoint()
    weights = weights_of(model)
    (folder / "onnx").mkdir(parents=True, exist_ok=True)
    save(build_encoder(weights, model.shape), str(folder / ENCODER))
    save(build_decoder(weights, model.shape), str(folder / DECODER))
    write_json(folder / "config.json", config(model.shape))
    write_json(folder / "generation_config.json", generation(model.shape))
    write_json(folder / "tokenizer_config.json", CONFIG)
    (folder / "tokenizer.json").write_bytes(TOKENIZER.read_bytes())
    hashes = {
        name: sha256((folder / name).read_bytes()).hexdigest()
        for name in ("config.json", "tokenizer.json", ENCODER, DECODER)
    }
    update_settings(folder, placeholder="⟦%⟧", sha256=hashes)
    size = sum(path.stat().st_size for path in folder.rglob("*.*"))
    print(f"{folder}: {size / 1e6:.1f} MB after {pairs:,} pairs")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
