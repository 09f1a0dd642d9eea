"""What all page models share in training: the plan, the loop, checkpoints, the running average."""

from __future__ import annotations

import copy
import csv
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

LONGEST_STEP = 10.0
"""Seconds: what is longer was not spent on training."""

Batch = tuple[torch.Tensor, ...]
Loss = Callable[[nn.Module, Batch], torch.Tensor]


@dataclass(frozen=True)
class Plan:
    """The learning rate falls to nothing after ``steps`` batches or ``minutes``, whichever comes first."""

    steps: int
    minutes: float = math.inf
    seed: int = 1
    rate: float = 2e-3
    warm_up: int = 100

    def done(self, step: int, seconds: float) -> float:
        return min(1.0, max(step / self.steps, seconds / 60 / self.minutes))

    def rate_at(self, step: int, seconds: float) -> float:
        if step < self.warm_up:
            return self.rate * (step + 1) / self.warm_up
        return self.rate * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * self.done(step, seconds))))


class Fitter:
    """A network with its optimizer and running average, resumed from ``out/checkpoint.pt`` where there is one."""

    def __init__(self, network: nn.Module, plan: Plan, out: Path, start: Path | None = None) -> None:
        torch.manual_seed(plan.seed)
        torch.set_num_threads(1)
        if start is not None:
            network.load_state_dict(load_weights(start))
        self.network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average = copy.deepcopy(self.network).eval()
        self.plan, self.out, self.step, self.seconds = plan, out, 0, 0.0
        self.optimizer = torch.optim.AdamW(self.network.parameters(), lr=plan.rate, weight_decay=0.02)
        out.mkdir(parents=True, exist_ok=True)
        if (out / "checkpoint.pt").exists():
            self._load(out / "checkpoint.pt")

    def run(self, batches: Iterator[Batch], loss: Loss, save_every: float = 60) -> None:
        """Trains until the plan is done; batches must begin where ``step`` stands."""
        saved = last = time.monotonic()
        total, count = 0.0, 0
        for batch in batches:
            total, count = total + self._train(batch, loss), count + 1
            now = time.monotonic()
            self.seconds, last = self.seconds + min(now - last, LONGEST_STEP), now
            if self.step % 50 == 0:
                with (self.out / "loss.csv").open("a", newline="") as file:
                    csv.writer(file).writerow([self.step, f"{total / count:.4f}", f"{self.seconds:.0f}"])
                total, count = 0.0, 0
            if now - saved > save_every:
                self.save()
                saved = now
            if self.plan.done(self.step, self.seconds) >= 1:
                break
        self.save()

    def _train(self, batch: Batch, loss: Loss) -> float:
        for group in self.optimizer.param_groups:
            group["lr"] = self.plan.rate_at(self.step, self.seconds)
        self.network.train()
        with torch.autocast("cpu", torch.bfloat16):
            value = loss(self.network, batch)
        self.optimizer.zero_grad(set_to_none=True)
        value.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.network.parameters(), 2.0)
        self.optimizer.step()
        self.step += 1
        decay = min(0.998, 1 - 1 / (self.step + 1))
        with torch.no_grad():
            for mine, its in zip(self.average.state_dict().values(), self.network.state_dict().values(), strict=True):
                mine.lerp_(its, 1 - decay) if mine.dtype.is_floating_point else mine.copy_(its)
        return float(value.detach())

    def save(self) -> None:
        """Writes ``out/checkpoint.pt`` whole or not at all."""
        partial = self.out / "checkpoint.partial"
        state = {"step": self.step, "seconds": self.seconds, "average": self.average.state_dict()}
        torch.save({**state, "network": self.network.state_dict(), "optimizer": self.optimizer.state_dict()}, partial)
        partial.rename(self.out / "checkpoint.pt")

    def _load(self, path: Path) -> None:
        state = torch.load(path, map_location="cpu", weights_only=True)
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.seconds = state["step"], state["seconds"]


def load_weights(path: Path) -> dict[str, torch.Tensor]:
    """The averaged weights of a checkpoint, or kept weights."""
    state = torch.load(path, map_location="cpu", weights_only=True)["average"]
    return {name: value.float() if value.is_floating_point() else value for name, value in state.items()}


def keep_weights(checkpoint: Path, out: Path) -> None:
    """The averaged weights alone, in float16."""
    state = load_weights(checkpoint)
    torch.save({"average": {k: v.half() if v.is_floating_point() else v for k, v in state.items()}}, out)
