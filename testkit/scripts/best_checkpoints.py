"""Which checkpoint HF's Trainer calls the best, keeps and ends with, for given figures of its evaluations.

    bench/.venv/bin/python testkit/scripts/best_checkpoints.py OUTPUT.json

Each update takes 1 from the model's only parameter, so that the parameter tells of which step a model is. Evaluations
run after every step and give the figures of a case in order; a case saves every save_steps steps.
"""

import json
import sys
import tempfile
from pathlib import Path

import torch
import transformers
from transformers import Trainer, TrainingArguments

NAN, INFINITE = float("nan"), float("inf")
FALLING_AND_RISING = [0.9, 0.5, 0.7, 0.5, 0.6, 0.8]

CASES = {
    "a loss, the first of two equal ones": {"metric_for_best_model": "loss", "figures": FALLING_AND_RISING},
    "a loss by its whole name": {"metric_for_best_model": "eval_loss", "figures": FALLING_AND_RISING},
    "no metric named": {"figures": FALLING_AND_RISING},
    "a loss that shall be great": {
        "metric_for_best_model": "loss",
        "greater_is_better": True,
        "figures": FALLING_AND_RISING,
    },
    "an accuracy, the first of two equal ones": {
        "metric_for_best_model": "accuracy",
        "figures": [0.5, 0.75, 0.75, 0.25, 0.75],
    },
    "an accuracy that shall be small": {
        "metric_for_best_model": "accuracy",
        "greater_is_better": False,
        "figures": [0.5, 0.25, 0.75, 0.25],
    },
    "an f1 that gets better each time": {"metric_for_best_model": "f1", "figures": [0.1, 0.2, 0.3, 0.4]},
    "an f1 that gets worse each time": {"metric_for_best_model": "f1", "figures": [0.4, 0.3, 0.2, 0.1]},
    "zero and minus zero": {"metric_for_best_model": "loss", "figures": [0.0, -0.0, 0.0]},
    "no number first": {"metric_for_best_model": "loss", "figures": [NAN, 0.5, 0.4]},
    "no number later": {"metric_for_best_model": "accuracy", "figures": [0.5, NAN, 0.75, NAN]},
    "never a number": {"metric_for_best_model": "loss", "figures": [NAN, NAN, NAN]},
    "an infinite loss first": {"metric_for_best_model": "loss", "figures": [INFINITE, INFINITE, 2.0]},
    "the best one is not saved": {
        "metric_for_best_model": "loss",
        "save_steps": 2,
        "figures": [0.9, 0.8, 0.1, 0.7, 0.6, 0.5],
    },
    "the best one is not saved, an earlier one is": {
        "metric_for_best_model": "f1",
        "save_steps": 3,
        "figures": [0.1, 0.2, 0.3, 0.9, 0.2, 0.4, 0.5, 0.6, 0.7],
    },
    "one is kept, the best is old": {
        "metric_for_best_model": "loss",
        "save_total_limit": 1,
        "figures": [0.9, 0.1, 0.7, 0.5, 0.6],
    },
    "one is kept, the best is the newest": {
        "metric_for_best_model": "loss",
        "save_total_limit": 1,
        "figures": [0.9, 0.8, 0.7],
    },
    "one is kept, none is best": {
        "metric_for_best_model": "loss",
        "save_total_limit": 1,
        "figures": [NAN, NAN, NAN],
    },
    "two are kept, the best is the first": {
        "metric_for_best_model": "loss",
        "save_total_limit": 2,
        "figures": [0.1, 0.9, 0.8, 0.7, 0.6],
    },
    "two are kept, the best changes": {
        "metric_for_best_model": "accuracy",
        "save_total_limit": 2,
        "figures": [0.5, 0.4, 0.6, 0.3, 0.6, 0.2],
    },
    "three are kept of every other": {
        "metric_for_best_model": "loss",
        "save_total_limit": 3,
        "save_steps": 2,
        "figures": [0.9, 0.2, 0.1, 0.7, 0.6, 0.5, 0.4, 0.3, 0.8, 0.9, 0.9, 0.9],
    },
    "two are kept, the end does not go back": {
        "metric_for_best_model": "loss",
        "load_best_model_at_end": False,
        "save_total_limit": 2,
        "figures": [0.9, 0.1, 0.7, 0.5, 0.6],
    },
}


class Counter(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.count = torch.nn.Parameter(torch.zeros(()))

    def forward(self, labels=None):
        return {"loss": self.count}


class Scripted(Trainer):
    def __init__(self, figures, **options):
        super().__init__(**options)
        self.figures = list(figures)

    def evaluate(self, *unused, **options):
        name = self.args.metric_for_best_model or "loss"
        figure = self.figures.pop(0)
        metrics = {"eval_loss": figure, name if name.startswith("eval_") else f"eval_{name}": figure}
        self.log(metrics)
        self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics)
        return metrics


def answer(case, scratch):
    options = {name: value for name, value in case.items() if name not in ("figures", "save_steps")}
    trainer = Scripted(
        case["figures"],
        model=Counter(),
        train_dataset=[{"labels": 0}],
        eval_dataset=[{"labels": 0}],
        args=TrainingArguments(
            output_dir=scratch,
            **{"load_best_model_at_end": True, **options},
            max_steps=len(case["figures"]),
            eval_strategy="steps",
            eval_steps=1,
            save_strategy="steps",
            save_steps=case.get("save_steps", 1),
            optim="sgd",
            learning_rate=1.0,
            lr_scheduler_type="constant",
            max_grad_norm=0,
            use_cpu=True,
            disable_tqdm=True,
            report_to="none",
        ),
    )
    trainer.train()
    best = trainer.state.best_model_checkpoint
    return {
        "best_metric": trainer.state.best_metric,
        "best_step": trainer.state.best_global_step,
        "best_checkpoint": step(best) if best else None,
        "checkpoints": sorted(step(folder) for folder in Path(scratch).glob("checkpoint-*")),
        "model_of_step": round(-trainer.model.count.item()),
    }


def step(folder):
    return int(str(folder).rpartition("-")[2])


def main():
    cases = []
    for name, case in CASES.items():
        with tempfile.TemporaryDirectory() as scratch:
            cases.append({"name": name, "given": case, "answer": answer(case, scratch)})
    file = {"source": f"transformers {transformers.__version__}", "cases": cases}
    Path(sys.argv[1]).write_text(json.dumps(file, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
