"""Train the starter model on one core, from the phrasebook to .work/checkpoint.pt. Run again to go on after a stop.

python3 train.py [--pairs 1600000] [--batch 24]
"""

import argparse
import json
import os
import time
from dataclasses import asdict
from pathlib import Path
from random import Random

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import torch
from torch.nn import functional as F

import phrasebook
from augment import roughen
from batches import TARGETS, Batch, batches
from data import Sampler
from model import Shape, Translator
from tokenizer import PAD, Tokenizer, learn

WORK = Path(__file__).parent / ".work"
CHECKPOINT, TOKENIZER = WORK / "checkpoint.pt", WORK / "tokenizer.json"
VOCABULARY = 6000
# Matrix products are four times as fast where the processor has them, and slow where it does not.
BFLOAT16 = "avx512_bf16" in Path("/proc/cpuinfo").read_text()
PEAK_RATE, WARM_UP, SAVE_EVERY_S, REPORT_EVERY = 1.5e-3, 300, 120, 50


def make_tokenizer(book: phrasebook.Phrasebook) -> Tokenizer:
    """The tokenizer of this training: learnt once from filled rows, then kept, since the weights belong to it."""
    if not TOKENIZER.exists():
        rng = Random(1)
        sampler = Sampler(book, rng)
        rows = [sampler.phrase([]) for _ in range(8000)]
        lines = {language: [roughen(row[language], language, rng) for row in rows] for language in phrasebook.LANGUAGES}
        WORK.mkdir(exist_ok=True)
        TOKENIZER.write_text(json.dumps(learn(lines, VOCABULARY), ensure_ascii=False), encoding="utf-8")
    return Tokenizer.load(TOKENIZER)


def rate(done: float) -> float:
    """The learning rate's share of its peak after `done` of the training, 0 to 1: straight down to nothing."""
    return max(1 - done, 0.002)


def loss_of(model: Translator, batch: Batch) -> torch.Tensor:
    """Mean cross-entropy with label smoothing 0.1, over the tokens that are not padding."""
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=BFLOAT16):
        hidden = model.encode(batch.source, batch.mask)
        cross = [tuple(part.repeat_interleave(TARGETS, 0) for part in pair) for pair in model.cross(hidden)]
        states, _ = model.decode(batch.inputs, batch.mask.repeat_interleave(TARGETS, 0), cross)
        wanted = batch.labels != PAD
        logits = model.score(states[wanted])
    return F.cross_entropy(logits.float(), batch.labels[wanted], label_smoothing=0.1)


def resume(model: Translator, optimizer: torch.optim.Optimizer) -> int:
    """Load the checkpoint, if there is one; returns the number of steps done."""
    if not CHECKPOINT.exists():
        return 0
    kept = torch.load(CHECKPOINT)
    model.load_state_dict(kept["model"])
    optimizer.load_state_dict(kept["optimizer"])
    return kept["step"]


def save(**state) -> None:
    """Written beside and moved into place, so that a stop in the middle loses nothing."""
    torch.save(state, CHECKPOINT.with_suffix(".new"))
    CHECKPOINT.with_suffix(".new").replace(CHECKPOINT)


class Progress:
    """Prints a line now and then: share done, loss, speed and time left."""

    def __init__(self, step: int, steps: int, pairs: int):
        self.steps, self.pairs = steps, pairs
        self.first, self.started = step, time.time()
        self.reported, self.losses = self.started, []

    def add(self, step: int, loss: float) -> None:
        self.losses.append(loss)
        if len(self.losses) < REPORT_EVERY:
            return
        now = time.time()
        speed = self.pairs * REPORT_EVERY / (now - self.reported)
        left = (now - self.started) / (step - self.first) * (self.steps - step) / 60
        mean = sum(self.losses) / REPORT_EVERY
        print(
            f"{step / self.steps:6.1%}  step {step}  loss {mean:.3f}  {speed:.0f} pairs/s  {left:.0f} min left",
            flush=True,
        )
        self.reported, self.losses = now, []


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=1_600_000, help="in all; there the learning rate ends at nothing")
    parser.add_argument("--batch", type=int, default=24, help="messages a step, each into several languages")
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    book = phrasebook.load()
    tokenizer = make_tokenizer(book)
    model = Translator(Shape(len(tokenizer.pieces)))
    optimizer = torch.optim.AdamW(model.parameters(), lr=PEAK_RATE, betas=(0.9, 0.98), weight_decay=0.01)
    step = resume(model, optimizer)
    pairs = options.batch * TARGETS
    steps = options.pairs // pairs
    rng = Random(step)
    stream = batches(Sampler(book, rng), tokenizer, rng, options.batch)
    parameters = sum(parameter.numel() for parameter in model.parameters())
    print(f"{parameters:,} parameters, {len(tokenizer.pieces)} pieces, step {step} of {steps}", flush=True)

    progress, saved = Progress(step, steps, pairs), time.time()
    while step < steps:
        for group in optimizer.param_groups:
            group["lr"] = PEAK_RATE * min((step + 1) / WARM_UP, rate(step / steps))
        loss = loss_of(model, next(stream))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        step += 1
        progress.add(step, loss.item())
        if time.time() - saved > SAVE_EVERY_S or step == steps:
            weights, moments = model.state_dict(), optimizer.state_dict()
            save(model=weights, optimizer=moments, step=step, shape=asdict(model.shape), pairs=step * pairs)
            saved = time.time()


if __name__ == "__main__":
    main()
