"""Training: from a seed to a checkpoint, in slices of any length."""

from __future__ import annotations

import copy
import csv
import math
import signal
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from training.alphabet import ALPHABET
from training.batches import Batch
from training.distort import GROUPS
from training.network import WordNetwork, prepare

LONGEST_STEP = 10.0
"""Seconds: what is longer was not spent on training."""


@dataclass(frozen=True)
class Plan:
    """What a training run is. The learning rate falls to nothing at its end: after ``steps`` batches or after
    ``minutes`` of training, whichever comes first (a run that must be the same twice goes by steps alone)."""

    steps: int
    minutes: float = math.inf
    seed: int = 1
    rate: float = 1.3e-3
    warm_up: int = 400
    decay: float = 0.9985
    width: float = 1.0
    groups: frozenset[str] = frozenset(GROUPS)

    def done(self, step: int, seconds: float) -> float:
        """The share of the run that is behind it, 0..1."""
        return min(1.0, max(step / self.steps, seconds / 60 / self.minutes))

    def rate_at(self, step: int, seconds: float) -> float:
        """Linear warm-up, then a cosine to 1 % of the peak."""
        if step < self.warm_up:
            return self.rate * (step + 1) / self.warm_up
        done = self.done(step, seconds)
        return self.rate * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * done)))


class Trainer:
    """A network, its running average (which is what is exported), its optimizer and the number of its next batch."""

    def __init__(self, plan: Plan, device: torch.device) -> None:
        torch.manual_seed(plan.seed)
        self.plan, self.device, self.step, self.seconds = plan, device, 0, 0.0
        self.network = WordNetwork(plan.width).to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average = copy.deepcopy(self.network).eval()
        self.optimizer = torch.optim.AdamW(
            self.network.parameters(), lr=plan.rate, weight_decay=0.02, betas=(0.9, 0.98)
        )

    def train(self, batch: Batch) -> float:
        """One step; returns the loss, nats a character."""
        for group in self.optimizer.param_groups:
            group["lr"] = self.plan.rate_at(self.step, self.seconds)
        self.network.train()
        with torch.autocast(self.device.type, torch.bfloat16):
            scores = self.network(prepare(batch.windows.to(self.device)))
        loss = ctc(scores, batch)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.network.parameters(), 2.0)
        self.optimizer.step()
        self.step += 1
        self._follow()
        return float(loss.detach())

    def _follow(self) -> None:
        decay = min(self.plan.decay, 1 - 1 / (self.step + 1))
        with torch.no_grad():
            for mine, its in zip(self.average.state_dict().values(), self.network.state_dict().values(), strict=True):
                if mine.dtype.is_floating_point:
                    mine.lerp_(its, 1 - decay)
                else:
                    mine.copy_(its)

    def save(self, path: Path) -> None:
        state = {
            "step": self.step,
            "seconds": self.seconds,
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "width": self.plan.width,
            "alphabet": ALPHABET,
        }
        partial = path.with_suffix(".partial")
        torch.save(state, partial)
        partial.rename(path)

    def load(self, path: Path) -> None:
        """Goes on from a checkpoint; one without an optimizer (weights alone) starts at step 0."""
        state: dict[str, Any] = torch.load(path, map_location=self.device, weights_only=True)
        if state["alphabet"] != ALPHABET:
            raise ValueError(f"{path} was trained with another alphabet")
        self.average.load_state_dict(
            {k: v.float() if v.is_floating_point() else v for k, v in state["average"].items()}
        )
        if "optimizer" not in state:
            self.network.load_state_dict(self.average.state_dict())
            return
        self.network.load_state_dict(state["network"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.seconds = state["step"], state["seconds"]


def ctc(scores: torch.Tensor, batch: Batch) -> torch.Tensor:
    """CTC loss summed over the batch, divided by its characters. ``scores``: [n, steps, classes]."""
    n, steps, _ = scores.shape
    loss = nn.functional.ctc_loss(
        scores.transpose(0, 1),
        batch.targets.to(scores.device),
        torch.full((n,), steps),
        batch.lengths,
        reduction="sum",
        zero_infinity=True,
    )
    return loss / max(1, int(batch.lengths.sum()))


def load_network(path: Path) -> WordNetwork:
    """The network of a checkpoint (its running average), on the CPU, in eval mode."""
    state = torch.load(path, map_location="cpu", weights_only=True)
    network = WordNetwork(state["width"])
    network.load_state_dict({k: v.float() if v.is_floating_point() else v for k, v in state["average"].items()})
    return network.eval()


def keep_weights(checkpoint: Path, out: Path) -> None:
    """The averaged weights of a checkpoint alone, in float16: small enough to be kept, enough to go on from."""
    state = torch.load(checkpoint, map_location="cpu", weights_only=True)
    average = {k: v.half() if v.is_floating_point() else v for k, v in state["average"].items()}
    torch.save({"average": average, "width": state["width"], "alphabet": state["alphabet"]}, out)


def mean_weights(checkpoints: Sequence[Path], out: Path) -> None:
    """The mean of several checkpoints' averaged weights (Wortsman et al. 2022), to export or to go on from."""
    states = [torch.load(path, map_location="cpu", weights_only=True) for path in checkpoints]
    first = states[0]
    average = {
        key: torch.stack([state["average"][key].float() for state in states]).mean(0) if v.is_floating_point() else v
        for key, v in first["average"].items()
    }
    torch.save({"average": average, "width": first["width"], "alphabet": first["alphabet"]}, out)


def run(trainer: Trainer, batches: Iterable[Batch], out: Path, slice_minutes: float, threads: int) -> None:
    """Trains until the plan is done, this slice's minutes are over or SIGTERM comes; leaves ``out/checkpoint.pt`` and
    ``out/loss.csv`` (step, loss, windows, seconds)."""
    asked: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: asked.append(number))
    torch.set_num_threads(threads)
    out.mkdir(parents=True, exist_ok=True)
    start = saved = last = time.monotonic()
    total, count, windows = 0.0, 0, 0
    for batch in batches:
        total, count, windows = total + trainer.train(batch), count + 1, windows + len(batch.texts)
        now = time.monotonic()
        # A process that was stopped for a while has not trained meanwhile.
        trainer.seconds, last = trainer.seconds + min(now - last, LONGEST_STEP), now
        if trainer.step % 50 == 0:
            with (out / "loss.csv").open("a", newline="") as file:
                csv.writer(file).writerow([trainer.step, f"{total / count:.4f}", windows, f"{trainer.seconds:.0f}"])
            total, count, windows = 0.0, 0, 0
        if now - saved > 120:
            trainer.save(out / "checkpoint.pt")
            saved = now
        if asked or now - start > 60 * slice_minutes or trainer.plan.done(trainer.step, trainer.seconds) >= 1:
            break
    trainer.save(out / "checkpoint.pt")
